import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { property } from '../../src/fhir/json.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Hook } from '../../src/crd/hook-request.ts';
import {
  createEvaluationThreads,
  ThreadFailure,
  type EvaluationThreads,
  type ThreadLimits,
} from '../../src/server/evaluation-threads.ts';
import { createFhirClient } from '../../src/server/fhir-client.ts';
import { createFhirConnections } from '../../src/server/fhir-connections.ts';
import { evaluateCall, type Answered, type CallScope, type HookCall } from '../../src/server/hook-call.ts';
import type { CallerRecords } from '../../src/server/caller-records.ts';
import { checkedLibrary } from '../../src/server/policies.ts';
import { readPolicyFiles } from '../../src/server/policy-files.ts';
import { newId, newUuid } from '../../src/server/identifiers.ts';
import { readFixtures } from '../../src/server/sandbox.ts';
import { startFhirServers, type FhirServers } from '../support/deliveries.ts';
import { largeChart } from '../support/large-chart.ts';
import { PATIENT, vignetteChart } from '../support/vignette-chart.ts';
import { parseVignettes } from '../support/vignette.ts';
import { callerWith, FHIR_BASE, library, TODAY } from './service.ts';

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const { checked: policies } = checkedLibrary(readPolicyFiles(folder('cds-services')), 'cds-services');
const config = { queryMilliseconds: 20_000 };
const fixtures = readFixtures(folder('fhir-fixtures'));
const connections = createFhirConnections();
const scope: CallScope = {
  library,
  edition: policies.edition,
  config,
  fhirBase: FHIR_BASE,
  newId,
  newUuid,
  fhirClient: (access, log) => createFhirClient(access, connections, log),
};
const LIMITS: ThreadLimits = { callsPerThread: 8, waiting: 16, waitingBytes: 1e9, milliseconds: 60_000 };

const threads = (
  limits: Partial<ThreadLimits> = {},
  onError: (error: unknown) => void = failed,
): EvaluationThreads =>
  createEvaluationThreads(
    1,
    { policies, config, fhirBase: FHIR_BASE },
    { error: onError },
    {
      ...LIMITS,
      ...limits,
    },
  );
const failed = (error: unknown): never => {
  throw error;
};

const callOf = (body: unknown, expected: Hook | undefined = 'order-sign', asOf = TODAY): HookCall => ({
  body: new TextEncoder().encode(JSON.stringify(body)),
  expected,
  asOf,
  caller: callerWith({}),
  arrived: performance.timeOrigin + performance.now(),
});
const never = new AbortController().signal;

/** An answer with each new id and uuid named by its first appearance. */
function comparable({ text, determinations, cards, report }: Answered): unknown {
  const names = new Map<string, string>();
  for (const id of [...determinations.map((made) => made.id), ...cards.map(({ uuid }) => uuid)])
    names.set(id, `id-${names.size}`);
  const queries = report.queries.map(({ type, status }) => `${type} ${status ?? ''}`).sort();
  const told = { ...report, queries };
  const printed = JSON.stringify({ answer: JSON.parse(text) as unknown, determinations, cards, told });
  return JSON.parse(
    printed.replaceAll(
      /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{24}\b/g,
      (id) => {
        if (!names.has(id)) names.set(id, `id-${names.size}`);
        return names.get(id) ?? id;
      },
    ),
  );
}

const unused = (): never => {
  throw new Error('a hook call asks for answers alone');
};
const recordsWith = (answersOf: CallerRecords['answersOf']): CallerRecords => ({
  answersOf,
  responsesOf: unused,
  determination: unused,
  forms: unused,
  payerAnswers: unused,
  keepPayerAnswer: unused,
  concerns: () => Promise.resolve(),
});
const noAnswers = recordsWith(() => Promise.resolve([]));

const shared = threads();
beforeAll(() => shared.ready());
afterAll(() => shared.close());

async function expectSame(call: () => HookCall): Promise<Answered> {
  const here = await evaluateCall(call(), scope, noAnswers, never);
  const there = await shared.work('hook', call(), noAnswers, never);
  expect(comparable(there)).toEqual(comparable(here));
  return there;
}

