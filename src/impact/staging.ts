import { linesOf, type ChartFile } from './chart-files.ts';
import { placementOf } from './placement.ts';
import type { Batch, StagedLines } from './staged-lines.ts';

/** Bytes of lines, and lines, that are held before they are put away. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_LINES = 5000;

/**
 * Sorts the lines of all files by chart. A Bulk Data export has one file for each resource type, with all patients in it
 * (FHIR Bulk Data Access, "Response - Output"), so no chart is whole before the last line is read: the lines go into an
 * indexed table of the store, from which each chart is read as one range of the index. That needs disk for a second copy
 * of the export and memory for one batch, and what is put away needs not be read again after a stop.
 */
export async function stage(
  files: readonly ChartFile[],
  store: StagedLines,
  onRead: (bytes: number) => void,
): Promise<void> {
  let sequence = await store.nextSequence();
  for (const file of files) {
    const done = await store.linesOf(file.name);
    let batch = emptyBatch(file.name, done + 1);
    let bytes = 0;
    for await (const { number, text } of linesOf(file, onRead)) {
      if (number <= done) continue;
      place(batch, number, text);
      bytes += text?.length ?? 0;
      if (bytes < BATCH_BYTES && number - batch.first < BATCH_LINES) continue;
      await store.putAway({ ...batch, lines: number, sequence });
      sequence += 1;
      batch = emptyBatch(file.name, number + 1);
      bytes = 0;
    }
    if (batch.last > 0) await store.putAway({ ...batch, lines: batch.last, sequence });
    sequence += 1;
  }
  await store.finishStaging();
}

interface OpenBatch {
  readonly file: Batch['file'];
  readonly first: number;
  last: number;
  readonly pieces: Map<string, string[]>;
  readonly shared: { type: string; reference: string; body: string }[];
  readonly unread: { line: number; problem: string }[];
  readonly types: Set<string>;
}

const emptyBatch = (file: string, first: number): OpenBatch => ({
  file,
  first,
  last: 0,
  pieces: new Map(),
  shared: [],
  unread: [],
  types: new Set(),
});

function place(batch: OpenBatch, number: number, text: string | undefined): void {
  batch.last = number;
  const placement =
    text === undefined
      ? ({ kind: 'unread', problem: 'is longer than any line that is read' } as const)
      : placementOf(text);
  const body = (text ?? '').replace(/^\uFEFF/, '').trim();
  switch (placement.kind) {
    case 'patient': {
      const chart = `Patient/${placement.patient}`;
      const piece = batch.pieces.get(chart);
      if (piece === undefined) batch.pieces.set(chart, [body]);
      else piece.push(body);
      batch.types.add(placement.type);
      return;
    }
    case 'chart':
      // Padded, so that charts of one file stay in its order.
      batch.pieces.set(`${batch.file}:${String(number).padStart(9, '0')}`, [body]);
      for (const type of placement.types) batch.types.add(type);
      return;
    case 'shared':
      batch.shared.push({ type: placement.type, reference: placement.reference, body });
      return;
    case 'unread':
      batch.unread.push({ line: number, problem: placement.problem });
      return;
    case 'empty':
      return;
  }
}
