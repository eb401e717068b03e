import { afterEach, describe, expect, it } from 'vitest';
import request from 'supertest';
import {
  hcpcs,
  ofType,
  referenceOf,
  searchset,
  storedChart,
  without,
  withWholeChart,
  type HookBody,
  type Json,
  type Resource,
  type StoredChart,
} from './charts.ts';
import { criteriaOf, idsIn, statesOf } from './criterion-table.ts';
import { fakeFhirServer, outcome, sendJson, type FakeFhirServer } from './fake-fhir-server.ts';
import { createService, determinationOf, determinationsOf, library, type Identified } from './service.ts';

const shah = storedChart('b-all-all-attested');
const pryce = storedChart('b-all-second-relapse-outpatient');
const app = createService();

const running: FakeFhirServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const says = (resource: Resource, search: string | undefined): boolean => {
  const value = search?.split('=')[1]?.split('|').at(-1);
  return (
    value === undefined || JSON.stringify([resource['category'], resource['code']]).includes(`"${value}"`)
  );
};

/** The chart under the keys of our own templates, as a client sends it that honours them all. */
function prefetchOf({ resources, request: { context } }: StoredChart): Readonly<Record<string, unknown>> {
  const own = new Map(resources.map((resource) => [referenceOf(resource), resource]));
  return {
    patient: own.get(`Patient/${context.patientId}`),
    encounter: own.get(`Encounter/${String(context['encounterId'])}`),
    coverage: searchset(ofType(resources, 'Coverage')),
    payers: searchset(ofType(resources, 'Organization')),
    drugs: searchset(ofType(resources, 'Medication')),
    ...Object.fromEntries(
      library.queries.map(({ key, type, search }) => [
        key,
        searchset(ofType(resources, type).filter((resource) => says(resource, search))),
      ]),
    ),
  };
}

const callWith = (chart: StoredChart, prefetch: Json, fhirServer?: string): HookBody => ({
  ...without(chart.request, 'fhirServer'),
  prefetch,
  ...(fhirServer === undefined ? {} : { fhirServer }),
});

/** What a determination says of how Procedures were read, on a criterion that needs them. */
const procedures = (found: Identified): unknown => {
  const id = found.policy.id.replace('carepartners-ct-', '');
  return criteriaOf(found)
    .get(`${id}/limit.prior-car-t`)
    ?.searched.find(({ resourceType }) => resourceType === 'Procedure');
};
const held = ofType(pryce.resources, 'Procedure');
const count = held.length;
const EXCLUSIONS = ['tecartus/limit.one-time', 'tecartus/limit.prior-car-t'];
/** What reads procedures and is open in this chart: a transplant may be the last therapy. */
const READ_PROCEDURES = ['tecartus/1.a', 'def/relapsed-or-refractory', ...EXCLUSIONS];

describe('a chart under our own keys', () => {
  it('is the whole chart: no criterion lacks data, with or without a server, and nothing is asked', async () => {
    const server = await fakeFhirServer([]);
    running.push(server);
    for (const chart of [shah, pryce]) {
      const complete = await determinationOf(app, withWholeChart(chart, chart.resources));
      for (const base of [undefined, server.base]) {
        const found = await determinationOf(app, callWith(chart, prefetchOf(chart), base));
        expect(statesOf(found)).toEqual(statesOf(complete));
      }
    }
    expect(server.queries).toEqual([]);
  });
});

