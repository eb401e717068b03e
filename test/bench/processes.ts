import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Measured } from './measured-process.ts';

/** Servers in processes of their own, on another core than the load that is put on them. */

export interface Running {
  readonly base: string;
  /** From start to the first line that names the address, in milliseconds. */
  readonly milliseconds: number;
  readonly pid: number;
  readonly stop: () => void;
  /** What it measured of itself since it was last asked; for one that was started to do so. */
  readonly measured: () => Promise<Measured>;
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
const SERVER_CORE = '0';
const LOAD_CORES = '1-127';
const ALL_CORES = '0-127';

/** Keeps this process, which makes the load, off the server's core. */
export function pinLoad(): boolean {
  return canPin && spawnSync('taskset', ['-acp', LOAD_CORES, String(process.pid)]).status === 0;
}

const program = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The service as it is started, on SQLite: one evaluation thread, on the server's core like the rest of it. */
export const startService = (): Promise<Running> => start('src/main.ts', canPin ? SERVER_CORE : undefined);
/** The same on every core, as who starts it has it. */
export const startUnpinned = (): Promise<Running> => start('src/main.ts', canPin ? ALL_CORES : undefined);
/** The same, measuring its memory and how long its event loop is held up. */
export const startMeasured = (): Promise<Running> =>
  start('src/main.ts', canPin ? ALL_CORES : undefined, [
    '--import',
    program('test/bench/measured-process.ts'),
  ]);
/** An Express app that parses the body and answers 4 kB. */
export const startBareApp = (): Promise<Running> =>
  start('test/bench/bare-app.ts', canPin ? SERVER_CORE : undefined);
/** An Express app that evaluates the criteria of one policy in CQL. */
export const startCqlService = (): Promise<Running> =>
  start('test/bench/cql/service.ts', canPin ? SERVER_CORE : undefined);

/** @param cores that it may run on; undefined: where its parent does */
function start(
  path: string,
  cores: string | undefined,
  nodeArguments: readonly string[] = [],
): Promise<Running> {
  const started = performance.now();
  // A profile of the load is one of the server too.
  const command = [process.execPath, ...process.execArgv, ...nodeArguments, program(path)];
  const [name = '', ...args] = cores === undefined ? command : ['taskset', '-c', cores, ...command];
  const data = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
  const child: ChildProcess = spawn(name, args, {
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'silent',
      BODY_LIMIT: '32mb',
      THREADS: '1',
      DATA_FOLDER: data,
      // On a busy machine a disk takes its time: what is measured is the whole answer, with its ids.
      RECORD_TIMEOUT_MS: '10000',
      QUERY_TIMEOUT_MS: '20000',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.once('exit', () => {
    rmSync(data, { recursive: true, force: true });
  });
  const measured = async (): Promise<Measured> => {
    const answer = once(child, 'message') as Promise<[Measured]>;
    child.send('measure');
    return (await answer)[0];
  };
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`${path} ended with ${code ?? 'a signal'}`));
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const port = /http:\/\/localhost:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      resolve({
        base: `http://127.0.0.1:${port}`,
        milliseconds: performance.now() - started,
        pid: child.pid ?? 0,
        stop: () => child.kill(),
        measured,
      });
    });
  });
}

/** Time that a process has spent on a core, all its threads together, in milliseconds (Linux, `proc(5)`, schedstat). */
function processorTime({ pid }: Running): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, spent) => sum + spent, 0) / 1e6;
}

const HEADERS = { 'content-type': 'application/json', 'x-as-of': '2026-03-02' };

export const post = (base: string, body: string): Promise<Response> =>
  fetch(`${base}/cds-services/order-sign`, { method: 'POST', headers: HEADERS, body });

/** Answers per second. @throws Error when one of them is not 200 */
export async function throughput(
  base: string,
  body: string,
  seconds: number,
  connections = 10,
): Promise<number> {
  const { requests, duration } = await load(base, body, { duration: seconds, connections });
  return requests.total / duration;
}

/** Processor time of a call, in milliseconds, over so many of them. @throws Error when one of them is not answered 200 */
export async function processorTimePerCall(service: Running, body: string, calls: number): Promise<number> {
  const before = processorTime(service);
  await load(service.base, body, { amount: calls, timeout: 60 });
  return (processorTime(service) - before) / calls;
}

async function load(
  base: string,
  body: string,
  extent: Pick<autocannon.Options, 'duration' | 'amount' | 'timeout' | 'connections'>,
): Promise<autocannon.Result> {
  const result = await autocannon({
    url: `${base}/cds-services/order-sign`,
    method: 'POST',
    headers: HEADERS,
    body,
    connections: 10,
    // The service takes a thousand calls on one connection, and autocannon does not see that it closes it then.
    reconnectRate: 900,
    ...extent,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(
      `${result.non2xx} answers were refusals, ${result.errors} failed: ${JSON.stringify(result.statusCodeStats)}`,
    );
  return result;
}
