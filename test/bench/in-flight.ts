import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { call, chart, request, ungoverned } from './calls.ts';
import { post, startMeasured, startUnpinned, throughput } from './processes.ts';
import { rounds, timed, type Row } from './row.ts';

/** Rows about calls that are under way: what they hold up, what they hold, and what they wait for. */

const ROUNDS = 5;

/**
 * Milliseconds, less those of a service that does nothing at the same time: what the timer itself and a busy machine do to
 * any process is not the service's.
 */
async function delayOfSmallCalls(): Promise<readonly number[]> {
  const [service, idle] = [await startMeasured(), await startMeasured()];
  const large = call(10_000);
  const measured = async (): Promise<number> => {
    const [busy, calm] = await Promise.all([service.measured(), idle.measured()]);
    return Math.max(0, busy.delay - calm.delay);
  };
  let isDone = false;
  const charts = async (): Promise<void> => {
    while (!isDone) await (await post(service.base, large)).text();
  };
  try {
    await (await post(service.base, large)).text();
    const under = [charts(), charts()];
    const delays = await rounds(ROUNDS, async () => {
      await measured();
      await throughput(service.base, ungoverned, 3, 2);
      return measured();
    });
    isDone = true;
    await Promise.all(under);
    return delays;
  } finally {
    service.stop();
    idle.stop();
  }
}

export const delayRow: Row = {
  id: 'event-loop',
  what: 'event loop delay (p99, ms) of small requests while charts of 10,000 resources are evaluated',
  goal: { atMost: 20 },
  note: 'on every core, which the load shares',
  measure: delayOfSmallCalls,
};

/** Calls that are in flight together, and those that are when there is one at a time. */
const MANY = 17;

async function memoryInFlight(): Promise<readonly number[]> {
  const service = await startMeasured();
  const body = call(2000);
  const most = async (connections: number): Promise<number> => {
    await service.measured();
    await throughput(service.base, body, 4, connections);
    return (await service.measured()).resident;
  };
  try {
    // Twice, so that the heap has grown to what one call at a time needs.
    await most(1);
    return await rounds(ROUNDS, async () => {
      const one = await most(1);
      return Math.max(0, (await most(MANY)) - one) / (MANY - 1) / Buffer.byteLength(body);
    });
  } finally {
    service.stop();
  }
}

export const memoryRow: Row = {
  id: 'memory',
  what: 'memory per further request in flight with 2,000 resources, against its body',
  goal: { atMost: 6 },
  measure: memoryInFlight,
};

/** What each query takes a FHIR server, in milliseconds. */
const QUERY = 250;

/** The wall time of a call whose chart is fetched, against the slowest of its queries as the FHIR server saw it. */
async function againstSlowestQuery(): Promise<readonly number[]> {
  let slowest = 0;
  const app = express();
  app.use((query, response, next) => {
    const begun = performance.now();
    response.once('finish', () => {
      slowest = Math.max(slowest, performance.now() - begun);
    });
    // All that a search finds, on one page.
    if (query.path.split('/').length === 3) query.url += '&_count=1000';
    setTimeout(next, QUERY);
  });
  app.use('/fhir', sandboxRoutes(createStore([chart])));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fhirServer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  const service = await startUnpinned();
  try {
    const prefetch = await smallPrefetch(fhirServer);
    const body = JSON.stringify({ ...request, fhirServer, prefetch });
    return await rounds(ROUNDS, async () => {
      await pause(50);
      slowest = 0;
      const wall = await timed(async () => {
        const answer = await (await post(service.base, body)).text();
        if (!answer.includes('"cards":[{')) throw new Error('the call was not answered by a card');
      });
      return wall / slowest;
    });
  } finally {
    service.stop();
    server.close();
    server.closeAllConnections();
  }
}

/** What an EHR sends ahead by the templates that order-sign publishes, and who pays. */
async function smallPrefetch(base: string): Promise<Readonly<Record<string, unknown>>> {
  const { patientId, encounterId } = request['context'] as Readonly<Record<string, string>>;
  const get = async (query: string): Promise<unknown> => (await fetch(`${base}/${query}`)).json();
  return {
    patient: await get(`Patient/${patientId}`),
    coverage: await get(`Coverage?patient=${patientId}&_include=Coverage:payor`),
    encounter: await get(`Encounter/${encounterId}`),
  };
}

export const fetchRow: Row = {
  id: 'fetch',
  what: 'chart fetched: wall time of the call against its slowest query',
  goal: { atMost: 1.5 },
  note: `a FHIR server that answers each query after ${QUERY} ms; the payer was sent ahead: where it is not, it is read before the chart, which only a governed order may cause`,
  measure: againstSlowestQuery,
};
