import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { feedbackOf, memoryRecords } from '../support/memory-records.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { callerWith, createService } from '../server/service.ts';
import { answerOf, orderSign, withConfiguration, withContext } from './service.ts';

const app = createService();
const call = orderSign('b-all-all-attested');
const post = (path: string, body: object | string, service = app) =>
  request(service)
    .post(path)
    .set('content-type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body));
const refused = (response: request.Response) => {
  const { code, path } = response.body as { code: string; path: string };
  return [response.status, code, path];
};

describe('the version', () => {
  it.each(['2.0', '2.0.1', '2.1', '2.1.0', '2.2', '2.2.1', null])('%s is spoken', async (version) => {
    expect((await post('/cds-services/order-sign', withConfiguration(call, {}, version))).status).toBe(200);
  });
  it.each(['1.0', '3.0', '2', '2.3', '', '2.2.x', 2.2, {}, ['2.2']])('%j is refused', async (version) => {
    for (const path of ['/cds-services/order-sign', '/determinations'])
      expect(refused(await post(path, withConfiguration(call, {}, version)))).toEqual([
        400,
        'unsupported-version',
        'extension.davinci-crd.requestedVersion',
      ]);
  });
});

describe('a request is refused by its path', () => {
  const long = 'x'.repeat(3000);
  it.each<readonly [string, object, string]>([
    ['a hookInstance too long', { ...call, hookInstance: long }, 'hookInstance'],
    ['a hookInstance that no database keeps', { ...call, hookInstance: 'a\0b' }, 'hookInstance'],
    ['a patientId too long', withContext(call, { patientId: long }), 'context.patientId'],
    ['a userId too long', withContext(call, { userId: `Practitioner/${long}` }), 'context.userId'],
    ['a fhirServer too long', { ...call, fhirServer: `https://x.org/${long}` }, 'fhirServer'],
    ['an extension that is a string', { ...call, extension: 'x' }, 'extension'],
    [
      'orders that are no list',
      withContext(call, { draftOrders: { resourceType: 'Bundle', entry: 'x' } }),
      'context.draftOrders.entry',
    ],
  ])('%s', async (_name, body, path) => {
    expect(refused(await post('/cds-services/order-sign', body))).toEqual([400, 'invalid-request', path]);
  });

  it('and in FHIR for a caller that asks for FHIR', async () => {
    const response = await post('/cds-services/order-sign', { ...call, hook: 5 }).set(
      'accept',
      'application/fhir+json',
    );
    expect(response.headers['content-type']).toMatch(/^application\/fhir\+json/);
    expect(JSON.parse(response.text)).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [
        { severity: 'error', code: 'invalid', details: { text: 'invalid-request' }, expression: ['hook'] },
      ],
    });
  });
});

