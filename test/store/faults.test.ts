import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Location } from '../../src/store/database.ts';
import { createRecordStore, type RecordStore } from '../../src/store/records.ts';
import { movingAddress, type MovingAddress } from '../support/moving-address.ts';
import { postgresPrograms, startPostgres, type Postgres } from '../support/postgres.ts';
import { startStandby } from '../support/standby.ts';
import { determination } from './rows.ts';

/** Nothing acknowledged is lost: what the writer printed is found again, whatever happened to it or to its database. */

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));

interface Writer {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly kill: () => Promise<void>;
}

function startWriter(location: Location, prefix: string, shell?: string): Writer {
  const parameters = [WRITER, JSON.stringify(location), prefix];
  const child =
    shell === undefined
      ? spawn(process.execPath, parameters)
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', process.execPath, ...parameters]);
  const lines: string[] = [];
  let rest = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk.toString()}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const until = async (condition: () => boolean): Promise<void> => {
    const limit = Date.now() + 30_000;
    while (!condition()) {
      if (Date.now() > limit || (child.exitCode !== null && child.exitCode !== 0))
        throw new Error(`the writer printed ${lines.length} lines; ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    child,
    lines,
    until,
    kill: () =>
      new Promise((resolve) => {
        // After the streams end: a line that was written counts as told.
        child.once('close', () => {
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}

const acknowledged = ({ lines }: Writer, prefix: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`${prefix}-`));

async function found(location: Location, ids: readonly string[]): Promise<number> {
  const store: RecordStore = createRecordStore(() => openDatabase(location));
  const rows = await Promise.all(ids.map((id) => store.determination(id, 'client')));
  await store.close();
  return rows.filter((row) => row !== undefined).length;
}

/** Several rounds of writing and killing, each over what the last one left. */
async function killedUnderLoad(location: Location): Promise<void> {
  const told: string[] = [];
  for (const round of [0, 1, 2]) {
    const prefix = `kill${round}`;
    const writer = startWriter(location, prefix);
    await writer.until(() => acknowledged(writer, prefix).length > 100 * (round + 1));
    await writer.kill();
    told.push(...acknowledged(writer, prefix));
  }
  const again = await found(location, told);
  process.stdout.write(`${location.kind}, kill -9: ${told.length} acknowledged, ${again} found again\n`);
  expect(again).toBe(told.length);
}

describe('SQLite', () => {
  let folder = '';
  const at = (name: string): Location => ({ kind: 'sqlite', file: join(folder, name, 'records.sqlite') });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-faults-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps what it acknowledged before kill -9', () => killedUnderLoad(at('killed')), 90_000);

  it('on a full disk refuses what it cannot write, keeps what it acknowledged, and opens again', async () => {
    const location = at('full');
    // Blocks of 1 KiB: no file of the process may grow beyond 600 KiB, which is what a full disk says to a write.
    const writer = startWriter(location, 'full', 'ulimit -f 600');
    await writer.until(() => writer.lines.filter((line) => line.startsWith('refused')).length > 20);
    await writer.kill();
    const told = acknowledged(writer, 'full');
    expect(told.length).toBeGreaterThan(50);
    const again = await found(location, told);
    process.stdout.write(`sqlite, disk full: ${told.length} acknowledged, ${again} found again\n`);
    expect(again).toBe(told.length);
  }, 90_000);

  it('does not open a file that is no database, and says so', async () => {
    await expect(openDatabase({ kind: 'sqlite', file: WRITER })).rejects.toThrow(
      /record store cannot be opened/,
    );
  });

  it('does not open where it cannot write, and says so', async () => {
    await expect(
      openDatabase({ kind: 'sqlite', file: join(WRITER, 'data', 'records.sqlite') }),
    ).rejects.toThrow();
  });
});

const programs = postgresPrograms();
describe.skipIf(programs === undefined)('PostgreSQL', () => {
  let postgres: Postgres;
  let location: Location;
  beforeAll(async () => {
    postgres = await startPostgres(programs ?? '');
    location = { kind: 'postgres', url: postgres.url };
  }, 60_000);
  afterAll(() => {
    postgres.stop();
  });

  it('keeps what it acknowledged before kill -9 of the service', () => killedUnderLoad(location), 90_000);

  it('refuses while it is down, takes writes when it is back, and has all that it acknowledged', async () => {
    const writer = startWriter(location, 'down');
    const refusals = (): number => writer.lines.filter((line) => line.startsWith('refused')).length;
    await writer.until(() => acknowledged(writer, 'down').length > 100);
    postgres.kill();
    const before = acknowledged(writer, 'down').length;
    await writer.until(() => refusals() > 5);
    postgres.start();
    await writer.until(() => acknowledged(writer, 'down').length > before + 100);
    await writer.kill();
    const told = acknowledged(writer, 'down');
    const again = await found(location, told);
    process.stdout.write(
      `postgres, lost and back: ${told.length} acknowledged, ${refusals()} refused, ${again} found again\n`,
    );
    expect(again).toBe(told.length);
  }, 90_000);

  it('opens while another replica opens: the tables are made once', async () => {
    const fresh = await startPostgres(programs ?? '');
    const opened = await Promise.all([0, 1, 2].map(() => openDatabase({ kind: 'postgres', url: fresh.url })));
    await createRecordStore(() => Promise.resolve(opened[0]!)).keep({
      determination: [determination('first')],
    });
    await Promise.all(opened.map((database) => database.close()));
    fresh.stop();
  }, 60_000);
});

describe.skipIf(programs === undefined)('PostgreSQL with a standby behind one address', () => {
  let primary: Postgres;
  let standby: Postgres;
  let address: MovingAddress;
  let location: Location;
  beforeAll(async () => {
    primary = await startPostgres(programs ?? '');
    standby = await startStandby(programs ?? '', primary);
    address = await movingAddress(primary.port);
    // A second until a query without an answer is given up, so that these tests are short.
    const url = `postgres://cartograph@127.0.0.1:${address.port}/postgres?query_timeout=1000`;
    location = { kind: 'postgres', url };
  }, 60_000);
  afterAll(() => {
    address.close();
    for (const server of [primary, standby]) server.stop();
  });

  it('leaves all connections of a server that has vanished, or that takes no writes, after one failure', async () => {
    const store = createRecordStore(() => openDatabase(location));
    const read = (): Promise<unknown> => store.determination('none', 'client');
    await Promise.all([read(), read(), read()]);
    address.vanish();
    address.moveTo(standby.port);
    await expect(read()).rejects.toThrow('timeout');
    await read();
    const write = (id: string): Promise<void> => store.keep({ determination: [determination(id)] });
    await expect(write('refused')).rejects.toThrow('read-only');
    address.moveTo(primary.port);
    await write('kept');
    await store.close();
  }, 60_000);

  it('has all that was acknowledged when the host of the primary is gone and the standby is promoted', async () => {
    const writer = startWriter(location, 'over');
    await writer.until(() => acknowledged(writer, 'over').length > 100);
    address.vanish();
    primary.kill();
    standby.promote();
    address.moveTo(standby.port);
    const before = acknowledged(writer, 'over').length;
    await writer.until(() => acknowledged(writer, 'over').length > before + 100);
    await writer.kill();
    const told = acknowledged(writer, 'over');
    const again = await found({ kind: 'postgres', url: standby.url }, told);
    process.stdout.write(
      `postgres, fail-over: ${told.length} acknowledged, ${before} of them before, ${again} found again\n`,
    );
    expect(again).toBe(told.length);
  }, 90_000);
});