describe('a thread answers as this one', () => {
  let servers: FhirServers;
  beforeAll(async () => {
    servers = await startFhirServers(fixtures.map(({ chart }) => chart));
  });
  afterAll(() => servers.close());

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))(
    '%s, its chart sent ahead or fetched',
    async (_name, { chart, request: hook }) => {
      await expectSame(() => callOf({ ...hook, fhirServer: null, prefetch: { chart } }));
      await expectSame(() => callOf({ ...hook, fhirServer: servers.baseOf(chart) }));
      await expectSame(() => callOf({ ...hook, fhirServer: servers.baseOf(chart) }, undefined));
    },
  );

  const vignettes = readdirSync(folder('test/determinations'))
    .filter((name) => name.endsWith('.yaml'))
    .map(
      (name) =>
        [name, parseVignettes(name, readFileSync(folder(`test/determinations/${name}`), 'utf8'))] as const,
    );
  it.each(vignettes)('every vignette of %s', async (_name, parsed) => {
    if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
    for (const vignette of parsed.vignettes) {
      const { chart, order, encounterId } = vignetteChart(vignette);
      const body = {
        hook: 'order-sign',
        hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
        context: {
          userId: 'Practitioner/oncologist',
          patientId: PATIENT,
          ...(encounterId === undefined ? {} : { encounterId }),
          draftOrders: { resourceType: 'Bundle', entry: [{ resource: order }] },
        },
        prefetch: { chart },
      };
      await expectSame(() => callOf(body, 'order-sign', vignette.asOf));
    }
  });

  it('with numbers as they were written', async () => {
    const [fixture] = fixtures;
    const body = JSON.stringify({
      ...fixture?.request,
      fhirServer: null,
      prefetch: { chart: fixture?.chart },
    });
    const written = body.replace(
      '"status":"draft"',
      '"status":"draft","extension":[{"url":"x","valueDecimal":1.50}]',
    );
    const call = (): HookCall => ({ ...callOf({}), body: new TextEncoder().encode(written) });
    const { text } = await expectSame(call);
    expect(text).toContain('1.50');
  });

  it('with the answers to forms that were sent in for the patient, asked back for once he is known', async () => {
    const [first] = fixtures;
    if (first === undefined) throw new Error('there is no fixture');
    const asked: string[] = [];
    const noStore = recordsWith((patient) => {
      asked.push(patient);
      return Promise.reject(new Error('the store is down'));
    });
    const quiet = threads({}, () => undefined);
    const call = callOf({ ...first.request, fhirServer: servers.baseOf(first.chart) });
    const { text } = await quiet.work('hook', call, noStore, never);
    expect(text).toContain('could not be read');
    await quiet.close();
    const patient = property(property(first.request, 'context'), 'patientId');
    expect(asked).toEqual([`Patient/${String(patient)}`]);
  });

  it('with the same refusals', async () => {
    const wrong = [
      callOf({ hook: 'order-sign' }),
      callOf({}, 'order-select'),
      { ...callOf({}), body: new Uint8Array() },
    ];
    for (const call of wrong) {
      const here = await evaluateCall(call, scope, noAnswers, never).catch((error: unknown) => error);
      const there = await shared
        .work('hook', { ...call, body: call.body.slice() }, noAnswers, never)
        .catch((error: unknown) => error);
      expect(there).toEqual(here);
    }
  });
});

describe('threads are bounded', { timeout: 60_000 }, () => {
  const [fixture] = fixtures;
  /** A call with a chart of so many resources. */
  const large = (count: number): HookCall =>
    callOf({
      ...fixture?.request,
      fhirServer: null,
      prefetch: {
        chart: largeChart(fixture?.chart ?? { resourceType: 'Bundle', type: 'collection' }, count),
      },
    });
  /** A small chart and ten thousand orders about it. */
  const slow = (): HookCall => {
    const { draftOrders, ...context } = fixture?.request['context'] as {
      readonly draftOrders: { readonly entry: readonly { readonly resource: object }[] };
    };
    const drafts = Array.from({ length: 10_000 }, (_, index) => ({
      resource: { ...draftOrders.entry.at(-1)?.resource, id: `draft-${index}` },
    }));
    return callOf({
      ...fixture?.request,
      fhirServer: null,
      context: { ...context, draftOrders: { resourceType: 'Bundle', entry: drafts } },
      prefetch: { chart: fixture?.chart },
    });
  };
  /** Calls that the silent server keeps waiting, and a way to see them leave. */
  let silent: { readonly base: string; readonly open: () => number; readonly close: () => void };
  beforeAll(async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    silent = {
      base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
      open: () => sockets.size,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  });
  afterAll(() => {
    silent.close();
  });
  const waiting = (): HookCall => callOf({ ...fixture?.request, fhirServer: silent.base });
  const outcomeOf = (pool: EvaluationThreads, call: HookCall, signal = never): Promise<string> =>
    pool.work('hook', call, noAnswers, signal).then(
      () => 'answered',
      (error: unknown) => (error instanceof ThreadFailure ? error.kind : String(error)),
    );

  it('in time: one that computes too long is ended, with what it has under way; the next call is answered', async () => {
    const errors: unknown[] = [];
    const pool = threads({ milliseconds: 5000 }, (error) => errors.push(error));
    await pool.ready();
    // It computes for a minute, without a pause in which it could be told to stop.
    const endless = outcomeOf(pool, slow());
    await new Promise((resolve) => setTimeout(resolve, 3500));
    const beside = outcomeOf(pool, waiting());
    expect(await endless).toBe('late');
    expect(await beside).toBe('lost');
    await pool.ready();
    expect(await outcomeOf(pool, large(500))).toBe('answered');
    expect(errors).toHaveLength(2);
    await pool.close();
  });

  it('in number: a call is refused when too many wait', async () => {
    const pool = threads({ callsPerThread: 2, waiting: 1 });
    await pool.ready();
    const left = new AbortController();
    const held = [1, 2, 3].map(() => outcomeOf(pool, waiting(), left.signal));
    expect(await outcomeOf(pool, waiting())).toBe('busy');
    left.abort();
    // Their queries end unanswered, and with them the coverage is missing.
    expect(await Promise.all(held)).toEqual(
      held.map((): unknown => expect.stringContaining('Coverage could not be read')),
    );
    expect(await outcomeOf(pool, large(500))).toBe('answered');
    await pool.close();
  });

  it('by the caller: its queries end when it leaves; until then others are answered', async () => {
    const pool = threads();
    await pool.ready();
    const left = new AbortController();
    const held = outcomeOf(pool, waiting(), left.signal);
    await vi.waitFor(() => {
      expect(silent.open()).toBeGreaterThan(0);
    }, 5000);
    expect(await outcomeOf(pool, large(50))).toBe('answered');
    left.abort();
    await held;
    await vi.waitFor(() => {
      expect(silent.open()).toBe(0);
    }, 5000);
    await pool.close();
  });
});
