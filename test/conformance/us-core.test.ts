import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import { fixtures, startServer, type Started } from './server.ts';
import { inShapeOf, US_CORE_VERSIONS } from './us-core.ts';

/** The same charts as servers of each US Core version send them (CRD-R-01). */

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const resourcesOf = (chart: unknown): readonly JsonObject[] =>
  objects(property(chart, 'entry')).flatMap(({ resource }) => objects(resource));

async function determinationsOf(request: JsonObject, resources: readonly JsonObject[]): Promise<unknown> {
  const record = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
  const response = await server.fetch('/determinations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...request,
      fhirServer: undefined,
      fhirAuthorization: undefined,
      prefetch: { record },
    }),
  });
  expect(response.status).toBe(200);
  const { determinations } = (await response.json()) as JsonObject;
  return objects(determinations).map((determination) => ({ ...determination, id: undefined }));
}

describe('US Core', () => {
  it.each(US_CORE_VERSIONS)(
    '%s charts give the determinations of the chart they were made of',
    async (version) => {
      let compared = 0;
      for (const { name, request, chart } of fixtures) {
        const resources = resourcesOf(chart);
        const plain = await determinationsOf(request, resources);
        const shaped = await determinationsOf(
          request,
          resources.map((resource) => inShapeOf(resource, version)),
        );
        expect(shaped, name).toEqual(plain);
        compared += objects(plain).length;
      }
      expect(compared).toBeGreaterThan(fixtures.length / 2);
    },
  );
});
