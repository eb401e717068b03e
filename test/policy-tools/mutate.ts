import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { parse } from 'yaml';
import * as z from 'zod';
import { barOn } from '../../src/impact/progress.ts';
import { dataFiles } from '../../src/server/policies.ts';
import { end, FOLDERS, policiesNamed, readAll, usage, type Ended } from './command.ts';
import type { Fate } from './mutant-run.ts';
import type { Result, Share, ThreadData } from './mutant-thread.ts';
import { mutantsOf } from './mutations.ts';
import { runVignette } from './vignette-files.ts';

/**
 * `npm run policy:mutate [-- <policy>]`: changes each limit, quantifier, guard, window and class set, one at a time, and
 * shows that some vignette then comes out otherwise. 1 when a change survives that is not explained.
 */

/** Changes that no vignette can show, each with the reason. */
const EXPLAINED = new URL('surviving-mutants.yaml', import.meta.url);
const explainedSchema = z.array(
  z.strictObject({ reason: z.string().min(1), changes: z.array(z.string()).min(1) }),
);

/** Changes that a thread tries before it takes the next: neighbours, which are shown by the same vignettes. */
const SHARE = 12;

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
  const total = mutantsOf(policies, dataFiles(FOLDERS.services), read.library).length;
  return summary(await fatesOf(name, total), name !== undefined);
}

/** Tries every change, on all cores. */
async function fatesOf(name: string | undefined, total: number): Promise<readonly Result[]> {
  const threads = availableParallelism();
  const data: ThreadData = { name };
  const pool = new Piscina<Share, readonly Result[]>({
    filename: fileURLToPath(new URL('./mutant-thread.ts', import.meta.url)),
    workerData: data,
    minThreads: threads,
    maxThreads: threads,
  });
  const progress = barOn(process.stderr)('Changing', total, 0, 'changes');
  const shares = Array.from({ length: Math.ceil(total / SHARE) }, (_item, index) => ({
    from: index * SHARE,
    to: (index + 1) * SHARE,
  }));
  const results = await Promise.all(
    shares.map(async (share) => {
      const found = await pool.run(share);
      progress.advance(found.length);
      return found;
    }),
  );
  progress.end();
  await pool.destroy();
  return results.flat();
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

end(await mutate(process.argv.slice(2)));
