import type {
  OperationOutcome,
  Parameters,
  Questionnaire,
  QuestionnaireResponse,
  ValueSet,
} from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { fixtures, startServer, type Started } from '../conformance/server.ts';
import { answersById } from './clinician.ts';
import {
  determinationsOf,
  draftIn,
  hookRequest,
  PACKAGE,
  packagesOf,
  parameters,
  POPULATE,
  questionnaireIn,
  send,
} from './service.ts';

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const FIXTURE = 'b-all-second-relapse-outpatient';
const fixture = fixtures.find(({ name }) => name === FIXTURE);
const resourceOf = (type: string): object =>
  (fixture?.chart.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === type ? [resource] : [],
  )[0] ?? {};
const order = async (): Promise<object> =>
  (await hookRequest(server, FIXTURE)).context.draftOrders.entry?.[0]?.resource ?? {};
const packaged = (...parameter: readonly object[]) =>
  send<Parameters>(server, PACKAGE, parameters(...parameter));
const textsOf = (outcome: OperationOutcome | undefined): readonly string[] =>
  (outcome?.issue ?? []).map(({ details }) => details?.text ?? '');
const coverage = { name: 'coverage', resource: resourceOf('Coverage') };
const ID = 'carepartners-ct-tecartus.tecartus';
const canonical = `http://localhost:8080/fhir/Questionnaire/${ID}`;

