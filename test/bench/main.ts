import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pinLoad } from './processes.ts';
import { figureOf, type Figure, type Goal } from './row.ts';
import { ROWS } from './rows.ts';

/** `npm run bench`: the table, and `bench.json`. `--only <row>` measures one. */

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string', default: 'bench.json' } },
});
const rows = ROWS.filter(({ id }) => values.only === undefined || id === values.only);
if (rows.length === 0) throw new Error(`there is no such row; rows: ${ROWS.map(({ id }) => id).join(', ')}`);

const isPinned = pinLoad();
const figures: Figure[] = [];
for (const row of rows) {
  const figure = figureOf(row, await row.measure());
  figures.push(figure);
  process.stdout.write(`${line(figure)}\n`);
}
if (!isPinned)
  process.stdout.write('The load could not be kept off the server’s core: throughputs are too low.\n');
writeFileSync(values.json, `${JSON.stringify({ isPinned, figures }, null, 2)}\n`);

function line({ row, what, goal, median, lowest, highest, result, note }: Figure): string {
  const figure = `${printed(median)} (${printed(lowest)} to ${printed(highest)})`;
  return [
    `${result.padEnd(5)} ${row.padEnd(18)} goal ${goalText(goal).padEnd(14)} ${figure.padEnd(24)} ${what}`,
    ...(note === undefined ? [] : [`      ${note}`]),
  ].join('\n');
}

function goalText(goal: Goal): string {
  return 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
}

function printed(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
