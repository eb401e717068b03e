import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';

/** A PostgreSQL server of a test's own, on a free port and in a folder that goes with it. */
export interface Postgres {
  readonly url: string;
  readonly port: number;
  /** Makes a standby the server that takes writes. */
  readonly promote: () => void;
  /** Ends it as a crash does. */
  readonly kill: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

const DEBIAN = '/usr/lib/postgresql';

/** The folder of PostgreSQL's server programs, or undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  const folders = [
    ...(existsSync(DEBIAN)
      ? readdirSync(DEBIAN)
          .toSorted((a, b) => Number(b) - Number(a))
          .map((version) => join(DEBIAN, version, 'bin'))
      : []),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => ['initdb', 'pg_ctl'].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL refuses to run as root: there the account that its package made runs it. */
const isRoot = process.getuid?.() === 0;

function run(program: string, parameters: readonly string[]): void {
  const [command, args] = isRoot
    ? ['runuser', ['-u', 'postgres', '--', program, ...parameters]]
    : [program, [...parameters]];
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

const idOf = (option: '-u' | '-g'): number =>
  Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));

/** @param primary then the server is its standby, by streaming replication */
export async function startPostgres(programs: string, primary?: Postgres): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-postgres-'));
  chmodSync(folder, 0o700);
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  const data = join(folder, 'data');
  const port = await freePort();
  if (primary === undefined)
    run(join(programs, 'initdb'), [
      ...['-D', data, '-U', 'cartograph'],
      ...['--auth=trust', '--encoding=UTF8', '--no-sync'],
    ]);
  else
    run(join(programs, 'pg_basebackup'), [
      ...['-D', data, '-d', primary.url],
      ...['--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
    ]);
  const control = (...parameters: readonly string[]): void => {
    run(join(programs, 'pg_ctl'), ['-D', data, '-w', ...parameters]);
  };
  const start = (): void => {
    control('-l', join(folder, 'log'), '-o', `-p ${port} -h 127.0.0.1 -k ${folder}`, 'start');
  };
  start();
  return {
    url: `postgres://cartograph@127.0.0.1:${port}/postgres`,
    port,
    start,
    promote: () => {
      control('promote');
    },
    kill: () => {
      control('-m', 'immediate', 'stop');
    },
    stop: () => {
      if (existsSync(join(data, 'postmaster.pid'))) control('-m', 'fast', 'stop');
      rmSync(folder, { recursive: true });
    },
  };
}