describe('$questionnaire-package', () => {
  it('answers for a coverage and an order, with the draft about both', async () => {
    const resource = await order();
    const { status, body } = await packaged(coverage, { name: 'order', resource });
    const { packages, outcome } = packagesOf(body);
    expect([status, packages.length, outcome]).toEqual([200, 1, undefined]);
    const [bundle] = packages;
    if (bundle === undefined) return;
    expect(bundle).toMatchObject({ type: 'collection' });
    expect(questionnaireIn(bundle).url).toBe(canonical);
    expect(draftIn(bundle)).toMatchObject({
      questionnaire: `${canonical}|2025-09`,
      status: 'in-progress',
      subject: { reference: 'Patient/pryce' },
      extension: [
        { valueReference: { reference: 'Coverage/pryce-coverage' } },
        { valueReference: { reference: 'MedicationRequest/pryce-draft-tecartus' } },
        { valueCodeableConcept: { coding: [{ code: 'withpa' }] } },
      ],
    });
    expect(invalidity(body)).toEqual([]);
  });

  it('takes an order with its patient as referenced resources, as 2.0.1 has it', async () => {
    const { body } = await packaged(
      coverage,
      { name: 'order', resource: await order() },
      { name: 'referenced', resource: resourceOf('Patient') },
    );
    expect(packagesOf(body).packages).toHaveLength(1);
  });

  it('answers for a canonical, with and without version', async () => {
    for (const valueCanonical of [canonical, `${canonical}|2025-09`]) {
      const { body } = await packaged(coverage, { name: 'questionnaire', valueCanonical });
      expect(packagesOf(body).packages.map((bundle) => questionnaireIn(bundle).url)).toEqual([canonical]);
    }
  });

  it('puts value sets into the package, expanded, and every reference with its version', async () => {
    const { body } = await packaged(coverage, { name: 'questionnaire', valueCanonical: canonical });
    const resources = (packagesOf(body).packages[0]?.entry ?? []).flatMap(({ resource }) => resource ?? []);
    const sets = resources.flatMap((resource) => (resource.resourceType === 'ValueSet' ? [resource] : []));
    const named = [...JSON.stringify(resources).matchAll(/"answerValueSet":"([^"]+)"/g)].map(
      ([, url]) => url,
    );
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(sets.map(({ url = '', version = '' }) => `${url}|${version}`))).toEqual(new Set(named));
    for (const { expansion } of sets) expect(expansion?.contains?.length).toBe(expansion?.total);
  });

  it('says what is not there as a warning, with 200', async () => {
    const { status, body } = await packaged(coverage, {
      name: 'questionnaire',
      valueCanonical: 'https://payer.example.org/Questionnaire/other|1',
    });
    const { packages, outcome } = packagesOf(body);
    expect([status, packages.length]).toEqual([200, 0]);
    expect(outcome?.issue[0]).toMatchObject({ severity: 'warning', code: 'not-found' });
    expect(textsOf(outcome)[0]).toContain('https://payer.example.org/Questionnaire/other|1');
  });

  it('warns of an order that needs no form, and still answers the others', async () => {
    const lisinopril = {
      resourceType: 'MedicationRequest',
      id: 'lisinopril',
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/pryce' },
      medicationCodeableConcept: { text: 'lisinopril 10 mg' },
    };
    const { body } = await packaged(
      coverage,
      { name: 'order', resource: lisinopril },
      { name: 'order', resource: await order() },
    );
    const { packages, outcome } = packagesOf(body);
    expect(packages).toHaveLength(1);
    expect(textsOf(outcome)).toEqual([expect.stringContaining('MedicationRequest/lisinopril') as string]);
  });

  it('decides from the orders where the context is not known', async () => {
    const { body } = await packaged(
      coverage,
      { name: 'order', resource: await order() },
      { name: 'context', valueString: 'nobody-knows-this-one' },
    );
    const { packages, outcome } = packagesOf(body);
    expect(packages).toHaveLength(1);
    expect(textsOf(outcome)).toEqual(['no determination with this context is kept']);
  });

  it('says so where a context asks for no documents', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, 'mcl-all-attested'));
    expect(determination?.decision).toBe('criteria-met');
    const { body } = await packaged({ name: 'context', valueString: determination?.id });
    expect(packagesOf(body).packages).toEqual([]);
    expect(textsOf(packagesOf(body).outcome)).toEqual([
      'the determination of this context asks for no documents',
    ]);
  });

  it('gives what may be meant where no diagnosis decides the indication', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, 'b-all-refuted'));
    expect(determination?.indication).toBeNull();
    const { body } = await packaged({ name: 'context', valueString: determination?.id });
    expect(packagesOf(body).packages.map((bundle) => questionnaireIn(bundle).id)).toEqual([
      'carepartners-ct-aucatzyl.aucatzyl',
    ]);
  });

  it('returns nothing where nothing has changed since', async () => {
    const since = (valueInstant: string) =>
      packaged(
        coverage,
        { name: 'questionnaire', valueCanonical: canonical },
        { name: 'changedsince', valueInstant },
      );
    const { status, body } = await since('2026-01-01T00:00:00Z');
    expect([status, body.parameter]).toEqual([200, undefined]);
    expect(packagesOf((await since('2025-01-01T00:00:00Z')).body).packages).toHaveLength(1);
  });

  it.each([
    ['2.0.1', 'PackageBundle', 'operationOutcome', 'auto', 'qr-context'],
    ['2.1.0', 'PackageBundle', 'operationOutcome', 'auto', 'qr-context'],
    ['2.2.0', 'packagebundle', 'outcome', 'auto-server', 'qr-coverage'],
  ])('in version %s: %s, %s, %s', async (version, bundle, outcome, origin, coverageExtension) => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const profile = 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/dtr-qpackage-input-parameters';
    const { body } = await send<Parameters>(server, PACKAGE, {
      ...parameters(
        { name: 'context', valueString: determination?.id },
        { name: 'questionnaire', valueCanonical: 'https://payer.example.org/Questionnaire/none' },
      ),
      meta: { profile: [`${profile}|${version}`] },
    });
    expect((body.parameter ?? []).map(({ name }) => name)).toEqual([bundle, outcome]);
    const [first] = packagesOf(body).packages;
    const draft = first === undefined ? undefined : draftIn(first);
    expect(draft?.extension?.[0]?.url).toMatch(new RegExp(`/${coverageExtension}$`));
    const origins = [...JSON.stringify(draft).matchAll(/"url":"source","valueCode":"([a-z-]+)"/g)];
    expect(new Set(origins.map(([, code]) => code))).toEqual(new Set([origin]));
  });

  it('answers a call of CRD 2.2 in DTR 2.2, by its context alone', async () => {
    const request = await hookRequest(server, FIXTURE);
    const extension = { 'davinci-crd.requestedVersion': '2.2' };
    const [determination] = await determinationsOf(server, { ...request, extension });
    const { body } = await packaged({ name: 'context', valueString: determination?.id });
    expect((body.parameter ?? []).map(({ name }) => name)).toEqual(['packagebundle']);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no Parameters', { resourceType: 'Bundle' }, ['the body is not a Parameters resource']],
    [
      'nothing that is wanted',
      parameters(coverage),
      ['at least one of order, questionnaire and context is needed (dtr-1)'],
    ],
    [
      'an order without coverage',
      parameters({ name: 'order', resource: { resourceType: 'ServiceRequest' } }),
      ['orders and questionnaires are answered under a coverage: coverage is missing'],
    ],
    [
      'a questionnaire without coverage',
      parameters({ name: 'questionnaire', valueCanonical: canonical }),
      ['orders and questionnaires are answered under a coverage: coverage is missing'],
    ],
    [
      'another resource as coverage and order',
      parameters(
        { name: 'coverage', resource: { resourceType: 'Patient' } },
        { name: 'order', resource: { resourceType: 'Patient' } },
      ),
      ['coverage must be a Coverage', 'order must be an order, an Appointment or an Encounter'],
    ],
    [
      'a moment that is none',
      parameters({ name: 'context', valueString: 'x' }, { name: 'changedsince', valueInstant: 'yesterday' }),
      ['changedsince must be an instant or a date'],
    ],
    [
      'two contexts',
      parameters({ name: 'context', valueString: 'x' }, { name: 'context', valueString: 'y' }),
      ['context may be given once'],
    ],
    [
      'two coverages in 2.2',
      {
        ...parameters(coverage, coverage, { name: 'context', valueString: 'x' }),
        meta: { profile: ['http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/x|2.2.0'] },
      },
      ['DTR 2.2 takes one coverage'],
    ],
  ])('refuses %s with 400 and a bare OperationOutcome', async (_name, body, messages) => {
    const answer = await send<OperationOutcome>(server, PACKAGE, body);
    expect([answer.status, answer.body.resourceType]).toEqual([400, 'OperationOutcome']);
    expect(textsOf(answer.body)).toEqual(messages);
    expect(invalidity(answer.body)).toEqual([]);
  });

  it('refuses the coverage of another patient than the context’s', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const context = { name: 'context', valueString: determination?.id };
    const other = {
      ...coverage,
      resource: { ...coverage.resource, beneficiary: { reference: 'Patient/other' } },
    };
    const answer = await send<OperationOutcome>(server, PACKAGE, parameters(context, other));
    expect([answer.status, textsOf(answer.body)]).toEqual([
      400,
      ['the coverage is of another patient than the determination of this context'],
    ]);
    expect(packagesOf((await packaged(context, coverage)).body).packages).toHaveLength(1);
  });

  it('makes no draft of fewer than the two resources that 2.0.1 has it be about', async () => {
    const { body } = await packaged(coverage, { name: 'questionnaire', valueCanonical: canonical });
    const { packages, outcome } = packagesOf(body);
    expect(JSON.stringify(packages)).not.toContain('"resourceType":"QuestionnaireResponse"');
    expect(textsOf(outcome)).toEqual([`no order is named: ${ID} comes without a draft response`]);
  });

  it('answers what is not JSON with an OperationOutcome as well', async () => {
    const answer = await send<OperationOutcome>(server, PACKAGE, '{');
    expect([answer.status, answer.body.resourceType]).toEqual([400, 'OperationOutcome']);
  });
});

