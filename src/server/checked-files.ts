import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import type { CheckedFiles, PolicyFiles } from './policy-files.ts';

/**
 * Policy files without a mistake. Checking takes longer than all the rest of a start: what a check has found is kept for the
 * next one, as compiled code is, and holds for the very same files under the very same checks.
 * @param folder where the files were read, to name them by
 * @param cache folder that no other account writes to; undefined: nothing is kept
 * @throws PolicyProblems with one line for each problem: file, line, what is wrong, what to do
 */
export async function checkedFiles(
  read: PolicyFiles,
  folder: string,
  cache: string | undefined,
): Promise<CheckedFiles> {
  const known = cache === undefined ? undefined : recalled(read, cache);
  if (known !== undefined) return { ...read, values: known };
  const { checkedLibrary } = await import('./policies.ts');
  const { checked } = checkedLibrary(read, folder);
  if (cache !== undefined) remember(checked, cache);
  return checked;
}

type Values = CheckedFiles['values'];

const FILE = 'checked-policies';

/** Of SHA-256. */
const SEAL_BYTES = 32;

/** What was found in the same files; undefined where nothing was, or where it is not as it was written. */
function recalled(read: PolicyFiles, cache: string): Values | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(join(cache, FILE));
  } catch {
    return undefined;
  }
  const found = kept.subarray(SEAL_BYTES);
  return kept.subarray(0, SEAL_BYTES).equals(seal(read, found)) ? (deserialize(found) as Values) : undefined;
}

/** Moved to its place whole: services that start at once do not mix. */
function remember({ values, ...read }: CheckedFiles, cache: string): void {
  const found = serialize(values);
  const beside = join(cache, `${FILE}.${process.pid}`);
  try {
    writeFileSync(beside, Buffer.concat([seal(read, found), found]));
    renameSync(beside, join(cache, FILE));
  } catch {
    // A folder that cannot be written makes the next start longer, and nothing else.
  }
}

const source = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What checks files: the code of policies and FHIR, and the versions of the packages that it uses. */
const CHECKS = ['policy', 'fhir'];

/** Over what was found, the edition that it was found in, and all that had a part in finding it. */
function seal({ edition }: PolicyFiles, found: Buffer): Buffer {
  const hash = createHash('sha256').update(edition).update(found);
  for (const path of CHECKS.flatMap((layer) => readdirSync(source(layer)).map((name) => `${layer}/${name}`)))
    hash.update(`\0${path}\0`).update(readFileSync(source(path)));
  return hash.update(readFileSync(source('../package.json'))).digest();
}
