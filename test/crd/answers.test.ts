import request from 'supertest';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { SANDBOX_CLIENT, type ClientSettings } from '../../src/crd/client-settings.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Given } from '../../src/server/app.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import type { Resource } from '../server/charts.ts';
import { fakeFhirServer } from '../server/fake-fhir-server.ts';
import { callerWith, createService, library } from '../server/service.ts';
import {
  answerOf,
  bundle,
  draftsOf,
  fixtureNames,
  orderSign,
  resourcesOf,
  statementsOf,
  told,
  withConfiguration,
  withContext,
  withDrafts,
  type HookBody,
} from './service.ts';

const app = createService();
const DOCUMENTS = 'b-all-second-relapse-outpatient';
const MET = 'b-all-all-attested';
const call = orderSign(DOCUMENTS);
const client = (changes: Partial<ClientSettings>): Partial<Given> => ({
  callers: sandboxCallers(callerWith({ settings: { ...SANDBOX_CLIENT, ...changes } })),
});
const crdPayer = { id: 'carepartners-ct', name: 'CarePartners of Connecticut' };
const payerApp = createService(client({ crdPayer }));

const tecartus = {
  coding: [{ system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: 'Q2053' }],
};
const service = (id: string, code: unknown, changes: JsonObject = {}): JsonObject => ({
  resourceType: 'ServiceRequest',
  id,
  status: 'draft',
  intent: 'order',
  subject: { reference: 'Patient/pryce' },
  code,
  ...changes,
});
const appointment = (changes: JsonObject): JsonObject => ({
  resourceType: 'Appointment',
  id: 'visit',
  status: 'proposed',
  start: '2026-04-14T08:00:00-04:00',
  ...changes,
});
const other = (hook: string, context: JsonObject, more: readonly JsonObject[] = []): HookBody => ({
  ...orderSign(DOCUMENTS, more),
  hook,
  context: { userId: 'Practitioner/pryce-oncologist', patientId: 'pryce', ...context },
});
const active = service('sr', tecartus, { status: 'active' });
const HOOKS: readonly (readonly [string, HookBody])[] = [
  ['order-sign', call],
  [
    'order-select',
    {
      ...withContext(call, { selections: ['MedicationRequest/pryce-draft-tecartus'] }),
      hook: 'order-select',
    },
  ],
  [
    'order-dispatch',
    other('order-dispatch', { dispatchedOrders: ['ServiceRequest/sr'], performer: 'Organization/o' }, [
      active,
    ]),
  ],
  [
    'appointment-book',
    other(
      'appointment-book',
      { appointments: bundle([appointment({ basedOn: [{ reference: 'ServiceRequest/sr' }] })]) },
      [active],
    ),
  ],
];