describe('a key that holds', () => {
  const page = { link: [{ relation: 'next', url: 'https://ehr.example.org/fhir/Procedure?page=2' }] };
  const read = (more: Json = {}): Json => ({ resourceType: 'Procedure', count, ...more });
  /** The value; what is said of the source; whether it leaves the exclusions open, and whether it takes back answers. */
  const cases: readonly (readonly [string, unknown, Json, 'asked' | 'open' | 'broken'])[] = [
    ['every result', searchset(held), read(), 'asked'],
    ['null', null, read({ count: 0 }), 'asked'],
    ['an empty Bundle', searchset([]), read({ count: 0 }), 'asked'],
    ['a Bundle without type and entries', { resourceType: 'Bundle' }, read({ count: 0 }), 'asked'],
    [
      'a Bundle without type',
      { resourceType: 'Bundle', entry: held.map((resource) => ({ resource })) },
      read(),
      'asked',
    ],
    ['a list of resources', held, read(), 'asked'],
    ['an empty list', [], read({ count: 0 }), 'asked'],
    [
      'Epic’s empty search',
      searchset([outcome('warning', 'processing', { coding: [{ code: '4101' }] })], { total: 0 }),
      read({ count: 0 }),
      'asked',
    ],
    ['results with a warning', searchset([...held, outcome('warning', 'informational')]), read(), 'asked'],
    [
      'one resource',
      held[0],
      read({ count: 1, status: 'not-asked', reason: 'one resource, not a search' }),
      'open',
    ],
    [
      'an OperationOutcome',
      outcome('error', 'timeout'),
      read({ count: 0, status: 'failed', reason: 'the client reported an error' }),
      'broken',
    ],
    [
      'an OperationOutcome that only informs',
      outcome('information', 'informational'),
      read({ count: 0, status: 'failed', reason: 'the client reported an error' }),
      'broken',
    ],
    [
      'results with an error among them',
      searchset([...held, outcome('error', 'incomplete')]),
      read({ status: 'incomplete', reason: 'the server reported an error in its answer' }),
      'broken',
    ],
    [
      'an error alone in a Bundle',
      searchset([outcome('fatal', 'exception')]),
      read({ count: 0, status: 'failed', reason: 'the server reported an error in its answer' }),
      'broken',
    ],
    [
      'a first page',
      searchset(held, page),
      read({ status: 'incomplete', reason: 'further pages were not read' }),
      'broken',
    ],
    [
      'an unresolved template',
      'Procedure?patient={{context.patientId}}',
      read({ count: 0, status: 'failed', reason: 'not a FHIR resource' }),
      'broken',
    ],
    ['a number', 5, read({ count: 0, status: 'failed', reason: 'not a FHIR resource' }), 'broken'],
    [
      'an object that is no resource',
      { entry: held },
      read({ count: 0, status: 'failed', reason: 'not a FHIR resource' }),
      'broken',
    ],
  ];

  it.each(cases)('%s', async (_name, value, searched, effect) => {
    const open = await determinationOf(app, callWith(pryce, { ...prefetchOf(pryce), procedures: value }));
    expect(procedures(open)).toEqual(searched);
    expect(idsIn(open, 'unknown data-access')).toEqual(effect === 'asked' ? [] : READ_PROCEDURES);
    if (effect === 'asked')
      expect(EXCLUSIONS.map((id) => statesOf(open)[id])).toEqual(Array(2).fill('unknown attestation'));

    const hers = JSON.parse(JSON.stringify(value).replaceAll('Patient/pryce', 'Patient/shah')) as unknown;
    const attested = await determinationOf(app, callWith(shah, { ...prefetchOf(shah), procedures: hers }));
    expect(statesOf(attested)['aucatzyl/limit.prior-car-t'], 'attested to be absent').toBe(
      effect === 'broken' ? 'unknown data-access' : 'met',
    );
  });

  it('nothing, because it is not there', async () => {
    const open = await determinationOf(app, callWith(pryce, without(prefetchOf(pryce), 'procedures')));
    expect(procedures(open)).toEqual({
      resourceType: 'Procedure',
      count: 0,
      status: 'not-asked',
      reason: 'not in prefetch, and no FHIR server was offered',
    });
    expect(idsIn(open, 'unknown data-access')).toEqual(READ_PROCEDURES);
    const attested = await determinationOf(app, callWith(shah, without(prefetchOf(shah), 'procedures')));
    expect(statesOf(attested)['aucatzyl/limit.prior-car-t']).toBe('met');
  });

  it('proof counts, whatever wraps it', async () => {
    const carT = {
      resourceType: 'Procedure',
      id: 'earlier',
      status: 'completed',
      subject: { reference: 'Patient/pryce' },
      code: { coding: [{ system: hcpcs, code: 'Q2053' }] },
      performedDateTime: '2024-01-01',
    };
    for (const value of [
      searchset([carT]),
      [carT],
      carT,
      { resourceType: 'Bundle', entry: [{ resource: carT }] },
      { resourceType: 'Bundle', entry: { resource: carT } },
    ]) {
      const found = await determinationOf(app, callWith(pryce, { ...prefetchOf(pryce), procedures: value }));
      expect(statesOf(found)['tecartus/limit.prior-car-t'], JSON.stringify(value).slice(0, 60)).toBe(
        'not-met',
      );
      expect(found.decision).toBe('criteria-not-met');
    }
  });
});

