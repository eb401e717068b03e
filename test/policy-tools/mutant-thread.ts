import { workerData } from 'node:worker_threads';
import { dataFiles } from '../../src/server/policy-files.ts';
import { FOLDERS, policiesNamed, readAll } from './command.ts';
import { mutantRunner, type Fate } from './mutant-run.ts';
import { mutantsIn } from './mutations.ts';

/** What runs in each thread of `policy:mutate`: a share of the changes, which each thread finds for itself. */

export interface ThreadData {
  /** The policy that the command names; all of them without it. */
  readonly name: string | undefined;
  /** The file whose changes are tried, without folder or extension; all of them without it. */
  readonly file: string | undefined;
}
export interface Share {
  readonly from: number;
  readonly to: number;
}
export interface Result {
  readonly file: string;
  readonly line: number;
  readonly change: string;
  readonly fate: Fate;
}

const read = readAll(FOLDERS);
if ('lines' in read) throw new Error(read.lines.join('\n'));
const { name, file } = workerData as ThreadData;
const policies = policiesNamed(name, read.library);
if ('lines' in policies) throw new Error(policies.lines.join('\n'));
const files = dataFiles(FOLDERS.services);
const mutants = mutantsIn(file, policies, files, read.library);
const fateOf = await mutantRunner(files, read.library, read.vignettes);

export default async function run({ from, to }: Share): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const mutant of mutants.slice(from, to)) {
    const { line, change } = mutant;
    results.push({ file: mutant.file, line, change, fate: await fateOf(mutant) });
  }
  return results;
}
