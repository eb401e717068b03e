import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type Started } from '../conformance/server.ts';
import { hookRequest, send, type HookRequest } from '../dtr/service.ts';
import { storedChart, type Resource } from '../server/charts.ts';
import { fakeFhirServer, sendJson, targetOf } from '../server/fake-fhir-server.ts';
import { statementOf } from './payer.ts';

/** An order that the payer has authorized already: said so with the number, as long as the authorization fits. */

const PAS = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension';
const PLACES = 'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set';

let server: Started;
let request: HookRequest;
beforeAll(async () => {
  server = await startServer();
  request = await hookRequest(server, 'b-all-second-relapse-outpatient');
});
afterAll(() => server.close());

interface Authorization {
  readonly product?: string;
  readonly coverage?: string;
  readonly patient?: string;
  readonly place?: string;
  readonly type?: string;
  readonly status?: string;
  readonly action?: string;
  readonly number?: string | undefined;
  readonly end?: string;
  readonly quantity?: number;
  readonly created?: string;
  /** The order that the Claim names. */
  readonly order?: object;
  readonly id?: string;
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

const answer = ({
  type = 'institutional',
  patient = 'pryce',
  status = 'active',
  action = 'A1',
  end = '2026-10-14',
  created = '2026-03-02T10:00:00Z',
  id = 'authorization',
  ...given
}: Authorization): object => {
  const number = 'number' in given ? given.number : 'AUTH0001';
  return {
    resourceType: 'ClaimResponse',
    id,
    status,
    type: coded('http://terminology.hl7.org/CodeSystem/claim-type', type),
    use: 'preauthorization',
    patient: { reference: `Patient/${patient}` },
    created,
    insurer: { reference: 'Organization/pryce-payer-carepartners' },
    request: { reference: 'Claim/request' },
    outcome: 'complete',
    preAuthPeriod: { start: '2026-03-02', end },
    item: [
      {
        itemSequence: 1,
        adjudication: [
          {
            category: coded('http://terminology.hl7.org/CodeSystem/adjudication', 'submitted'),
            extension: [
              {
                url: `${PAS}-reviewAction`,
                extension: [
                  {
                    url: `${PAS}-reviewActionCode`,
                    valueCodeableConcept: coded('https://codesystem.x12.org/005010/306', action),
                  },
                  ...(number === undefined ? [] : [{ url: 'number', valueString: number }]),
                ],
              },
            ],
          },
        ],
      },
    ],
  };
};

const claim = ({
  product = 'Q2053',
  coverage = 'pryce-coverage',
  patient = 'pryce',
  place = '22',
  quantity,
  order,
}: Authorization): object => ({
  resourceType: 'Claim',
  id: 'request',
  status: 'active',
  use: 'preauthorization',
  patient: { reference: `Patient/${patient}` },
  insurance: [{ sequence: 1, focal: true, coverage: { reference: `Coverage/${coverage}` } }],
  item: [
    {
      sequence: 1,
      ...(order === undefined
        ? {}
        : { extension: [{ url: `${PAS}-requestedService`, valueReference: order }] }),
      productOrService: coded('http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', product),
      locationCodeableConcept: coded(PLACES, place),
      ...(quantity === undefined ? {} : { quantity: { value: quantity } }),
    },
  ],
});

/** The call with an authorization in prefetch. */
const withAuthorization = (authorization: Authorization, ...more: readonly object[]): unknown => ({
  ...request,
  prefetch: Object.fromEntries(
    [claim(authorization), answer(authorization), ...more].map((resource, index) => [
      `held${index}`,
      resource,
    ]),
  ),
});

describe('an authorization on file', () => {
  it('satisfies the order: number and end are said, and nothing is asked for', async () => {
    const call = {
      ...(withAuthorization({}) as object),
      extension: { 'davinci-crd.requestedVersion': '2.2' },
    };
    const statement = await statementOf(server, call);
    expect(statement).toMatchObject({
      covered: 'covered',
      'pa-needed': 'satisfied',
      'satisfied-pa-id': 'AUTH0001',
      'expiry-date': '2026-10-14',
    });
    expect(Object.keys(statement)).not.toContain('doc-needed');
    const { body } = await send<{ cards: readonly { summary: string; indicator: string }[] }>(
      server,
      '/cds-services/order-sign',
      call,
    );
    expect(body.cards.map(({ summary, indicator }) => [summary, indicator])).toEqual([
      ['Prior authorization on file for Tecartus: AUTH0001', 'info'],
    ]);
  });

  it.each<readonly [string, Authorization]>([
    ['for another product', { product: 'Q2041' }],
    ['under another coverage', { coverage: 'pryce-coverage-bcbsma' }],
    ['for another patient', { patient: 'somebody-else' }],
    ['for the other setting', { place: '21' }],
    ['that ends before the planned day', { end: '2026-04-13' }],
    ['of the drug by the pharmacy', { type: 'pharmacy' }],
    ['that was cancelled', { status: 'cancelled' }],
    ['that is pended', { action: 'A4' }],
    ['that is modified', { action: 'A6' }],
    ['without a number', { number: undefined }],
  ])('%s does not', async (_name, authorization) => {
    expect(await statementOf(server, withAuthorization(authorization))).toMatchObject({
      'pa-needed': 'auth-needed',
    });
  });

  it('does not when the payer has taken it back, or for less than is ordered', async () => {
    const later = answer({ action: 'A3', created: '2026-03-05T10:00:00Z', id: 'later' });
    expect(await statementOf(server, withAuthorization({}, later))).toMatchObject({
      'pa-needed': 'auth-needed',
    });
    const [entry] = request.context.draftOrders.entry ?? [];
    const order = {
      ...entry?.resource,
      dispenseRequest: { validityPeriod: { start: '2026-04-14' }, quantity: { value: 2 } },
    };
    const ordered = (quantity: number): unknown => ({
      ...(withAuthorization({ quantity }) as object),
      context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry: [{ resource: order }] } },
    });
    expect(await statementOf(server, ordered(1))).toMatchObject({ 'pa-needed': 'auth-needed' });
    expect(await statementOf(server, ordered(2))).toMatchObject({ 'pa-needed': 'satisfied' });
  });