describe('with a server', () => {
  const queriesFor = async (value: unknown): Promise<readonly [Identified, readonly string[]]> => {
    const server = await fakeFhirServer(pryce.resources);
    running.push(server);
    const prefetch =
      value === undefined
        ? without(prefetchOf(pryce), 'procedures')
        : { ...prefetchOf(pryce), procedures: value };
    const found = await determinationOf(app, callWith(pryce, prefetch, server.base));
    return [found, server.queries.map(({ url }) => url)];
  };

  it('what is missing is fetched, and nothing else', async () => {
    const [found, queries] = await queriesFor(undefined);
    expect(queries).toEqual(['Procedure?patient=pryce']);
    expect(procedures(found)).toEqual({ resourceType: 'Procedure', count });
  });

  it('one resource in place of a search is not taken for all there are', async () => {
    const [found, queries] = await queriesFor(held[0]);
    expect(queries).toEqual(['Procedure?patient=pryce']);
    expect(procedures(found)).toEqual({ resourceType: 'Procedure', count });
  });

  it.each<readonly [string, unknown]>([
    ['null', null],
    ['an empty Bundle', searchset([])],
    ['an OperationOutcome', outcome('error', 'forbidden')],
    ['an error among the results', searchset([...held, outcome('error', 'incomplete')])],
  ])('what was answered is not asked again: %s', async (_name, value) => {
    const [, queries] = await queriesFor(value);
    expect(queries).toEqual([]);
  });

  it.each<readonly [string, unknown, boolean]>([
    ['null', null, false],
    ['an OperationOutcome', outcome('error', 'exception'), false],
    ['nothing', undefined, true],
  ])(
    'the patient and the encounter are read only where the client did not answer: %s',
    async (_name, value, isRead) => {
      const server = await fakeFhirServer(pryce.resources);
      running.push(server);
      const prefetch = { ...prefetchOf(pryce), patient: value, encounter: value };
      const found = await determinationOf(app, callWith(pryce, prefetch, server.base));
      const read = server.queries.map(({ url }) => url.split('/')[0]).sort();
      expect(read).toEqual(isRead ? ['Encounter', 'Patient'] : []);
      expect(found.setting).toBe(isRead ? 'outpatient' : 'unknown');
    },
  );

  it('pages are followed from where the client stopped', async () => {
    const server = await fakeFhirServer(pryce.resources);
    running.push(server);
    const first = searchset(held.slice(0, 2), {
      total: 2,
      link: [{ relation: 'next', url: `${server.base}/Procedure?patient=pryce` }],
    });
    const found = await determinationOf(
      app,
      callWith(pryce, { ...prefetchOf(pryce), procedures: first }, server.base),
    );
    expect(server.queries.map(({ url }) => url)).toEqual(['Procedure?patient=pryce']);
    expect(procedures(found)).toEqual({ resourceType: 'Procedure', count });
  });

  it('pages elsewhere are not followed', async () => {
    const next = 'https://ehr.example.org/fhir/Procedure?page=2';
    const [found, queries] = await queriesFor(searchset(held, { link: [{ relation: 'next', url: next }] }));
    expect(queries).toEqual([]);
    expect(procedures(found)).toMatchObject({ count, status: 'incomplete' });
    expect(idsIn(found, 'unknown data-access')).toEqual(READ_PROCEDURES);
  });

  it('of two keys for one type only the missing one is fetched', async () => {
    const server = await fakeFhirServer(pryce.resources);
    running.push(server);
    await determinationOf(
      app,
      callWith(pryce, without(prefetchOf(pryce), 'encounterDiagnoses'), server.base),
    );
    expect(server.queries.map(({ url }) => url)).toEqual([
      'Condition?patient=pryce&category=encounter-diagnosis',
    ]);
  });
});

describe('two keys for one type', () => {
  it('of which one failed take back what the other would settle', async () => {
    const prefetch = { ...prefetchOf(pryce), encounterDiagnoses: outcome('error', 'forbidden') };
    const found = await determinationOf(app, callWith(pryce, prefetch));
    expect(statesOf(found)).toMatchObject({
      'tecartus/1.b/diagnosis': 'unknown data-access',
      'tecartus/limit.prior-car-t': 'unknown data-access',
      'tecartus/limit.one-time': 'unknown attestation',
    });
  });

  it('of which one is missing leave standing what the other settles', async () => {
    const found = await determinationOf(
      app,
      callWith(pryce, without(prefetchOf(pryce), 'encounterDiagnoses')),
    );
    expect(statesOf(found)).toMatchObject({
      'tecartus/1.b/diagnosis': 'met',
      'tecartus/1.b/relapsed-or-refractory': 'met',
      'tecartus/limit.prior-car-t': 'unknown data-access',
    });
  });
});

