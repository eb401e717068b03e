import { readdirSync, readFileSync } from 'node:fs';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

/** Servers in processes of their own, on another core than the load that is put on them. */

export interface Running {
  readonly base: string;
  /** From start to the first line that names the address, in milliseconds. */
  readonly milliseconds: number;
  readonly pid: number;
  readonly stop: () => void;
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
const SERVER_CORE = '0';
const LOAD_CORES = '1-127';

/** Keeps this process, which makes the load, off the server's core. */
export function pinLoad(): boolean {
  return canPin && spawnSync('taskset', ['-acp', LOAD_CORES, String(process.pid)]).status === 0;
}

const program = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The service as it is started: one evaluation thread, on the server's core like the rest of it. */
export const startService = (): Promise<Running> => start('src/main.ts');
/** An Express app that parses the body and answers 4 kB. */
export const startBareApp = (): Promise<Running> => start('test/bench/bare-app.ts');
/** An Express app that evaluates the criteria of one policy in CQL. */
export const startCqlService = (): Promise<Running> => start('test/bench/cql/service.ts');

function start(path: string): Promise<Running> {
  const started = performance.now();
  // A profile of the load is one of the server too.
  const command = [process.execPath, ...process.execArgv, program(path)];
  const [name = '', ...args] = canPin ? ['taskset', '-c', SERVER_CORE, ...command] : command;
  const child: ChildProcess = spawn(name, args, {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'silent', BODY_LIMIT: '32mb', THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
export async function throughput(base: string, body: string, seconds: number): Promise<number> {
  const { requests, duration } = await load(base, body, { duration: seconds });
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
  extent: Pick<autocannon.Options, 'duration' | 'amount' | 'timeout'>,
): Promise<autocannon.Result> {
  const result = await autocannon({
    url: `${base}/cds-services/order-sign`,
    method: 'POST',
    headers: HEADERS,
    body,
    connections: 10,
    ...extent,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were refusals, ${result.errors} failed`);
  return result;
}
