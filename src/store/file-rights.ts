import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a database file and its folder, where they are not there yet, for this account alone: they hold patients' data.
 * SQLite gives its `-wal` and `-shm` the rights of the file.
 */
export function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

/** The files of a database that accounts beside its owner's can read, as one made earlier or by hand may be. */
export function readableByOthers(file: string): readonly string[] {
  const folder = modeOf(dirname(file));
  return [file, `${file}-wal`, `${file}-shm`].filter((path) => {
    const mode = modeOf(path);
    const byGroup = (mode & 0o040) !== 0 && (folder & 0o010) !== 0;
    const byAll = (mode & 0o004) !== 0 && (folder & 0o001) !== 0;
    return byGroup || byAll;
  });
}

/** 0 for what is not there. */
const modeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