describe('foreign keys', () => {
  const named = (chart: StoredChart, name: (type: string) => string): Json =>
    Object.fromEntries(
      [
        ...new Set([
          ...library.queries.map(({ type }) => type),
          'Patient',
          'Coverage',
          'Encounter',
          'Organization',
          'Medication',
        ]),
      ].map((type) => [name(type), searchset(ofType(chart.resources, type))]),
    );

  it.each<readonly [string, (type: string) => string]>([
    [
      'as the request generators name them',
      (type) => `${type.charAt(0).toLowerCase()}${type.slice(1)}Bundle`,
    ],
    ['as plurals', (type) => `${type.toLowerCase()}s`],
    ['as Epic’s analysts type them', (type) => `-${type}`],
  ])('are read by what they hold: %s', async (_name, name) => {
    for (const chart of [shah, pryce]) {
      const complete = await determinationOf(app, withWholeChart(chart, chart.resources));
      const found = await determinationOf(app, callWith(chart, named(chart, name)));
      expect(statesOf(found)).toEqual(statesOf(complete));
    }
  });

  it('that hold nothing answer the type that their self link names', async () => {
    const url = 'https://ehr.example.org/fhir/Procedure?patient=pryce';
    const prefetch = {
      ...without(prefetchOf(pryce), 'procedures'),
      x1: searchset([], { link: [{ relation: 'self', url }] }),
    };
    expect(procedures(await determinationOf(app, callWith(pryce, prefetch)))).toEqual({
      resourceType: 'Procedure',
      count: 0,
    });
  });

  it('that hold nothing and name nothing answer nothing', async () => {
    for (const value of [searchset([]), null, [], outcome('error', 'x')]) {
      const prefetch = { ...without(prefetchOf(pryce), 'procedures'), x1: value };
      expect(procedures(await determinationOf(app, callWith(pryce, prefetch)))).toMatchObject({
        status: 'not-asked',
      });
    }
  });

  it('that are our own but hold another type are read by what they hold', async () => {
    const prefetch = { ...prefetchOf(pryce), procedures: searchset(ofType(pryce.resources, 'Immunization')) };
    expect(procedures(await determinationOf(app, callWith(pryce, prefetch)))).toMatchObject({
      status: 'not-asked',
    });
  });

  it('with a Coverage and its Patient and payor are not taken for the whole chart', async () => {
    const coverageSearch = searchset([
      ...ofType(pryce.resources, 'Coverage'),
      ...ofType(pryce.resources, 'Patient'),
      ...ofType(pryce.resources, 'Organization'),
    ]);
    for (const key of ['coverage', 'coverageBundle', 'x']) {
      const found = await determinationOf(app, callWith(pryce, { [key]: coverageSearch }));
      expect(procedures(found), key).toMatchObject({ status: 'not-asked' });
      expect(statesOf(found), key).toMatchObject({
        'tecartus/2': 'met',
        'tecartus/1.b/diagnosis': 'unknown data-access',
      });
    }
  });

  it('with the orders and what they refer to are not taken for the whole chart', async () => {
    const orders = searchset([
      ...ofType(pryce.resources, 'MedicationRequest').slice(0, 1),
      ...ofType(pryce.resources, 'Coverage'),
      ...ofType(pryce.resources, 'Patient'),
      ...ofType(pryce.resources, 'Organization'),
      ...ofType(pryce.resources, 'Practitioner'),
    ]);
    const found = await determinationOf(app, callWith(pryce, { medicationRequestBundle: orders }));
    expect(procedures(found)).toMatchObject({ status: 'not-asked' });
  });

  it('with a whole chart of which a page is missing count as unread, every type', async () => {
    const next = 'https://ehr.example.org/fhir/2';
    const everything = searchset(pryce.resources, { link: [{ relation: 'next', url: next }] });
    const { coverage, encounter } = prefetchOf(pryce);
    const found = await determinationOf(app, callWith(pryce, { coverage, encounter, everything }));
    expect(procedures(found)).toMatchObject({ count, status: 'incomplete' });
    for (const [id, state] of Object.entries(statesOf(found)))
      expect(state, id).toBe(id === 'tecartus/2' ? 'met' : 'unknown data-access');
  });

  it('with a whole chart are followed to their last page, each page once', async () => {
    const server = await fakeFhirServer(pryce.resources, (url, response, base) => {
      if (!url.searchParams.has('page')) return false;
      const page = Number(url.searchParams.get('page'));
      const part = pryce.resources.filter((_, index) => index % 4 === page);
      const link = page < 3 ? [{ relation: 'next', url: `${base}?page=${page + 1}` }] : [];
      return sendJson(response, searchset(part, { link }));
    });
    running.push(server);
    const clinical = pryce.resources.filter((_, index) => index % 4 === 0);
    const [patient] = ofType(pryce.resources, 'Patient');
    const { coverage } = prefetchOf(pryce);
    const everything = searchset([patient, ...clinical], {
      link: [{ relation: 'next', url: `${server.base}?page=1` }],
    });
    const found = await determinationOf(app, callWith(pryce, { coverage, everything }, server.base));
    const complete = await determinationOf(app, withWholeChart(pryce, pryce.resources));
    expect(statesOf(found)).toMatchObject(statesOf(complete));
    const pages = server.queries.map(({ url }) => url).filter((url) => url.includes('page='));
    expect(pages).toEqual(['page=1', 'page=2', 'page=3']);
  });

  it('for one type join: a search beside one resource, a failure beside a search', async () => {
    const others = without(prefetchOf(pryce), 'procedures');
    const found = await determinationOf(
      app,
      callWith(pryce, { ...others, request: held[0], procedureBundle: searchset(held) }),
    );
    expect(procedures(found)).toEqual({ resourceType: 'Procedure', count });
    const failed = await determinationOf(
      app,
      callWith(pryce, { ...others, request: held[0], procedureBundle: outcome('error', 'x') }),
    );
    expect(procedures(failed)).toMatchObject({ status: 'failed' });
  });
});

