import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Bundle } from 'fhir/r4.js';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import { sandboxRoutes } from '../../src/sandbox/routes.ts';
import { searchParameters } from '../../src/sandbox/search-parameters.ts';
import { createStore } from '../../src/sandbox/store.ts';
import {
  hcpcs,
  ofType,
  referenceOf,
  rxnorm,
  searchset,
  type HookBody,
  type Json,
  type Resource,
} from './charts.ts';
import { criteriaOf, statesOf } from './criterion-table.ts';
import { expectRules } from './determination-rules.ts';
import { createService, library, type Identified } from './service.ts';

/** Charts that other people published; their README says whose. They are not part of this repository. */
const folder = new URL('../../../shared/thirdparty-charts/', import.meta.url);
const isThere = existsSync(folder);

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as unknown;
const filesIn = (path: string): readonly string[] =>
  readdirSync(new URL(`${path}/`, folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${path}/${encodeURIComponent(name)}`);

interface ThirdPartyChart {
  readonly name: string;
  readonly patientId: string;
  readonly resources: readonly Resource[];
}

const resourcesOf = (read: unknown): readonly Resource[] => {
  const resource = read as Resource & { entry?: readonly { resource: Resource }[] };
  return resource.resourceType === 'Bundle'
    ? (resource.entry ?? []).map((entry) => entry.resource)
    : [resource];
};

/** One chart for each Patient of some files, with what names nobody beside it. */
function chartsOf(name: string, files: readonly string[]): readonly ThirdPartyChart[] {
  const all = files.flatMap((file) => resourcesOf(jsonOf(file)));
  const patientOf = (resource: Resource): string | undefined => {
    if (resource.resourceType === 'Patient') return `Patient/${resource.id ?? ''}`;
    const named = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'];
    return (named as { reference?: string } | undefined)?.reference;
  };
  const patients = [
    ...new Set(all.flatMap((resource) => (resource.resourceType === 'Patient' ? (resource.id ?? []) : []))),
  ];
  return patients.map((patientId) => ({
    name: patients.length === 1 ? name : `${name}/${patientId}`,
    patientId,
    resources: all.filter((resource) => [undefined, `Patient/${patientId}`].includes(patientOf(resource))),
  }));
}

const charts: readonly ThirdPartyChart[] = isThere
  ? [
      ...['mcode', 'us-core-6.1.0', 'davinci-br-provider-seed', 'fhir-r4-core-examples'].flatMap((name) =>
        chartsOf(name, filesIn(name)),
      ),
      ...readdirSync(new URL('pcsp/', folder))
        .sort()
        .flatMap((name) => chartsOf(name, filesIn(`pcsp/${name}`))),
      ...filesIn('mimic-iv-demo').flatMap((file) => chartsOf(file.replace('.json', ''), [file])),
    ]
  : [];

const chartNamed = (name: string): ThirdPartyChart => {
  const found = charts.find((chart) => chart.name.startsWith(name));
  if (found === undefined)
    throw new Error(`no chart ${name} among ${charts.map((chart) => chart.name).join(', ')}`);
  return found;
};

const payer: Resource = {
  resourceType: 'Organization',
  id: 'cartograph-payer',
  name: 'CarePartners of Connecticut',
};

/** The chart with a Coverage of a payer that we know. */
const insured = ({ patientId, resources }: ThirdPartyChart): readonly Resource[] => [
  ...resources,
  payer,
  {
    resourceType: 'Coverage',
    id: 'cartograph-coverage',
    status: 'active',
    beneficiary: { reference: `Patient/${patientId}` },
    payor: [{ reference: 'Organization/cartograph-payer' }],
    type: { coding: [{ system: 'https://nahdo.org/sopt', code: '111' }] },
  },
];

/** Both products at once, for an inpatient infusion. */
function callFor({ patientId }: ThirdPartyChart, more: Json): HookBody {
  const subject = { reference: `Patient/${patientId}` };
  const draft = { status: 'draft', intent: 'order', subject };
  return {
    hook: 'order-sign',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: {
      userId: 'Practitioner/oncologist',
      patientId,
      draftOrders: searchset([
        {
          resourceType: 'MedicationRequest',
          id: 'order-tecartus',
          ...draft,
          medicationCodeableConcept: { coding: [{ system: rxnorm, code: '2572005' }] },
        },
        {
          resourceType: 'ServiceRequest',
          id: 'order-aucatzyl',
          ...draft,
          code: { coding: [{ system: hcpcs, ofType, code: 'Q2058' }] },
        },
      ]),
    },
    ...more,
  };
}

const app = createService({ config: { bodyLimit: 32 * 1024 * 1024, queryMilliseconds: 5000 } });

async function evaluate(
  chart: ThirdPartyChart,
  more: Json,
  asOf = '2026-03-02',
): Promise<readonly Identified[]> {
  const call = callFor(chart, more);
  const response = await request(app).post('/determinations').set('x-as-of', asOf).send(call);
  expect(response.status, `${chart.name}: ${response.text.slice(0, 300)}`).toBe(200);
  const { determinations } = response.body as { determinations: readonly Identified[] };
  expect(determinations.map(({ product }) => product)).toEqual(['tecartus', 'aucatzyl']);
  const drafts = (call.context['draftOrders'] as { entry: { resource: Resource }[] }).entry.map(
    ({ resource }) => resource,
  );
  for (const determination of determinations) expectRules(determination, [...insured(chart), ...drafts]);
  return determinations;
}

/** A search for each type that the chart holds or that we ask for, under keys that are not ours. */
const prefetched = (chart: ThirdPartyChart): Json => {
  const resources = insured(chart);
  const types = new Set(
    [...resources, ...library.queries.map(({ type }) => ({ resourceType: type }))].map(
      ({ resourceType }) => resourceType,
    ),
  );
  return {
    prefetch: Object.fromEntries(
      [...types].map((type) => [`${type}Bundle`, searchset(ofType(resources, type))]),
    ),
  };
};

/** As far as the sandbox serves the chart: types that it knows, one resource for each id. */
async function fetched(chart: ThirdPartyChart, evaluating: (more: Json) => Promise<void>): Promise<void> {
  const served = new Map(
    insured(chart).flatMap((resource) =>
      resource.id !== undefined && searchParameters.has(resource.resourceType)
        ? [[referenceOf(resource), resource] as const]
        : [],
    ),
  );
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...served.values()].map((resource) => ({ resource })),
  };
  const ehr = express().use('/fhir', sandboxRoutes(createStore([bundle as unknown as Bundle])));
  const server = createServer(ehr);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await evaluating({ fhirServer: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir` });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const evidenceOf = (
  determination: Identified,
): readonly { readonly reference: string; readonly path: string; readonly value: string }[] =>
  [
    ...withParts(determination.criteria),
    ...(determination.alternatives ?? []).flatMap(({ criteria }) => withParts(criteria)),
  ].flatMap(({ evidence }) => evidence);