describe('$populate', () => {
  const subject = { name: 'subject', valueReference: { reference: 'Patient/pryce' } };
  const answersOf = async (...parameter: readonly object[]) => {
    const { status, body } = await send<Parameters>(server, POPULATE, parameters(...parameter), {
      'x-as-of': '2026-03-02',
    });
    const response = body.parameter?.[0]?.resource;
    expect(status, JSON.stringify(body)).toBe(200);
    return answersById(response as QuestionnaireResponse);
  };

  it.each<[string, () => object]>([
    ['a Bundle of the chart', () => ({ name: 'chart', resource: fixture?.chart })],
    [
      'a Bundle as SDC’s context',
      () => ({
        name: 'context',
        part: [
          { name: 'name', valueString: 'patient' },
          { name: 'content', resource: fixture?.chart },
        ],
      }),
    ],
    [
      'an Endpoint to query',
      () => ({
        name: 'dataEndpoint',
        resource: { resourceType: 'Endpoint', address: `${server.base}/sandbox/fhir` },
      }),
    ],
    ['what the sandbox holds', () => ({ name: 'local', valueBoolean: true })],
  ])('fills in from %s', async (_name, source) => {
    const answers = await answersOf({ name: 'canonical', valueCanonical: canonical }, subject, source());
    expect(answers.get('carepartners-ct-tecartus/tecartus/2')).toEqual([
      {
        extension: [
          {
            url: 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/information-origin',
            extension: [{ url: 'source', valueCode: 'auto' }],
          },
          {
            url: 'http://hl7.org/fhir/StructureDefinition/derivation-reference',
            extension: [
              { url: 'reference', valueReference: { reference: 'Patient/pryce' } },
              { url: 'path', valueString: 'Patient.birthDate' },
            ],
          },
        ],
        valueDate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
      },
    ]);
    expect(answers.get('carepartners-ct-tecartus/tecartus/1.b/diagnosis')?.[0]).toMatchObject({
      valueCoding: { system: 'http://snomed.info/sct' },
    });
  });

  it('names the record that each answer comes from', async () => {
    const { body } = await send<Parameters>(
      server,
      POPULATE,
      parameters({ name: 'canonical', valueCanonical: canonical }, subject, {
        name: 'chart',
        resource: fixture?.chart,
      }),
      { 'x-as-of': '2026-03-02' },
    );
    const references = [...JSON.stringify(body).matchAll(/"valueReference":\{"reference":"([^"]+)"\}/g)].map(
      ([, reference]) => reference,
    );
    const held = new Set(
      (fixture?.chart.entry ?? []).map(
        ({ resource }) => `${resource?.resourceType ?? ''}/${resource?.id ?? ''}`,
      ),
    );
    expect(references.length).toBeGreaterThan(3);
    expect(references.filter((reference) => !held.has(reference ?? ''))).toEqual([]);
  });

  it('knows the setting from the order and its encounter', async () => {
    const answers = await answersOf(
      { name: 'canonical', valueCanonical: canonical },
      subject,
      { name: 'local', valueBoolean: true },
      { name: 'order', resource: await order() },
    );
    expect(answers.get('carepartners-ct-tecartus/tecartus#setting')?.[0]).toMatchObject({
      valueCoding: { code: 'AMB' },
    });
  });

  it('fills in at instance level, and by the context of a determination', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const { status, body } = await send<Parameters>(
      server,
      `/fhir/Questionnaire/${ID}/$populate`,
      parameters(subject, { name: 'context', valueString: determination?.id }),
    );
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('Patient.birthDate');
  });

  it('says what it could not read where nobody gives a chart', async () => {
    const { body } = await send<Parameters>(
      server,
      POPULATE,
      parameters({ name: 'canonical', valueCanonical: canonical }, subject),
    );
    const issues = (body.parameter ?? []).find(({ name }) => name === 'issues')?.resource;
    expect(JSON.stringify(issues)).toContain('Condition was not read completely');
  });

  it.each<[string, readonly object[], string]>([
    ['no questionnaire', [subject], 'names no questionnaire that is served here'],
    ['no subject', [{ name: 'canonical', valueCanonical: canonical }], 'subject must be a Patient'],
    [
      'an Endpoint without an address',
      [
        { name: 'canonical', valueCanonical: canonical },
        subject,
        { name: 'dataEndpoint', resource: { resourceType: 'Endpoint' } },
      ],
      'dataEndpoint must be an Endpoint with an http or https address',
    ],
    [
      'an unknown context',
      [
        { name: 'canonical', valueCanonical: canonical },
        subject,
        { name: 'context', valueString: 'unknown' },
      ],
      'no determination with this context asks for this questionnaire',
    ],
  ])('refuses %s', async (_name, given, message) => {
    const { status, body } = await send<OperationOutcome>(server, POPULATE, parameters(...given));
    expect([status, textsOf(body)]).toEqual([400, [message]]);
  });

  it('does not fill in another patient’s form by a context', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const { status, body } = await send<OperationOutcome>(
      server,
      POPULATE,
      parameters(
        { name: 'canonical', valueCanonical: canonical },
        { name: 'subject', valueReference: { reference: 'Patient/other' } },
        { name: 'context', valueString: determination?.id },
      ),
    );
    expect([status, textsOf(body)]).toEqual([400, ['subject is another patient than that of the context']]);
  });
});

