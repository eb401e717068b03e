import { pino } from 'pino';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  draftsOf,
  hcpcs,
  ofType,
  rxnorm,
  searchset,
  storedChart,
  without,
  withDrafts,
  withWholeChart,
  type HookBody,
  type Json,
  type Resource,
} from './charts.ts';
import { criteriaOf, statesOf } from './criterion-table.ts';
import {
  fakeFhirServer,
  outcome,
  sendJson,
  targetOf,
  type Answering,
  type FakeFhirServer,
} from './fake-fhir-server.ts';
import { createService, determinationOf, determinationsOf } from './service.ts';

const pryce = storedChart('b-all-second-relapse-outpatient');
const call = withWholeChart(pryce, pryce.resources);
const app = createService();

const running: FakeFhirServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
async function serve(resources: readonly Resource[], answering?: Answering): Promise<FakeFhirServer> {
  const server = await fakeFhirServer(resources, answering);
  running.push(server);
  return server;
}

const subject = { reference: 'Patient/pryce' };
const draft = { status: 'draft', intent: 'order', subject };
const tecartus = { coding: [{ system: rxnorm, code: '2572005' }] };
const aucatzyl = { coding: [{ system: hcpcs, code: 'Q2058' }] };
const prescription = (id: string, drug: Json): Resource => ({
  resourceType: 'MedicationRequest',
  id,
  ...draft,
  ...drug,
});
const service = (id: string, more: Json): Resource => ({
  resourceType: 'ServiceRequest',
  id,
  ...draft,
  ...more,
});

const productsOf = async (body: HookBody): Promise<readonly string[]> =>
  (await determinationsOf(app, body)).map(({ order, product }) => `${order}: ${product ?? 'CAR-T'}`);

