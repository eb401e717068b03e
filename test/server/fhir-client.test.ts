import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { leaves } from '../../src/engine/explanation.ts';
import { createFhirClient, DEFAULT_LIMITS } from '../../src/server/fhir-client.ts';
import { createFhirConnections } from '../../src/server/fhir-connections.ts';
import {
  ofType,
  referenceOf,
  searchset,
  storedChart,
  type HookBody,
  type Json,
  type Resource,
  type StoredChart,
} from './charts.ts';
import { criteriaOf, idsIn, statesOf } from './criterion-table.ts';
import {
  fakeFhirServer,
  matching,
  outcome,
  sendJson,
  targetOf,
  type Answering,
  type FakeFhirServer,
} from './fake-fhir-server.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { callerWith, createService, determinationOf, type Identified } from './service.ts';

/**
 * Which criteria read which type, from the policies and `clinical/facts.md`: a failing source leaves exactly these
 * without data. A type that only brings signs leaves those that the rest of the chart does not settle.
 */
const EXCLUSIONS = ['limit.one-time', 'limit.prior-car-t'];
const AUCATZYL_READS: Readonly<Record<string, readonly string[]>> = {
  Patient: ['2'],
  Condition: ['1', '3', 'limit.prior-car-t', 'limit.indication'],
  DiagnosticReport: ['1'],
  Observation: ['limit.indication'],
  Procedure: ['3', ...EXCLUSIONS],
  MedicationAdministration: ['3', ...EXCLUSIONS],
  MedicationStatement: ['3', ...EXCLUSIONS],
  QuestionnaireResponse: ['3', ...EXCLUSIONS, 'outpatient.1', 'outpatient.2'],
  MedicationDispense: ['3', ...EXCLUSIONS],
  MedicationRequest: ['3', ...EXCLUSIONS],
  ServiceRequest: ['3', ...EXCLUSIONS],
  DocumentReference: [],
};
const MANTLE = ['1', '1.a', 'def/relapsed-or-refractory'];
const LEUKEMIA = ['1.b', '1.b/relapsed-or-refractory'];
/** Open in the chart of a lymphoma: the drugs of B lineage and the reports are its signs. */
const LINEAGE = ['1.b', '1.b/diagnosis'];
const TECARTUS_READS: Readonly<Record<string, readonly string[]>> = {
  Patient: ['2'],
  Condition: [...MANTLE, '1.a/diagnosis', ...LEUKEMIA, '1.b/diagnosis', 'limit.prior-car-t'],
  DiagnosticReport: ['1', '1.a', '1.a/diagnosis', '1.b', '1.b/diagnosis'],
  Observation: [...MANTLE, ...LEUKEMIA],
  // The date of the last therapy, a transplant too, decides whether the progression came after it.
  Procedure: [...MANTLE, ...EXCLUSIONS],
  MedicationAdministration: [...MANTLE, ...EXCLUSIONS, ...LINEAGE],
  MedicationDispense: [...MANTLE, ...EXCLUSIONS],
  MedicationStatement: [...MANTLE, ...EXCLUSIONS, ...LINEAGE],
  QuestionnaireResponse: ['outpatient', ...EXCLUSIONS, ...LEUKEMIA],
  MedicationRequest: EXCLUSIONS,
  ServiceRequest: EXCLUSIONS,
  DocumentReference: LINEAGE,
};

const shah = storedChart('b-all-all-attested');
const ortiz = storedChart('mcl-all-attested');
const pryce = storedChart('b-all-second-relapse-outpatient');

const app = createService();
const connections = createFhirConnections();
const TOKEN = 'token-of-this-call';

const running: FakeFhirServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
async function serve(resources: readonly Resource[], answering?: Answering): Promise<FakeFhirServer> {
  const server = await fakeFhirServer(resources, answering);
  running.push(server);
  return server;
}

const callTo = (chart: StoredChart, base: string): HookBody => ({
  ...chart.request,
  fhirServer: base,
  fhirAuthorization: {
    access_token: TOKEN,
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.read',
    subject: 'cartograph',
  },
});

