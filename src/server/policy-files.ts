import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { DataFile } from '../policy/data-files.ts';

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

/** Files without a mistake: what follows from their texts alone is found once, in whichever thread a library is made of them. */
export interface CheckedFiles extends PolicyFiles {
  /** What each YAML file holds, by its path. */
  readonly values: ReadonlyMap<string, unknown>;
}

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
