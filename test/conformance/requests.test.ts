import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import { coverageActions } from './checks/coverage-action-checks.ts';
import { COVERAGE_INFORMATION, coverageInformation, values } from './checks/coverage-information.ts';
import { VERSIONS, type Exchange, type Version } from './checks/finding.ts';
import { startFhirServer, json, silence, type FakeFhirServer } from './fhir-server.ts';
import {
  draftOrders,
  fixtureRequest,
  HOOKS,
  referenceOf,
  withConfiguration,
  type HookName,
} from './sample-requests.ts';
import { fixtures, PAYERS_CLIENT, startServer, type Started } from './server.ts';

/** What a request may be, and what each kind of it gets: CDS Hooks 2.0.1 and CRD. */

const fixture = (name: string) => {
  const found = fixtures.find((item) => item.name === name);
  if (found === undefined) throw new Error(`there is no fixture ${name}`);
  return found;
};
const BECKER = fixture('b-all-relapsed-inpatient');
const MISSING_TESTS = fixture('mcl-response-not-documented');
const TWO_COVERAGES = fixture('all-lineage-not-stated');

const cards = ({ body }: Exchange): readonly JsonObject[] => objects(property(body, 'cards'));
const systemActions = ({ body }: Exchange): readonly JsonObject[] => objects(property(body, 'systemActions'));
const topicOf = (card: JsonObject): unknown => property(property(card['source'], 'topic'), 'code');
const extensionsOf = (exchange: Exchange): readonly JsonObject[] =>
  coverageActions(exchange).flatMap(({ resource }) =>
    coverageInformation(resource).map(({ extension }) => extension),
  );
const code = (extension: unknown, url: string): unknown => values(extension, url)[0];

/** An answer without what is new in each: ids. */
const said = ({ body }: Exchange): unknown =>
  JSON.parse(
    JSON.stringify(body, (name, value: unknown) =>
      name === 'uuid' ||
      name === 'id' ||
      name === 'resourceId' ||
      (name === 'extension' &&
        Array.isArray(value) &&
        value.some((item) => property(item, 'url') === 'coverage'))
        ? undefined
        : value,
    ),
  );

const chartOf = ({ chart }: { readonly chart: unknown }): readonly JsonObject[] =>
  objects(property(chart, 'entry')).flatMap((entry) => objects(entry['resource']));
const inChart = (of: { readonly chart: unknown }, type: string): readonly JsonObject[] =>
  chartOf(of).filter(({ resourceType }) => resourceType === type);
const searchset = (resources: readonly JsonObject[]): JsonObject => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: resources.length,
  ...(resources.length === 0 ? {} : { entry: resources.map((resource) => ({ resource })) }),
});

const change = (request: JsonObject, more: JsonObject): JsonObject => ({ ...request, ...more });
const changeContext = (request: JsonObject, more: JsonObject): JsonObject => ({
  ...request,
  context: { ...(request['context'] as JsonObject), ...more },
});
const changeOrders = (request: JsonObject, orders: readonly JsonObject[]): JsonObject =>
  changeContext(request, {
    draftOrders: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: orders.map((resource) => ({ resource })),
    },
  });
const firstOrder = (request: JsonObject): JsonObject => draftOrders(request)[0] ?? {};

