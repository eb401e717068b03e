import type { Claim, Condition, MedicationRequest, OperationOutcome } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { printedLinks } from '../../src/fhir/links.ts';
import { fixtures, startServer, type Started } from '../conformance/server.ts';
import { determinationsOf, hookRequest, send } from '../dtr/service.ts';
import { requestBundle, reviewIn, SUBMIT, submitted, type Bundle } from './payer.ts';

/** The request for authorization of a determination: as a PAS bundle, and on paper. */

const FIXTURE = 'b-all-second-relapse-outpatient';
const chart = fixtures.find(({ name }) => name === FIXTURE)?.chart;
if (chart === undefined) throw new Error('a fixture is missing');

let server: Started;
beforeAll(async () => {
  // What is tested is no matter of time: a loaded machine reads the chart whole.
  server = await startServer({ environment: { QUERY_TIMEOUT_MS: '30000' } });
});
afterAll(() => server.close());

const pathOf = (id: string | undefined): string => `/determinations/${id ?? ''}/prior-authorization`;
const texts = ({ issue }: OperationOutcome): readonly string[] =>
  issue.map(({ details }) => details?.text ?? '');

describe('the bundle', () => {
  it('holds what the Claim refers to and every record that the evidence names', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const bundle = await requestBundle(server, determination?.id);
    const claim = bundle.entry?.[0]?.resource as Claim;
    const within = (bundle.entry ?? []).flatMap(({ fullUrl, resource }) =>
      resource?.resourceType === 'Bundle'
        ? [fullUrl, ...(resource.entry ?? []).map((entry) => entry.fullUrl)]
        : [fullUrl],
    );
    const named = (claim.supportingInfo ?? []).flatMap(
      ({ valueReference }) => valueReference?.reference ?? [],
    );
    expect(within).toEqual(expect.arrayContaining(named));
    expect(
      [claim.patient, claim.insurer, claim.provider, claim.insurance[0]?.coverage].map((one) =>
        one?.reference?.replace(/^.*\/sandbox\/fhir\//, ''),
      ),
    ).toEqual([
      'Patient/pryce',
      'Organization/pryce-payer-carepartners',
      'Organization/pryce-hospital',
      'Coverage/pryce-coverage',
    ]);
    const evidence = withParts(determination?.criteria ?? []).flatMap((criterion) => criterion.evidence);
    for (const { reference } of evidence)
      expect(
        within.some((url) => (url ?? '').endsWith(`/${reference}`)),
        reference,
      ).toBe(true);
    const [line] = claim.item ?? [];
    expect(line?.productOrService.coding?.map(({ code }) => code)).toEqual(['Q2053']);
    expect(line?.locationCodeableConcept?.coding?.[0]?.code).toBe('22');
    expect(line?.servicedDate).toBe('2026-04-14');
    expect(claim.diagnosis?.[0]?.diagnosisCodeableConcept?.coding?.[0]?.code).toBe('C91.02');
    const order = bundle.entry?.find(
      ({ resource }) => resource?.resourceType === 'MedicationRequest',
    )?.resource;
    expect(order).toMatchObject({ id: 'pryce-draft-tecartus', status: 'active', intent: 'order' });
  });

  it('holds the drug that is ordered, which a draft of the call may be', async () => {
    const request = await hookRequest(server, 'mcl-epic-shapes');
    const entries = request.context.draftOrders.entry ?? [];
    const draft = entries.find(({ resource }) => resource?.resourceType === 'Medication')?.resource;
    if (draft === undefined) throw new Error('the fixture has no draft of a Medication');
    const entry = entries.map(({ resource, ...one }) => {
      const order = structuredClone(resource) as MedicationRequest;
      delete order.medicationReference?.display;
      return { ...one, resource: order };
    });
    const sent = {
      ...request,
      context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry } },
    };
    const [determination] = await determinationsOf(server, sent);
    const bundle = await requestBundle(server, determination?.id);
    const kept = bundle.entry?.find(({ fullUrl = '' }) => fullUrl.endsWith(`/Medication/${draft.id ?? ''}`));
    expect(kept?.resource).toEqual(draft);
    const without = structuredClone(bundle);
    without.entry = without.entry?.filter(({ fullUrl }) => fullUrl !== kept?.fullUrl) ?? [];
    const refused = await send<OperationOutcome>(server, SUBMIT, without);
    expect([refused.status, ...texts(refused.body)]).toEqual([
      422,
      'the Medication that is ordered must be in the Bundle',
    ]);
  });

  it('is made of a hook request that is sent along, where there is no server to read from', async () => {
    const { fhirServer, ...request } = await hookRequest(server, FIXTURE);
    expect(fhirServer).toBeDefined();
    const sent = { ...request, prefetch: { chart } };
    const [determination] = await determinationsOf(server, sent);
    const alone = await send<OperationOutcome>(server, pathOf(determination?.id));
    expect(alone.status).toBe(422);
    expect(texts(alone.body)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Patient/pryce is not at hand'),
        expect.stringContaining('Condition/pryce-b-all is not at hand'),
        'the Patient must be in the Bundle',
        expect.stringContaining('POST the hook request here'),
      ]),
    );
    const along = await send<{ resourceType: string }>(server, pathOf(determination?.id), sent);
    expect([along.status, along.body.resourceType]).toEqual([200, 'Bundle']);

    const other = { ...sent, context: { ...request.context, patientId: 'somebody-else' } };
    const refused = await send<OperationOutcome>(server, pathOf(determination?.id), other);
    expect([refused.status, refused.body.resourceType]).toEqual([400, 'OperationOutcome']);
    expect((await send(server, pathOf('none'))).status).toBe(404);
  });
});

