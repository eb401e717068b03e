import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import express from 'express';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { readFixtures, type SandboxFixture } from '../../src/server/sandbox.ts';
import { determinationsOf, createService, TODAY, type Identified } from '../server/service.ts';
import { largeChart } from '../support/large-chart.ts';
import { sent } from './hook-grammar.ts';
import type { Memory } from './reported-memory.ts';

/**
 * The service as it is started, under mixed traffic: good calls with charts sent and fetched, large charts, damaged
 * calls, and callers that hang up. `SOAK_SECONDS` makes it longer.
 */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 30);
const CALLERS = 6;
const MEGABYTE = 1024 * 1024;

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const fixtures = readFixtures(folder('fhir-fixtures'));
const expected = new Map<string, readonly unknown[]>();
/** Without an id where no record of it was kept in time. */
type Answered = Omit<Identified, 'id'> & Partial<Pick<Identified, 'id'>>;
const answerOf = ({ decision, policy, criteria }: Answered): unknown => ({
  decision,
  policy: policy.id,
  criteria: criteria.map(({ id, status, needs, evidence }) => ({ id, status, needs, evidence })),
});

let service: ChildProcess;
let ehr: Server;
let base: URL;
const output: string[] = [];

beforeAll(async () => {
  // Right answers come from the fixtures by themselves, before there is any load.
  const alone = createService();
  for (const { name, chart, request } of fixtures) {
    const found = await determinationsOf(alone, { ...request, fhirServer: null, prefetch: { chart } });
    expected.set(name, found.map(answerOf));
  }
  // It keeps idle connections: a client that computes for a while must not find one closed.
  ehr = createServer(express().use('/fhir', sandboxRoutes(createStore(fixtures.map(({ chart }) => chart)))));
  ehr.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => ehr.listen(0, '127.0.0.1', resolve));
  service = fork(folder('src/main.ts'), {
    // A busy machine must not make a good call late.
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'info',
      QUERY_TIMEOUT_MS: '25000',
      RECORD_TIMEOUT_MS: '25000',
    },
    execArgv: ['--expose-gc', '--import', folder('test/load/reported-memory.ts')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const started = Promise.withResolvers<URL>();
  for (const stream of [service.stdout, service.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output.push(chunk.toString('utf8'));
      const url = /discovery +(\S+)\/cds-services/.exec(output.join(''))?.[1];
      if (url !== undefined) started.resolve(new URL(url.replace('localhost', '127.0.0.1')));
    });
  service.once('exit', () => {
    started.reject(new Error(`the service ended: ${output.join('')}`));
  });
  base = await started.promise;
}, 60_000);
afterAll(() => {
  service.kill();
  ehr.close();
  ehr.closeAllConnections();
});

async function memory(): Promise<Memory> {
  const answer = once(service, 'message') as Promise<[Memory]>;
  service.send('memory');
  return (await answer)[0];
}

const post = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(new URL(path, base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-as-of': TODAY, ...headers },
    body,
    signal: AbortSignal.timeout(30_000),
  });

/** Answers by kind of call and by status, for the table at the end. */
const tally = new Map<string, number>();
const count = (kind: string): void => {
  tally.set(kind, (tally.get(kind) ?? 0) + 1);
};

async function good({ name, chart, request }: SandboxFixture, isFetched: boolean): Promise<void> {
  const delivered = isFetched
    ? { fhirServer: `http://127.0.0.1:${(ehr.address() as AddressInfo).port}/fhir` }
    : { fhirServer: null, prefetch: { chart } };
  const response = await post('/determinations', JSON.stringify({ ...request, ...delivered }));
  const text = await response.text();
  count(`${isFetched ? 'fetched' : 'sent'} ${response.status}`);
  expect(response.status, `${name}: ${text.slice(0, 300)}`).toBe(200);
  const { determinations } = JSON.parse(text) as { readonly determinations: readonly Answered[] };
  expect(determinations.map(answerOf), name).toEqual(expected.get(name));
  // On a slow disk a record may come late: the answer is as right, and names no id that could be asked for.
  for (const { id } of determinations) {
    const kept = id === undefined ? undefined : await fetch(new URL(`/determinations/${id}`, base));
    await kept?.body?.cancel();
    count(`kept ${kept?.status ?? 'late'}`);
    // 503: the disk was too slow to read it, which says nothing of whether it is there.
    expect([200, 503, undefined], 'kept').toContain(kept?.status);
  }
}

/** A chart that takes a thread a while: right, or refused because too many of its kind are under way. */
async function large(body: string): Promise<void> {
  const response = await post('/cds-services/order-sign', body);
  const text = await response.text();
  count(`large ${response.status}`);
  expect([200, 503], text.slice(0, 300)).toContain(response.status);
  expect(text).toContain(response.status === 200 ? '"cards":[{' : '"busy"');
}

async function wrong(seed: number): Promise<void> {
  const [request] = fc.sample(sent([null, 'http://127.0.0.1:9/fhir']), { numRuns: 1, seed });
  if (request === undefined) return;
  const response = await post(request.path, request.text, request.headers);
  await response.text();
  count(`by the grammar ${response.status}`);
  expect(response.status).toBeLessThan(500);
}

/** A caller that leaves in the middle of its call, or before the answer. */
async function hungUp(body: string, share: number): Promise<void> {
  const socket = connect(Number(base.port), base.hostname);
  socket.on('error', () => undefined);
  const head = `POST /determinations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.write(head + body.slice(0, Math.ceil(body.length * share)));
  await pause(20);
  socket.destroy();
  count('hung up');
}

it(
  'answers right under mixed traffic, and neither fails nor grows',
  { timeout: (SECONDS + 120) * 1000 },
  async () => {
    const [first] = fixtures;
    if (first === undefined) throw new Error('there are no fixtures');
    const big = JSON.stringify({
      ...first.request,
      fhirServer: null,
      prefetch: { chart: largeChart(first.chart, 10_000) },
    });
    const sizes: Memory[] = [];
    const started = performance.now();
    const isOver = (): boolean => performance.now() - started > SECONDS * 1000;
    const caller = async (which: number): Promise<void> => {
      for (let turn = which; !isOver(); turn += CALLERS) {
        const fixture = fixtures[turn % fixtures.length] ?? first;
        const kind = turn % 11;
        if (kind < 4) await good(fixture, false);
        else if (kind < 6) await good(fixture, true);
        else if (kind === 6) await large(big);
        else if (kind === 7) await hungUp(big, turn % 2 === 0 ? 0.5 : 1);
        else if (kind === 8) await hungUp(JSON.stringify(fixture.request), 1);
        else await wrong(turn);
      }
    };
    const watcher = async (): Promise<void> => {
      while (!isOver()) {
        await pause((SECONDS * 1000) / 30);
        sizes.push(await memory());
      }
    };
    await Promise.all([watcher(), ...Array.from({ length: CALLERS }, (_, which) => caller(which))]);

    const heap = (part: readonly Memory[]): number => Math.min(...part.map((size) => size.heap));
    const resident = (part: readonly Memory[]): number => Math.max(...part.map((size) => size.resident));
    const third = Math.floor(sizes.length / 3);
    const [middle, last] = [sizes.slice(third, 2 * third), sizes.slice(2 * third)];
    process.stdout.write(
      `${[...tally]
        .sort()
        .map(([kind, number]) => `${kind}: ${number}`)
        .join(
          ', ',
        )}; memory ${Math.round(resident(middle) / MEGABYTE)}, then ${Math.round(resident(last) / MEGABYTE)} MB, heap ${Math.round(heap(middle) / MEGABYTE)}, then ${Math.round(heap(last) / MEGABYTE)} MB\n`,
    );
    // Determinations are kept until there are 1,000: for that long the heap may grow by what they take.
    expect(heap(last)).toBeLessThan(heap(middle) + 100 * MEGABYTE);
    expect(resident(last)).toBeLessThan(resident(middle) * 1.3 + 100 * MEGABYTE);

    // Every way of calling was tried, and after all of it a good call is answered as ever.
    for (const kind of ['sent 200', 'fetched 200', 'kept 200', 'large 200', 'hung up', 'by the grammar 400'])
      expect(tally.get(kind), kind).toBeGreaterThan(0);
    for (const fixture of fixtures) await good(fixture, true);
    expect(service.exitCode).toBeNull();
    const errors = output
      .join('')
      .split('\n')
      .filter((line) => /"level":(50|60)|Unhandled|Warning/.test(line));
    expect(errors).toEqual([]);
  },
);