/** The criteria, of the indication that the product has where the diagnosis chose none. */
const evaluatedOf = (determination: Identified): Pick<Identified, 'criteria' | 'policy'> => ({
  policy: determination.policy,
  criteria:
    determination.criteria.length > 0
      ? determination.criteria
      : (determination.alternatives?.[0]?.criteria ?? []),
});

describe.skipIf(!isThere)('a chart of shared/thirdparty-charts beside this repository', () => {
  it('is one of more than ten, from seven sources', () => {
    expect(charts.length).toBeGreaterThan(10);
    expect(new Set(charts.map(({ name }) => name.split('/')[0])).size).toBeGreaterThanOrEqual(7);
  });

  it.each(charts.map((chart) => [chart.name, chart] as const))(
    'is evaluated by the rules, sent ahead or fetched, with the same answer: %s',
    async (_name, chart) => {
      const sent = await evaluate(chart, prefetched(chart));
      const cards = await request(app)
        .post('/cds-services/order-sign')
        .send(callFor(chart, prefetched(chart)));
      const summaries = (cards.body as { cards: { summary: string }[] }).cards.map(({ summary }) => summary);
      // One for each governed order; tests that would supply what is missing come beside them.
      const answered = summaries.filter((summary) => summary.startsWith('Prior authorization'));
      expect([cards.status, answered.length]).toEqual([200, 2]);
      await fetched(chart, async (more) => {
        const found = await evaluate(chart, more);
        expect(found.map(({ decision }) => decision)).toEqual(sent.map(({ decision }) => decision));
        expect(found.map((item) => statesOf(evaluatedOf(item)))).toEqual(
          sent.map((item) => statesOf(evaluatedOf(item))),
        );
      });
    },
    20_000,
  );

  it('sp_216: B-cell ALL coded as morphology alone is recognised', async () => {
    const chart = chartNamed('sp_216');
    const [tecartus, aucatzyl] = await evaluate(chart, prefetched(chart));
    for (const [found, id] of [
      [tecartus, 'tecartus/1.b/diagnosis'],
      [aucatzyl, 'aucatzyl/1'],
    ] as const) {
      const criterion = criteriaOf(found as Identified).get(id);
      expect(criterion?.status).toBe('met');
      expect(criterion?.evidence[0]).toMatchObject({
        reference: 'Condition/47010',
        path: 'Condition.extension(histology-morphology-behavior)',
        value: '9836/3',
      });
    }
    expect(JSON.stringify(aucatzyl), 'a topography code is no diagnosis').not.toContain('C42.1');
  });

  it('at_209: lymphoblastic leukemia whose lineage is not stated stays open', async () => {
    const chart = chartNamed('at_209');
    const [tecartus, aucatzyl] = await evaluate(chart, prefetched(chart));
    expect(statesOf(tecartus as Identified)).toMatchObject({
      'tecartus/1.b/diagnosis': 'unknown documentation',
    });
    const diagnosis = criteriaOf(aucatzyl as Identified).get('aucatzyl/1');
    expect(diagnosis).toMatchObject({ status: 'unknown', needs: 'documentation' });
    expect(diagnosis?.evidence.map(({ value }) => value)).toContain('9821/3');
    expect(aucatzyl?.decision).not.toBe('criteria-met');
  });

  it('at_209: an allogeneic transplant and graft-versus-host disease are no CAR-T', async () => {
    const chart = chartNamed('at_209');
    for (const found of await evaluate(chart, prefetched(chart)))
      for (const [id, state] of Object.entries(statesOf(found)))
        if (/limit\.(prior-car-t|one-time)|aucatzyl\/3/.test(id))
          expect(state, id).toBe('unknown attestation');
  });

  it('de_12: a mediastinal lymphoma is neither of the two diseases', async () => {
    const chart = chartNamed('de_12');
    for (const found of await evaluate(chart, prefetched(chart))) {
      expect(found.indication).toBeNull();
      expect(found.decision).not.toBe('criteria-met');
    }
  });

  it('it_3: Hodgkin lymphoma, not stated to be confirmed, fits no indication and proves none', async () => {
    const chart = chartNamed('it_3');
    for (const found of await evaluate(chart, prefetched(chart))) {
      expect([found.indication, found.decision]).toEqual([null, 'documentation-needed']);
      for (const [id, state] of Object.entries(statesOf(evaluatedOf(found))))
        if (/aucatzyl\/1$|diagnosis/.test(id)) expect(state, id).toBe('unknown documentation');
    }
  });

  it('it_3: Hodgkin lymphoma, confirmed by its code, is no covered indication', async () => {
    const chart = chartNamed('it_3');
    const confirmed = {
      ...chart,
      resources: chart.resources.map((resource) =>
        referenceOf(resource) === 'Condition/2974'
          ? {
              ...resource,
              verificationStatus: { coding: [{ code: 'confirmed' }] },
              code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'C81.11' }] },
            }
          : resource,
      ),
    };
    for (const found of await evaluate(confirmed, prefetched(confirmed)))
      expect([found.indication, found.decision, found.criteria]).toEqual([null, 'no-covered-indication', []]);
  });

  it('brian-l: B-cell ALL by SNOMED is recognised, of a child; the grandmother’s cancer is not his', async () => {
    const chart = chartNamed('mcode');
    const [tecartus, aucatzyl] = await evaluate(chart, prefetched(chart));
    expect(criteriaOf(aucatzyl as Identified).get('aucatzyl/1')).toMatchObject({
      status: 'met',
      evidence: expect.arrayContaining([
        expect.objectContaining({
          reference: 'Condition/primary-cancer-condition-brian-l',
          value: '277571004',
        }),
      ]) as unknown[],
    });
    expect(statesOf(aucatzyl as Identified)['aucatzyl/2']).toBe('not-met');
    expect(statesOf(tecartus as Identified)['tecartus/2']).toBe('not-met');
    for (const found of [tecartus, aucatzyl]) {
      expect(found?.decision).toBe('criteria-not-met');
      expect(
        evidenceOf(found as Identified).filter(({ reference }) =>
          reference.startsWith('FamilyMemberHistory'),
        ),
      ).toEqual([]);
    }
  });

  it.each(['2026-03-02', '2114-01-01', '2180-06-30'])(
    'mimic: charts of the years after 2100 are evaluated on %s',
    async (asOf) => {
      for (const chart of charts.filter(({ name }) => name.startsWith('mimic'))) {
        for (const found of await evaluate(chart, prefetched(chart), asOf)) {
          expect(found.asOf).toBe(asOf);
          expect(found.decision).not.toBe('criteria-met');
          for (const [id, state] of Object.entries(statesOf(evaluatedOf(found))))
            if (/diagnosis|aucatzyl\/1$|limit\.(prior|one)/.test(id))
              expect(state, `${chart.name} ${id}`).not.toBe('met');
        }
      }
    },
    20_000,
  );

  it('mimic: codes in a system that nobody knows are said to decide nothing', async () => {
    const chart = chartNamed('mimic-iv-demo/mm-a');
    for (const found of await evaluate(chart, prefetched(chart)))
      expect(
        found.anomalies.filter(({ id }) => id === 'chart.code-system').map(({ text }) => text),
      ).toContainEqual(
        expect.stringMatching(
          /\d+ Condition resource\(s\) are coded only in a system that is not understood \(.+icd9\)/,
        ),
      );
  });
});