describe('every fixture', () => {
  it('has a bundle in which each reference leads to an entry', async () => {
    let bundles = 0;
    for (const { name } of fixtures)
      for (const { id } of await determinationsOf(server, await hookRequest(server, name))) {
        const { body } = await send<Bundle>(server, pathOf(id));
        if (body.resourceType !== 'Bundle') continue;
        bundles += 1;
        const within = entriesOf(body);
        const urls = new Set(within.map(({ fullUrl }) => fullUrl));
        const lost = within.flatMap(({ resource }) =>
          resource === undefined || resource.resourceType === 'Bundle'
            ? []
            : printedLinks(resource as unknown as JsonObject).filter((link) => !urls.has(link)),
        );
        expect(lost, name).toEqual([]);
        const order = within.find(({ fullUrl }) => fullUrl === orderUrlOf(body))?.resource;
        const encounter = (order as MedicationRequest | undefined)?.encounter?.reference;
        expect(encounter === undefined || urls.has(encounter), name).toBe(true);
      }
    expect(bundles).toBeGreaterThanOrEqual(fixtures.length / 2);
  }, 240_000);

  const entriesOf = (bundle: Bundle): NonNullable<Bundle['entry']> =>
    (bundle.entry ?? []).flatMap((entry) =>
      entry.resource?.resourceType === 'Bundle' ? [entry, ...entriesOf(entry.resource as Bundle)] : [entry],
    );
  const orderUrlOf = ({ entry }: Bundle): string | undefined =>
    (entry?.[0]?.resource as Claim).item?.[0]?.extension?.find(({ url }) => url.endsWith('requestedService'))
      ?.valueReference?.reference;
});

describe('the summary', () => {
  const page = async (id: string | undefined, body?: unknown): Promise<Response> =>
    server.fetch(pathOf(id), {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { accept: 'text/html', 'content-type': 'application/json' },
    });

  it('says what is asked, for whom, by what criteria, what is missing and where to send it', async () => {
    const [determination] = await determinationsOf(server, await hookRequest(server, FIXTURE));
    const answer = await page(determination?.id);
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/html');
    for (const words of [
      'Tecartus (brexucabtagene autoleucel)',
      'Dolores Jean Pryce',
      'CP979815943',
      '9900820485',
      'Fax 617-673-0956',
      'Statement that no CAR-T was given before, here or elsewhere, trials included',
      'Clinical Guideline Coverage Criteria, 1.b',
      'B-cell acute lymphoblastic leukemia',
    ])
      expect(html).toContain(words);
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; /,
    );
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|<img|<iframe|<link/i);
  });

  it('shows what a chart says as text, whatever it says', async () => {
    const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>\u202egnp';
    const request = { ...(await hookRequest(server, FIXTURE)), fhirServer: undefined };
    const entry = (chart.entry ?? []).map(({ resource }) => {
      if (resource?.resourceType === 'Patient')
        return { resource: { ...resource, name: [{ text: hostile, family: hostile }] } };
      if (resource?.id !== 'pryce-b-all') return { resource };
      const { coding = [] } = (resource as Condition).code ?? {};
      return {
        resource: { ...resource, code: { coding: coding.map((one) => ({ ...one, display: hostile })) } },
      };
    });
    const sent = { ...request, prefetch: { chart: { ...chart, entry } } };
    const [determination] = await determinationsOf(server, sent);
    const html = await (await page(determination?.id, sent)).text();
    expect(html).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt; gnp',
    );
    expect(html).not.toMatch(/<script|<img|\u202e/i);
  });

  const summaryOf = async (name: string): Promise<string> => {
    const [determination] = await determinationsOf(server, await hookRequest(server, name));
    return (await page(determination?.id)).text();
  };
  /** The cells beside a criterion, as they are read. */
  const rowOf = (html: string, title: string): string =>
    /<td>([^]*?)<\/tr>/
      .exec(html.slice(html.indexOf(`<td>${title}`)))?.[1]
      ?.replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ') ?? '';

  it('shows the record that decides, whole: one of each regimen, the form and the documents that are enclosed', async () => {
    const html = await summaryOf('abecma-four-lines');
    const lines = rowOf(html, 'At least four earlier lines of therapy');
    expect([...lines.matchAll(/regimen \d/g)].map(([words]) => words)).toEqual([
      'regimen 1',
      'regimen 2',
      'regimen 3',
      'regimen 4',
    ]);
    expect(lines).toMatch(/ met /);
    expect(html).not.toMatch(/…|and \d+ more/);
    expect(html).toMatch(/<h2>Enclosed<\/h2>[^]*Bone marrow[^<]*, 2018-03-18<\/li>/);
  });

  it('names what is missing of a diagnosis and of identifiers, and an authorization on file', async () => {
    const burkitt = await summaryOf('aucatzyl-burkitt');
    expect(burkitt).not.toContain('Nothing is missing');
    for (const words of [
      'A confirmed diagnosis that the policy covers for this product',
      'NPI or provider ID of the facility where the service is performed',
    ])
      expect(burkitt).toContain(`<li>${words}</li>`);

    const request = await hookRequest(server, 'mcl-all-attested');
    const [first] = await determinationsOf(server, request);
    const { number } = reviewIn(await submitted(server, await requestBundle(server, first?.id)));
    expect(await summaryOf('mcl-all-attested')).toMatch(
      new RegExp(`The payer has authorized it: number ${number ?? ''}, from [0-9-]+ to [0-9-]+\\.`),
    );
  });

  it('says what is not at hand', async () => {
    const request = { ...(await hookRequest(server, FIXTURE)), fhirServer: undefined };
    const [determination] = await determinationsOf(server, { ...request, prefetch: { chart } });
    expect(await (await page(determination?.id)).text()).toContain('Patient/pryce is not at hand');
  });
});
