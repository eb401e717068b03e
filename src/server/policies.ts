import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { DataFile } from '../policy/data-files.ts';
import { createLibrary, type Library } from '../policy/library.ts';

/** A mistake in `cds-services/`: nothing of it is used, and all of them are listed. */
export class PolicyProblems extends Error {}

/** The files of a `cds-services` folder as they stood at one time. */
export interface PolicyFiles {
  /** Tells two states of the folder apart: 12 hexadecimal digits of a SHA-256 over every path and text. */
  readonly edition: string;
  readonly files: readonly DataFile[];
}

export function readPolicyFiles(folder: string): PolicyFiles {
  const files = dataFiles(folder);
  const hash = createHash('sha256').update(JSON.stringify(files.map(({ path, text }) => [path, text])));
  return { edition: hash.digest('hex').slice(0, 12), files };
}

/**
 * @param folder where the files were read, to name them by
 * @throws PolicyProblems with one line for each problem: file, line, what is wrong, what to do
 */
export function libraryOf({ files }: Pick<PolicyFiles, 'files'>, folder: string): Library {
  const library = createLibrary(files);
  if (!('problems' in library)) return library;
  const lines = library.problems.map(
    ({ file, line, message }) => `  ${join(folder, file)}:${line} ${message}`,
  );
  throw new PolicyProblems(`${lines.length} problem(s) in the policy files:\n${lines.join('\n')}`);
}

/** Reads and checks a `cds-services` folder. @throws PolicyProblems */
export const loadLibrary = (folder: string): Library => libraryOf({ files: dataFiles(folder) }, folder);

export const dataFiles = (folder: string): readonly DataFile[] =>
  pathsBelow(folder, [])
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));

/**
 * Data files by their path in the folder, by symbolic links too: so a ConfigMap is mounted, beside folders of its own that
 * begin with a dot.
 * @param above real paths of the folders on the way here: a link to one of them leads nowhere new
 */
function pathsBelow(folder: string, above: readonly string[], path = ''): string[] {
  const real = realpathSync(join(folder, path));
  if (above.includes(real)) return [];
  return readdirSync(real).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const below = posix.join(path, name);
    const found = statSync(join(real, name));
    if (found.isDirectory()) return pathsBelow(folder, [...above, real], below);
    return found.isFile() && /\.(yaml|json)$/.test(name) ? [below] : [];
  });
}
