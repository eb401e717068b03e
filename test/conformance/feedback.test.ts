import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, property, type JsonObject } from '../../src/fhir/json.ts';
import { fixtureRequest, HOOKS } from './sample-requests.ts';
import { fixtures, startServer, type Started } from './server.ts';

/** CDS Hooks 2.0.1, "Feedback". */

const CARD = '4e0a3a1e-3f5f-4c2d-8a52-1f8f3f0e9b7d';
const SUGGESTION = '9d6b8a8b-6b1f-4b29-a3f7-95f1d3a2c001';
const outcomeTimestamp = '2026-03-02T14:05:31Z';
const accepted = {
  card: CARD,
  outcome: 'accepted',
  acceptedSuggestions: [{ id: SUGGESTION }],
  outcomeTimestamp,
};
const reason = { code: 'x', system: 'http://ehr.example.org/reasons', display: 'Added by the EHR' };
const overridden = {
  card: CARD,
  outcome: 'overridden',
  overrideReason: { reason, userComment: 'Patient declined' },
  outcomeTimestamp,
};

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const send = (body: unknown, service = 'order-sign') =>
  server.fetch(`/cds-services/${service}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('feedback', () => {
  it('is taken by every service, accepted and overridden', async () => {
    for (const hook of HOOKS) {
      for (const entry of [accepted, overridden]) {
        const response = await send({ feedback: [entry] }, hook);
        expect(response.status, `${hook} ${entry.outcome}`).toBe(200);
      }
    }
    expect((await send({ feedback: [accepted] }, 'nobody')).status).toBe(404);
  });

  it('may come in batches, mixed and repeated, about cards unknown here', async () => {
    const unknown = { ...overridden, card: 'a0a0a0a0-0000-4000-8000-000000000000' };
    expect((await send({ feedback: [accepted, overridden, accepted, unknown] })).status).toBe(200);
    expect((await send({ feedback: [accepted] })).status).toBe(200);
  });

  it('may override without a reason, with a comment alone, or with a reason of the client’s own', async () => {
    const bare = { card: CARD, outcome: 'overridden', outcomeTimestamp };
    expect((await send({ feedback: [bare] })).status).toBe(200);
    expect((await send({ feedback: [{ ...bare, overrideReason: { userComment: 'x' } }] })).status).toBe(200);
    expect((await send({ feedback: [{ ...bare, overrideReason: { reason } }] })).status).toBe(200);
  });

  it('may have Epic’s shape: overrideReasons, in the plural', async () => {
    const { overrideReason, ...rest } = overridden;
    expect((await send({ feedback: [{ ...rest, overrideReasons: [overrideReason] }] })).status).toBe(200);
    expect((await send({ feedback: [{ ...rest, overrideReasons: overrideReason }] })).status).toBe(200);
  });

  it('that lacks something is refused with the place of the entry', async () => {
    const bad: readonly (readonly [string, JsonObject])[] = [
      ['card', { ...accepted, card: undefined }],
      ['outcome', { ...accepted, outcome: 'ignored' }],
      ['acceptedSuggestions', { ...accepted, acceptedSuggestions: undefined }],
      ['acceptedSuggestions', { ...accepted, acceptedSuggestions: [] }],
      ['outcomeTimestamp', { ...accepted, outcomeTimestamp: undefined }],
      ['outcomeTimestamp', { ...accepted, outcomeTimestamp: 'yesterday' }],
    ];
    for (const [field, entry] of bad) {
      const response = await send({ feedback: [accepted, entry] });
      const text = await response.text();
      expect(response.status, `${field}: ${text}`).toBe(400);
      expect(text).toMatch(new RegExp(`feedback[.[]1\\]?\\.${field}`));
    }
    for (const body of [{}, { feedback: {} }, { feedback: 'x' }, []])
      expect((await send(body)).status).toBe(400);
  });

  it('finds in a card what it needs: card and suggestion uuids', async () => {
    const fixture = fixtures.find(({ name }) => name === 'mcl-response-not-documented');
    if (fixture === undefined) throw new Error('no fixture');
    const request = fixtureRequest(fixture, 'order-sign', '2.0.1', `${server.base}/sandbox/fhir`);
    const { body } = await server.call({ name: 'x', hook: 'order-sign', version: '2.0.1', request });
    const feedback = objects(property(body, 'cards')).map((card) => ({ ...overridden, card: card['uuid'] }));
    expect(feedback.length).toBeGreaterThan(0);
    expect((await send({ feedback })).status).toBe(200);
  });
});
