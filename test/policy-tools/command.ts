import { fileURLToPath } from 'node:url';
import { EXIT } from '../../src/cli/exit-code.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import type { Library } from '../../src/policy/library.ts';
import type { Problem } from '../../src/policy/parse.ts';
import { suggestion } from '../../src/policy/suggestion.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { readVignettes, VIGNETTES, vignetteFiles, type StoredVignette } from './vignette-files.ts';

/** What the policy commands have in common: the two folders that they read, and how they end. */

export const SERVICES = fileURLToPath(new URL('../../cds-services', import.meta.url));

export interface Folders {
  readonly services: string;
  readonly vignettes: string;
}
export const FOLDERS: Folders = { services: SERVICES, vignettes: VIGNETTES };

/** What a command prints, and its exit code: 0, 1 when it found something, 64 when it was called wrongly. */
export interface Ended {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

export const usage = (...lines: readonly string[]): Ended => ({ lines, exitCode: EXIT.usage });

/** `file:line message`, with the path that an editor opens: files of cds-services are named from there. */
export const printed = ({ file, line, message }: Problem): string =>
  `${file.startsWith('test/') ? '' : 'cds-services/'}${file}:${line} ${message}`;

/** Policies and vignettes, or the end of a command that cannot read them. */
export function readAll(
  folders: Folders,
): { readonly library: Library; readonly vignettes: readonly StoredVignette[] } | Ended {
  const library = createLibrary(dataFiles(folders.services));
  const { vignettes, problems } = readVignettes(vignetteFiles(folders.vignettes));
  const all = ['problems' in library ? library.problems : [], problems].flat();
  if ('problems' in library || all.length > 0) return { lines: all.map(printed), exitCode: 1 };
  return { library, vignettes };
}

/** The policies that an argument names: every one without it, every version of one. */
export function policiesNamed(name: string | undefined, library: Library): readonly Policy[] | Ended {
  if (name === undefined) return library.policies;
  const named = library.policies.filter(({ id, version }) => name === id || name === `${id}@${version}`);
  const ids = library.policies.map(({ id }) => id);
  if (named.length > 0) return named;
  return usage(`there is no policy "${name}"${suggestion(name, ids)}`, `policies: ${ids.join(', ')}`);
}

/** Prints what a command came to and leaves its exit code. */
export function end({ lines, exitCode }: Ended): void {
  const text = `${lines.join('\n')}\n`;
  if (exitCode === EXIT.usage) process.stderr.write(text);
  else process.stdout.write(text);
  process.exitCode = exitCode;
}