describe('an update with coverage information', () => {
  it.each(fixtureNames.filter((name) => name !== 'hypertension-only'))(
    'goes with every governed order, whole, and with that extension alone: %s',
    async (name) => {
      const body = orderSign(name);
      const determinations = (await request(app).post('/determinations').send(body)).body as {
        determinations: { order: string }[];
      };
      const { systemActions = [] } = await answerOf(app, body);
      expect(
        systemActions.map(({ resource }) => `${String(resource['resourceType'])}/${String(resource['id'])}`),
      ).toEqual(determinations.determinations.map(({ order }) => order));
      for (const { resource } of systemActions) {
        const { extension: added, ...rest } = resource;
        const sent = draftsOf(body).find(({ id }) => id === resource['id']);
        expect({ ...rest, extension: sent?.['extension'] }).toEqual({
          ...sent,
          extension: sent?.['extension'],
        });
        expect(added).toHaveLength(statementsOf(resource).length);
      }
    },
  );

  it('says what the determination says, under its id, on its day', async () => {
    const { systemActions = [] } = await answerOf(app, call);
    const [statement] = statementsOf(systemActions[0]?.resource);
    expect(told(statement)).toEqual([
      'covered: covered',
      'pa-needed: auth-needed',
      'doc-needed: clinical',
      'doc-purpose: withpa',
      'reason: text',
      'questionnaire: http://localhost:8080/fhir/Questionnaire/carepartners-ct-tecartus.tecartus|2025-09',
    ]);
    const value = (url: string): unknown =>
      Object.values(statement?.find((part) => part.url === url) ?? {})[1];
    expect(value('date')).toBe('2026-03-02');
    const id = String(value('coverage-assertion-id'));
    expect(id).toMatch(/^[A-Za-z0-9]{20,30}$/);
    const kept = await request(app).get(`/determinations/${id}`);
    expect([kept.status, (kept.body as JsonObject)['id'], (kept.body as JsonObject)['order']]).toEqual([
      200,
      id,
      'MedicationRequest/pryce-draft-tecartus',
    ]);
  });

  it('asks administrative staff for what is open of the request, a clinician for the patient’s', async () => {
    const asked = async (service: typeof app, name: string, version: string) => {
      const body = withConfiguration(orderSign(name), {}, version);
      const { systemActions = [] } = await answerOf(service, body);
      return told(statementsOf(systemActions[0]?.resource)[0]).filter((part) =>
        part.startsWith('doc-needed'),
      );
    };
    expect(await asked(app, 'excellus-copd-without-pft', '2.0')).toEqual(['doc-needed: clinical']);
    expect(await asked(app, 'excellus-documents-missing', '2.0')).toEqual(['doc-needed: both']);
    expect(await asked(app, 'excellus-documents-missing', '2.2')).toEqual([
      'doc-needed: clinical',
      'doc-needed: admin',
    ]);
    const administrative = library.policies.map((policy) => ({
      ...policy,
      indications: policy.indications.map((indication) => ({
        ...indication,
        criteria: indication.criteria.map((criterion) => ({ ...criterion, administrative: true })),
      })),
    }));
    const office = createService({ library: { ...library, policies: administrative } });
    expect(await asked(office, 'b-all-second-relapse-outpatient', '2.2')).toEqual(['doc-needed: admin']);
  });

  it.each([
    [MET, ['covered: covered', 'pa-needed: auth-needed', 'reason: text']],
    [
      'dlbcl-wrong-indication',
      ['covered: conditional', 'pa-needed: auth-needed', 'info-needed: OTH', 'reason: text'],
    ],
    [
      'b-all-seventeen',
      ['covered: conditional', 'pa-needed: auth-needed', 'info-needed: OTH', 'reason: text'],
    ],
  ])('never says more than the determination: %s', async (name, expected) => {
    const { systemActions = [] } = await answerOf(app, orderSign(name));
    expect(told(statementsOf(systemActions[0]?.resource)[0])).toEqual(expected);
  });

  it('an order by a general code: its code is too general', async () => {
    const general = service('sr', { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38228' }] });
    const body = withDrafts(call, [general]);
    const two = (await answerOf(app, body)).systemActions ?? [];
    expect(told(statementsOf(two[0]?.resource)[0])).toEqual([
      'covered: conditional',
      'pa-needed: conditional',
      'info-needed: OTH',
      'reason: detail-code',
    ]);
    const since22 = (await answerOf(app, withConfiguration(body, {}, '2.2'))).systemActions ?? [];
    expect(told(statementsOf(since22[0]?.resource)[0])).toContain('info-needed: detail-code');
    // Two policies govern it under one coverage: still one statement and one id.
    expect([statementsOf(two[0]?.resource).length, two.length]).toEqual([1, 1]);
  });

  it('a chart that could not be read: unable to say whether it is covered', async () => {
    const coverage = bundle(resourcesOf(DOCUMENTS).filter(({ resourceType }) => resourceType === 'Coverage'));
    const body = { ...call, prefetch: { coverage } };
    const said = async (version: string) =>
      told(
        statementsOf(
          ((await answerOf(app, withConfiguration(body, {}, version))).systemActions ?? [])[0]?.resource,
        )[0],
      );
    expect(await said('2.0')).toEqual([
      'covered: conditional',
      'pa-needed: auth-needed',
      'info-needed: OTH',
      'reason: text',
    ]);
    expect(await said('2.2')).toEqual([
      'covered: indeterminate',
      'pa-needed: auth-needed',
      'reason: technical',
    ]);
  });

  it('names the billing codes that it holds for, in the canonical system', async () => {
    const code = {
      coding: [{ system: 'https://bluebutton.cms.gov/resources/codesystem/hcpcs', code: 'Q2053' }],
    };
    const { systemActions = [] } = await answerOf(app, withDrafts(call, [service('sr', code)]));
    expect(statementsOf(systemActions[0]?.resource)[0]).toContainEqual({
      url: 'billingCode',
      valueCoding: expect.objectContaining({
        system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
        code: 'Q2053',
      }) as unknown,
    });
  });

  it('that comes back from an earlier hook is not sent again, and replaced when it has changed', async () => {
    const first = (await answerOf(app, call)).systemActions?.[0]?.resource;
    expect((await answerOf(app, withDrafts(call, [first]))).systemActions).toEqual([]);
    const text = JSON.stringify(first).replace('"auth-needed"', '"no-auth"');
    const changed = (await answerOf(app, withDrafts(call, [JSON.parse(text)]))).systemActions?.[0]?.resource;
    expect(statementsOf(changed)).toHaveLength(1);
    expect(told(statementsOf(changed)[0])).toContain('pa-needed: auth-needed');
  });

  it('stands on the Appointment before 2.2, on its order since', async () => {
    const [, body] = HOOKS.find(([hook]) => hook === 'appointment-book') ?? ['', call];
    const target = async (version: string) =>
      ((await answerOf(app, withConfiguration(body, {}, version))).systemActions ?? []).map(
        ({ description }) => description,
      );
    for (const version of ['2.0', '2.1'])
      expect(await target(version)).toEqual(['Added coverage information to Appointment/visit']);
    expect(await target('2.2')).toEqual(['Added coverage information to ServiceRequest/sr']);
  });

  it('an appointment without an order is read by its own service type', async () => {
    const body = other('appointment-book', {
      appointments: bundle([appointment({ serviceType: [tecartus] })]),
    });
    const { systemActions = [] } = await answerOf(app, body);
    expect(systemActions.map(({ description }) => description)).toEqual([
      'Added coverage information to Appointment/visit',
    ]);
  });
});

describe('each hook', () => {
  it.each(HOOKS)('%s answers a governed order with an update and a card', async (_hook, body) => {
    const { cards, systemActions = [] } = await answerOf(app, body);
    expect(systemActions).toHaveLength(1);
    expect(cards.map(({ summary }) => summary)).toContainEqual(
      expect.stringContaining('Prior authorization required'),
    );
  });

  it('the three primary hooks always have system actions, if none', async () => {
    const blood = service('cbc', { text: 'Blood count' }, { status: 'active' });
    for (const body of [
      withDrafts(call, []),
      other('order-dispatch', { order: 'ServiceRequest/cbc', performer: 'Practitioner/p' }, [blood]),
      other('appointment-book', { appointments: bundle([]) }),
    ])
      expect(await answerOf(app, body), body.hook).toEqual({ cards: [], systemActions: [] });
  });

  it('order-select asks for no document, in codes or in words', async () => {
    for (const version of ['2.0', '2.1', '2.2']) {
      const [, body] = HOOKS[1] ?? ['', call];
      const { cards, systemActions = [] } = await answerOf(app, withConfiguration(body, {}, version));
      expect(told(statementsOf(systemActions[0]?.resource)[0])).toEqual([
        'covered: covered',
        'pa-needed: auth-needed',
        'reason: text',
      ]);
      const text = JSON.stringify([cards, systemActions]);
      expect(text).not.toMatch(/Still needed|Needed:|missing|How to submit|"questionnaire"/i);
    }
  });

  it.each(['encounter-start', 'encounter-discharge'])('%s is answered without a card', async (hook) => {
    const body = other(hook, { encounterId: 'pryce-car-t-encounter' });
    expect(await answerOf(app, body)).toEqual({ cards: [] });
    const bare: HookBody = { hook, hookInstance: 'x', context: body.context };
    expect(await answerOf(app, bare)).toEqual({ cards: [] });
    const server = await fakeFhirServer(resourcesOf(DOCUMENTS) as readonly Resource[]);
    // Sent ahead, or read where it was not.
    for (const asked of [body, { ...bare, fhirServer: server.base }]) {
      const { systemActions = [] } = await answerOf(payerApp, asked);
      expect(told(statementsOf(systemActions[0]?.resource)[0])).toEqual([
        'covered: conditional',
        'pa-needed: conditional',
        'info-needed: OTH',
        'reason: text',
      ]);
    }
    await server.close();
    expect(await answerOf(payerApp, bare)).toEqual({ cards: [] });
  });

  it.each(['encounter-start', 'encounter-discharge'])('%s needs an encounter', async (hook) => {
    const response = await request(app).post(`/cds-services/${hook}`).send(other(hook, {}));
    expect([response.status, (response.body as JsonObject)['path']]).toEqual([400, 'context.encounterId']);
  });
});

describe('an order that no policy governs', () => {
  const blood = service(
    'cbc',
    { text: 'Blood count' },
    { insurance: [{ reference: 'Coverage/pryce-coverage' }] },
  );

  it('by default gets neither an action nor a card', async () => {
    expect(await answerOf(app, withDrafts(call, [blood]))).toEqual({ cards: [], systemActions: [] });
  });

  it('for the client of a payer gets "conditional" each, never "covered"', async () => {
    const body = withDrafts(call, [blood, service('cxr', { text: 'Chest film' })]);
    const two = (await answerOf(payerApp, body)).systemActions ?? [];
    expect(two.map(({ resource }) => told(statementsOf(resource)[0]))).toEqual(
      Array.from({ length: 2 }, () => [
        'covered: conditional',
        'pa-needed: conditional',
        'info-needed: OTH',
        'reason: text',
      ]),
    );
    const ids = two.map(({ resource }) =>
      statementsOf(resource)[0]?.find(({ url }) => url === 'coverage-assertion-id'),
    );
    expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(2);
    const since22 = (await answerOf(payerApp, withConfiguration(body, {}, '2.2'))).systemActions ?? [];
    expect(told(statementsOf(since22[0]?.resource)[0])).toContain('info-needed: detail-code');
  });

  it('under another payer’s coverage is not this payer’s to speak of', async () => {
    const coverage = {
      resourceType: 'Coverage',
      id: 'c',
      status: 'active',
      beneficiary: { reference: 'Patient/pryce' },
      payor: [{ display: 'CarePartners of Connecticut' }],
    };
    const prefetch = { coverage: bundle([coverage]) };
    const mine = (await answerOf(payerApp, { ...withDrafts(call, [blood]), prefetch })).systemActions ?? [];
    expect(mine).toHaveLength(1);
    const otherPayer = createService(client({ crdPayer: { id: 'somebody', name: 'Somebody' } }));
    expect((await answerOf(otherPayer, { ...withDrafts(call, [blood]), prefetch })).systemActions).toEqual(
      [],
    );
  });

  it('under a coverage that has ended is not covered', async () => {
    const coverage = {
      resourceType: 'Coverage',
      id: 'c',
      status: 'cancelled',
      beneficiary: { reference: 'Patient/pryce' },
      payor: [{ display: 'CarePartners of Connecticut' }],
    };
    const body = {
      ...withDrafts(call, [service('cbc', { text: 'x' })]),
      prefetch: { coverage: bundle([coverage]) },
    };
    const said = async (version: string) =>
      told(
        statementsOf(
          ((await answerOf(payerApp, withConfiguration(body, {}, version))).systemActions ?? [])[0]?.resource,
        )[0],
      );
    expect(await said('2.0')).toEqual(['covered: not-covered', 'reason: text']);
    expect(await said('2.2')).toEqual(['covered: not-covered', 'reason: no-active-coverage']);
  });

  it('without any coverage is refused in 2.1 and 2.2, and answered in 2.0', async () => {
    const body = { ...call, prefetch: { coverage: null } };
    for (const [version, status] of [
      ['2.0', 200],
      ['2.1', 400],
      ['2.2', 400],
    ] as const) {
      const response = await request(app)
        .post('/cds-services/order-sign')
        .send(withConfiguration(body, {}, version));
      expect([response.status, version]).toEqual([status, version]);
    }
  });
});

describe('one bad order among several', () => {
  const good = draftsOf(call).find(({ id }) => id === 'pryce-draft-tecartus');

  it('does not hurt the others, whatever it holds', async () => {
    const bad = [
      null,
      7,
      {},
      { resourceType: 'ServiceRequest', id: 'b', code: [[]], subject: 7 },
      service('c', 5),
    ];
    const { systemActions = [] } = await answerOf(app, withDrafts(call, [...bad, good]));
    expect(systemActions.map(({ resource }) => resource['id'])).toEqual(['pryce-draft-tecartus']);
  });

  it('that makes the evaluation fail is answered as a technical failure, and logged without data', async () => {
    const lines: string[] = [];
    const [policy, ...rest] = library.policies;
    // A fact that is gone from the library makes the policy of one product fail.
    const facts = new Map([...library.facts].filter(([id]) => id !== 'mantle-cell-lymphoma-progressed'));
    const broken = createService({
      library: { ...library, facts, policies: [...(policy === undefined ? [] : [policy]), ...rest] },
      logger: pino({ base: null }, { write: (line: string) => lines.push(line) }),
    });
    const aucatzyl = service('aucatzyl', {
      coding: [{ system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: 'Q2058' }],
    });
    const body = withDrafts(call, [service('tecartus', tecartus), aucatzyl]);
    const { cards, systemActions = [] } = await answerOf(broken, body);
    const byId = new Map(
      systemActions.map(({ resource }) => [resource['id'], told(statementsOf(resource)[0])]),
    );
    expect(byId.get('aucatzyl')).toContain('pa-needed: auth-needed');
    expect(byId.get('tecartus')).toEqual([
      'covered: conditional',
      'pa-needed: conditional',
      'info-needed: OTH',
      'reason: text',
    ]);
    expect(cards.map(({ summary }) => summary)).toContainEqual(expect.stringContaining('technical reason'));
    const since22 = (await answerOf(broken, withConfiguration(body, {}, '2.2'))).systemActions ?? [];
    expect(
      told(statementsOf(since22.find(({ resource }) => resource['id'] === 'tecartus')?.resource)[0]),
    ).toEqual(['covered: indeterminate', 'pa-needed: indeterminate', 'reason: technical']);
    expect(lines.join('')).toContain('an order failed');
    expect(lines.join('')).not.toMatch(/pryce|Tecartus|mantle-cell-lymphoma-progressed/);
  });

  it('that cannot be read is passed over when another can be, and is 412 alone', async () => {
    const dispatch = (orders: readonly string[]) =>
      other('order-dispatch', { dispatchedOrders: orders, performer: 'Organization/o' }, [active]);
    expect(
      (await answerOf(app, dispatch(['ServiceRequest/sr', 'ServiceRequest/gone']))).systemActions,
    ).toHaveLength(1);
    const alone = await request(app)
      .post('/cds-services/order-dispatch')
      .send(dispatch(['ServiceRequest/gone']));
    expect(alone.status).toBe(412);
  });
});
