import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pinLoad } from './processes.ts';
import { figureOf, type Figure, type Goal } from './row.ts';
import { ROWS } from './rows.ts';

/** `npm run bench`: the table, and `bench.json`. `--only <row>` measures one. */

interface Table {
  /** Whether the load was kept off the server’s core. */
  readonly isPinned: boolean;
  readonly figures: readonly Figure[];
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string', default: 'bench.json' } },
});
const rows = ROWS.filter(({ id }) => values.only === undefined || id === values.only);
const [first] = rows;
if (first === undefined)
  throw new Error(`there is no such row; rows: ${ROWS.map(({ id }) => id).join(', ')}`);

const table: Table =
  values.only === undefined
    ? joined(rows.map(({ id }) => measuredApart(id)))
    : { isPinned: pinLoad(), figures: [figureOf(first, await first.measure())] };
if (values.only !== undefined) for (const figure of table.figures) process.stdout.write(`${line(figure)}\n`);
else if (!table.isPinned)
  process.stdout.write('The load could not be kept off the server’s core: throughputs are too low.\n');
writeFileSync(values.json, `${JSON.stringify(table, null, 2)}\n`);

/** A row in a process of its own: what one leaves in the heap and in compiled code must not weigh on the next. */
function measuredApart(row: string): Table {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
  const json = join(folder, 'row.json');
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--only', row, '--json', json];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the row ${row} could not be measured`);
  const measured = JSON.parse(readFileSync(json, 'utf8')) as Table;
  rmSync(folder, { recursive: true });
  return measured;
}

function joined(tables: readonly Table[]): Table {
  return {
    isPinned: tables.every(({ isPinned }) => isPinned),
    figures: tables.flatMap(({ figures }) => figures),
  };
}

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
