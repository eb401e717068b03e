import { buildLibrary, type Library } from '../policy/library.ts';
import type { YamlParser } from '../policy/parse.ts';
import type { CheckedFiles } from './policy-files.ts';

/** The library of files that were checked, in this process or before, in this thread or in another. */
export function libraryOf({ files, values }: CheckedFiles): Library {
  const parse = ((file: string) => ({ file, value: values.get(file), lineOf: () => 1 })) as YamlParser;
  const library = buildLibrary(files, { parse, checkCondition: () => undefined });
  if ('problems' in library) throw new Error('checked policy files have problems');
  return library;
}