describe('an order for a CAR-T product', () => {
  const medication = { resourceType: 'Medication', id: 'drug', code: tecartus };
  const cases: readonly (readonly [string, HookBody])[] = [
    ['by its own code', withDrafts(call, [prescription('mr', { medicationCodeableConcept: tecartus })])],
    [
      'by text alone',
      withDrafts(call, [
        prescription('mr', { medicationCodeableConcept: { text: 'Tecartus, one infusion' } }),
      ]),
    ],
    [
      'by a contained Medication',
      withDrafts(call, [
        prescription('mr', { contained: [medication], medicationReference: { reference: '#drug' } }),
      ]),
    ],
    [
      'by a Medication beside it in the Bundle',
      withDrafts(call, [
        prescription('mr', { medicationReference: { reference: 'Medication/drug' } }),
        medication,
      ]),
    ],
    [
      'by a Medication in prefetch',
      {
        ...withDrafts(call, [prescription('mr', { medicationReference: { reference: 'Medication/drug' } })]),
        prefetch: { ...(call['prefetch'] as Json), medication },
      },
    ],
    [
      'by a Medication in the chart that is prefetched',
      withDrafts(withWholeChart(pryce, [...pryce.resources, medication]), [
        prescription('mr', {
          medicationReference: { reference: 'https://ehr.example.org/fhir/Medication/drug' },
        }),
      ]),
    ],
    [
      'by an ingredient of its Medication',
      withDrafts(call, [
        prescription('mr', {
          contained: [
            { resourceType: 'Medication', id: 'm', ingredient: [{ itemCodeableConcept: tecartus }] },
          ],
          medicationReference: { reference: '#m' },
        }),
      ]),
    ],
  ];
  it.each(cases)('is recognised %s', async (_name, body) => {
    expect(await productsOf(body)).toEqual(['MedicationRequest/mr: tecartus']);
  });

  it('is recognised by a Medication that its Bundle names by full URL', async () => {
    const fullUrl = 'urn:uuid:3c2a4a3e-6a7c-4c5e-9a0e-0a4f1f6f5d11';
    const body = withDrafts(call, []);
    const draftOrders = {
      resourceType: 'Bundle',
      entry: [
        { resource: prescription('mr', { medicationReference: { reference: fullUrl } }) },
        { fullUrl, resource: { resourceType: 'Medication', code: tecartus } },
      ],
    };
    const named = { ...body, context: { ...body.context, draftOrders } };
    expect(await productsOf(named)).toEqual(['MedicationRequest/mr: tecartus']);
  });

  it('is recognised by a Medication on the server, read once', async () => {
    const server = await serve([medication]);
    const body = withDrafts({ ...call, fhirServer: server.base }, [
      prescription('mr', { medicationReference: { reference: 'Medication/drug' } }),
    ]);
    expect(await productsOf(body)).toEqual(['MedicationRequest/mr: tecartus']);
    expect(server.queries.filter(({ url }) => url === 'Medication/drug')).toHaveLength(1);
  });

  it.each([
    ['HCPCS Q2058', { code: aucatzyl }, 'aucatzyl'],
    [
      'HCPCS in another spelling of the system',
      { code: { coding: [{ system: hcpcs.replace('http:', 'https:'), code: 'Q2058' }] } },
      'aucatzyl',
    ],
    [
      'an unclassified code with a text',
      { code: { coding: [{ system: hcpcs, code: 'J3590' }], text: 'Aucatzyl infusion' } },
      'aucatzyl',
    ],
    ['the detail of the order', { code: { text: 'Cell therapy' }, orderDetail: [aucatzyl] }, 'aucatzyl'],
  ])('is recognised as a ServiceRequest: %s', async (_name, more, product) => {
    expect(await productsOf(withDrafts(call, [service('sr', more)]))).toEqual([
      `ServiceRequest/sr: ${product}`,
    ]);
  });

  it('that names no product is asked for its product, once for each policy', async () => {
    const general = { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38228' }] };
    const determinations = await determinationsOf(app, withDrafts(call, [service('sr', { code: general })]));
    expect(determinations.length).toBeGreaterThan(0);
    for (const determination of determinations) {
      expect(determination).toMatchObject({
        product: null,
        indication: null,
        decision: 'documentation-needed',
      });
      expect(statesOf(determination)).toEqual({ product: 'unknown documentation' });
    }
  });

  it('keeps an id of 194 characters as it is', async () => {
    const id = `${'eTk9.Qm3-Zr7_Lw2.'.repeat(12)}`.slice(0, 194);
    expect(
      await productsOf(withDrafts(call, [prescription(id, { medicationCodeableConcept: tecartus })])),
    ).toEqual([`MedicationRequest/${id}: tecartus`]);
  });
});

describe('an order that is none', () => {
  it.each<readonly [string, unknown]>([
    [
      'a DeviceRequest',
      { resourceType: 'DeviceRequest', id: 'd', ...draft, codeCodeableConcept: { text: 'Wheelchair' } },
    ],
    [
      'a NutritionOrder',
      { resourceType: 'NutritionOrder', id: 'n', status: 'draft', patient: subject, oralDiet: {} },
    ],
    ['a VisionPrescription', { resourceType: 'VisionPrescription', id: 'v', patient: subject }],
    ['a type that FHIR does not have', { resourceType: 'CellRequest', id: 'c', code: { text: 'x' } }],
    ['a resource without a type', { id: 'x', medicationCodeableConcept: tecartus }],
    ['an empty entry', {}],
    ['null', null],
    ['an order without a drug', prescription('mr', {})],
    ['an unclassified code alone', service('sr', { code: { coding: [{ system: hcpcs, code: 'J3590' }] } })],
    [
      'a CAR-T code in a system that is not known',
      service('sr', { code: { coding: [{ system: 'urn:x', code: 'Q2058' }] } }),
    ],
    [
      'an order that was cancelled',
      prescription('mr', { status: 'cancelled', medicationCodeableConcept: tecartus }),
    ],
    [
      'an order entered in error',
      prescription('mr', { status: 'entered-in-error', medicationCodeableConcept: tecartus }),
    ],
    ['an order revoked', service('sr', { status: 'revoked', code: aucatzyl })],
    ['an order not to do it', service('sr', { doNotPerform: true, code: aucatzyl })],
  ])('passes by: %s', async (_name, resource) => {
    const body = withDrafts(call, [resource]);
    const cards = await request(app).post('/cds-services/order-sign').send(body);
    expect([cards.status, cards.body]).toEqual([200, { cards: [], systemActions: [] }]);
    expect(await determinationsOf(app, body)).toEqual([]);
  });

  it('costs no query: blood-pressure drugs and blood counts, whatever the hook', async () => {
    const fixture = storedChart('hypertension-only');
    const server = await serve(fixture.resources);
    const drafts = draftsOf(fixture.request);
    const body = { ...fixture.request, fhirServer: server.base };
    const signed = await request(app).post('/cds-services/order-sign').send(body);
    expect([signed.status, signed.body]).toEqual([200, { cards: [], systemActions: [] }]);
    const selected = await request(app)
      .post('/cds-services/order-select')
      .send({
        ...body,
        hook: 'order-select',
        context: {
          ...body.context,
          selections: drafts.map(({ resourceType, id }) => `${resourceType}/${id ?? ''}`),
        },
      });
    expect([selected.status, selected.body]).toEqual([200, { cards: [] }]);
    const determinations = await request(app).post('/determinations').send(body);
    expect([determinations.status, determinations.body]).toEqual([200, { determinations: [] }]);
    expect(server.queries).toEqual([]);
  });

  it('costs no query when its Medication is elsewhere and its display names another drug', async () => {
    const server = await serve([]);
    const body = withDrafts({ ...call, fhirServer: server.base }, [
      prescription('mr', {
        medicationReference: { reference: 'Medication/m', display: 'Lisinopril 10 mg tablet' },
      }),
    ]);
    expect(await determinationsOf(app, body)).toEqual([]);
    expect(server.queries).toEqual([]);
  });

  it('costs one query when nothing but its Medication says what it is', async () => {
    const server = await serve([{ resourceType: 'Medication', id: 'm', code: { text: 'Lisinopril' } }]);
    const body = withDrafts({ ...call, fhirServer: server.base }, [
      prescription('mr', { medicationReference: { reference: 'Medication/m' } }),
    ]);
    expect(await determinationsOf(app, body)).toEqual([]);
    expect(server.queries.map(({ url }) => url)).toEqual(['Medication/m']);
  });

  it('is counted in the log when its Medication cannot be read', async () => {
    const lines: string[] = [];
    const logging = createService({
      logger: pino({ base: null }, { write: (line: string) => lines.push(line) }),
    });
    const body = withDrafts(call, [
      prescription('mr', { medicationReference: { reference: 'Medication/gone' } }),
    ]);
    expect(await determinationsOf(logging, body)).toEqual([]);
    expect(JSON.parse(lines.join(''))).toMatchObject({ unreadOrders: 1 });
  });
});

describe('several orders in one call', () => {
  const body = withDrafts(call, [
    service('cbc', { code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '85025' }] } }),
    prescription('one', { medicationCodeableConcept: tecartus }),
    null,
    service('two', { code: aucatzyl }),
    prescription('bp', { medicationCodeableConcept: { text: 'Lisinopril' } }),
  ]);

  it('get a determination each, in their order, and a card each', async () => {
    expect(await productsOf(body)).toEqual([
      'MedicationRequest/one: tecartus',
      'ServiceRequest/two: aucatzyl',
    ]);
    const answer = (await request(app).post('/cds-services/order-sign').send(body)).body as {
      cards: { summary: string; uuid: string; suggestions?: unknown }[];
    };
    // Cards that offer something to accept stand beside them.
    const cards = answer.cards.filter(({ suggestions }) => suggestions === undefined);
    expect(cards.map(({ summary }) => /Tecartus|Aucatzyl/.exec(summary)?.[0])).toEqual([
      'Tecartus',
      'Aucatzyl',
    ]);
    expect(new Set(cards.map(({ uuid }) => uuid)).size).toBe(2);
  });

  it('one that is for somebody else gets a card that says so, and no determination', async () => {
    const stranger = prescription('three', {
      medicationCodeableConcept: tecartus,
      subject: { reference: 'Patient/somebody' },
    });
    const mixed = withDrafts(call, [stranger, service('two', { code: aucatzyl })]);
    expect(await productsOf(mixed)).toEqual(['ServiceRequest/two: aucatzyl']);
    const { cards } = (await request(app).post('/cds-services/order-sign').send(mixed)).body as {
      cards: { summary: string }[];
    };
    expect(cards.map(({ summary }) => summary)).toContainEqual(expect.stringContaining('another patient'));
  });

  it('of the same kind without ids are told apart', async () => {
    const first = without(prescription('x', { medicationCodeableConcept: tecartus }), 'id');
    const second = without(prescription('y', { medicationCodeableConcept: tecartus }), 'id');
    const orders = (await determinationsOf(app, withDrafts(call, [first, second]))).map(({ order }) => order);
    expect(new Set(orders).size).toBe(2);
  });
});