describe('feedback', () => {
  const at = '2026-03-02T10:05:31Z';
  const accepted = {
    card: 'c',
    outcome: 'accepted',
    acceptedSuggestions: [{ id: 's' }],
    outcomeTimestamp: at,
  };
  const overridden = { card: 'c', outcome: 'overridden', outcomeTimestamp: at };
  const reason = { code: 'x', system: 'urn:the-client', display: 'X' };
  const send = async (feedback: unknown, service = createService()) =>
    post('/cds-services/order-sign/feedback', { feedback }, service);

  it('of every shape is kept, Epic’s too, with what is known of its card', async () => {
    const records = memoryRecords();
    const service = createService({ records });
    const [card] = (await answerOf(service, call)).cards;
    const entries = [
      { ...accepted, card: card?.uuid },
      overridden,
      { ...overridden, overrideReason: { reason, userComment: 'seen' } },
      { ...overridden, overrideReason: { userComment: 'only words' } },
      { ...overridden, overrideReasons: [{ reason }, { userComment: 'epic' }] },
      { ...overridden, overrideReasons: { reason, 'com.epic.cdshooks.code': 1 }, surplus: true },
      { ...accepted, outcomeTimestamp: '2026-03-02T05:05:31.123-05:00' },
    ];
    const response = await send(entries, service);
    expect([response.status, response.body]).toEqual([200, {}]);
    const kept = await feedbackOf(records);
    expect(kept.map((entry) => [entry.isKnownCard, entry.outcome, entry.acceptedSuggestions])).toEqual([
      [true, 'accepted', ['s']],
      ...Array.from({ length: 5 }, () => [false, 'overridden', []]),
      [false, 'accepted', ['s']],
    ]);
    expect(kept.map(({ overrideReasons }) => overrideReasons)).toEqual([
      [],
      [],
      [{ reason, userComment: 'seen' }],
      [{ userComment: 'only words' }],
      [{ reason }, { userComment: 'epic' }],
      [{ reason }],
      [],
    ]);
    await send([overridden], service);
    expect(await feedbackOf(records)).toHaveLength(entries.length + 1);
  });

  it.each<readonly [string, unknown, string]>([
    ['no list', undefined, 'feedback'],
    ['an empty list', [], 'feedback'],
    ['one entry in place of the list', accepted, 'feedback'],
    ['an entry that is null', [accepted, null], 'feedback.1'],
    ['no card', [{ ...accepted, card: undefined }], 'feedback.0.card'],
    ['an empty card', [accepted, { ...accepted, card: ' ' }], 'feedback.1.card'],
    ['another outcome', [accepted, accepted, { ...accepted, outcome: 'ignored' }], 'feedback.2.outcome'],
    ['nothing accepted', [{ ...accepted, acceptedSuggestions: [] }], 'feedback.0.acceptedSuggestions'],
    ['no suggestions', [{ ...accepted, acceptedSuggestions: undefined }], 'feedback.0.acceptedSuggestions'],
    [
      'a suggestion without id',
      [{ ...accepted, acceptedSuggestions: [{}] }],
      'feedback.0.acceptedSuggestions.0.id',
    ],
    ['no time', [{ ...overridden, outcomeTimestamp: undefined }], 'feedback.0.outcomeTimestamp'],
    ['a day for a time', [{ ...overridden, outcomeTimestamp: '2026-03-02' }], 'feedback.0.outcomeTimestamp'],
    [
      'a comment too long',
      [{ ...overridden, overrideReason: { userComment: 'x'.repeat(20_000) } }],
      'feedback.0.overrideReason.userComment',
    ],
    [
      'a reason without code',
      [{ ...overridden, overrideReason: { reason: {} } }],
      'feedback.0.overrideReason.reason.code',
    ],
  ])('is refused, by its index, and none of it kept: %s', async (_name, feedback, path) => {
    const records = memoryRecords();
    const response = await send(feedback, createService({ records }));
    expect(refused(response)).toEqual([400, 'invalid-request', path]);
    expect(await feedbackOf(records)).toEqual([]);
  });

  it('goes to a service that there is', async () => {
    expect(refused(await post('/cds-services/nothing/feedback', { feedback: [accepted] }))).toEqual([
      404,
      'unknown-service',
      '(url)',
    ]);
    for (const hook of [
      'order-select',
      'order-dispatch',
      'appointment-book',
      'encounter-start',
      'encounter-discharge',
    ])
      expect((await post(`/cds-services/${hook}/feedback`, { feedback: [accepted] })).status, hook).toBe(200);
    expect((await post('/cds-services/order-sign/feedback', '{')).status).toBe(400);
  });
});

describe('CORS', () => {
  const origin = 'https://sandbox.cds-hooks.org';
  const headersOf = ({ headers }: request.Response): Record<string, string | undefined> => headers;

  it.each([
    '/cds-services',
    '/cds-services/order-sign',
    '/cds-services/order-sign/feedback',
    '/determinations',
    '/sandbox/fhir/Patient/x',
    '/nothing',
  ])('preflight is answered everywhere, without a body or a token: %s', async (path) => {
    const response = await request(app)
      .options(path)
      .set('origin', origin)
      .set('access-control-request-method', 'POST')
      .set('access-control-request-private-network', 'true');
    expect(response.status).toBe(204);
    expect(headersOf(response)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, Accept',
      'access-control-allow-private-network': 'true',
    });
  });

  it('answers and errors can be read by a page', async () => {
    for (const response of [
      await request(app).get('/cds-services').set('origin', origin),
      await post('/cds-services/order-sign', '{').set('origin', origin),
      await request(app).get('/nothing').set('origin', origin),
    ])
      expect(headersOf(response)['access-control-allow-origin']).toBe('*');
  });

  it('with a list of origins, those alone', async () => {
    const listed = createService({
      callers: sandboxCallers(callerWith({ origins: [origin] })),
    });
    const [known, unknown] = [
      await request(listed).get('/cds-services').set('origin', origin),
      await request(listed).get('/cds-services').set('origin', 'https://other.example.org'),
    ];
    expect([headersOf(known)['access-control-allow-origin'], headersOf(known)['vary']]).toEqual([
      origin,
      'Origin',
    ]);
    expect(headersOf(unknown)['access-control-allow-origin']).toBeUndefined();
  });
});
