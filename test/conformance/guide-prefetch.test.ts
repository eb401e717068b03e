import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import { readObject } from './data.ts';
import { draftOrders, fixtureRequest, HOOKS, type HookName } from './sample-requests.ts';
import { fixtures, startServer, type Started } from './server.ts';

/** `PREFETCH=guide`: the expressions of CRD 2.2.1, and what a client that resolves them sends (CRD-P-02, CH-P-13). */

let server: Started;
beforeAll(async () => {
  server = await startServer({ environment: { PREFETCH: 'guide' } });
});
afterAll(() => server.close());

const published = async (): Promise<ReadonlyMap<string, JsonObject>> => {
  const body = (await (await server.fetch('/cds-services')).json()) as JsonObject;
  return new Map(
    objects(body['services']).map(({ hook, prefetch }) => [String(hook), isObject(prefetch) ? prefetch : {}]),
  );
};

const DISPATCHED = fixtures.find(({ name }) => name === 'mcl-progressed-on-btk');
if (DISPATCHED === undefined) throw new Error('a fixture is missing');

const determination = async (request: JsonObject): Promise<unknown> => {
  const response = await server.fetch('/determinations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const body = (await response.json()) as JsonObject;
  const [first] = objects(body['determinations']);
  expect(first, JSON.stringify(body)).toBeDefined();
  return { ...first, id: undefined };
};

const searchset = (resources: readonly JsonObject[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'searchset',
  ...(resources.length === 0 ? {} : { entry: resources.map((resource) => ({ resource })) }),
});

describe('the guide’s prefetch', () => {
  it('is published in its own expressions and keys, for what each hook needs', async () => {
    const guide = readObject('crd-2.2.1-prefetch');
    const services = await published();
    for (const hook of HOOKS) {
      const templates = Object.entries(services.get(hook) ?? {});
      expect(templates.length, hook).toBeGreaterThanOrEqual(2);
      for (const [key, template] of templates)
        expect(template, `${hook}.${key}`).toBe(property(guide[hook], key));
    }
  });

  it.each(['order-dispatch', 'appointment-book'] as const)(
    'of %s brings the orders and does not stand for the chart’s other requests',
    async (hook: HookName) => {
      const request = fixtureRequest(DISPATCHED, hook, '2.2.1', `${server.base}/sandbox/fhir`);
      const orders = draftOrders(DISPATCHED.request);
      const of = (type: string): JsonObject =>
        searchset(orders.filter(({ resourceType }) => resourceType === type));
      const plain = await determination(request);
      const resolved = await determination({
        ...request,
        prefetch: {
          medicationRequests: of('MedicationRequest'),
          serviceRequests: of('ServiceRequest'),
          deviceRequests: null,
        },
      });
      expect(resolved).toEqual(plain);
      const searched = objects(property(resolved, 'criteria'))
        .flatMap((criterion) => [criterion, ...objects(criterion['criteria'])])
        .flatMap((criterion) => objects(criterion['searched']));
      const requests = searched.filter(({ resourceType }) =>
        ['MedicationRequest', 'ServiceRequest'].includes(text(resourceType) ?? ''),
      );
      expect(requests.length).toBeGreaterThan(0);
      expect(Math.max(...requests.map(({ count }) => Number(count)))).toBeGreaterThan(orders.length);
    },
  );

  it('left out by a client that cannot resolve it is queried', async () => {
    const request = fixtureRequest(DISPATCHED, 'order-sign', '2.2.1', `${server.base}/sandbox/fhir`);
    const unresolved = { devices: null, medications: null };
    expect(await determination({ ...request, prefetch: unresolved })).toEqual(
      await determination({ ...request, prefetch: {} }),
    );
  });
});
