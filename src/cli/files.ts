import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suggestion } from '../policy/suggestion.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { jsonValues } from './resource-file.ts';
import type { Surroundings } from './surroundings.ts';

type Folders = Pick<Surroundings, 'workingFolder' | 'fixtureFolder'>;

/** A file as its option names it, for messages, and where it is. */
export interface NamedFile {
  readonly option: string;
  readonly name: string;
  readonly path: string;
}

/** A file of a fixture, by the fixture's name or by the path of its folder. @param within such as `chart.json` */
export function fixtureFile(name: string, within: string, folders: Folders): string | undefined {
  const named = /^[\w.-]+$/.test(name) ? [join(folders.fixtureFolder, name, within)] : [];
  return [...named, join(resolve(folders.workingFolder, name), within)].find((path) => kind(path) === 'file');
}

/**
 * The file of a fixture, or a file by its path.
 * @throws CommandError when there is neither
 */
export function locate(option: string, name: string, within: string, folders: Folders): NamedFile {
  const path = fixtureFile(name, within, folders) ?? resolve(folders.workingFolder, name);
  const file = { option, name, path };
  switch (kind(path)) {
    case 'file':
      return file;
    case 'folder':
      throw wrong(file, `is a folder without ${within}`);
    case 'none': {
      const known = suggestion(name, fixtureNames(folders.fixtureFolder));
      throw wrong(file, `there is no such file, and no fixture of that name${known}`);
    }
  }
}

/** The JSON values of a file. @throws CommandError that names the option and the file */
export function valuesOf(file: NamedFile): readonly unknown[] {
  let content: string;
  try {
    content = readFileSync(file.path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as { readonly code?: string };
    throw wrong(file, `cannot be read (${code})`);
  }
  const read = jsonValues(content);
  if ('problem' in read) throw wrong(file, read.problem);
  return read.values;
}

export const wrong = ({ option, name }: NamedFile, problem: string): CommandError =>
  new CommandError(EXIT.badData, `${option} ${name}: ${problem}`);

function kind(path: string): 'file' | 'folder' | 'none' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'none';
  }
}

const fixtureNames = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && kind(join(folder, entry.name, 'chart.json')) === 'file')
    .map(({ name }) => name);
