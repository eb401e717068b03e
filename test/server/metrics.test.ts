import { readFileSync } from 'node:fs';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { memoryRecords, rowsOf } from '../support/memory-records.ts';
import { storedChart, withWholeChart } from './charts.ts';
import { keyPair, SMALL_CALL, startProduction } from './production.ts';
import { createService } from './service.ts';

/** What the operator sees: counts, readiness, ids of requests. */

const chart = storedChart('b-all-all-attested');
const call = withWholeChart(chart, chart.resources);

/** The samples of a metric, each as its labels and value. */
const samples = (text: string, name: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .map((line) => line.slice(name.length));

describe('GET /metrics', () => {
  it('counts calls by hook and outcome, determinations, records and policies, and names no patient', async () => {
    const app = createService();
    const post = (path: string, body: string | object) =>
      request(app).post(path).set('content-type', 'application/json').send(body);
    await post('/cds-services/order-sign', call).expect(200);
    await post('/cds-services/order-sign', SMALL_CALL).expect(200);
    await post('/cds-services/order-select', '{').expect(400);
    await post('/determinations', call).expect(200);
    await app.flush();
    const { text, headers } = await request(app).get('/metrics').expect(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(samples(text, 'cartograph_request_duration_seconds_count')).toEqual([
      '{route="/cds-services/order-sign",outcome="determined"} 1',
      '{route="/cds-services/order-sign",outcome="no-determination"} 1',
      '{route="/cds-services/order-select",outcome="not-json"} 1',
      '{route="/determinations",outcome="determined"} 1',
    ]);
    expect(samples(text, 'cartograph_determinations_total')).toEqual([
      expect.stringMatching(/^\{policy="[\w.-]+",decision="criteria-met"\} 2$/),
    ]);
    expect(samples(text, 'cartograph_coverage_information_total')).toEqual([
      '{covered="covered",pa_needed="auth-needed"} 2',
    ]);
    expect(samples(text, 'cartograph_records_total{outcome="kept"}')).toEqual([' 4']);
    expect(samples(text, 'cartograph_policy_info')).toHaveLength(5);
    for (const private_ of [call.context.patientId, SMALL_CALL.context.patientId, SMALL_CALL.hookInstance])
      expect(text).not.toContain(private_);
  });

  it('has one name for a route, however a request for it ends', async () => {
    const app = createService();
    await request(app).get('/fhir/Questionnaire').expect(200);
    await request(app).post('/fhir/Questionnaire/$populate').set('content-type', 'text/plain').expect(415);
    await request(app).get('/fhir/QuestionnaireResponse/none').expect(404);
    const { text } = await request(app).get('/metrics').expect(200);
    expect(samples(text, 'cartograph_request_duration_seconds_count')).toEqual([
      '{route="/fhir/Questionnaire",outcome="ok"} 1',
      '{route="/fhir/Questionnaire/$populate",outcome="unsupported-media-type"} 1',
      '{route="/fhir/QuestionnaireResponse/:id",outcome="404"} 1',
    ]);
  });

  it('has no more series however many paths, hooks and types strangers make up', async () => {
    const app = createService();
    const seriesAfter = async (count: number): Promise<number> => {
      for (let index = 0; index < count; index += 1) {
        await request(app).get(`/made-up-${index}`);
        await request(app).post(`/cds-services/made-up-${index}`).send({});
        await request(app).get(`/determinations/made-up-${index}`);
        await request(app)
          .post('/cds-services/order-sign')
          .send({ ...SMALL_CALL, prefetch: { a: { resourceType: `MadeUp${index}`, id: 'a' } } });
      }
      return (await request(app).get('/metrics')).text.split('\n').length;
    };
    // The first asking is itself counted at the second.
    await seriesAfter(1);
    expect(await seriesAfter(5)).toBe(await seriesAfter(5));
  });

  it('is not at the public address in production, and at the operator’s with readiness', async () => {
    const service = await startProduction({
      hospital: { issuer: 'https://ehr.example.org', keys: [(await keyPair('ES384', 'one')).jwk] },
    });
    expect((await service.get(undefined, '/metrics')).status).toBe(404);
    expect((await service.get(undefined, '/readyz')).status).toBe(200);
    await service.close();
    const { operatorsApp } = createService();
    await request(operatorsApp).get('/metrics').expect(200);
    await request(operatorsApp).get('/readyz').expect(200, { status: 'ready' });
    await request(operatorsApp).get('/healthz').expect(200);
    await request(operatorsApp).post('/metrics').expect(405);
    await request(operatorsApp).get('/cds-services').expect(404);
  });
});

describe('GET /readyz', () => {
  it('waits for the store until it was opened once, and not when it goes away later', async () => {
    let isUp = false;
    const records = {
      ...memoryRecords(),
      check: () => (isUp ? Promise.resolve() : Promise.reject(new Error('no connection'))),
    };
    const app = createService({ records });
    await request(app)
      .get('/readyz')
      .expect(503, { status: 'not-ready', waitsFor: ['store'] });
    isUp = true;
    await request(app).get('/readyz').expect(200, { status: 'ready' });
    isUp = false;
    await request(app).get('/readyz').expect(200);
  });

  it('waits for the threads, and says when the process is about to end', async () => {
    const state = { isReady: false, waiting: 0, underWay: 0, heldBytes: 0, openCircuits: [] };
    const threads = {
      work: () => Promise.reject(new Error('nothing is evaluated here')),
      ready: () => Promise.resolve(),
      state: () => state,
      close: () => Promise.resolve(),
    };
    let isStopping = false;
    const app = createService({ threads, isStopping: () => isStopping });
    await request(app)
      .get('/readyz')
      .expect(503, { status: 'not-ready', waitsFor: ['threads'] });
    state.isReady = true;
    await request(app).get('/readyz').expect(200);
    isStopping = true;
    await request(app)
      .get('/readyz')
      .expect(503, { status: 'not-ready', waitsFor: ['shutdown'] });
  });
});

describe('X-Request-ID', () => {
  it.each([
    ['a trace id', '0af7651916cd43dd8448eb211c80319c', true],
    ['a UUID', '4e0a3a1e-3f5f-4c2d-8a52-1f8f3f0e9b7d', true],
    ['one too short', 'abc', false],
    ['a sentence', 'John Shah born 1961', false],
    ['one with markup', '<script>alert(1)</script>', false],
    ['one too long', 'a'.repeat(65), false],
  ])('%s goes into answer and audit trail as it came only where it is an id', async (_name, id, isTaken) => {
    const records = memoryRecords();
    const app = createService({ records });
    const { headers } = await request(app)
      .post('/cds-services/order-sign')
      .set('x-request-id', id)
      .send(SMALL_CALL)
      .expect(200);
    const answered = headers['x-request-id'] ?? '';
    if (isTaken) expect(answered).toBe(id);
    else expect(answered).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    await expect
      .poll(async () =>
        (await rowsOf(records, 'audit_event')).map(({ details }) => JSON.parse(details) as object),
      )
      .toEqual([expect.objectContaining({ requestId: answered })]);
  });
});

it('the dashboard asks for metrics that are there, and for all that are ours', async () => {
  const dashboard = readFileSync(new URL('../../deploy/grafana-dashboard.json', import.meta.url), 'utf8');
  const { panels } = JSON.parse(dashboard) as {
    readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  };
  const asked = new Set(
    panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:cartograph|process|nodejs)_\w+/g) ?? []),
    ),
  );
  const text = await createMetrics(true).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', type]) => ({ name, type }));
  const served = types.flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  );
  expect(asked.size).toBeGreaterThan(20);
  expect([...asked].filter((name) => !served.includes(name))).toEqual([]);
  const ours = types.map(({ name }) => name).filter((name) => name.startsWith('cartograph_'));
  expect(ours.filter((name) => ![...asked].some((used) => used.startsWith(name)))).toEqual([]);
});