describe('order-select', () => {
  const selecting = (selections: readonly string[]): HookBody => {
    const body = withDrafts(call, [
      prescription('one', { medicationCodeableConcept: tecartus }),
      service('two', { code: aucatzyl }),
    ]);
    return { ...body, hook: 'order-select', context: { ...body.context, selections } };
  };

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    ['one of them', ['ServiceRequest/two'], ['ServiceRequest/two: aucatzyl']],
    [
      'both',
      ['ServiceRequest/two', 'MedicationRequest/one'],
      ['MedicationRequest/one: tecartus', 'ServiceRequest/two: aucatzyl'],
    ],
    ['one that is not there', ['ServiceRequest/three'], []],
    ['the id under another type', ['MedicationRequest/two'], []],
  ])('answers for what is selected: %s', async (_name, selections, expected) => {
    expect(await productsOf(selecting(selections))).toEqual(expected);
    const response = await request(app).post('/cds-services/order-select').send(selecting(selections));
    expect((response.body as { cards: unknown[] }).cards).toHaveLength(expected.length);
  });

  it('costs no query when the CAR-T draft is not the one selected', async () => {
    const server = await serve(pryce.resources);
    const body = without(selecting(['ServiceRequest/other']), 'prefetch');
    const response = await request(app)
      .post('/cds-services/order-select')
      .send({ ...body, fhirServer: server.base });
    expect(response.body).toEqual({ cards: [] });
    expect(server.queries).toEqual([]);
  });

  it('finds a selection by the full URL of its entry', async () => {
    const fullUrl = 'urn:uuid:draft-svc-q2042';
    const body = selecting([fullUrl]);
    const draftOrders = {
      resourceType: 'Bundle',
      entry: [{ fullUrl, resource: service('two', { code: aucatzyl }) }],
    };
    expect(await productsOf({ ...body, context: { ...body.context, draftOrders } })).toEqual([
      'ServiceRequest/two: aucatzyl',
    ]);
  });
});