describe.runIf(isThere)('a hook request that the CRD guide prints', () => {
  const printed = isThere
    ? filesIn('davinci-crd-hook-messages').flatMap((file) => {
        const body = jsonOf(file) as Json & { hook?: string };
        return body.hook === undefined
          ? []
          : [[`${file.split('/')[1] ?? ''}, ${body.hook}`, body.hook, body] as const];
      })
    : [];

  const isDispatch = ([, hook]: readonly [string, string, Json]): boolean => hook === 'order-dispatch';

  it.each(printed.filter((item) => !isDispatch(item)))(
    'is answered 200, with nothing to say: %s',
    async (_name, hook, body) => {
      const determinations = await request(app).post('/determinations').send(body);
      expect([determinations.status, determinations.body]).toEqual([200, { determinations: [] }]);
      if (hook !== 'order-sign') return;
      const cards = await request(app).post(`/cds-services/${hook}`).send(body);
      expect([cards.status, cards.body]).toEqual([200, { cards: [], systemActions: [] }]);
    },
  );

  it.each(printed.filter(isDispatch))(
    'is answered 412 where its orders stand on a server that may not be called: %s',
    async (_name, _hook, body) => {
      const refused = await request(app).post('/determinations').send(body);
      expect([refused.status, (refused.body as Json)['code']]).toEqual([412, 'missing-data']);

      const orders = ['1111', '2222'].map((id) => ({
        resourceType: 'MedicationRequest',
        id,
        medicationCodeableConcept: { text: 'Lisinopril' },
      }));
      const prefetch = { ...(body['prefetch'] as Json), orders: searchset(orders) };
      const response = await request(app)
        .post('/determinations')
        .send({ ...body, prefetch });
      expect([response.status, response.body]).toEqual([200, { determinations: [] }]);
    },
  );
});