describe.each(VERSIONS)('CRD %s: requests', (version: Version) => {
  let server: Started;
  let sign: JsonObject;
  const fakes: FakeFhirServer[] = [];

  beforeAll(async () => {
    server = await startServer();
    sign = fixtureRequest(BECKER, 'order-sign', version, `${server.base}/sandbox/fhir`);
    await call(sign);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([server.close(), ...fakes.map((fake) => fake.close())]);
  });

  const call = (
    request: unknown,
    hook: HookName = 'order-sign',
    headers: Readonly<Record<string, string>> = {},
  ) => server.call({ name: hook, hook, version, request, headers });
  const fake = async (answer: Parameters<typeof startFhirServer>[0]): Promise<FakeFhirServer> => {
    const started = await startFhirServer(answer);
    fakes.push(started);
    return started;
  };

  /** 2.0.1 tells what is not JSON (400) from what is not CDS Hooks (422); 2.2 says 400 to both. */
  const NOT_CDS_HOOKS = version === '2.0.1' ? [400, 422] : [400];

  it('for no service of ours get 404', async () => {
    const exchange = await server.call({
      name: 'x',
      hook: 'order-sign',
      version,
      request: sign,
      path: '/cds-services/nobody',
    });
    expect(exchange.status).toBe(404);
  });

  it('that are not JSON get 400, of another media type 415, too large 413', async () => {
    for (const body of ['', '{', 'null x']) expect((await call(body)).status, body).toBe(400);
    expect((await call('[]')).status).toBeGreaterThanOrEqual(400);
    expect((await call(sign, 'order-sign', { 'content-type': 'text/plain' })).status).toBe(415);
    const small = await startServer({ environment: { BODY_LIMIT: '1kb' } });
    fakes.push({ base: '', requests: [], close: small.close });
    const large = await small.call({ name: 'large', hook: 'order-sign', version, request: sign });
    expect(large.status).toBe(413);
  });

  it('may name a charset', async () => {
    expect(
      (await call(sign, 'order-sign', { 'content-type': 'application/json; charset=utf-8' })).status,
    ).toBe(200);
  });

  it('for another hook than the service’s get 400', async () => {
    const exchange = await call(change(sign, { hook: 'order-select' }));
    expect(exchange.status).toBe(400);
    expect(exchange.text).toContain('hook');
  });

  const REQUIRED: Readonly<Record<HookName, readonly string[]>> = {
    'order-sign': ['userId', 'patientId', 'draftOrders'],
    'order-select': ['userId', 'patientId', 'draftOrders', 'selections'],
    'order-dispatch': ['patientId', 'performer', version === '2.0.1' ? 'order' : 'dispatchedOrders'],
    'appointment-book': ['userId', 'patientId', 'appointments'],
    'encounter-start': ['userId', 'patientId', 'encounterId'],
    'encounter-discharge': ['userId', 'patientId', 'encounterId'],
  };

  it.each(HOOKS)(
    '%s: a required field that is missing, empty or of the wrong type is refused by its path',
    async (hook) => {
      const good = fixtureRequest(BECKER, hook, version, `${server.base}/sandbox/fhir`);
      const fields = [
        ...['hook', 'hookInstance', 'context'].map(
          (field) => [field, (value: unknown) => change(good, { [field]: value })] as const,
        ),
        ...REQUIRED[hook].map(
          (field) => [field, (value: unknown) => changeContext(good, { [field]: value })] as const,
        ),
      ];
      for (const [field, spoil] of fields) {
        for (const value of [undefined, null, 5, '', {}, []]) {
          const exchange = await call(spoil(value), hook);
          const what = `${hook} ${field} = ${JSON.stringify(value)}: ${exchange.status} ${exchange.text}`;
          // No selection is a selection of nothing; a Bundle may be empty, but says that it is one.
          if (field === 'selections' && Array.isArray(value)) {
            expect(exchange.status, what).toBe(200);
            continue;
          }
          expect(NOT_CDS_HOOKS, what).toContain(exchange.status);
          expect(exchange.text, what).toMatch(
            /order|dispatchedOrders/.test(field) ? /[oO]rder/ : new RegExp(field),
          );
        }
      }
    },
  );

  it('with an access token owe the server’s address and the token’s fields', async () => {
    const token = {
      access_token: 't',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'user/*.read',
      subject: 's',
    };
    for (const field of ['access_token', 'token_type', 'expires_in', 'scope', 'subject']) {
      const exchange = await call(change(sign, { fhirAuthorization: { ...token, [field]: undefined } }));
      expect(NOT_CDS_HOOKS, field).toContain(exchange.status);
      expect(exchange.text).toContain(`fhirAuthorization.${field}`);
    }
    const exchange = await call(change(sign, { fhirServer: 'not a url' }));
    expect(NOT_CDS_HOOKS).toContain(exchange.status);
    expect(exchange.text).toContain('fhirServer');
  });

  it('are refused in an OperationOutcome that repeats nothing of the patient', async () => {
    const wrong = changeContext(sign, { userId: 'Nobody With A Secret' });
    const exchange = await call(wrong, 'order-sign', { accept: 'application/fhir+json' });
    expect(property(exchange.body, 'resourceType')).toBe('OperationOutcome');
    const [issue] = objects(property(exchange.body, 'issue'));
    expect(issue?.['severity']).toBe('error');
    expect(JSON.stringify(issue)).toContain('userId');
    expect(exchange.text).not.toContain('Secret');
  });

  it('that lack FHIR data are told so in FHIR from 2.2 on, unasked', async () => {
    const exchange = await call(change(sign, { fhirServer: undefined }));
    expect(exchange.status).toBe(412);
    const isOutcome = property(exchange.body, 'resourceType') === 'OperationOutcome';
    expect(isOutcome).toBe(version === '2.2.1');
  });

  it('with a hookInstance that is no UUID are answered', async () => {
    expect((await call(change(sign, { hookInstance: 'f3945c39-dfbe-444f-ba6d-3e05e123b2va' }))).status).toBe(
      200,
    );
  });

  it('with unknown fields at any level get the same answer', async () => {
    const odd = { 'com.example.odd': { a: [1] } };
    const order = { ...firstOrder(sign), oddElement: 'x' };
    const strange = change(changeContext(changeOrders(sign, [order]), odd), {
      ...odd,
      extension: { ...(sign['extension'] as JsonObject | undefined), ...odd },
    });
    const [plain, exchange] = [await call(sign), await call(strange)];
    expect(exchange.status).toBe(200);
    expect(cards(exchange).map(({ summary }) => summary)).toEqual(cards(plain).map(({ summary }) => summary));
    expect(systemActions(exchange)).toHaveLength(systemActions(plain).length);
    // An unknown element of the order comes back with it.
    expect(property(systemActions(exchange)[0]?.['resource'], 'oddElement')).toBe('x');
  });

  it('sent again get the same answer', async () => {
    expect(said(await call(sign))).toEqual(said(await call(sign)));
  });

  it('of order-dispatch may use the names of either hook version, and name a user', async () => {
    const dispatch = fixtureRequest(BECKER, 'order-dispatch', version, `${server.base}/sandbox/fhir`);
    const { patientId, performer } = dispatch['context'] as JsonObject;
    const order = referenceOf(firstOrder(BECKER.request));
    const tasks = [{ resourceType: 'Task', status: 'requested', intent: 'order' }];
    const forms: readonly JsonObject[] = [
      { order, task: tasks[0] },
      { dispatchedOrders: [order], fulfillmentTasks: tasks },
      { 'dispatched-orders': [order], 'fulfillment-tasks': tasks },
      {
        dispatchedOrders: [order],
        userId: 'Practitioner/becker-oncologist',
        encounterId: 'becker-visit-2026-03-02',
      },
    ];
    for (const form of forms) {
      const exchange = await call(
        change(dispatch, { context: { patientId, performer, ...form } }),
        'order-dispatch',
      );
      expect(exchange.status, JSON.stringify(form)).toBe(200);
      expect(coverageActions(exchange).map(({ resource }) => referenceOf(resource))).toEqual([order]);
    }
  });

  it('of order-select are about the selections; other drafts are background', async () => {
    const select = fixtureRequest(BECKER, 'order-select', version, `${server.base}/sandbox/fhir`);
    const order = firstOrder(select);
    const other = { ...order, id: 'becker-draft-other' };
    const drafts = changeOrders(select, [other, order]);
    const exchange = await call(changeContext(drafts, { selections: [referenceOf(order)] }), 'order-select');
    expect(exchange.status).toBe(200);
    expect(exchange.text).not.toContain('becker-draft-other');
    const none = await call(changeContext(drafts, { selections: [] }), 'order-select');
    expect(cards(none)).toEqual([]);
    expect(systemActions(none)).toEqual([]);
  });

  it('keep the ids of their drafts, temporary and over-long ones too', async () => {
    const id = `draft.${'x'.repeat(180)}_1`;
    const exchange = await call(changeOrders(sign, [{ ...firstOrder(sign), id }]));
    expect(systemActions(exchange).map(({ resource }) => property(resource, 'id'))).toEqual([id]);
  });

  it('are answered from any part of the prefetch, whatever its keys', async () => {
    const whole = searchset(chartOf(BECKER));
    const coverage = searchset(inChart(BECKER, 'Coverage'));
    const patient = inChart(BECKER, 'Patient')[0];
    const noServer = change(sign, { fhirServer: undefined });
    const subsets: readonly JsonObject[] = [
      { everything: whole },
      { patient, coverage },
      { 'our-coverages': coverage },
      { coverage, patient: null },
      { coverage, problems: null, laboratory: null },
      {
        coverage,
        encounter: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] },
      },
    ];
    for (const prefetch of subsets) {
      const exchange = await call(change(noServer, { prefetch }));
      expect(exchange.status, `${Object.keys(prefetch).join()}: ${exchange.text.slice(0, 200)}`).toBe(200);
      expect(coverageActions(exchange), Object.keys(prefetch).join()).toHaveLength(1);
    }
  });

  it('take null for "none" and do not ask again; an OperationOutcome for "unavailable"', async () => {
    const ehr = await fake(json(200, searchset([])));
    const own = change(sign, { fhirServer: ehr.base });
    const coverage = searchset(inChart(BECKER, 'Coverage'));
    await call(change(own, { prefetch: { coverage: null } }));
    expect(ehr.requests.filter(({ url }) => url.includes('Coverage'))).toEqual([]);
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
    await call(change(own, { prefetch: { coverage, laboratory: outcome } }));
    expect(ehr.requests.filter(({ url }) => url.includes('category=laboratory'))).toEqual([]);
  });

  it('follow a further page on the client’s own server, and on no other', async () => {
    const coverage = inChart(BECKER, 'Coverage');
    const ehr = await fake(json(200, searchset(coverage)));
    const elsewhere = await fake(json(200, searchset(coverage)));
    for (const [link, target] of [
      [`${ehr.base}/Coverage?page=2`, ehr],
      [`${elsewhere.base}/Coverage?page=2`, elsewhere],
    ] as const) {
      const prefetch = { coverage: { ...searchset([]), link: [{ relation: 'next', url: link }] } };
      await call(change(sign, { fhirServer: ehr.base, prefetch }));
      expect(target.requests.some(({ url }) => url.includes('page=2'))).toBe(target === ehr);
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it('get 412 only when the coverage can be had from nowhere', async () => {
    const noServer = change(sign, { fhirServer: undefined });
    expect((await call(noServer)).status).toBe(412);
    const refusing = await fake(json(401, { resourceType: 'OperationOutcome' }));
    expect((await call(change(sign, { fhirServer: refusing.base }))).status).toBe(412);
    const coverage = inChart(BECKER, 'Coverage').map(({ id, resourceType, status, beneficiary, payor }) => ({
      id,
      resourceType,
      status,
      beneficiary,
      payor,
    }));
    const thin = await call(change(noServer, { prefetch: { coverage: searchset(coverage) } }));
    expect(thin.status).toBe(200);
  });

  it('of a payer’s client get 412 for any order whose coverage could not be read', async () => {
    const registered = await startServer(PAYERS_CLIENT);
    fakes.push({ base: '', requests: [], close: registered.close });
    const code = { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '85025' }] };
    const { subject } = firstOrder(sign);
    const other = {
      resourceType: 'ServiceRequest',
      id: 'cbc',
      status: 'draft',
      intent: 'order',
      subject,
      code,
    };
    const coverage = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
    const request = change(changeOrders(sign, [other]), { fhirServer: undefined, prefetch: { coverage } });
    const exchange = await registered.call({ name: 'unread', hook: 'order-sign', version, request });
    expect(exchange.status).toBe(412);
    const isOutcome = property(exchange.body, 'resourceType') === 'OperationOutcome';
    expect(isOutcome).toBe(version === '2.2.1');
    // Others are asked of CAR-T orders alone.
    expect((await call(request)).status).toBe(200);
  });

  it('of a FHIR server that never answers come back within the time limit', async () => {
    const ehr = await fake(silence);
    const hurried = await startServer({ environment: { QUERY_TIMEOUT_MS: '300' } });
    fakes.push({ base: '', requests: [], close: hurried.close });
    const ask = (prefetch: JsonObject): Promise<Exchange> =>
      hurried.call({
        name: 'silent',
        hook: 'order-sign',
        version,
        request: change(sign, { fhirServer: ehr.base, prefetch }),
      });
    const exchange = await ask({ coverage: searchset(inChart(BECKER, 'Coverage')) });
    expect(exchange.status).toBe(200);
    expect(exchange.milliseconds).toBeLessThan(3000);
    expect(extensionsOf(exchange)).toHaveLength(1);
    const nothing = await ask({});
    expect([nothing.status, nothing.milliseconds < 3000]).toEqual([412, true]);
  });

  it('have their token used as a bearer on their own FHIR server alone, and refused servers are not called', async () => {
    const ehr = await fake(json(200, searchset(inChart(BECKER, 'Coverage'))));
    const fhirAuthorization = {
      access_token: 'secret-token',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'user/*.read',
      subject: 's',
    };
    await call(change(sign, { fhirServer: ehr.base, fhirAuthorization }));
    expect(ehr.requests.length).toBeGreaterThan(0);
    for (const { headers, url } of ehr.requests) {
      expect(headers.authorization, url).toBe('Bearer secret-token');
      expect(headers.accept, url).toMatch(/^application\/fhir\+json/);
    }
    const refused = await call(
      change(sign, { fhirServer: 'http://169.254.169.254/latest', fhirAuthorization }),
    );
    expect(refused.milliseconds).toBeLessThan(2000);
    const redirecting = await fake((_url, response) => {
      response.writeHead(302, { location: `${ehr.base}/stolen` }).end();
    });
    await call(change(sign, { fhirServer: redirecting.base, fhirAuthorization }));
    expect(ehr.requests.some(({ url }) => url.includes('stolen'))).toBe(false);
  });

  it('need no coverage in the encounter hooks', async () => {
    for (const hook of ['encounter-start', 'encounter-discharge'] as const) {
      const start = fixtureRequest(BECKER, hook, version, `${server.base}/sandbox/fhir`);
      const exchange = await call(change(start, { fhirServer: undefined }), hook);
      expect([exchange.status, cards(exchange)], hook).toEqual([200, []]);
    }
  });

  it('choose among several coverages the one whose payer’s policy governs', async () => {
    const exchange = await call(
      fixtureRequest(TWO_COVERAGES, 'order-sign', version, `${server.base}/sandbox/fhir`),
    );
    expect(inChart(TWO_COVERAGES, 'Coverage').length).toBeGreaterThan(1);
    expect(extensionsOf(exchange).length).toBeGreaterThan(0);
  });

  it('without any coverage are answered as the version says', async () => {
    const request = change(sign, { fhirServer: undefined, prefetch: { coverage: null } });
    const registered = await startServer(PAYERS_CLIENT);
    fakes.push({ base: '', requests: [], close: registered.close });
    const exchange = await registered.call({ name: 'none', hook: 'order-sign', version, request });
    if (version === '2.0.1') {
      expect(exchange.status).toBe(200);
      expect(systemActions(exchange)).toEqual([]);
    } else expect(exchange.status).toBe(400);
  });

  it('with one bad order among several have the others answered', async () => {
    const bad: readonly JsonObject[] = [
      { resourceType: 'MedicationRequest', id: 'bad-1' },
      { resourceType: 'ServiceRequest', id: 'bad-2', code: 'Q2042', subject: 7 },
      { resourceType: 'DeviceRequest', codeCodeableConcept: [[]] },
    ];
    const exchange = await call(changeOrders(sign, [...bad, firstOrder(sign)]));
    expect(exchange.status).toBe(200);
    expect(systemActions(exchange).map(({ resource }) => referenceOf(resource))).toContain(
      referenceOf(firstOrder(sign)),
    );
  });

  it('are read by every coding of an order, under every spelling of its system, billing options or not', async () => {
    const coverage = searchset(inChart(BECKER, 'Coverage'));
    const service = (coding: readonly JsonObject[]): JsonObject => ({
      resourceType: 'ServiceRequest',
      id: 'becker-service',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/becker' },
      authoredOn: '2026-03-02',
      requester: { reference: 'Practitioner/becker-oncologist' },
      insurance: [{ reference: 'Coverage/becker-coverage' }],
      code: {
        extension: [
          {
            url: 'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options',
            valueCodeableConcept: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '77061' }] },
          },
        ],
        coding: [{ system: 'http://example.org/local', code: 'CART' }, ...coding],
      },
    });
    for (const system of [
      'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
      'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
      'urn:oid:2.16.840.1.113883.6.285',
      'https://bluebutton.cms.gov/resources/codesystem/hcpcs',
    ]) {
      const order = service([{ system, code: 'Q2053' }]);
      const exchange = await call(change(changeOrders(sign, [order]), { prefetch: { coverage } }));
      expect(coverageActions(exchange), system).toHaveLength(1);
      const [billing] = extensionsOf(exchange).flatMap((extension) => values(extension, 'billingCode'));
      expect(property(billing, 'system'), system).toBe(
        'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
      );
    }
  });

  it('that bring our extension back unchanged get no second one', async () => {
    const first = await call(sign);
    const updated = systemActions(first).map(({ resource }) => resource as JsonObject);
    const second = await call(changeOrders(sign, updated));
    expect(updated).toHaveLength(1);
    expect(systemActions(second)).toEqual([]);
  });

  it('that bring an older extension of ours get it replaced, and keep those of other coverages', async () => {
    const first = await call(sign);
    const updated = systemActions(first)[0]?.['resource'] as JsonObject;
    const [ours] = coverageInformation(updated).map(({ extension }) => extension);
    const old = {
      ...ours,
      extension: objects(ours?.['extension']).map((part) =>
        part['url'] === 'pa-needed' ? { url: 'pa-needed', valueCode: 'performpa' } : part,
      ),
    };
    const foreign = {
      url: COVERAGE_INFORMATION,
      extension: [{ url: 'coverage', valueReference: { reference: 'Coverage/of-another-payer' } }],
    };
    const other = { url: 'http://example.org/priority', valueString: 'x' };
    const brought = { ...updated, extension: [other, foreign, old] };
    const second = await call(changeOrders(sign, [brought]));
    const extension = property(systemActions(second)[0]?.['resource'], 'extension') as readonly JsonObject[];
    expect(extension).toHaveLength(3);
    expect(extension).toContainEqual(other);
    expect(extension).toContainEqual(foreign);
    expect(extension).not.toContainEqual(old);
    expect(code(extension[2], 'pa-needed')).toBe(code(ours, 'pa-needed'));
  });

  it('that switch coverage-info off get no system action and no card of that topic', async () => {
    const exchange = await call(withConfiguration(sign, { 'coverage-info': false }));
    expect(exchange.status).toBe(200);
    expect(systemActions(exchange)).toEqual([]);
    expect(cards(exchange).map(topicOf)).not.toContain('coverage-info');
  });

  it('that switch an option off get none of its cards', async () => {
    const discovery = (await (await server.fetch('/cds-services')).json()) as JsonObject;
    const options = objects(discovery['services'])
      .filter(({ hook }) => hook === 'order-sign')
      .flatMap((service) => objects(property(service['extension'], 'davinci-crd.configuration-options')))
      .filter(({ type }) => type === 'boolean');
    const request = fixtureRequest(MISSING_TESTS, 'order-sign', version, `${server.base}/sandbox/fhir`);
    const all = await call(request);
    const topics = new Set(cards(all).map(topicOf));
    expect(topics.size).toBeGreaterThan(1);
    for (const topic of topics) expect(options.map((option) => option['code'])).toContain(topic);
    for (const option of options) {
      const exchange = await call(withConfiguration(request, { [String(option['code'])]: false }));
      const left = cards(exchange).map(topicOf);
      if (topics.has(option['code'])) expect(left, String(option['code'])).not.toContain(option['code']);
    }
    const off: JsonObject = Object.fromEntries(options.map(({ code: name }) => [String(name), false]));
    const silent = await call(withConfiguration(request, off));
    expect([cards(silent), systemActions(silent)]).toEqual([[], []]);
  });

  it('that bring a suggested order are not offered it again', async () => {
    const request = fixtureRequest(MISSING_TESTS, 'order-sign', version, `${server.base}/sandbox/fhir`);
    const suggested = (exchange: Exchange): readonly JsonObject[] =>
      cards(exchange)
        .flatMap((card) => objects(card['suggestions']))
        .flatMap((suggestion) => objects(suggestion['actions']))
        .flatMap(({ resource }) => objects(resource))
        // A task for a form is no order, and no hook brings tasks.
        .filter(({ resourceType }) => resourceType !== 'Task');
    const offered = suggested(await call(request));
    expect(offered.length).toBeGreaterThan(0);
    for (const order of offered) {
      const left = suggested(await call(changeOrders(request, [...draftOrders(request), order])));
      expect(left.map((other) => other['code'])).not.toContainEqual(order['code']);
      expect(left.length).toBeLessThan(offered.length);
    }
  });

  it('that limit the cards keep the system action', async () => {
    const exchange = await call(withConfiguration(sign, { 'max-cards': 1 }));
    expect(cards(exchange)).toHaveLength(1);
    expect(systemActions(exchange)).toHaveLength(1);
  });

  it('with unknown or nonsensical configuration are answered as without', async () => {
    const plain = said(await call(sign));
    for (const configuration of [
      { 'alt-drug': true, 'dtr-clin': true, coverage: true },
      { 'coverage-info': 'no', 'max-cards': 'many' },
      { 'max-cards': -1 },
      { 'max-cards': 1.5 },
    ]) {
      const exchange = await call(withConfiguration(sign, configuration));
      expect(exchange.status).toBe(200);
      expect(said(exchange), JSON.stringify(configuration)).toEqual(plain);
    }
    for (const nonsense of ['x', 5, null, []] as readonly unknown[]) {
      const extension = {
        ...(sign['extension'] as JsonObject | undefined),
        'davinci-crd.configuration': nonsense,
      };
      expect((await call(change(sign, { extension }))).status, JSON.stringify(nonsense)).toBe(200);
    }
  });

  it('are never told that a request is satisfied, what-if calls included', async () => {
    for (const configuration of [{}, { 'unsolicited-determ': false }]) {
      const exchange = await call(withConfiguration(sign, configuration));
      for (const extension of extensionsOf(exchange))
        expect(code(extension, 'pa-needed')).not.toBe('satisfied');
    }
  });

  it('that ask for a version that is not spoken get 400', async () => {
    for (const requested of ['9.9', '1.0', 'latest', 2.2]) {
      const extension = { 'davinci-crd.requestedVersion': requested };
      const exchange = await call(change(sign, { extension }));
      expect(exchange.status, String(requested)).toBe(400);
      expect(exchange.text).toContain('requestedVersion');
    }
  });

  it('signed twice with the same JWT are both answered', async () => {
    const authorization = 'Bearer eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiIxIn0.c2ln';
    const statuses = [
      await call(sign, 'order-sign', { authorization }),
      await call(sign, 'order-sign', { authorization }),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('of several orders get one statement each', async () => {
    const order = firstOrder(sign);
    const orders = [order, { ...order, id: 'becker-second' }];
    const exchange = await call(changeOrders(sign, orders));
    expect(systemActions(exchange).map(({ resource }) => referenceOf(resource))).toEqual(
      orders.map(referenceOf),
    );
    const ids = extensionsOf(exchange).map((extension) => code(extension, 'coverage-assertion-id'));
    expect(new Set(ids).size).toBe(2);
  });

  it('keep numbers and primitive extensions of an order as they were', async () => {
    const order = {
      ...firstOrder(sign),
      _authoredOn: { extension: [{ url: 'http://example.org/x', valueString: 'y' }] },
      dispenseRequest: { quantity: { value: 1.5 } },
      meta: { versionId: '7', tag: [{ code: 't' }] },
    };
    const exchange = await call(changeOrders(sign, [order]));
    const back = systemActions(exchange)[0]?.['resource'];
    expect(isObject(back) && coverageInformation(back).length).toBe(1);
    for (const element of ['_authoredOn', 'dispenseRequest', 'meta'])
      expect(property(back, element), element).toEqual(property(order, element));
    expect(text(property(back, 'id'))).toBe(text(property(order, 'id')));
    // FHIR tells 1.50 from 1.5, which JSON.parse does not.
    const printed = JSON.stringify(changeOrders(sign, [order])).replace('"value":1.5}', '"value":1.50}');
    expect(printed).toContain('1.50');
    expect((await call(printed)).text).toContain('"value":1.50}');
  });
});