describe('order-dispatch', () => {
  const order = service('sr', { status: 'active', code: aucatzyl, occurrenceDateTime: '2026-04-14' });
  const dispatch = (
    context: Json,
    prefetched: readonly unknown[] = [...pryce.resources, order],
  ): HookBody => {
    return {
      ...withWholeChart(pryce, prefetched),
      hook: 'order-dispatch',
      context: { patientId: 'pryce', ...context },
    };
  };
  const performer = 'Organization/pryce-hospital';

  it.each([
    ['1.1', { dispatchedOrders: ['ServiceRequest/sr'], performer }],
    [
      '1.1 with its tasks',
      { dispatchedOrders: ['ServiceRequest/sr'], performer, fulfillmentTasks: [{ resourceType: 'Task' }] },
    ],
    ['1.1 as its narrative spells it', { 'dispatched-orders': ['ServiceRequest/sr'], performer }],
    ['1.1 by URL', { dispatchedOrders: ['https://ehr.example.org/fhir/ServiceRequest/sr'], performer }],
    ['1.0', { order: 'ServiceRequest/sr', performer, task: { resourceType: 'Task', status: 'draft' } }],
  ])('evaluates the dispatched order: version %s', async (_version, context) => {
    expect(await productsOf(dispatch(context))).toEqual(['ServiceRequest/sr: aucatzyl']);
  });

  it('reads the order from the server when it was not sent', async () => {
    const server = await serve([order]);
    const body = {
      ...dispatch({ dispatchedOrders: ['ServiceRequest/sr'], performer }, pryce.resources),
      fhirServer: server.base,
    };
    expect(await productsOf(body)).toEqual(['ServiceRequest/sr: aucatzyl']);
  });

  it('evaluates none but the dispatched orders', async () => {
    const drug = service('cbc', { code: { text: 'Blood count' } });
    const context = { dispatchedOrders: ['ServiceRequest/cbc'], performer };
    expect(await productsOf(dispatch(context, [...pryce.resources, order, drug]))).toEqual([]);
  });

  it('that cannot be read is answered 412', async () => {
    const response = await request(app)
      .post('/determinations')
      .send(dispatch({ dispatchedOrders: ['ServiceRequest/gone'], performer }));
    expect(response.status).toBe(412);
    expect(response.body).toMatchObject({
      code: 'missing-data',
      message: expect.stringContaining('ServiceRequest/gone') as string,
    });
  });
});

