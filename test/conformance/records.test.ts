import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsCommand } from '../../src/records/command.ts';
import { objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import type { RecordStore } from '../../src/store/records.ts';
import type { Row } from '../../src/store/tables.ts';
import { memoryRecords, rowsOf } from '../support/memory-records.ts';
import { fixtureRequest, withConfiguration } from './sample-requests.ts';
import { fixtures, startServer, type Started } from './server.ts';

/** What is kept of calls and answers for disputes (CRD-S-04, CRD-S-05). */

let server: Started;
let records: RecordStore;
beforeAll(async () => {
  records = memoryRecords();
  server = await startServer({ records });
});
afterAll(() => server.close());

const FIXTURE = fixtures.find(({ name }) => name === 'mcl-response-not-documented');
if (FIXTURE === undefined) throw new Error('a fixture is missing');

const post = (path: string, body: unknown): Promise<Response> =>
  server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Records of what no answer depends on are kept behind it. */
async function untilKept(count: number, of = records): Promise<readonly Row<'audit_event'>[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const rows = await rowsOf(of, 'audit_event');
    if (rows.length >= count) return rows;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the records were not kept');
}

const withoutChart = ({ fhirServer: _server, prefetch: _prefetch, ...request }: JsonObject): JsonObject =>
  request;

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('records', () => {
  it('hold every call and what was answered, refused and failed calls too', async () => {
    const request = fixtureRequest(FIXTURE, 'order-sign', '2.0.1', `${server.base}/sandbox/fhir`);
    const answer = (await (await post('/cds-services/order-sign', request)).json()) as JsonObject;
    await post('/cds-services/order-sign', {});
    await server.fetch('/determinations/none');
    await post('/cds-services/order-sign/feedback', { feedback: 'none' });
    const events = await untilKept(4);
    expect(events.map(({ action, target, status }) => [action, target, status]).toSorted()).toEqual([
      ['call', 'cds-services/order-sign', 200],
      ['call', 'cds-services/order-sign', 400],
      ['feedback', 'cds-services/order-sign/feedback', 400],
      ['read', 'determinations/:id', 404],
    ]);
    const kept = await rowsOf(records, 'determination');
    expect(JSON.stringify(answer)).toContain(kept[0]?.id ?? 'no determination was kept');
    const cards = await rowsOf(records, 'card');
    expect(cards.map(({ uuid }) => uuid).toSorted()).toEqual(
      objects(answer['cards'])
        .map(({ uuid }) => String(uuid))
        .toSorted(),
    );
    expect(new Set([...kept, ...cards].map(({ hook_instance }) => hook_instance))).toEqual(
      new Set([text(request['hookInstance'])]),
    );
  });

  it('hold a call that broke off in the middle of its body as a bad one', async () => {
    const own = memoryRecords();
    const started = await startServer({ records: own });
    const socket = connect(Number(new URL(started.base).port), '127.0.0.1');
    const head = 'host: x\r\ncontent-type: application/json\r\ncontent-length: 100';
    socket.write(`POST /cds-services/order-sign HTTP/1.1\r\n${head}\r\n\r\n{"hook"`, () => {
      socket.destroy();
    });
    const [{ action, target, status } = {}] = await untilKept(1, own);
    expect([action, target, status]).toEqual(['call', 'cds-services/order-sign', 400]);
    await started.close();
  });

  it('say whom every request was about, also where it was refused', async () => {
    const trail = memoryRecords();
    const other = await startServer({ records: trail });
    const send = (path: string, body: unknown): Promise<Response> =>
      other.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    try {
      const request = fixtureRequest(FIXTURE, 'order-sign', '2.0.1', `${other.base}/sandbox/fhir`);
      const { cards } = (await (await send('/cds-services/order-sign', request)).json()) as JsonObject;
      const [kept] = await rowsOf(trail, 'determination');
      const id = kept?.id ?? '';
      const patient = kept?.patient ?? '';
      const card = text(objects(cards)[0]?.['uuid']);
      const someone = { reference: 'Patient/someone-else' };
      const form = '/fhir/Questionnaire';
      const parameters = (...parameter: readonly object[]): object => ({
        resourceType: 'Parameters',
        parameter,
      });
      const named = [patient, kept?.hook_instance, id];
      const sent: readonly (readonly [Promise<Response>, number, readonly unknown[]])[] = [
        [
          send('/cds-services/order-sign', withoutChart(request)),
          412,
          [patient, kept?.hook_instance, undefined],
        ],
        [other.fetch(`/determinations/${id}`), 200, named],
        [other.fetch(`/determinations/${id}/prior-authorization`), 200, named],
        [
          send(`${form}/$questionnaire-package`, parameters({ name: 'context', valueString: id })),
          200,
          named,
        ],
        [
          send(`${form}/$populate`, parameters({ name: 'subject', valueReference: someone })),
          400,
          [someone.reference, null, undefined],
        ],
        [
          send('/fhir/QuestionnaireResponse', { resourceType: 'QuestionnaireResponse', subject: someone }),
          422,
          [someone.reference, null, undefined],
        ],
        [
          send('/fhir/Claim/$submit', {
            resourceType: 'Bundle',
            entry: [{ resource: { resourceType: 'Patient', id: 'someone-else' } }],
          }),
          422,
          [someone.reference, null, undefined],
        ],
        [
          send('/cds-services/order-sign/feedback', {
            feedback: [{ card, outcome: 'overridden', outcomeTimestamp: '2026-03-02T10:05:31Z' }],
          }),
          200,
          [patient, kept?.hook_instance, undefined],
        ],
      ];
      for (const [response, status] of sent) expect((await response).status).toBe(status);
      // The call that was answered comes first.
      const [, ...rows] = await untilKept(sent.length + 1, trail);
      expect(
        rows
          .map(({ status, patient: whom, hook_instance, details }) => [
            status,
            [whom, hook_instance, property(JSON.parse(details), 'determination')],
          ])
          .toSorted(byText),
      ).toEqual(sent.map(([, status, whom]) => [status, whom]).toSorted(byText));
    } finally {
      await other.close();
    }
  });

  it('are found by hook instance, assertion and suggestion, and looking is recorded', async () => {
    const [kept] = await rowsOf(records, 'determination');
    const suggestion = (await rowsOf(records, 'card'))
      .flatMap(({ suggestions }) => JSON.parse(suggestions) as readonly string[])
      .at(0);
    const before = (await rowsOf(records, 'audit_event')).length;
    for (const key of [
      ['--assertion', kept?.id ?? ''],
      ['--hook-instance', kept?.hook_instance ?? ''],
      ['--suggestion', suggestion ?? ''],
    ]) {
      let out = '';
      await recordsCommand(['find', ...key], {
        open: () => ({ ...records, close: () => Promise.resolve() }),
        now: () => '2026-03-03T00:00:00.000Z',
        out: (written) => (out += written),
        error: () => undefined,
      });
      const found = JSON.parse(out) as JsonObject;
      expect(property(objects(found['determinations'])[0], 'id'), key.join(' ')).toBe(kept?.id);
    }
    const looked = (await rowsOf(records, 'audit_event')).filter(({ client }) => client === 'operator');
    expect(await rowsOf(records, 'audit_event')).toHaveLength(before + 3);
    expect(looked.map(({ patient, details }) => [patient, property(JSON.parse(details), 'key')])).toEqual([
      [kept?.patient, { assertion: kept?.id }],
      [kept?.patient, { hookInstance: kept?.hook_instance }],
      [kept?.patient, { suggestion }],
    ]);
  });

  it('the metric fields of each call are exported: hook, times, status, token, resources, coverage', async () => {
    const [kept] = await rowsOf(records, 'determination');
    let out = '';
    await recordsCommand(['metrics'], {
      open: () => ({ ...records, close: () => Promise.resolve() }),
      now: () => '2026-03-03T00:00:00.000Z',
      out: (written) => (out += written),
      error: () => undefined,
    });
    const exported = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject)
      .toSorted((a, b) => Number(a['httpResponse']) - Number(b['httpResponse']));
    expect(exported).toHaveLength(2);
    expect(exported[0]).toMatchObject({
      source: 'payer-src',
      hookInstance: kept?.hook_instance,
      hookType: 'order-sign',
      requestTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      responseTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      httpResponse: 200,
      tokenUse: 'not-used',
      resources: expect.arrayContaining([{ type: 'Patient', count: 1, prefetch: false }]) as unknown,
      response: expect.arrayContaining([
        { type: 'coverage-info' },
        {
          coverageInfo: {
            covered: 'covered',
            paNeeded: 'auth-needed',
            docNeeded: ['clinical'],
            questionnaire: [expect.stringContaining('/Questionnaire/') as string],
            assertionId: kept?.id,
          },
        },
      ]) as unknown,
    });
    expect(exported[1]).toMatchObject({ source: 'payer-src', httpResponse: 400 });
    expect(out).not.toContain(String(property(FIXTURE.request.context, 'patientId')));
  });

  it('that cannot be kept leave the answer without coverage information or id, and the health degraded; others are refused', async () => {
    const broken: RecordStore = {
      ...memoryRecords(),
      keep: () => Promise.reject(new Error('disk full')),
      determination: () => Promise.reject(new Error('disk full')),
      allAnswersOf: () => Promise.reject(new Error('disk full')),
    };
    const down = await startServer({ records: broken });
    try {
      const send = (path: string, body: unknown): Promise<Response> =>
        down.fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const request = fixtureRequest(FIXTURE, 'order-sign', '2.0.1', `${down.base}/sandbox/fhir`);
      const response = await send('/cds-services/order-sign', request);
      const answer = (await response.json()) as JsonObject;
      // Coverage information owes an id: a card says it in its place, to a client too that switched the card off.
      expect([response.status, answer['systemActions']]).toEqual([200, []]);
      const off = withConfiguration(request, { 'determination-card': false, 'max-cards': 0 });
      const quiet = (await (await send('/cds-services/order-sign', off)).json()) as JsonObject;
      for (const [said, ...others] of [objects(answer['cards']), objects(quiet['cards'])]) {
        expect(said?.['detail']).toContain('could not be recorded: it has no assertion id');
        expect(said?.['detail']).toContain('Prior authorization required');
        expect(others.some((card) => JSON.stringify(card).includes('could not be recorded'))).toBe(false);
      }
      expect(JSON.stringify([answer, quiet])).not.toContain('coverage-assertion-id');
      const silent = withConfiguration(request, { 'coverage-info': false });
      expect(
        objects(((await (await send('/cds-services/order-sign', silent)).json()) as JsonObject)['cards']),
      ).toEqual([]);
      const made = (await (await send('/determinations', request)).json()) as JsonObject;
      expect(objects(made['determinations'])[0]).toMatchObject({ decision: 'documentation-needed' });
      expect(objects(made['determinations'])[0]).not.toHaveProperty('id');
      expect(await (await down.fetch('/healthz')).json()).toMatchObject({ status: 'degraded' });
      expect((await down.fetch('/determinations/x')).status).toBe(503);
      const feedback = [{ card: 'c', outcome: 'overridden', outcomeTimestamp: '2026-03-02T10:05:31Z' }];
      expect((await send('/cds-services/order-sign/feedback', { feedback })).status).toBe(503);
    } finally {
      await down.close();
    }
  });
});
