import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { DataFile } from '../policy/data-files.ts';
import { createLibrary } from '../policy/checked-library.ts';
import type { Library } from '../policy/library.ts';
import { PolicyProblems } from '../server/policies.ts';
import { dataFiles } from '../server/policy-files.ts';
import { Mistake } from './mistake.ts';
import type { RunSettings } from './settings.ts';

/** The policies as they are and as they would be. */
export type PolicyFiles = Pick<RunSettings, 'current' | 'changed' | 'policies'>;

/**
 * Puts a changed policy beside the current ones.
 * @param given the folder of one policy, which stands in place of every version of it that is in force on one of its days;
 *   or a whole folder like `cds-services`, with changed facts or value sets, in place of all
 * @throws Mistake when it is neither
 */
export function policyFiles(given: string, path: string, currentFolder: string): PolicyFiles {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Mistake(`--policy ${given}: there is no such folder`);
  const current = dataFiles(currentFolder);
  if (existsSync(join(path, 'shared'))) return { current, changed: dataFiles(path), policies: null };
  if (!existsSync(join(path, 'policy.yaml')))
    throw new Mistake(
      `--policy ${given}: holds no policy.yaml, and is no folder of policies with their shared/ either`,
    );
  const own = dataFiles(path);
  const policy = own.find((file) => file.path === 'policy.yaml');
  const head = headOf(policy?.text ?? '');
  if (head.id === undefined) throw new Mistake(`--policy ${given}: policy.yaml has no id`);
  const replaced = current
    .filter((file) => /^[^/]+\/policy\.yaml$/.test(file.path))
    .filter((file) => {
      const other = headOf(file.text);
      return other.id === head.id && overlap(head, other);
    })
    .map((file) => file.path.split('/')[0] ?? '');
  const folder = replaced[0] ?? head.id;
  return {
    current,
    changed: [
      ...current.filter((file) => !replaced.includes(file.path.split('/')[0] ?? '')),
      ...own.map((file) => ({ ...file, path: `${folder}/${file.path}` })),
    ],
    policies: [head.id],
  };
}

interface Head {
  readonly id: string | undefined;
  readonly effective: string;
  readonly until: string;
}

/** As far as the file can be read; what is wrong with it is told when it is checked with the others. */
function headOf(source: string): Head {
  const value: unknown = parseDocument(source).toJS();
  const read = (name: string): string | undefined => {
    const found = (value as Readonly<Record<string, unknown>> | null)?.[name];
    return typeof found === 'string' ? found : undefined;
  };
  return { id: read('id'), effective: read('effective') ?? '', until: read('until') ?? '9999' };
}

const overlap = (a: Head, b: Head): boolean => a.effective <= b.until && b.effective <= a.until;

/** Both libraries of a run, with the policies that are compared and no other. */
export interface Libraries {
  readonly current: Library;
  readonly changed: Library;
}

/** @throws PolicyProblems with one line for each problem of the changed policy */
export function librariesOf({ current, changed, policies }: PolicyFiles, given: string): Libraries {
  const read = (files: readonly DataFile[]): Library => {
    const library = createLibrary(files);
    if ('problems' in library)
      throw new PolicyProblems(
        `${library.problems.length} problem(s) with ${given}:\n${library.problems
          .map(({ file, line, message }) => `  ${file}:${line} ${message}`)
          .join('\n')}`,
      );
    return {
      ...library,
      policies: library.policies.filter(({ id }) => policies === null || policies.includes(id)),
    };
  };
  return { current: read(current), changed: read(changed) };
}