describe('appointment-book', () => {
  const order = service('sr', { status: 'active', code: aucatzyl });
  const prescribed = prescription('mr', { status: 'active', medicationCodeableConcept: tecartus });
  const booking = (appointment: Json, orders: readonly unknown[] = [order, prescribed]): HookBody => {
    const resource = { resourceType: 'Appointment', id: 'a', status: 'proposed', ...appointment };
    const appointments = { resourceType: 'Bundle', entry: [{ resource }] };
    return {
      ...withWholeChart(pryce, [...pryce.resources, ...orders]),
      hook: 'appointment-book',
      context: { userId: 'Practitioner/x', patientId: 'pryce', appointments },
    };
  };
  const start = '2026-05-04T08:00:00-04:00';

  it('plans the infusion for the appointment', async () => {
    const determination = await determinationOf(
      app,
      booking({ start, basedOn: [{ reference: 'ServiceRequest/sr' }] }),
    );
    expect(determination.order).toBe('ServiceRequest/sr');
    expect(criteriaOf(determination).get('aucatzyl/2')?.evidence[0]?.note).toBe(
      `age 63 on ${start} (planned infusion date, Appointment.start)`,
    );
  });

  it('takes the order’s own date before the appointment’s', async () => {
    const dated = { ...order, occurrenceDateTime: '2026-04-14' };
    const determination = await determinationOf(
      app,
      booking({ start, basedOn: [{ reference: 'ServiceRequest/sr' }] }, [dated]),
    );
    expect(criteriaOf(determination).get('aucatzyl/2')?.evidence[0]?.note).toBe(
      'age 62 on 2026-04-14 (planned infusion date, ServiceRequest.occurrence)',
    );
  });

  it('finds another order than a ServiceRequest by the alternate reference', async () => {
    const extension = [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/alternate-reference',
        valueReference: { reference: 'MedicationRequest/mr' },
      },
    ];
    expect(await productsOf(booking({ start, basedOn: [{ extension }] }))).toEqual([
      'MedicationRequest/mr: tecartus',
    ]);
  });

  it('without an order passes by', async () => {
    expect(await productsOf(booking({ start }))).toEqual([]);
  });
});

describe('GET /determinations/{id}', () => {
  it('gives back what POST answered, under the id that it gave', async () => {
    const first = await determinationOf(app, call);
    const second = await determinationOf(app, call);
    expect(second.id).not.toBe(first.id);
    for (const kept of [first, second]) {
      const response = await request(app).get(`/determinations/${kept.id}`);
      expect([response.status, response.body]).toEqual([200, kept]);
      expect(response.headers['cache-control']).toBe('no-store');
    }
  });

  it('the same request gives the same determination, apart from its id', async () => {
    const one = await determinationOf(app, call);
    const other = await determinationOf(app, call);
    expect({ ...other, id: one.id }).toEqual(one);
  });
});

