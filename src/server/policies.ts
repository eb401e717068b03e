import { join } from 'node:path';
import { createLibrary } from '../policy/checked-library.ts';
import type { Library } from '../policy/library.ts';
import { parseYaml } from '../policy/parse.ts';
import { OperatorMistake } from './errors.ts';
import { dataFiles, type CheckedFiles, type PolicyFiles } from './policy-files.ts';

/** A mistake in `cds-services/`: nothing of it is used, and all of them are listed. */
export class PolicyProblems extends OperatorMistake {}

/**
 * @param folder where the files were read, to name them by
 * @throws PolicyProblems with one line for each problem: file, line, what is wrong, what to do
 */
export function checkedLibrary(
  read: PolicyFiles,
  folder: string,
): { readonly library: Library; readonly checked: CheckedFiles } {
  const values = new Map<string, unknown>();
  const library = createLibrary(read.files, (file, text, schema) => {
    const parsed = parseYaml(file, text, schema);
    if ('value' in parsed) values.set(file, parsed.value);
    return parsed;
  });
  if (!('problems' in library)) return { library, checked: { ...read, values } };
  const lines = library.problems.map(
    ({ file, line, message }) => `  ${join(folder, file)}:${line} ${message}`,
  );
  throw new PolicyProblems(`${lines.length} problem(s) in the policy files:\n${lines.join('\n')}`);
}

/** Reads and checks a `cds-services` folder. @throws PolicyProblems */
export const loadLibrary = (folder: string): Library =>
  checkedLibrary({ edition: '', files: dataFiles(folder) }, folder).library;
