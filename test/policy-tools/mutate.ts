import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { clearLine, cursorTo } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import { parse } from 'yaml';
import * as z from 'zod';
import { barOn } from '../../src/impact/progress.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { end, FOLDERS, policiesNamed, readAll, usage, type Ended } from './command.ts';
import type { Fate } from './mutant-run.ts';
import type { Result, Share, ThreadData } from './mutant-thread.ts';
import { mutantsIn } from './mutations.ts';
import { runVignette } from './vignette-files.ts';

/**
 * `npm run policy:mutate [-- <policy>] [-- --file <name>]`: changes the data one thing at a time, each limit, quantifier, guard,
 * window, filter and class set, and shows that some vignette then comes out otherwise. `--file` tries the changes of one file
 * alone, such as `lymphoma-course`. Survivors are printed as they are found; a run that is stopped closes with what it had tried.
 * 1 when a change survives that is not explained.
 */

/** Changes that no vignette can show, each with the reason. */
const EXPLAINED = new URL('surviving-mutants.yaml', import.meta.url);
const explainedSchema = z.array(
  z.strictObject({ reason: z.string().min(1), changes: z.array(z.string()).min(1) }),
);

/** Changes that a thread tries before it takes the next: neighbours, which are shown by the same vignettes. */
const SHARE = 12;

/** Shown by a vignette; refused when the files are loaded; explained in the file of survivors. */
const COLUMNS = ['changes', 'shown', 'refused', 'explained', 'survive'];

/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;

async function mutate(argv: readonly string[]): Promise<Ended> {
  const given = argumentsOf(argv);
  if (given === undefined) return usage('usage: npm run policy:mutate [-- <policy>] [-- --file <name>]');
  const read = readAll(FOLDERS);
  if ('lines' in read) return read;
  const policies = policiesNamed(given.name, read.library);
  if ('lines' in policies) return policies;
  const total = mutantsIn(given.file, policies, dataFiles(FOLDERS.services), read.library).length;
  if (total === 0) return usage(`nothing to change in a file "${given.file ?? ''}"`);
  // A vignette that fails anyway would fail for every change.
  for (const stored of read.vignettes) {
    const { differences } = await runVignette(stored, read.library);
    if (differences.length > 0)
      return {
        lines: [`${stored.file}, ${stored.vignette.name} is not as expected: npm run policy:test first`],
        exitCode: 1,
      };
  }
  return fatesOf(given, total);
}

function argumentsOf(argv: readonly string[]): ThreadData | undefined {
  try {
    const options = { file: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return positionals.length > 1 ? undefined : { name: positionals[0], file: values.file };
  } catch {
    return undefined;
  }
}

/** Tries every change, on all cores, until all are tried or SIGINT comes. */
async function fatesOf(data: ThreadData, total: number): Promise<Ended> {
  const threads = availableParallelism();
  const pool = new Piscina<Share, readonly Result[]>({
    filename: fileURLToPath(new URL('./mutant-thread.ts', import.meta.url)),
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
  });
  const explained = explanations();
  const results: Result[] = [];
  const progress = barOn(process.stderr)('Changing', total, 0, 'changes');
  const shares = Array.from({ length: Math.ceil(total / SHARE) }, (_item, index) => ({
    from: index * SHARE,
    to: (index + 1) * SHARE,
  }));
  const all = Promise.all(
    shares.map(async (share) => {
      const found = await pool.run(share);
      results.push(...found);
      for (const result of found.filter(({ fate }) => fate === 'survived'))
        if (!explained.has(keyOf(result))) printSurvivor(result);
      progress.advance(found.length);
    }),
  );
  await Promise.race([all, once(process, 'SIGINT')]);
  progress.end();
  await pool.destroy();
  return summary(results, explained, total, data.name !== undefined || data.file !== undefined);
}

function printSurvivor({ file, line, change }: Result): void {
  // In place of the bar, which is then drawn again below.
  if (process.stderr.isTTY) {
    clearLine(process.stderr, 0);
    cursorTo(process.stderr, 0);
  }
  process.stdout.write(`survives: cds-services/${file}:${line} ${change}\n`);
}

const keyOf = ({ file, change }: Result): string => `${file} ${change}`;

const explanations = (): ReadonlySet<string> =>
  new Set(
    existsSync(EXPLAINED)
      ? explainedSchema.parse(parse(readFileSync(EXPLAINED, 'utf8'))).flatMap(({ changes }) => changes)
      : [],
  );

function summary(
  results: readonly Result[],
  explained: ReadonlySet<string>,
  total: number,
  isPart: boolean,
): Ended {
  const survivors = results.filter(({ fate }) => fate === 'survived');
  const open = survivors.filter((result) => !explained.has(keyOf(result)));
  const survived = new Set(survivors.map(keyOf));
  const tried = new Set(results.map(keyOf));
  const isStopped = results.length < total;
  // Where not everything was tried, only what was can be said to be out of date.
  const stale = [...explained].filter(
    (item) => !survived.has(item) && (!(isPart || isStopped) || tried.has(item)),
  );
  return {
    lines: [
      ...stale.map((item) => `explained, but does not survive (any more): ${item}`),
      ...table(results, explained),
      ...(isStopped ? [`stopped: ${results.length} of ${total} changes were tried`] : []),
    ],
    exitCode: isStopped ? INTERRUPTED : open.length + stale.length > 0 ? 1 : 0,
  };
}

/** What became of the changes of each file, and of all. */
function table(results: readonly Result[], explained: ReadonlySet<string>): readonly string[] {
  const row = (name: string, of: readonly Result[]): string => {
    const count = (fate: Fate): number => of.filter((result) => result.fate === fate).length;
    const known = of.filter((result) => result.fate === 'survived' && explained.has(keyOf(result))).length;
    const numbers = [of.length, count('killed'), count('refused'), known, count('survived') - known];
    return [
      ...numbers.map((number, index) => String(number).padStart(COLUMNS[index]?.length ?? 0)),
      name,
    ].join('  ');
  };
  const files = [...new Set(results.map(({ file }) => file))].toSorted();
  return [
    [...COLUMNS, 'file'].join('  '),
    ...files.map((file) =>
      row(
        file,
        results.filter((result) => result.file === file),
      ),
    ),
    row('all', results),
  ];
}

end(await mutate(process.argv.slice(2)));
