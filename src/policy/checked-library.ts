import { checkCondition } from '../fhir/fhirpath.ts';
import type { DataFile } from './data-files.ts';
import { buildLibrary, type Library } from './library.ts';
import { parseYaml, type Problem, type YamlParser } from './parse.ts';

/**
 * Reads `cds-services/`: every file and every expression checked, every name resolved.
 * @param parse may keep what it has parsed, for a caller that reads nearly the same files many times
 * @returns the library, or all problems at once
 */
export const createLibrary = (
  files: readonly DataFile[],
  parse: YamlParser = parseYaml,
): Library | { readonly problems: readonly Problem[] } => buildLibrary(files, { parse, checkCondition });
