import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Mistake } from './mistake.ts';

/** A file of charts: NDJSON, or NDJSON compressed with gzip. */
export interface ChartFile {
  /** As reports name it: its path within the folder that was given. */
  readonly name: string;
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

export interface ChartFiles {
  /** By name, so that every run reads them in the same order. */
  readonly files: readonly ChartFile[];
  /** Names of what lies beside them and is no NDJSON. */
  readonly others: readonly string[];
}

const NDJSON = /\.(ndjson|jsonl)(\.gz)?$/i;

/**
 * A file, or all NDJSON files of a folder and the folders in it.
 * @throws Mistake when there is none
 */
export function chartFiles(given: string, path: string): ChartFiles {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Mistake(`--charts ${given}: there is no such file or folder`);
  if (stat.isFile())
    return { files: [{ name: basename(path), path, size: stat.size, changed: stat.mtimeMs }], others: [] };
  const found = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: file, name: relative(path, file).split(sep).join('/') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files = found
    .filter(({ name }) => NDJSON.test(name))
    .map((file) => {
      const { size, mtimeMs } = statSync(file.path);
      return { ...file, size, changed: mtimeMs };
    });
  if (files.length === 0) throw new Mistake(`--charts ${given}: no .ndjson file is in this folder`);
  return { files, others: found.map(({ name }) => name).filter((name) => !NDJSON.test(name)) };
}

/** A line of a file; `undefined` text for one that is longer than `LONGEST_LINE`. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | undefined;
}

/** Bytes of the longest line that is read: as much as the service reads for one call. */
export const LONGEST_LINE = 96 * 1024 * 1024;

const NEWLINE = 10;

/**
 * The lines of a file, one after the other: no more than one of them and a block of the file is held, whatever the file is.
 * @param onRead told the bytes on disk that have been read since it was told before
 * @throws Mistake when the file cannot be read to its end: charts would lack what stands there
 */
export async function* linesOf(
  { path, name }: ChartFile,
  onRead: (bytes: number) => void,
  longest = LONGEST_LINE,
): AsyncGenerator<Line> {
  const packed = counted(createReadStream(path, { highWaterMark: 1024 * 1024 }), onRead);
  // An error anywhere ends the last stream with it, and so reaches the reader below.
  const blocks = /\.gz$/i.test(name)
    ? pipeline(Readable.from(packed), createGunzip(), () => undefined)
    : packed;
  let parts: Buffer[] = [];
  let held = 0;
  let number = 1;
  const ended = (): Line => {
    const text = held > longest ? undefined : Buffer.concat(parts).toString('utf8');
    const line = { number, text };
    parts = [];
    held = 0;
    number += 1;
    return line;
  };
  const hold = (part: Buffer): void => {
    held += part.length;
    if (held <= longest) parts.push(part);
    else parts = [];
  };
  try {
    for await (const block of blocks as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = block.indexOf(NEWLINE); to !== -1; to = block.indexOf(NEWLINE, from)) {
        hold(block.subarray(from, to));
        yield ended();
        from = to + 1;
      }
      if (from < block.length) hold(block.subarray(from));
    }
  } catch (error) {
    const { code = 'unknown error' } = error as { readonly code?: string };
    throw new Mistake(`${name} cannot be read after line ${number - 1} (${code})`);
  }
  if (held > 0) yield ended();
}

async function* counted(
  blocks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const block of blocks) {
    onRead(block.length);
    yield block;
  }
}
