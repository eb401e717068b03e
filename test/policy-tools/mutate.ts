import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parse } from 'yaml';
import * as z from 'zod';
import { dataFiles } from '../../src/server/policies.ts';
import { end, FOLDERS, policiesNamed, readAll, usage, type Ended } from './command.ts';
import { mutantRunner, type Fate } from './mutant-run.ts';
import { mutantsOf } from './mutations.ts';
import { runVignette } from './vignette-files.ts';

/**
 * `npm run policy:mutate [-- <policy>]`: changes each limit, quantifier, guard, window and class set, one at a time, and
 * shows that some vignette then comes out otherwise. 1 when a change survives that is not explained.
 */

interface Result {
  readonly file: string;
  readonly line: number;
  readonly change: string;
  readonly fate: Fate;
}
interface Share {
  readonly name: string | undefined;
  readonly index: number;
  readonly of: number;
}

/** Changes that no vignette can show, each with the reason. */
const EXPLAINED = new URL('surviving-mutants.yaml', import.meta.url);
const explainedSchema = z.array(
  z.strictObject({ reason: z.string().min(1), changes: z.array(z.string()).min(1) }),
);

async function runShare({ name, index, of }: Share): Promise<readonly Result[]> {
  const read = readAll(FOLDERS);
  if ('lines' in read) throw new Error(read.lines.join('\n'));
  const policies = policiesNamed(name, read.library);
  if ('lines' in policies) throw new Error(policies.lines.join('\n'));
  const files = dataFiles(FOLDERS.services);
  const run = mutantRunner(files, read.library, read.vignettes);
  const mutants = mutantsOf(policies, files, read.library);
  // Neighbours stay together: they are killed by the same vignettes.
  const size = Math.ceil(mutants.length / of);
  const results: Result[] = [];
  for (const mutant of mutants.slice(index * size, (index + 1) * size)) {
    const { file, line, change } = mutant;
    results.push({ file, line, change, fate: await run(mutant) });
  }
  return results;
}

const inWorker = (share: Share): Promise<readonly Result[]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

async function mutate([name, ...rest]: readonly string[]): Promise<Ended> {
  if (rest.length > 0) return usage('usage: npm run policy:mutate [-- <policy>]');
  const read = readAll(FOLDERS);
  if ('lines' in read) return read;
  const policies = policiesNamed(name, read.library);
  if ('lines' in policies) return policies;
  // A vignette that fails anyway would fail for every change.
  for (const stored of read.vignettes) {
    const { differences } = await runVignette(stored, read.library);
    if (differences.length > 0)
      return {
        lines: [`${stored.file}, ${stored.vignette.name} is not as expected: npm run policy:test first`],
        exitCode: 1,
      };
  }
  const of = availableParallelism();
  const shares = await Promise.all(
    Array.from({ length: of }, (_item, index) => inWorker({ name, index, of })),
  );
  return summary(shares.flat(), name !== undefined);
}

function summary(results: readonly Result[], isPart: boolean): Ended {
  const explained = existsSync(EXPLAINED)
    ? explainedSchema.parse(parse(readFileSync(EXPLAINED, 'utf8'))).flatMap(({ changes }) => changes)
    : [];
  const key = ({ file, change }: Result): string => `${file} ${change}`;
  const survivors = results.filter(({ fate }) => fate === 'survived');
  const open = survivors.filter((result) => !explained.includes(key(result)));
  const survived = new Set(survivors.map(key));
  const tried = new Set(results.map(key));
  // Of part of the policies, only what was tried can be said to be out of date.
  const stale = explained.filter((item) => !survived.has(item) && (!isPart || tried.has(item)));
  const count = (fate: Fate): number => results.filter((result) => result.fate === fate).length;
  return {
    lines: [
      ...open.map(({ file, line, change }) => `survives: cds-services/${file}:${line} ${change}`),
      ...stale.map((item) => `explained, but does not survive (any more): ${item}`),
      `${results.length} changes: ${count('killed')} shown by a vignette, ${count('refused')} refused at load, ` +
        `${survivors.length - open.length} explained, ${open.length} survive`,
    ],
    exitCode: open.length + stale.length > 0 ? 1 : 0,
  };
}

if (isMainThread) end(await mutate(process.argv.slice(2)));
else parentPort?.postMessage(await runShare(workerData as Share));