describe('coverage', () => {
  const status412 = async (body: HookBody): Promise<unknown> => {
    for (const path of ['/cds-services/order-sign', '/determinations']) {
      const response = await request(app).post(path).send(body);
      expect([response.status, (response.body as { code?: string }).code], path).toEqual([
        412,
        'missing-data',
      ]);
      expect(Object.keys(response.body as object)).toEqual(['code', 'message', 'path']);
    }
    return ((await request(app).post('/determinations').send(body)).body as { message: string }).message;
  };
  const rest = pryce.resources.filter(({ resourceType }) => resourceType !== 'Coverage');
  const [coverage] = ofType(pryce.resources, 'Coverage').filter(({ status }) => status === 'active');
  const cardsOf = async (body: HookBody): Promise<readonly string[]> =>
    (
      (await request(app).post('/cds-services/order-sign').send(body)).body as {
        cards: { summary: string }[];
      }
    ).cards.map(({ summary }) => summary);

  it('that was not sent and cannot be asked for is answered 412', async () => {
    expect(await status412(without(pryce.request, 'fhirServer'))).toContain('Coverage');
  });

  it('that a whole chart does not hold is answered 412', async () => {
    await status412(withWholeChart(pryce, rest));
  });

  it('that the client failed to read is answered 412', async () => {
    await status412({ ...call, prefetch: { coverage: outcome('error', 'timeout') } });
  });

  it.each([500, 503, 401, 403, 404])('that the server answers with %i is answered 412', async (status) => {
    const server = await serve(pryce.resources, (url, response) =>
      targetOf(url).type === 'Coverage' ? sendJson(response, outcome('error', 'exception'), status) : false,
    );
    const message = await status412({ ...pryce.request, fhirServer: server.base });
    expect(message).toContain(`HTTP ${status}`);
  });

  it('of which a page is missing is answered 412', async () => {
    const body = {
      ...call,
      prefetch: {
        coverage: searchset([coverage], { link: [{ relation: 'next', url: 'https://ehr.example.org/2' }] }),
      },
    };
    await status412(body);
  });

  it('whose payor cannot be read, and is not named otherwise, is answered 412', async () => {
    const anonymous = { ...coverage, payor: [{ reference: 'Organization/elsewhere' }] };
    expect(await status412(withWholeChart(pryce, [...rest, anonymous]))).toContain('Organization/elsewhere');
  });

  it('whose payor is named beside the reference needs no more', async () => {
    const named = {
      ...coverage,
      payor: [{ reference: 'Organization/elsewhere', display: 'CarePartners of Connecticut' }],
    };
    expect((await determinationOf(app, withWholeChart(pryce, [...rest, named]))).policy.id).toBe(
      'carepartners-ct-tecartus',
    );
  });

  it('whose payor it contains needs no more', async () => {
    const containing = {
      ...coverage,
      contained: [{ resourceType: 'Organization', id: 'p', name: 'Care Partners of Connecticut' }],
      payor: [{ reference: '#p' }],
    };
    expect(await determinationsOf(app, withWholeChart(pryce, [...rest, containing]))).toHaveLength(1);
  });

  it.each([
    ['none at all', []],
    ['one that ended', [{ ...coverage, period: { start: '2020-01-01', end: '2020-12-31' } }]],
    ['one that was cancelled', [{ ...coverage, status: 'cancelled' }]],
    ['one of somebody else', [{ ...coverage, beneficiary: { reference: 'Patient/somebody' } }]],
  ])('that is not there gives a card, not silence: %s', async (_name, coverages) => {
    const { prefetch, ...body } = withWholeChart(pryce, rest);
    const answered = {
      ...body,
      prefetch: { ...(prefetch as Json), coverage: searchset(coverages) },
    } as HookBody;
    expect(await determinationsOf(app, answered)).toEqual([]);
    expect(await cardsOf(answered)).toEqual([expect.stringContaining('no active coverage')]);
  });

  it('of a payer without a policy gives a card that names it', async () => {
    const other = { ...coverage, payor: [{ display: 'Granite State Mutual' }] };
    const body = withWholeChart(pryce, [...rest, other]);
    expect(await determinationsOf(app, body)).toEqual([]);
    expect(await cardsOf(body)).toEqual([expect.stringContaining('Granite State Mutual')]);
  });

  it('twice gives two determinations, by the order of the coverages', async () => {
    const [second, first] = [
      { ...coverage, id: 'second', order: 2 },
      { ...coverage, id: 'first', order: 1 },
    ];
    const determinations = await determinationsOf(app, withWholeChart(pryce, [...rest, second, first]));
    expect(determinations.map((item) => item.coverage)).toEqual(['Coverage/first', 'Coverage/second']);
  });

  it('whose plan line cannot be told is evaluated, with a criterion for review', async () => {
    const vague = without(coverage as Resource, 'type', 'class');
    const determination = await determinationOf(app, withWholeChart(pryce, [...rest, vague]));
    expect(statesOf(determination)['applies']).toBe('unknown review');
    expect(determination.decision).toBe('documentation-needed');
    expect(determination.anomalies.map(({ id }) => id)).toContain('policy.applies');
  });
});

describe('an unreadable patient', () => {
  it('leaves the age criterion without data, and the rest as it was', async () => {
    const complete = statesOf(await determinationOf(app, call));
    const others = pryce.resources.filter(({ resourceType }) => resourceType !== 'Patient');
    const prefetch = Object.fromEntries(
      [...new Set(others.map(({ resourceType }) => resourceType))].map((type) => [
        `${type}Bundle`,
        searchset(ofType(others, type)),
      ]),
    );
    const kinds = ['MedicationStatement', 'QuestionnaireResponse', 'ServiceRequest'];
    for (const type of kinds) prefetch[`${type}Bundle`] ??= searchset([]);
    const states = statesOf(await determinationOf(app, { ...call, prefetch }));
    expect(states).toEqual({ ...complete, 'tecartus/2': 'unknown data-access' });
  });
});
