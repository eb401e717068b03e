import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { DataFile } from '../policy/data-files.ts';
import { createLibrary, type Library } from '../policy/library.ts';

/** A mistake in `cds-services/`: the service does not start, and all of them are listed. */
export class PolicyProblems extends Error {}

/**
 * Reads and checks a `cds-services` folder.
 * @throws PolicyProblems with one line for each problem: file, line, what is wrong, what to do
 */
export function loadLibrary(folder: string): Library {
  const library = createLibrary(dataFiles(folder));
  if (!('problems' in library)) return library;
  const lines = library.problems.map(
    ({ file, line, message }) => `  ${join(folder, file)}:${line} ${message}`,
  );
  throw new PolicyProblems(`${lines.length} problem(s) in the policy files:\n${lines.join('\n')}`);
}

export function dataFiles(folder: string): readonly DataFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(yaml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}