describe('the FHIR base', () => {
  it('describes itself', async () => {
    const { status, body } = await send<object>(server, '/fhir/metadata');
    expect([status, invalidity(body)]).toEqual([200, []]);
    expect(JSON.stringify(body)).toContain('OperationDefinition/questionnaire-package');
  });

  it('reads and finds questionnaires by id, URL and version', async () => {
    const read = await send<Questionnaire>(server, `/fhir/Questionnaire/${ID}`);
    expect([read.status, read.body.url]).toEqual([200, canonical]);
    const found = await send<{ total: number }>(
      server,
      `/fhir/Questionnaire?url=${encodeURIComponent(canonical)}&version=2025-09`,
    );
    expect(found.body.total).toBe(1);
    expect(invalidity(found.body)).toEqual([]);
    const none = await send<{ total: number }>(server, '/fhir/Questionnaire?version=0');
    expect(none.body.total).toBe(0);
    expect((await send<object>(server, '/fhir/Questionnaire/unknown')).status).toBe(404);
  });

  it('expands value sets, whole, in pages and by words', async () => {
    const url = 'urn:cartograph:ValueSet:answers-diagnosis-b-cell-all';
    const expand = (query: string) => send<ValueSet>(server, `/fhir/ValueSet/$expand?url=${url}${query}`);
    const whole = await expand('');
    expect([whole.status, invalidity(whole.body)]).toEqual([200, []]);
    const total = whole.body.expansion?.total ?? 0;
    const page = await expand('&offset=1&count=2');
    expect(page.body.expansion?.contains).toEqual(whole.body.expansion?.contains?.slice(1, 3));
    const filtered = await expand('&filter=common');
    expect(filtered.body.expansion?.total).toBeLessThan(total);
    const posted = await send<ValueSet>(
      server,
      '/fhir/ValueSet/$expand',
      parameters({ name: 'url', valueUri: url }, { name: 'count', valueInteger: 1 }),
    );
    expect(posted.body.expansion?.contains).toHaveLength(1);
    expect((await expand('&valueSetVersion=1999')).status).toBe(404);
    expect((await expand('&count=many')).status).toBe(400);
  });

  it('takes a client’s trouble with a questionnaire', async () => {
    const path = '/fhir/Questionnaire/$log-questionnaire-errors';
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
    const taken = await send<OperationOutcome>(
      server,
      path,
      parameters(
        { name: 'questionnaire', valueCanonical: canonical },
        { name: 'operationOutcome', resource: outcome },
      ),
    );
    expect(taken.status).toBe(200);
    expect((await send<object>(server, path, parameters())).status).toBe(400);
  });

  it('answers what is not there with an OperationOutcome', async () => {
    const { status, body } = await send<OperationOutcome>(server, '/fhir/Nothing');
    expect([status, body.resourceType]).toEqual([404, 'OperationOutcome']);
  });
});