async function determinedBy(
  chart: StoredChart,
  answering?: Answering,
  resources = chart.resources,
  service = app,
): Promise<Identified> {
  const server = await serve(resources, answering);
  return determinationOf(service, callTo(chart, server.base));
}

/** Ids as the policies' files have them: without the indication, for the tables above. */
const shortIds = (ids: readonly string[]): readonly string[] =>
  ids.map((id) => id.replace(/^(aucatzyl|tecartus)\//, '')).sort();

const searchOf =
  (type: string, answer: Answering): Answering =>
  (url, response, base, incoming) => {
    const target = targetOf(url);
    return target.type === type && target.id === undefined && answer(url, response, base, incoming);
  };

let complete: Readonly<Record<string, Identified>>;
beforeAll(async () => {
  complete = {
    shah: await determinedBy(shah),
    ortiz: await determinedBy(ortiz),
    pryce: await determinedBy(pryce),
  };
  await Promise.all(running.splice(0).map((server) => server.close()));
});
const completeOf = (chart: StoredChart): Identified => {
  const found = complete[chart === shah ? 'shah' : chart === ortiz ? 'ortiz' : 'pryce'];
  if (found === undefined) throw new Error('not evaluated yet');
  return found;
};

/** Exactly these criteria lost their answer; every other one has its state and the evidence that was still read. */
function expectUnread(found: Identified, chart: StoredChart, type: string, ids: readonly string[]): void {
  const whole = completeOf(chart);
  const lost = idsIn(found, 'unknown data-access');
  expect(shortIds(lost), `criteria without data when ${type} is not read`).toEqual([...ids].sort());
  const before = criteriaOf(whole);
  for (const [id, criterion] of criteriaOf(found)) {
    if (lost.includes(id)) continue;
    expect(statesOf(found)[id], `${id}, which does not depend on ${type}`).toBe(statesOf(whole)[id]);
    for (const item of before.get(id)?.evidence ?? []) {
      if (!item.reference.startsWith(`${type}/`)) expect(criterion.evidence, id).toContainEqual(item);
    }
  }
  // A branch that another one makes up for changes nothing.
  const isRequired = found.criteria.some(({ id }) => lost.includes(id));
  if (isRequired && whole.decision !== 'criteria-not-met')
    expect(found.decision).toBe('documentation-needed');
  expectReasons(found);
}

/** Each leaf without data says which source it lacks. */
function expectReasons(found: Identified): void {
  for (const { id, needs, searched } of leaves(found.criteria)) {
    if (needs !== 'data-access') continue;
    const lacking = searched.filter(({ status }) => status !== undefined);
    expect(lacking.length, `${id} says which source was not read`).toBeGreaterThan(0);
    for (const { reason } of lacking) expect(reason, `${id} says why`).toMatch(/\S/);
  }
}

const expectComplete = (found: Identified, chart: StoredChart): void => {
  expect({ ...found, id: '' }).toEqual({ ...completeOf(chart), id: '' });
};

describe('a chart served completely', () => {
  it('is read whole: all criteria are met', () => {
    expect(completeOf(shah).decision).toBe('criteria-met');
    expect(completeOf(ortiz).decision).toBe('criteria-met');
  });

  it('is asked for with the token of the call, by GET alone, and each query once', async () => {
    const server = await serve(shah.resources);
    await determinationOf(app, callTo(shah, server.base));
    expect(
      new Set(server.queries.map(({ method, authorization }) => `${method} ${authorization ?? ''}`)),
    ).toEqual(new Set([`GET Bearer ${TOKEN}`]));
    const urls = server.queries.map(({ url }) => url);
    expect(urls.length).toBe(new Set(urls).size);
  });

  it('is the same for a base with a trailing slash', async () => {
    const server = await serve(shah.resources);
    expectComplete(await determinationOf(app, callTo(shah, `${server.base}/`)), shah);
  });
});

describe('a source that fails leaves its criteria without data, and no other', () => {
  const cases = [
    ...Object.entries(AUCATZYL_READS).map(([type, ids]) => [type, shah, ids] as const),
    ...Object.entries(TECARTUS_READS).map(([type, ids]) => [type, ortiz, ids] as const),
  ];
  it.each(cases.map(([type, chart, ids]) => [type, chart.name, chart, ids] as const))(
    '%s of %s',
    async (type, _name, chart, ids) => {
      const found = await determinedBy(chart, (url, response) =>
        targetOf(url).type === type ? sendJson(response, outcome('fatal', 'exception'), 500) : false,
      );
      expectUnread(found, chart, type, ids);
    },
  );

  it('Encounter, where the setting guards a criterion that is open', async () => {
    const found = await determinedBy(pryce, (url, response) =>
      targetOf(url).type === 'Encounter' ? sendJson(response, outcome('fatal', 'exception'), 500) : false,
    );
    expect(found.setting).toBe('unknown');
    expectUnread(found, pryce, 'Encounter', ['outpatient']);
  });
});

describe('every way to fail', () => {
  const ids = AUCATZYL_READS['Procedure'] ?? [];
  const failing: readonly (readonly [string, Answering])[] = [
    ...[401, 403, 406, 409, 429, 500, 502, 503].map(
      (status): readonly [string, Answering] =>
        [`HTTP ${status}`, (_url, response) => sendJson(response, outcome('error', 'x'), status)] as const,
    ),
    [
      'a connection that is reset',
      (_url, response) => {
        response.destroy();
        return true;
      },
    ],
    [
      'a connection that is reset within the answer',
      (url, response) => {
        const text = JSON.stringify(searchset(matching(shah.resources, url)));
        response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': text.length });
        response.write(text.slice(0, 500), () => response.destroy());
        return true;
      },
    ],
    [
      'half an answer, cleanly ended',
      (url, response) => {
        const text = JSON.stringify(searchset(matching(shah.resources, url)));
        response
          .writeHead(200, { 'content-type': 'application/fhir+json' })
          .end(text.slice(0, text.length / 2));
        return true;
      },
    ],
    [
      'a login page',
      (_url, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
        return true;
      },
    ],
    [
      'an empty answer',
      (_url, response) => {
        response.writeHead(200).end();
        return true;
      },
    ],
    [
      'HTTP 204',
      (_url, response) => {
        response.writeHead(204).end();
        return true;
      },
    ],
    ['JSON null', (_url, response) => sendJson(response, null)],
    ['a list', (_url, response) => sendJson(response, [])],
    [
      'a resource in place of a Bundle',
      (_url, response) => sendJson(response, { resourceType: 'Procedure', id: 'x' }),
    ],
    [
      'an OperationOutcome with HTTP 200',
      (_url, response) => sendJson(response, outcome('error', 'exception')),
    ],
    [
      'an entry that reports an error',
      (url, response) =>
        sendJson(response, searchset([...matching(shah.resources, url), outcome('error', 'incomplete')])),
    ],
    [
      'an entry that reports a fatal error alone',
      (_url, response) => sendJson(response, searchset([outcome('fatal', 'timeout')])),
    ],
  ];
  it.each(failing)('%s leaves the same criteria without data', async (_name, answering) => {
    expectUnread(await determinedBy(shah, searchOf('Procedure', answering)), shah, 'Procedure', ids);
  });

  it.each([
    ['never answers', (() => true) satisfies Answering],
    [
      'begins and never ends',
      ((_url, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' }).write('{"resourceType":');
        return true;
      }) satisfies Answering,
    ],
    [
      'drips',
      ((_url, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
        return true;
      }) satisfies Answering,
    ],
  ])('a source that %s is given up at the deadline', async (_name, answering) => {
    const hurried = createService({ config: { bodyLimit: 1024 * 1024, queryMilliseconds: 400 } });
    const started = performance.now();
    const found = await determinedBy(shah, searchOf('Procedure', answering), shah.resources, hurried);
    expect(performance.now() - started).toBeLessThan(1500);
    expectUnread(found, shah, 'Procedure', ids);
    expect(JSON.stringify(found)).toContain('timed out');
  });

  it('an answer too large for one query is not taken for the whole', async () => {
    const limited = createService({
      fhirClient: (access, log) =>
        createFhirClient(access, connections, log, { ...DEFAULT_LIMITS, bytes: 2_000_000 }),
    });
    const found = await determinedBy(
      shah,
      searchOf('Procedure', (url, response) =>
        sendJson(response, searchset(matching(shah.resources, url), { padding: 'x'.repeat(3_000_000) })),
      ),
      shah.resources,
      limited,
    );
    expectUnread(found, shah, 'Procedure', ids);
    expect(JSON.stringify(found)).toContain('too large');
  });

  it('more resources than one search may bring are not taken for the whole', async () => {
    const limited = createService({
      fhirClient: (access, log) =>
        createFhirClient(access, connections, log, { ...DEFAULT_LIMITS, resources: 300 }),
    });
    const many = Array.from({ length: 400 }, (_, index) => ({
      ...(ofType(shah.resources, 'Procedure')[0] as Resource),
      id: `many-${index}`,
    }));
    const found = await determinedBy(
      shah,
      searchOf('Procedure', (_url, response) => sendJson(response, searchset(many))),
      shah.resources,
      limited,
    );
    expectUnread(found, shah, 'Procedure', ids);
  });

  it('a server that cannot be reached leaves everything but the prefetched without data', async () => {
    const gone = await serve([]);
    await gone.close();
    const prefetch = {
      patient: ofType(shah.resources, 'Patient')[0],
      coverage: searchset([...ofType(shah.resources, 'Coverage'), ...ofType(shah.resources, 'Organization')]),
      encounter: ofType(shah.resources, 'Encounter')[0],
    };
    const found = await determinationOf(app, { ...callTo(shah, gone.base), prefetch });
    expect(statesOf(found)).toMatchObject({
      'aucatzyl/1': 'unknown data-access',
      'aucatzyl/2': 'met',
      'aucatzyl/3': 'unknown data-access',
      'aucatzyl/outpatient.1': 'unknown data-access',
      'aucatzyl/limit.indication': 'unknown data-access',
    });
    expect(found.decision).toBe('documentation-needed');
    expectReasons(found);
  });
});

describe('a type that the server does not offer', () => {
  it.each([400, 404, 405, 422, 501])('leaves open what nobody attested: HTTP %i', async (status) => {
    const answering = searchOf('Procedure', (_url, response) =>
      sendJson(response, outcome('error', 'not-supported'), status),
    );
    expectUnread(await determinedBy(pryce, answering), pryce, 'Procedure', [
      ...EXCLUSIONS,
      '1.a',
      'def/relapsed-or-refractory',
    ]);
  });

  it('leaves standing what a clinician attested', async () => {
    const answering = searchOf('Procedure', (_url, response) =>
      sendJson(response, outcome('error', 'not-supported'), 404),
    );
    expectUnread(await determinedBy(shah, answering), shah, 'Procedure', []);
  });
});

describe('a server that refuses a whole type', () => {
  const onlyNarrow = (type: string): Answering =>
    searchOf(type, (url, response) =>
      url.searchParams.has('category') || url.searchParams.has('code')
        ? false
        : sendJson(response, outcome('error', 'required'), 400),
    );

  it.each(['Observation', 'Condition'])('is asked for the parts of it: %s', async (type) => {
    for (const chart of [shah, ortiz]) {
      const server = await serve(chart.resources, onlyNarrow(type));
      const found = await determinationOf(app, callTo(chart, server.base));
      expectUnread(found, chart, type, []);
      expect(found.decision).toBe('criteria-met');
      const asked = server.queries.map(({ url }) => url).filter((url) => url.startsWith(`${type}?`));
      expect(asked.length, 'the whole first, then its parts').toBeGreaterThan(2);
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  it('and fails on one of the parts, leaves the criteria without data', async () => {
    const narrow = onlyNarrow('Observation');
    const found = await determinedBy(shah, (url, response, base, incoming) =>
      url.searchParams.get('category') === 'laboratory'
        ? sendJson(response, outcome('error', 'exception'), 500)
        : narrow(url, response, base, incoming),
    );
    expectUnread(found, shah, 'Observation', AUCATZYL_READS['Observation'] ?? []);
  });
});

describe('pages', () => {
  const page = (url: URL): number => Number(url.searchParams.get('page') ?? '0');
  /** Pages of four, linked in one of the ways that servers link them. */
  const paged = (link: (next: number, url: URL, base: string) => string, more: Json = {}): Answering =>
    searchOf('Procedure', (url, response, base) => {
      const patient = new URL(`Procedure?patient=${shah.request.context.patientId}`, `${base}/`);
      const all = matching(shah.resources, patient);
      const from = page(url) * 4;
      const rest = all.length > from + 4;
      return sendJson(
        response,
        searchset(all.slice(from, from + 4), {
          ...more,
          link: [
            { relation: 'self', url: url.href },
            ...(rest ? [{ relation: 'next', url: link(page(url) + 1, url, base) }] : []),
          ],
        }),
      );
    });
  const query = 'Procedure?patient=shah&page=';

  it.each<readonly [string, Answering]>([
    ['absolute', paged((next, _url, base) => `${base}/${query}${next}`)],
    ['relative to the base', paged((next) => `${query}${next}`)],
    ['an absolute path', paged((next, _url, base) => `${new URL(base).pathname}/${query}${next}`)],
    ['absolute, with a total of none', paged((next, _url, base) => `${base}/${query}${next}`, { total: 0 })],
    [
      'absolute, with a total too large',
      paged((next, _url, base) => `${base}/${query}${next}`, { total: 99_999 }),
    ],
    [
      'absolute, with a total that is no number',
      paged((next, _url, base) => `${base}/${query}${next}`, { total: 'many' }),
    ],
    ['absolute, with a fragment', paged((next, _url, base) => `${base}/${query}${next}#top`)],
  ])('are followed to the end: %s', async (_name, answering) => {
    const server = await serve(shah.resources, answering);
    expectComplete(await determinationOf(app, callTo(shah, server.base)), shah);
    expect(server.queries.filter(({ url }) => url.startsWith('Procedure')).length).toBe(
      Math.ceil(ofType(shah.resources, 'Procedure').length / 4),
    );
  });

  it('may be the base with parameters, as some servers link them', async () => {
    const procedures = ofType(shah.resources, 'Procedure');
    const found = await determinedBy(shah, (url, response, base) => {
      if (url.searchParams.has('_getpages')) return sendJson(response, searchset(procedures.slice(3)));
      return searchOf('Procedure', () =>
        sendJson(
          response,
          searchset(procedures.slice(0, 3), { link: [{ relation: 'next', url: `${base}?_getpages=1` }] }),
        ),
      )(url, response, base, undefined as never);
    });
    expectComplete(found, shah);
  });

  const others: readonly (readonly [string, (next: number, url: URL, base: string) => string])[] = [
    ['another host', (next) => `http://localhost.example.org/fhir/${query}${next}`],
    ['another port', (next, _url, base) => `${base.replace(/:\d+/, ':1')}/${query}${next}`],
    ['another scheme', (next, _url, base) => `${base.replace('http:', 'https:')}/${query}${next}`],
    [
      'a host behind a user name',
      (next, _url, base) => `${base.replace('/fhir', '')}@example.org/fhir/${query}${next}`,
    ],
    ['a path outside the base', (next, _url, base) => `${base.replace('/fhir', '/admin')}/${query}${next}`],
    ['a path that begins like the base', (next, _url, base) => `${base}-admin/${query}${next}`],
    ['a path that climbs out of the base', (next, _url, base) => `${base}/../admin/${query}${next}`],
    ['a path that climbs out in disguise', (next, _url, base) => `${base}/%2e%2e/admin/${query}${next}`],
    ['no URL', () => 'http://['],
    ['a script', () => 'javascript:alert(1)'],
    ['itself', (_next, url) => url.href],
    ['pages without an end', (next, _url, base) => `${base}/${query}${next % 2}`],
  ];
  it.each(others)('that lead to %s are not followed, and the rest counts as unread', async (name, link) => {
    const server = await serve(
      shah.resources,
      searchOf('Procedure', (url, response, base) =>
        sendJson(
          response,
          searchset(ofType(shah.resources, 'Procedure'), {
            link: [{ relation: 'next', url: link(page(url) + 1, url, base) }],
          }),
        ),
      ),
    );
    const found = await determinationOf(app, callTo(shah, server.base));
    expectUnread(found, shah, 'Procedure', AUCATZYL_READS['Procedure'] ?? []);
    const asked = server.queries.filter(({ url }) => !url.startsWith('Procedure') && url.includes('page='));
    expect(asked, `no query for ${name}`).toEqual([]);
  });

  it.each([5, null, '', ['x'], undefined])(
    'with a next link that cannot be read count as unread: %s',
    async (url) => {
      const found = await determinedBy(
        shah,
        searchOf('Procedure', (_url, response) =>
          sendJson(
            response,
            searchset(ofType(shah.resources, 'Procedure'), { link: [{ relation: 'next', url }] }),
          ),
        ),
      );
      expectUnread(found, shah, 'Procedure', AUCATZYL_READS['Procedure'] ?? []);
    },
  );

  it('that never end are given up', async () => {
    let served = 0;
    const found = await determinedBy(
      shah,
      searchOf('Procedure', (url, response, base) => {
        served += 1;
        return sendJson(
          response,
          searchset(served === 1 ? ofType(shah.resources, 'Procedure') : [], {
            link: [{ relation: 'next', url: `${base}/${query}${page(url) + 1}` }],
          }),
        );
      }),
    );
    expectUnread(found, shah, 'Procedure', AUCATZYL_READS['Procedure'] ?? []);
    expect(served).toBeLessThanOrEqual(DEFAULT_LIMITS.pages);
  });

  it('of which the second fails count as unread, and the first is still shown', async () => {
    const found = await determinedBy(
      shah,
      searchOf('Procedure', (url, response, base) =>
        page(url) > 0
          ? sendJson(response, outcome('error', 'exception'), 503)
          : sendJson(
              response,
              searchset(ofType(shah.resources, 'Procedure'), {
                link: [{ relation: 'next', url: `${base}/${query}1` }],
              }),
            ),
      ),
    );
    expectUnread(found, shah, 'Procedure', AUCATZYL_READS['Procedure'] ?? []);
    const searched = criteriaOf(found)
      .get('aucatzyl/3')
      ?.searched.find(({ resourceType }) => resourceType === 'Procedure');
    expect(searched).toEqual({
      resourceType: 'Procedure',
      count: ofType(shah.resources, 'Procedure').length,
      status: 'incomplete',
      reason: 'page 2: the server was not available (HTTP 503)',
    });
  });
});

describe('what a server adds to its answers', () => {
  const procedures = ofType(shah.resources, 'Procedure');
  const answer = (bundle: Json): Answering =>
    searchOf('Procedure', (_url, response) => sendJson(response, bundle));
  const entries = procedures.map((resource) => ({ resource, search: { mode: 'match' } }));

  it.each<readonly [string, Json]>([
    ['a warning', searchset([...procedures, outcome('warning', 'informational')])],
    [
      'an outcome of the search',
      {
        resourceType: 'Bundle',
        entry: [...entries, { resource: outcome('information', 'x'), search: { mode: 'outcome' } }],
      },
    ],
    [
      'no type and no total',
      { resourceType: 'Bundle', entry: entries.map(({ resource }) => ({ resource })) },
    ],
    ['everything twice', searchset([...procedures, ...procedures])],
    [
      'full URLs of another host',
      {
        resourceType: 'Bundle',
        entry: entries.map((entry) => ({
          ...entry,
          fullUrl: `https://ehr.example.org/${referenceOf(entry.resource)}`,
        })),
      },
    ],
  ])('does no harm: %s', async (_name, bundle) => {
    expectComplete(await determinedBy(shah, answer(bundle)), shah);
  });

  it('is an empty search when Epic says so with code 4101', async () => {
    const epic = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: 0,
      entry: [
        {
          search: { mode: 'outcome' },
          resource: outcome('warning', 'processing', {
            coding: [{ system: 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369', code: '4101' }],
          }),
        },
      ],
    };
    const error = {
      ...epic,
      entry: [{ resource: outcome('error', 'processing', { coding: [{ code: '4101' }] }) }],
    };
    const without = shah.resources.filter(({ resourceType }) => resourceType !== 'Procedure');
    const empty = await determinedBy(shah, undefined, without);
    for (const bundle of [epic, error]) {
      const found = await determinedBy(shah, answer(bundle));
      expect({ ...found, id: '' }).toEqual({ ...empty, id: '' });
    }
  });

  it('is left out when it is about another patient, and said so', async () => {
    const stranger = { reference: 'Patient/somebody' };
    const carT = { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38228' }] };
    const foreign = [
      {
        resourceType: 'Procedure',
        id: 'foreign',
        status: 'completed',
        subject: stranger,
        code: carT,
        performedDateTime: '2024-01-01',
      },
      { ...(procedures[0] as Resource), id: 'foreign-2', subject: stranger },
    ];
    const found = await determinedBy(shah, answer(searchset([...foreign, ...procedures])));
    expect(statesOf(found)).toEqual(statesOf(completeOf(shah)));
    expect(JSON.stringify(found)).not.toContain('Procedure/foreign');
    expect(found.anomalies).toContainEqual({
      id: 'chart.other-patient',
      text: '2 Procedure resource(s) are about somebody else than this patient; they were left out.',
      criteria: expect.arrayContaining(['carepartners-ct-aucatzyl/aucatzyl/3']) as string[],
    });
    // The same record of this patient counts.
    const own = { ...foreign[0], subject: { reference: 'Patient/shah' } };
    const counted = await determinedBy(shah, answer(searchset([own, ...procedures])));
    expect(statesOf(counted)).toMatchObject({
      'aucatzyl/3': 'unknown review',
      'aucatzyl/limit.prior-car-t': 'unknown review',
    });
  });

  it('may have ids over 64 characters', async () => {
    const long = 'x'.repeat(190);
    const resources = shah.resources.map(
      (resource) =>
        JSON.parse(
          JSON.stringify(resource)
            .replaceAll('shah-b-all"', `${long}"`)
            .replaceAll('shah-attestation', `${long}-qr`),
        ) as Resource,
    );
    const found = await determinedBy(shah, undefined, resources);
    expect(found.decision).toBe('criteria-met');
    expect(found.criteria[0]?.evidence[0]?.reference).toBe(`Condition/${long}`);
  });

  it('reads one entry that stands in place of the list of entries', async () => {
    const [only] = ofType(shah.resources, 'QuestionnaireResponse');
    const found = await determinedBy(
      shah,
      searchOf('QuestionnaireResponse', (_url, response) =>
        sendJson(response, { resourceType: 'Bundle', entry: { resource: only } }),
      ),
    );
    expectComplete(found, shah);
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])(
    'are not followed, and take no token elsewhere: HTTP %i',
    async (status) => {
      const elsewhere = await serve(shah.resources);
      const found = await determinedBy(
        shah,
        searchOf('Procedure', (url, response) => {
          response.writeHead(status, { location: `${elsewhere.base}/Procedure${url.search}` }).end();
          return true;
        }),
      );
      expectUnread(found, shah, 'Procedure', AUCATZYL_READS['Procedure'] ?? []);
      expect(elsewhere.queries).toEqual([]);
    },
  );
});

describe('Medications by reference', () => {
  it('are read from the server, each once', async () => {
    const statement = {
      resourceType: 'MedicationStatement',
      id: 'by-reference',
      status: 'completed',
      subject: { reference: 'Patient/shah' },
      effectiveDateTime: '2023-01-01',
      medicationReference: { reference: 'Medication/brexu' },
    };
    const medication = {
      resourceType: 'Medication',
      id: 'brexu',
      code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '2387277' }] },
    };
    const server = await serve([...shah.resources, statement, { ...statement, id: 'again' }, medication]);
    const found = await determinationOf(app, callTo(shah, server.base));
    expect(statesOf(found)['aucatzyl/3'], 'the record contradicts the attestation').toBe('unknown review');
    expect(server.queries.filter(({ url }) => url === 'Medication/brexu')).toHaveLength(1);

    const lost = await determinedBy(pryce, undefined, [
      ...pryce.resources,
      { ...statement, subject: { reference: 'Patient/pryce' } },
    ]);
    // Which drug it was may have been the last lymphoma therapy, or a CAR-T.
    expectUnread(lost, pryce, 'Medication', [...EXCLUSIONS, '1.a', 'def/relapsed-or-refractory']);
  });
});

describe('which server is called', () => {
  const never = createService({
    fhirClient: () => {
      throw new Error('called');
    },
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://10.0.0.1/fhir',
    'https://ehr.example.org/fhir',
    'http://localhost.example.org/fhir',
    'http://localhost@example.org/fhir',
    'http://127.0.0.1.example.org/fhir',
    'http://[::ffff:10.0.0.1]/fhir',
    'http://0.0.0.0/fhir',
  ])('not one that is neither loopback nor in the settings: %s', async (fhirServer) => {
    const response = await request(never)
      .post('/determinations')
      .send({ ...shah.request, fhirServer });
    expect([response.status, (response.body as Json)['code']]).toEqual([412, 'missing-data']);
    expect((response.body as { message: string }).message).toContain('not one that this service may call');
  });

  it('one that the settings name, exactly', async () => {
    const called: string[] = [];
    const allowing = createService({
      callers: sandboxCallers(
        callerWith({ fhirServers: [{ base: 'https://ehr.example.org/fhir', networks: ['public'] }] }),
      ),
      fhirClient: ({ server }) => {
        called.push(server.base);
        const failure = { kind: 'unavailable', reason: 'fake' } as const;
        const nothing = () => Promise.resolve({ intakes: [], failure });
        return { read: () => Promise.resolve({ failure }), search: nothing, pagesFrom: nothing };
      },
    });
    for (const fhirServer of [
      'https://ehr.example.org/fhir/',
      'https://ehr.example.org/fhir2',
      'https://ehr.example.org',
    ])
      await request(allowing)
        .post('/determinations')
        .send({ ...shah.request, fhirServer });
    expect(called).toEqual(['https://ehr.example.org/fhir']);
  });

  it.each(['two\r\nlines', 'snow\u2603man', ' '])(
    'with a token that cannot be sent, nothing is read and nothing breaks',
    async (token) => {
      const server = await serve(shah.resources);
      const body = callTo(shah, server.base);
      const response = await request(app)
        .post('/determinations')
        .send({
          ...body,
          fhirAuthorization: { ...(body['fhirAuthorization'] as Json), access_token: token },
        });
      expect([400, 412]).toContain(response.status);
      expect(server.queries).toEqual([]);
    },
  );

  it.each(['../admin', '../../x', 'Patient/../../admin', 'ServiceRequest/..', './x', 'x/../y'])(
    'under its base only, whatever the request refers to: %s',
    async (reference) => {
      const server = await serve([]);
      await request(app)
        .post('/determinations')
        .send({
          ...callTo(shah, server.base),
          hook: 'order-dispatch',
          context: { patientId: 'shah', order: reference, performer: 'Organization/x' },
        });
      for (const { url } of server.queries) expect(url, 'under the base').toMatch(/^[A-Z][A-Za-z]+\/[^/]+$/);
    },
  );

  it('with the ids of the call encoded', async () => {
    const server = await serve([]);
    const patientId = 'a&_count=1/../b?c#d';
    await request(app)
      .post('/determinations')
      .send({
        ...callTo(shah, server.base),
        context: { ...shah.request.context, patientId, encounterId: '../../x y' },
      });
    for (const { url } of server.queries)
      expect(url).toMatch(
        /^(Encounter\/shah-car-t-encounter|(Coverage|Patient)(\?patient=|\/)a%26_count%3D1%2F\.\.%2Fb%3Fc%23d)$/,
      );
  });
});
