import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Bundle } from 'fhir/r4.js';
import { evaluateRequest } from '../../src/crd/evaluate.ts';
import type { Evaluation } from '../../src/crd/evaluation.ts';
import { readHookRequest, type HookRequest } from '../../src/crd/hook-request.ts';
import { templates } from '../../src/crd/prefetch.ts';
import type { FhirClient } from '../../src/fhir/client.ts';
import type { Library } from '../../src/policy/library.ts';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { createFhirClient } from '../../src/server/fhir-client.ts';
import { createFhirConnections } from '../../src/server/fhir-connections.ts';
import { PATIENT, type VignetteChart } from './vignette-chart.ts';

/** How a chart reaches the service. */
export const DELIVERIES = ['prefetch', 'collection', 'server'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** FHIR servers over HTTP, one for each chart, at a base URL of its own. */
export interface FhirServers {
  readonly baseOf: (chart: Bundle) => string;
  readonly close: () => Promise<void>;
}

export async function startFhirServers(charts: readonly Bundle[]): Promise<FhirServers> {
  // Looked up, not matched one after the other: there are thousands.
  const routers = charts.map((chart) => sandboxRoutes(createStore([chart])));
  const app = express();
  app.use('/:chart/fhir', (request, response, next) => {
    const router = routers[Number(request.params.chart)];
    if (router === undefined) next();
    else router(request, response, next);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseOf: (chart) => `http://127.0.0.1:${port}/${charts.indexOf(chart)}/fhir`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const connections = createFhirConnections();

/**
 * Evaluates an order-sign call with the chart delivered in one of three ways: `prefetch`, as a client that runs our
 * templates sends it, reads allowed and searches not; `collection`, the whole chart in one Bundle under a key that is
 * not ours, without a server; `server`, nothing sent ahead.
 */
export async function evaluateBy(
  delivery: Delivery,
  sent: VignetteChart,
  base: string,
  asOf: string,
  library: Library,
): Promise<Evaluation> {
  if (delivery === 'collection') return evaluateAtHand(sent, asOf, library);
  const client = createFhirClient(
    {
      server: { base, networks: ['loopback'] },
      authorization: undefined,
      patientId: PATIENT,
      milliseconds: 20_000,
    },
    connections,
    () => undefined,
  );
  const isAhead = delivery === 'prefetch';
  const prefetch = isAhead ? { prefetch: await prefetched(library, base, sent.encounterId) } : {};
  const request = orderSign(sent, { fhirServer: base, ...prefetch });
  return evaluateRequest(request, library, isAhead ? readsOnly(client) : client, asOf);
}

/** The same with the whole chart in the call: nothing is asked of any server. */
export const evaluateAtHand = (sent: VignetteChart, asOf: string, library: Library): Promise<Evaluation> =>
  evaluateRequest(orderSign(sent, { prefetch: { everything: sent.chart } }), library, undefined, asOf);

function orderSign({ order, encounterId }: VignetteChart, more: object): HookRequest {
  const request = readHookRequest(
    {
      hook: 'order-sign',
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      context: {
        userId: 'Practitioner/oncologist',
        patientId: PATIENT,
        ...(encounterId === undefined ? {} : { encounterId }),
        draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: order }] },
      },
      ...more,
    },
    'order-sign',
  );
  if ('code' in request) throw new Error(`${request.path}: ${request.message}`);
  return request;
}

/** What a client sends that fills in our templates and runs them on its own server; null where it finds nothing. */
async function prefetched(
  library: Library,
  base: string,
  encounterId: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const answers = await Promise.all(
    Object.entries(templates(library)).map(async ([key, template]) => {
      if (template.includes('context.encounterId') && encounterId === undefined) return [key, null] as const;
      const query = template
        .replaceAll('{{context.patientId}}', PATIENT)
        .replaceAll('{{context.encounterId}}', encounterId ?? '')
        .replaceAll('|', '%7C');
      const response = await fetch(`${base}/${query}`);
      if (!response.ok) throw new Error(`GET ${query}: HTTP ${response.status}`);
      return [key, await response.json()] as const;
    }),
  );
  return Object.fromEntries(answers);
}

/** Everything was sent ahead but what templates cannot ask for, such as a Medication that a record refers to. */
const readsOnly = (client: FhirClient): FhirClient => ({
  read: (reference) => client.read(reference),
  search: (query) => Promise.reject(new Error(`searched for ${query}, which prefetch has answered`)),
  pagesFrom: (next) => Promise.reject(new Error(`followed ${next}, which prefetch has answered`)),
});