describe('coverage and patient', () => {
  const [first, second] = ofType(pryce.resources, 'Coverage');

  it('cut to one entry are taken as they came', async () => {
    for (const value of [
      searchset([first]),
      first,
      [first],
      { resourceType: 'Bundle', entry: [{ resource: first }] },
    ]) {
      const found = await determinationsOf(app, callWith(pryce, { ...prefetchOf(pryce), coverage: value }));
      expect(found.map(({ coverage }) => coverage)).toEqual([`Coverage/${first?.id ?? ''}`]);
    }
    expect(second).toBeDefined();
  });

  it('of nobody’s plan give a card and no determination', async () => {
    for (const value of [null, searchset([]), []]) {
      const body = callWith(pryce, { ...prefetchOf(pryce), coverage: value });
      expect(await determinationsOf(app, body)).toEqual([]);
      const cards = await request(app).post('/cds-services/order-sign').send(body);
      expect((cards.body as { cards: { summary: string }[] }).cards[0]?.summary).toContain(
        'no active coverage',
      );
    }
  });

  it.each<readonly [string, (patient: Resource) => unknown]>([
    ['of another id', (patient) => ({ ...patient, id: 'somebody' })],
    ['without an id', (patient) => without(patient, 'id')],
    ['that is an OperationOutcome', () => outcome('error', 'forbidden')],
    ['that is null', () => null],
  ])('a Patient %s decides nothing', async (name, change) => {
    const prefetch = prefetchOf(pryce);
    const found = await determinationOf(
      app,
      callWith(pryce, { ...prefetch, patient: change(prefetch['patient'] as Resource) }),
    );
    const complete = statesOf(await determinationOf(app, callWith(pryce, prefetch)));
    expect(statesOf(found)).toEqual({ ...complete, 'tecartus/2': 'unknown data-access' });
    const said = found.anomalies.map(({ id }) => id);
    if (name === 'of another id') expect(said).toContain('chart.other-patient');
    if (name === 'without an id') expect(said).toContain('chart.unreadable');
  });

  it('a Patient of another id among the chart’s is left out, and said so', async () => {
    const [patient] = ofType(pryce.resources, 'Patient');
    const found = await determinationOf(
      app,
      withWholeChart(pryce, [{ ...patient, id: 'somebody', birthDate: '2020-01-01' }, ...pryce.resources]),
    );
    expect(statesOf(found)['tecartus/2']).toBe('met');
    expect(found.anomalies.map(({ id }) => id)).toContain('chart.other-patient');
  });
});
