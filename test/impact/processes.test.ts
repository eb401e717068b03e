import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, createWriteStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresPrograms, startPostgres, type Postgres } from '../support/postgres.ts';
import { changedPolicy } from './changed-policy.ts';
import { fixtureCharts, fixtureNames, writeBulkData } from './charts.ts';
import { impact, IMPACT } from './surroundings.ts';

/** A comparison goes on after its process, or a worker, was killed; and it needs no memory for all charts. */

const LIMIT = 240_000;
let folder = '';
let options: readonly string[] = [];
/** The report of a run that nothing disturbed. */
let expected = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cartograph-impact-processes-'));
  // Leukemia and lymphoma: the changed policy is for them.
  const charts = fixtureCharts(
    fixtureNames().filter((name) => /^(aucatzyl|breyanzi|kymriah|tecartus|yescarta)-/.test(name)),
  );
  writeBulkData(join(folder, 'bulk'), charts);
  const policy = changedPolicy(
    join(folder, 'changed'),
    'bcbsma-066',
    'at-least: { value: 18, unit: a }',
    'at-least: { value: 60, unit: a }',
  );
  options = [
    '--policy',
    policy,
    '--charts',
    join(folder, 'bulk'),
    '--today',
    '2026-03-02',
    '--format',
    'json',
  ];
  const { code, out } = await impact(folder, options);
  expect(code).toBe(0);
  expected = out;
}, LIMIT);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: { out: string; error: string };
  readonly ended: Promise<unknown>;
}

function start(argv: readonly string[], environment: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, [IMPACT, ...argv], { env: { ...process.env, ...environment } });
  const output = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.error += chunk.toString()));
  return { child, output, ended: once(child, 'close') };
}

async function until(condition: () => boolean | Promise<boolean>, { child, output }: Started): Promise<void> {
  const limit = Date.now() + LIMIT;
  while (!(await condition())) {
    if (Date.now() > limit || child.exitCode !== null)
      throw new Error(`not reached; exit code ${child.exitCode ?? 'none'}; ${output.error}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How many charts of the one run in the data folder have been evaluated. */
function evaluatedIn(dataFolder: string): number {
  const file = existsSync(join(dataFolder, 'impact'))
    ? readdirSync(join(dataFolder, 'impact')).find((name) => name.endsWith('.sqlite'))
    : undefined;
  if (file === undefined) return 0;
  const database = new DatabaseSync(join(dataFolder, 'impact', file), { readOnly: true, timeout: 5000 });
  try {
    const row = database.prepare('select count(outcome) as done from impact_chart').get();
    return Number(row?.['done'] ?? 0);
  } catch {
    // The tables are being made.
    return 0;
  } finally {
    database.close();
  }
}

const summaryOf = (report: string): { readonly orders: number; readonly changedOrders: number } =>
  (JSON.parse(report) as { readonly summary: { readonly orders: number; readonly changedOrders: number } })
    .summary;

describe('a run that is killed half-way', () => {
  it(
    'goes on with the same command, and gives the report of one that was not',
    async () => {
      expect(summaryOf(expected).changedOrders).toBeGreaterThan(2);
      const environment = { DATA_FOLDER: join(folder, 'killed') };
      const first = start([...options, '--threads', '1'], environment);
      await until(() => evaluatedIn(environment.DATA_FOLDER) > 0, first);
      first.child.kill('SIGKILL');
      await first.ended;
      const done = evaluatedIn(environment.DATA_FOLDER);
      expect(done).toBeLessThan(summaryOf(expected).orders);
      cpSync(environment.DATA_FOLDER, join(folder, 'given-up'), { recursive: true });
      const purged = await impact(join(folder, 'given-up'), ['purge']);
      expect(purged).toMatchObject({ code: 0, out: '1 stopped run deleted\n' });
      expect(readdirSync(join(folder, 'given-up', 'impact'))).toEqual([]);

      const second = start([...options, '--threads', '2'], environment);
      await second.ended;
      expect(second.output.error).toContain('goes on with the run that was stopped');
      expect(second.output.out).toBe(expected);
      expect(readdirSync(join(environment.DATA_FOLDER, 'impact'))).toEqual([]);
      // Patients are in the report and nowhere else.
      expect(expected).toContain('Patient/');
      expect(first.output.error + second.output.error).not.toMatch(/Patient\//);
      process.stdout.write(`impact, kill -9: ${done} charts evaluated before, the report is the same\n`);
    },
    LIMIT,
  );
});

describe('memory', () => {
  it(
    'for sorting charts does not grow with their number: twice the heap in lines passes through',
    async () => {
      const file = join(folder, 'many.ndjson');
      const stream = createWriteStream(file);
      const filling = 'x'.repeat(2000);
      for (let line = 0; line < 60_000; line += 1) {
        // Patients in turns: each line goes into another chart than the one before.
        const subject = { reference: `Patient/p${line % 3000}` };
        const resource = { resourceType: 'Observation', id: `o${line}`, subject, note: [{ text: filling }] };
        if (!stream.write(`${JSON.stringify(resource)}\n`)) await once(stream, 'drain');
      }
      stream.end();
      await once(stream, 'close');
      const heap = 64;
      expect(statSync(file).size).toBeGreaterThan(1.9 * heap * 1e6);
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          `--max-old-space-size=${heap}`,
          fileURLToPath(new URL('./staging-process.ts', import.meta.url)),
          file,
          join(folder, 'many.sqlite'),
        ],
        { encoding: 'utf8' },
      );
      expect([stdout, stderr]).toEqual(['3000 charts, 0 lines not read\n', '']);
    },
    LIMIT,
  );
});

const programs = postgresPrograms();
describe.skipIf(programs === undefined)('workers', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs ?? '');
  }, 60_000);
  afterAll(() => {
    postgres.stop();
  });

  it(
    'share a run through PostgreSQL; what one had when it was killed, the other does',
    async () => {
      const environment = { DATABASE_URL: postgres.url };
      const workers = [0, 1].map(() => start(['worker', '--threads', '1'], environment));
      const [killed, left] = workers;
      if (killed === undefined || left === undefined) throw new Error('two workers');
      for (const worker of workers)
        await until(() => worker.output.out.includes('waiting for charts'), worker);
      const report = impact(folder, [...options, '--queue'], postgres.url);
      const database = new Client({ connectionString: postgres.url });
      await database.connect();
      const jobs = async (condition: string): Promise<number> => {
        const { rows } = await database.query<{ count: string }>(
          `select count(*) from impact_queue.job where name = 'charts' and ${condition}`,
        );
        return Number(rows[0]?.count);
      };
      await until(async () => (await jobs("state = 'active'")) === 2, killed);
      killed.child.kill('SIGKILL');
      const { code, out } = await report;
      expect(code).toBe(0);
      expect(out).toBe(expected);
      process.stdout.write(
        `impact, worker killed: ${await jobs('retry_count > 0')} of ${await jobs('true')} jobs done by the other\n`,
      );
      await database.query("insert into impact_run (id, settings, is_staged) values ('given-up', '{}', 0)");
      const purged = await impact(folder, ['purge', '--queue'], postgres.url);
      expect(purged).toMatchObject({ code: 0, out: '1 stopped run deleted\n' });
      await database.end();

      left.child.kill('SIGTERM');
      await left.ended;
      expect(left.child.exitCode).toBe(0);
      expect(left.output.out).toContain('"charts evaluated"');
      expect(workers.map(({ output }) => output.out + output.error).join('')).not.toMatch(/Patient\//);
    },
    LIMIT,
  );
});
