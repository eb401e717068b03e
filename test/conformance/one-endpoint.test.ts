import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import { fixtureRequest } from './sample-requests.ts';
import { fixtures, library, startServer, type Started } from './server.ts';

/** One base URL for all coverages (CRD-X-04), which answers while what stands behind it does not (CRD-T-04). */

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const post = async (path: string, body: unknown): Promise<JsonObject> => {
  const response = await server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as JsonObject;
};

describe('one endpoint', () => {
  it('answers for the members of every payer with a policy, under one base URL', async () => {
    const answered = new Set<unknown>();
    for (const fixture of fixtures) {
      const request = fixtureRequest(fixture, 'order-sign', '2.0.1', `${server.base}/sandbox/fhir`);
      const { determinations } = await post('/determinations', request);
      for (const { policy } of objects(determinations)) answered.add(property(policy, 'id'));
    }
    expect([...answered].toSorted()).toEqual([...new Set(library.policies.map(({ id }) => id))].toSorted());
  });

  it('answers when the FHIR server is down: what is not known, and which order it is about', async () => {
    const [fixture] = fixtures.filter(({ name }) => name === 'mcl-all-attested');
    if (fixture === undefined) throw new Error('a fixture is missing');
    const up = fixtureRequest(fixture, 'order-sign', '2.0.1', `${server.base}/sandbox/fhir`);
    const coverage = objects(property(fixture.chart, 'entry')).flatMap(({ resource }) =>
      ['Coverage', 'Organization'].includes(text(property(resource, 'resourceType')) ?? '')
        ? [{ resource }]
        : [],
    );
    // Nothing listens on the port of discard.
    const { cards } = await post('/cds-services/order-sign', {
      ...up,
      fhirServer: 'http://127.0.0.1:9/fhir',
      prefetch: { coverage: { resourceType: 'Bundle', type: 'searchset', entry: coverage } },
    });
    const [card] = objects(cards);
    expect(text(card?.['detail'])).toMatch(/could not be read/);
    expect(text(card?.['detail'])).toMatch(/Tecartus/);
  });
});
