import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/fhir/json.ts';
import { fixtureRequest, HOOKS } from './sample-requests.ts';
import { fixtures, startServer } from './server.ts';

/** Operational logs of a full run hold no token and nothing of the chart. */

/** Words of a chart that would tell on the patient: every string value of three words or with a digit group. */
function tellingValues(value: unknown, element = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((part) => tellingValues(part, element));
  if (isObject(value)) return Object.entries(value).flatMap(([name, part]) => tellingValues(part, name));
  const isTelling = ['family', 'birthDate', 'subscriberId', 'line', 'text', 'valueString', 'phone'].includes(
    element,
  );
  return isTelling && typeof value === 'string' && value.length > 5 ? [value] : [];
}

describe('the log', () => {
  it('has each call’s hook, time and outcome, and neither tokens nor values of the chart', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const server = await startServer({ logger: pino({ level: 'trace', base: null }, stream) });
    try {
      for (const fixture of fixtures) {
        for (const hook of HOOKS) {
          const request = {
            ...fixtureRequest(fixture, hook, '2.0.1', `${server.base}/sandbox/fhir`),
            fhirAuthorization: {
              access_token: 'secret-access-token',
              token_type: 'Bearer',
              expires_in: 300,
              scope: 'user/*.read',
              subject: 's',
            },
          };
          await server.call({
            name: hook,
            hook,
            version: '2.0.1',
            request,
            headers: { authorization: 'Bearer secret.jwt.signature' },
          });
        }
      }
      await server.fetch('/cds-services/order-sign/feedback', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          feedback: [
            {
              card: '4e0a3a1e-3f5f-4c2d-8a52-1f8f3f0e9b7d',
              outcome: 'overridden',
              overrideReason: { userComment: 'secret comment' },
              outcomeTimestamp: '2026-03-02T14:05:31Z',
            },
          ],
        }),
      });
    } finally {
      await server.close();
    }
    const log = lines.join('');
    expect(lines.length).toBeGreaterThanOrEqual(fixtures.length * HOOKS.length);
    expect(log).toContain('"hook":"order-sign"');
    expect(log).toMatch(/"milliseconds":\d/);
    expect(log).not.toMatch(/secret/);
    const values = new Set(
      fixtures.flatMap(({ chart, request }) => [...tellingValues(chart), ...tellingValues(request)]),
    );
    expect(values.size).toBeGreaterThan(100);
    expect([...values].filter((value) => log.includes(JSON.stringify(value).slice(1, -1)))).toEqual([]);
  }, 60_000);
});
