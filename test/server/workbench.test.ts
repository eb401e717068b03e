import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtures, startServer, type Started } from '../conformance/server.ts';

/** What the server has for the page alone: the chart of a patient, from a FHIR server that may be called. */

const fixture = fixtures.find(({ name }) => name === 'mcl-all-attested');
const patientId = (fixture?.request as { context: { patientId: string } }).context.patientId;
const lines: string[] = [];
let server: Started;
beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  server = await startServer({ logger });
});
afterAll(() => server.close());

interface Answer {
  readonly bundle: { readonly type: string; readonly entry: readonly { readonly resource: unknown }[] };
  readonly unread: readonly { readonly resourceType: string; readonly reason: string }[];
}
const ask = (question: unknown): Promise<Response> =>
  server.fetch('/workbench/chart', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
const sandbox = (): string => `${server.base}/sandbox/fhir`;

describe('the chart for the page', () => {
  it('holds the records that a hook call reads, each once, as the FHIR server has them', async () => {
    const response = await ask({ fhirServer: sandbox(), patientId });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(
      response.headers.get('access-control-allow-origin'),
      'for the page of this service alone',
    ).toBeNull();
    const { bundle, unread } = (await response.json()) as Answer;
    expect(unread).toEqual([]);
    const shown = bundle.entry.map(({ resource }) => JSON.stringify(resource));
    const chart = new Set(fixture?.chart.entry?.map(({ resource }) => JSON.stringify(resource)));
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.filter((text) => !chart.has(text))).toEqual([]);
    for (const type of ['Patient', 'Coverage', 'Condition', 'Observation', 'Procedure'])
      expect(shown.filter((text) => text.includes(`"resourceType":"${type}"`)).length, type).toBe(
        [...chart].filter((text) => text.includes(`"resourceType":"${type}"`)).length,
      );
  });

  it('says which records could not be read, and logs neither patient nor token', async () => {
    const token = 'secret-access-token';
    const response = await ask({ fhirServer: 'http://127.0.0.1:9/fhir', patientId, token });
    const { bundle, unread } = (await response.json()) as Answer;
    expect(bundle.entry).toEqual([]);
    expect(unread.map(({ resourceType }) => resourceType)).toEqual(
      expect.arrayContaining(['Patient', 'Coverage', 'Condition', 'Observation']),
    );
    expect(lines.join('')).toContain('chart read');
    expect(lines.filter((line) => line.includes(patientId) || line.includes(token))).toEqual([]);
  });

  it.each([
    ['a server elsewhere', { fhirServer: 'https://fhir.example.org/r4', patientId }, 'fhirServer'],
    ['no server', { patientId }, 'fhirServer'],
    ['a patient that is a path', { fhirServer: 'http://localhost/fhir', patientId: '../x' }, 'patientId'],
    ['a token that is none', { fhirServer: 'http://localhost/fhir', patientId, token: 5 }, 'token'],
    ['no object', [], '(body)'],
  ])('is refused for %s, and the place is named', async (_name, question, path) => {
    const response = await ask(question);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid-request', path });
  });
});
