import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartFiles, linesOf } from '../../src/impact/chart-files.ts';
import { openRuns, type RunStore } from '../../src/impact/run-store.ts';
import { stage } from '../../src/impact/staging.ts';

/** Lines of files, and what becomes of them when sorting them by chart is stopped. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartograph-staging-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const nothing = (): void => undefined;

describe('lines', () => {
  it('end with any line break, the last one without; one that is too long is passed over and numbered', async () => {
    const path = join(folder, 'lines.ndjson');
    writeFileSync(path, `a\r\n\n${'x'.repeat(40)}\nbü\nc`);
    const [file] = chartFiles('lines.ndjson', path).files;
    if (file === undefined) throw new Error('one file');
    const found: unknown[] = [];
    let read = 0;
    const count = (bytes: number): void => {
      read += bytes;
    };
    for await (const { number, text } of linesOf(file, count, 20)) found.push([number, text]);
    expect(found).toEqual([
      [1, 'a\r'],
      [2, ''],
      [3, undefined],
      [4, 'bü'],
      [5, 'c'],
    ]);
    expect(read).toBe(file.size);
  });
});

describe('sorting that is stopped', () => {
  it('goes on after the last batch, and every line is in its chart once', async () => {
    const patients = 40;
    for (const type of ['Condition', 'Observation'])
      writeFileSync(
        join(folder, `${type}.ndjson`),
        Array.from({ length: 12_000 }, (_, line) =>
          JSON.stringify({
            resourceType: type,
            id: `${line}`,
            subject: { reference: `Patient/p${line % patients}` },
          }),
        ).join('\n'),
      );
    const { files } = chartFiles(folder, folder);
    const runs = await openRuns({ kind: 'memory' });
    const chartsOf = async (store: RunStore): Promise<readonly string[]> => {
      const open = await store.open(0, patients, patients);
      return Promise.all(open.map(async ({ number }) => (await store.chart(number)).lines));
    };
    const whole = runs.run('whole');
    await stage(files, whole, nothing);

    const stopped = runs.run('stopped');
    let batches = 0;
    const failing: RunStore = {
      ...stopped,
      putAway: (batch) => {
        batches += 1;
        return batches === 3 ? Promise.reject(new Error('stopped')) : stopped.putAway(batch);
      },
    };
    await expect(stage(files, failing, nothing)).rejects.toThrow('stopped');
    await stage(files, stopped, nothing);
    const charts = await chartsOf(stopped);
    expect(charts).toHaveLength(patients);
    expect(charts).toEqual(await chartsOf(whole));
    expect(charts.map((lines) => lines.split('\n').length)).toEqual(charts.map(() => 24_000 / patients));
    await runs.close();
  });
});