  it('satisfies the order that its Claim names, by reference, identifier or as the one it continues', async () => {
    const [entry] = request.context.draftOrders.entry ?? [];
    const given = async (order: object, more: object): Promise<unknown> => {
      const resource = { ...entry?.resource, id: 'another', ...more };
      const call = {
        ...(withAuthorization({ order }) as object),
        context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry: [{ resource }] } },
      };
      return (await statementOf(server, call))['pa-needed'];
    };
    const named = { reference: `MedicationRequest/${entry?.resource?.id ?? ''}` };
    const number = { system: 'urn:test', value: 'order-1' };
    expect(await given(named, {})).toBe('auth-needed');
    expect(await given(named, { id: entry?.resource?.id })).toBe('satisfied');
    expect(await given(named, { priorPrescription: named })).toBe('satisfied');
    expect(await given({ identifier: number }, {})).toBe('auth-needed');
    expect(await given({ identifier: number }, { identifier: [number] })).toBe('satisfied');
  });

  it('satisfies as many orders of a call as it is for', async () => {
    const [entry] = request.context.draftOrders.entry ?? [];
    const orders = ['first', 'second', 'third'].map((id) => ({ resource: { ...entry?.resource, id } }));
    const stated = async (quantity?: number): Promise<readonly unknown[]> => {
      const call = {
        ...(withAuthorization(quantity === undefined ? {} : { quantity }) as object),
        context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry: orders } },
      };
      const { body } = await send<{ systemActions: readonly { resource: unknown }[] }>(
        server,
        '/cds-services/order-sign',
        call,
      );
      return body.systemActions.map((action) => JSON.stringify(action).includes('"satisfied"'));
    };
    expect(await stated()).toEqual([true, false, false]);
    expect(await stated(2)).toEqual([true, true, false]);
  });

  it('that cannot be read is not known, which the card says; a server that has no such records is asked no more', async () => {
    let status = 200;
    const { resources } = storedChart('b-all-second-relapse-outpatient');
    const ehr = await fakeFhirServer(
      [...resources, ...([claim({}), answer({})] as readonly Resource[])],
      (url, response) =>
        status !== 200 && targetOf(url).type === 'ClaimResponse' && sendJson(response, {}, status),
    );
    const answered = async (given: number): Promise<readonly [unknown, boolean]> => {
      status = given;
      const call = { ...request, fhirServer: ehr.base };
      const statement = await statementOf(server, call);
      const { body } = await send<{ cards: readonly { detail?: string }[] }>(
        server,
        '/cds-services/order-sign',
        call,
      );
      return [
        statement['pa-needed'],
        body.cards.some(({ detail = '' }) => detail.includes('earlier answers')),
      ];
    };
    expect(await answered(200)).toEqual(['satisfied', false]);
    expect(await answered(500)).toEqual(['auth-needed', true]);
    expect(await answered(404)).toEqual(['auth-needed', false]);
    await ehr.close();
  });
});
