import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Determination } from '../../src/engine/determination.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { OrderChoices, PatientChoice } from '../../src/workbench/api.ts';
import {
  carTOrders,
  plannedDay,
  productOf,
  requestFor,
  statedCoverage,
  statedSetting,
  withCoverage,
  withPlannedDay,
  withProduct,
  withSetting,
} from '../../src/workbench/order/order-draft.ts';
import { draftOrders } from '../../src/workbench/hook-body.ts';
import { fixtures, library, ORDER_DAY, startServer, type Started } from '../conformance/server.ts';

/** What the server has for the page alone, and that it reads what the page makes of it. */

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
    expect(lines.join('')).toContain('"operation":"chart"');
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

describe('the choices for the page', () => {
  let choices: OrderChoices;
  let patients: readonly PatientChoice[];
  beforeAll(async () => {
    choices = (await (await server.fetch('/workbench/choices')).json()) as OrderChoices;
    ({ patients } = (await (await server.fetch('/workbench/patients')).json()) as {
      readonly patients: readonly PatientChoice[];
    });
  });

  it('are every patient with what is ordered for them, and what the data files have', async () => {
    expect(choices.patients).toEqual(fixtures.map(({ name }) => name));
    expect(patients.map(({ name }) => name)).toEqual(choices.patients);
    const one = await server.fetch('/workbench/patients/mcl-all-attested');
    expect(await one.json()).toEqual(patients.find(({ name }) => name === 'mcl-all-attested'));
    expect((await server.fetch('/workbench/patients/nobody')).status).toBe(404);
    expect(patients.find(({ name }) => name === 'mcl-all-attested')).toEqual({
      name: 'mcl-all-attested',
      patient: 'Carmen Luz Ortiz',
      gender: 'female',
      birthDate: '1957-11-30',
      story: fixture?.story,
      signedOn: ORDER_DAY,
      orders: ['MedicationRequest/ortiz-draft-tecartus'],
      product: 'tecartus',
      setting: 'outpatient',
      payer: 'carepartners-ct',
      line: 'medicare-advantage-ppo',
      planned: '2026-03-31',
    });
    expect(patients.filter(({ orders }) => orders.length === 0).map(({ name }) => name)).toEqual([
      'hypertension-only',
    ]);
    expect(choices.products.map(({ id }) => id)).toEqual(library.products.products.map(({ id }) => id));
    expect(choices.payers.map(({ id }) => id)).toEqual([...library.payers.keys()]);
    expect(choices.lines.map(({ id }) => id)).toEqual([...library.planLines.lines.keys()]);
  });

  const determine = async (request: JsonObject): Promise<readonly Determination[]> => {
    const response = await server.fetch('/determinations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-as-of': ORDER_DAY },
      body: JSON.stringify(request),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { readonly determinations: readonly Determination[] }).determinations;
  };
  const found = <T extends { readonly id: string }>(list: readonly T[], id: string): T => {
    const item = list.find((known) => known.id === id);
    if (item === undefined) throw new Error(`${id} is not offered`);
    return item;
  };

  it('make orders that the service reads as they were chosen: product, setting, day, payer and plan', async () => {
    const chosen = library.policies.flatMap((policy) =>
      policy.lines.slice(0, 2).map((line, index) => ({
        policy,
        payer: found(choices.payers, policy.payer),
        line: found(choices.lines, line),
        setting: found(choices.settings, index === 0 ? 'inpatient' : 'outpatient'),
        product: found(
          choices.products,
          policy.products === 'any' ? (choices.products[index]?.id ?? '') : (policy.products[0] ?? ''),
        ),
      })),
    );
    expect(chosen.length).toBeGreaterThan(4);
    for (const { policy, payer, line, setting, product } of chosen) {
      const at = { fhirServer: sandbox(), patientId, token: undefined };
      const [first] = choices.products;
      if (first === undefined) throw new Error('no product is offered');
      const orders = (request: JsonObject): readonly JsonObject[] =>
        carTOrders(request, [], choices.products);
      let request: JsonObject = requestFor(at, first, ORDER_DAY);
      request = withProduct(request, orders(request), product);
      request = withSetting(request, orders(request), setting);
      request = withPlannedDay(request, orders(request), '2026-05-05');
      request = withCoverage(request, orders(request), payer, line);
      const [order] = draftOrders(request);
      expect(order && [productOf(order, choices.products), plannedDay(order)]).toEqual([
        product,
        '2026-05-05',
      ]);
      expect([statedSetting(request, choices.settings), statedCoverage(request, choices)]).toEqual([
        setting,
        { payer, line },
      ]);
      const determinations = await determine(request);
      expect(
        determinations.map((made) => [made.policy.id, made.product, made.setting]),
        `${policy.id}, ${line.id}`,
      ).toEqual([[policy.id, product.id, setting.id]]);
      expect(JSON.stringify(determinations)).not.toContain('does not tell');
    }
  });

  it('change a fixture’s own order, a timing and a contained drug included', async () => {
    for (const name of ['b-all-seventeen', 'b-all-second-relapse-outpatient', 'excellus-copd-without-pft']) {
      const patient = patients.find((known) => known.name === name);
      const given = fixtures.find((known) => known.name === name)?.request;
      if (patient === undefined || given === undefined) throw new Error(`${name} is gone`);
      const orders = (request: JsonObject): readonly JsonObject[] =>
        carTOrders(request, patient.orders, choices.products);
      let request: JsonObject = { ...given, fhirServer: sandbox() };
      request = withProduct(request, orders(request), found(choices.products, 'breyanzi'));
      request = withPlannedDay(request, orders(request), '2026-06-01');
      request = withCoverage(
        request,
        orders(request),
        found(choices.payers, 'bcbsma'),
        found(choices.lines, 'commercial-ppo'),
      );
      const [made] = await determine(request);
      expect([made?.order, made?.product, made?.policy.payer], name).toEqual([
        patient.orders[0],
        'breyanzi',
        'Blue Cross Blue Shield of Massachusetts',
      ]);
      const shown = orders(request)[0];
      expect(shown && plannedDay(shown)).toBe('2026-06-01');
      expect(draftOrders(request).length).toBe(draftOrders(given).length);
    }
  });
});
