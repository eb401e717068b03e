import fc from 'fast-check';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  draftsOf,
  ofType,
  referenceOf,
  storedChart,
  without,
  withWholeChart,
  type HookBody,
  type Json,
  type Resource,
  type StoredChart,
} from './charts.ts';
import { criteriaOf, statesOf } from './criterion-table.ts';
import { expectRules } from './determination-rules.ts';
import { createService, determinationOf, type Identified } from './service.ts';

const app = createService();

/** The reports name the diagnosis too: without their codes, the Condition alone proves it. */
function withoutConclusions(chart: StoredChart): StoredChart {
  const resources = chart.resources.map((resource) => without(resource, 'conclusionCode'));
  return { ...chart, resources };
}

const shah = withoutConclusions(storedChart('b-all-all-attested'));
const ortiz = storedChart('mcl-all-attested');
const pryce = storedChart('b-all-second-relapse-outpatient');

const evaluate = async (chart: StoredChart, resources: readonly unknown[]): Promise<Identified> => {
  const found = await determinationOf(app, withWholeChart(chart, resources));
  expectRules(found, resources);
  return found;
};

/** The chart with one resource changed. */
const changing =
  (reference: string, change: (resource: Resource) => unknown) =>
  (chart: StoredChart): readonly unknown[] =>
    chart.resources.map((resource) => (referenceOf(resource) === reference ? change(resource) : resource));

const setting =
  (changes: Json) =>
  (resource: Resource): unknown => ({ ...resource, ...changes });

type Damage = readonly [
  name: string,
  change: (resource: Resource) => unknown,
  /** State of the criterion, and what is said of the damage: a note in its evidence, or an anomaly's id. */
  state: string,
  said?: string,
];

describe.each<readonly [string, StoredChart, string, string, readonly Damage[]]>([
  [
    'a diagnosis',
    shah,
    'Condition/shah-b-all',
    'aucatzyl/1',
    [
      ['without a code', (it) => without(it, 'code'), 'unknown documentation'],
      ['whose code is null', setting({ code: null }), 'unknown documentation'],
      ['whose code is a string', setting({ code: 'C91.02' }), 'unknown documentation'],
      ['whose code is a number', setting({ code: 9102 }), 'unknown documentation'],
      ['whose coding is a string', setting({ code: { coding: '714251006' } }), 'unknown documentation'],
      [
        'whose code is in no system',
        setting({ code: { coding: [{ code: '714251006' }] } }),
        'unknown documentation',
        'chart.code-system',
      ],
      [
        'whose code is in a system nobody knows',
        setting({ code: { coding: [{ system: 'urn:local', code: '714251006' }] } }),
        'unknown documentation',
        'chart.code-system',
      ],
      ['with text alone', setting({ code: { text: 'B-ALL, relapsed' } }), 'unknown documentation'],
      ['with a list for the code', (it) => ({ ...it, code: [it['code']] }), 'met'],
      [
        'with one coding in place of a list',
        setting({ code: { coding: { system: 'http://snomed.info/sct', code: '714251006' } } }),
        'met',
      ],
      [
        'with nonsense beside the coding',
        setting({
          code: { coding: [null, 5, 'x', [], {}, { system: 'http://snomed.info/sct', code: '714251006' }] },
        }),
        'met',
      ],
      [
        'with blanks around the code',
        setting({ code: { coding: [{ system: ' http://snomed.info/sct ', code: ' 714251006 ' }] } }),
        'met',
      ],
      ['with dates that are none', setting({ onsetDateTime: '2022-99-99', recordedDate: 20221005 }), 'met'],
      [
        'with extensions that are none',
        setting({ extension: 'x', modifierExtension: [null], contained: { id: 1 } }),
        'met',
      ],
      ['whose clinical status is a word', setting({ clinicalStatus: 'relapse' }), 'met'],
      [
        'whose clinical status is a list',
        setting({ clinicalStatus: [{ coding: [{ code: 'relapse' }] }] }),
        'met',
      ],
      ['whose clinical status is text', setting({ clinicalStatus: { text: 'Active' } }), 'met'],
      [
        'whose clinical status cannot be read',
        setting({ clinicalStatus: { coding: [{ code: 5 }] } }),
        'unknown documentation',
        'clinical status not understood',
      ],
      ['whose verification status is a word', setting({ verificationStatus: 'confirmed' }), 'met'],
      [
        'whose verification status cannot be read',
        setting({ verificationStatus: 7 }),
        'unknown documentation',
        'verification status not understood',
      ],
      [
        'refuted in a list',
        setting({ verificationStatus: [{ coding: [{ code: 'refuted' }] }] }),
        'unknown documentation',
      ],
      [
        'refuted in text alone',
        setting({ verificationStatus: { text: 'Refuted' } }),
        'unknown documentation',
      ],
      ['refuted in a word', setting({ verificationStatus: 'refuted' }), 'unknown documentation'],
      [
        'without a subject',
        (it) => without(it, 'subject'),
        'unknown documentation',
        'does not say whom it is about',
      ],
      [
        'whose subject is a string',
        setting({ subject: 'Patient/shah' }),
        'unknown documentation',
        'does not say whom it is about',
      ],
      [
        'whose subject is a list',
        setting({ subject: [] }),
        'unknown documentation',
        'does not say whom it is about',
      ],
      [
        'whose subject is contained',
        setting({ subject: { reference: '#p' } }),
        'unknown documentation',
        'does not say whom it is about',
      ],
      [
        'of somebody else',
        setting({ subject: { reference: 'Patient/somebody' } }),
        'unknown documentation',
        'chart.other-patient',
      ],
      ['without an id', (it) => without(it, 'id'), 'unknown documentation', 'chart.unreadable'],
      ['whose id is a number', setting({ id: 7 }), 'unknown documentation', 'chart.unreadable'],
      ['without a type', (it) => without(it, 'resourceType'), 'unknown documentation', 'chart.unreadable'],
      ['of a type that FHIR does not have', setting({ resourceType: 'Diagnosis' }), 'unknown documentation'],
      ['that is null', () => null, 'unknown documentation', 'chart.unreadable'],
      ['that is a string', () => 'B-ALL', 'unknown documentation', 'chart.unreadable'],
      ['wrapped in a list', (it) => [it], 'unknown documentation', 'chart.unreadable'],
      [
        'with a code and a text of two diseases',
        setting({
          code: {
            coding: [{ system: 'http://snomed.info/sct', code: '714251006' }],
            text: 'T-cell acute lymphoblastic leukemia',
          },
        }),
        'unknown review',
        'its code and its text name different diseases',
      ],
    ],
  ],
  [
    'a birth date',
    shah,
    'Patient/shah',
    'aucatzyl/2',
    [
      ['that is missing', (it) => without(it, 'birthDate'), 'unknown documentation'],
      [
        'of month 13',
        setting({ birthDate: '1959-13-08' }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      [
        'of day 31 in November',
        setting({ birthDate: '1959-11-31' }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      [
        'in American spelling',
        setting({ birthDate: '12/08/1959' }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      [
        'that is a number',
        setting({ birthDate: 19591208 }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      ['that is null', setting({ birthDate: null }), 'unknown documentation', 'not usable: not a FHIR date'],
      [
        'that is an object',
        setting({ birthDate: { value: '1959-12-08' } }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      [
        'that is a list',
        setting({ birthDate: ['1959-12-08'] }),
        'unknown documentation',
        'not usable: not a FHIR date',
      ],
      ['after the infusion', setting({ birthDate: '2030-01-01' }), 'unknown documentation', 'not yet born'],
      ['of a year alone that decides', setting({ birthDate: '1959' }), 'met'],
      [
        'of a year alone that does not decide',
        setting({ birthDate: '2008' }),
        'unknown documentation',
        'age 17 to 18',
      ],
      ['beside a name that is a number', setting({ name: 5, gender: [], deceasedBoolean: 'no' }), 'met'],
    ],
  ],
  [
    'a questionnaire',
    shah,
    'QuestionnaireResponse/shah-attestation',
    'aucatzyl/3',
    [
      ['whose items are a string', setting({ item: 'all yes' }), 'unknown attestation'],
      ['whose item is an object', (it) => ({ ...it, item: (it['item'] as unknown[])[0] }), 'met'],
      [
        'whose answer is an object',
        setting({
          item: [{ linkId: 'carepartners-ct-aucatzyl/aucatzyl/3', answer: { valueBoolean: true } }],
        }),
        'met',
      ],
      [
        'whose answer is a string',
        setting({
          item: [{ linkId: 'carepartners-ct-aucatzyl/aucatzyl/3', answer: [{ valueBoolean: 'true' }] }],
        }),
        'unknown attestation',
        'not usable: one answer with valueBoolean is expected',
      ],
      [
        'whose answer is another type',
        setting({
          item: [{ linkId: 'carepartners-ct-aucatzyl/aucatzyl/3', answer: [{ valueString: 'yes' }] }],
        }),
        'unknown attestation',
        'not usable: one answer with valueBoolean is expected',
      ],
      [
        'with two answers to one question',
        setting({
          item: [
            {
              linkId: 'carepartners-ct-aucatzyl/aucatzyl/3',
              answer: [{ valueBoolean: true }, { valueBoolean: false }],
            },
          ],
        }),
        'unknown attestation',
        'not usable: one answer with valueBoolean is expected',
      ],
      [
        'whose linkIds are numbers',
        setting({ item: [{ linkId: 3, answer: [{ valueBoolean: true }] }] }),
        'unknown attestation',
      ],
      ['without a status', (it) => without(it, 'status'), 'unknown attestation'],
      ['whose status is a list', setting({ status: ['completed'] }), 'unknown attestation'],
      ['without an author', (it) => without(it, 'author'), 'unknown attestation'],
      [
        'whose author is a string',
        setting({ author: 'Practitioner/shah-oncologist' }),
        'unknown attestation',
      ],
      ['by the patient', setting({ author: { reference: 'Patient/shah' } }), 'unknown attestation'],
      ['without a subject', (it) => without(it, 'subject'), 'unknown attestation'],
      [
        'nested very deep',
        (it) => {
          let item = (it['item'] as unknown[])[0];
          for (let depth = 0; depth < 60; depth += 1) item = { linkId: 'x', item: [item] };
          return { ...it, item: [item] };
        },
        'met',
      ],
    ],
  ],
  [
    'a response assessment',
    ortiz,
    'Observation/ortiz-disease-status-2026-02-05',
    'def/relapsed-or-refractory',
    [
      [
        'with text for a value',
        (it) => ({ ...without(it, 'valueCodeableConcept'), valueString: 'Progression' }),
        'unknown documentation',
        'its value is not coded; it was not interpreted',
      ],
      [
        'with a string for the concept',
        setting({ valueCodeableConcept: '271299001' }),
        'unknown documentation',
        'its value is not coded; it was not interpreted',
      ],
      [
        'with a quantity for a value',
        (it) => ({ ...without(it, 'valueCodeableConcept'), valueQuantity: { value: '5', unit: '?' } }),
        'unknown documentation',
        'its value is not coded; it was not interpreted',
      ],
      [
        'whose date is none',
        setting({ effectiveDateTime: '2026-02-30', issued: null }),
        'unknown documentation',
        'not usable: its date cannot be read',
      ],
      [
        'whose date is a number',
        setting({ effectiveDateTime: 20260205, issued: null }),
        'unknown documentation',
        'not usable: its date cannot be read',
      ],
      [
        'without a status',
        (it) => without(it, 'status'),
        'unknown documentation',
        'its status is not stated',
      ],
      [
        'whose status is an object',
        setting({ status: {} }),
        'unknown documentation',
        'its status is not stated',
      ],
      ['whose code is a list', (it) => ({ ...it, code: [it['code']] }), 'met'],
      [
        'whose value is a list',
        (it) => ({ ...it, valueCodeableConcept: [it['valueCodeableConcept']] }),
        'met',
      ],
      [
        'whose focus leads nowhere',
        setting({ focus: [{ reference: 'Condition/nowhere' }] }),
        'unknown documentation',
      ],
      [
        'whose focus is itself',
        (it) => ({
          ...it,
          focus: [{ reference: referenceOf(it) }],
          hasMember: [{ reference: referenceOf(it) }],
        }),
        'unknown documentation',
      ],
      ['whose focus is a string', setting({ focus: 'Condition/ortiz-mcl' }), 'unknown documentation'],
      [
        'of which the data is absent',
        setting({ dataAbsentReason: { text: 'unknown' } }),
        'unknown documentation',
      ],
    ],
  ],
])('%s', (_name, chart, reference, id, damages) => {
  it('counts when it is whole', async () => {
    expect(statesOf(await evaluate(chart, chart.resources))[id]).toBe('met');
  });

  it.each(damages.map((damage) => [damage[0], damage] as const))(
    '%s',
    async (_damage, [, change, state, said]) => {
      const found = await evaluate(chart, changing(reference, change)(chart));
      const criterion = criteriaOf(found).get(id);
      expect(statesOf(found)[id]).toBe(state);
      if (said === undefined) return;
      const notes = [
        ...(criterion?.evidence ?? []).map(({ note }) => note ?? ''),
        ...found.anomalies.map((anomaly) => anomaly.id),
      ];
      expect(notes.join('\n')).toContain(said);
    },
  );
});

describe('a chart', () => {
  const states = async (chart: StoredChart, resources: readonly unknown[]): Promise<unknown> =>
    statesOf(await evaluate(chart, resources));

  it.each<readonly [string, (chart: StoredChart) => readonly unknown[]]>([
    [
      'among null, strings, numbers, lists and empty objects',
      ({ resources }) => [null, 'x', 5, [], {}, true, ...resources, null],
    ],
    [
      'among resources without a type or an id',
      ({ resources }) => [
        { resourceType: 'Condition' },
        { id: 'x' },
        { resourceType: 5, id: [] },
        ...resources,
      ],
    ],
    [
      'among types that FHIR does not have',
      ({ resources }) => [
        ...resources,
        ...resources.map((resource) => ({ ...resource, resourceType: `X${resource.resourceType}` })),
      ],
    ],
    ['with everything twice', ({ resources }) => [...resources, ...resources]],
    ['backwards', ({ resources }) => [...resources].reverse()],
    [
      'with references that go in a circle',
      ({ resources }) => [
        ...resources.map((resource) => ({
          ...resource,
          partOf: [{ reference: referenceOf(resource) }],
          basedOn: [{ reference: referenceOf(resource) }],
        })),
        {
          resourceType: 'Medication',
          id: 'a',
          ingredient: [{ itemReference: { reference: 'Medication/b' } }],
        },
        {
          resourceType: 'Medication',
          id: 'b',
          ingredient: [{ itemReference: { reference: 'Medication/a' } }],
        },
        {
          resourceType: 'MedicationAdministration',
          id: 'circular',
          status: 'completed',
          subject: resources.find(({ subject }) => subject !== undefined)?.['subject'],
          medicationReference: { reference: 'Medication/a' },
        },
      ],
    ],
    [
      'with references to nothing',
      ({ resources }) =>
        resources.map((resource) => ({
          ...resource,
          ...(resource['encounter'] === undefined ? {} : { encounter: { reference: 'Encounter/nowhere' } }),
          performer: [{ reference: '#nothing' }, { reference: '' }, { reference: 5 }, {}],
        })),
    ],
  ])('gives the same answer %s', async (_name, change) => {
    for (const chart of [shah, ortiz])
      expect(await states(chart, change(chart))).toEqual(await states(chart, chart.resources));
  });

  it('whose records share an id is read whole, and says so', async () => {
    const copy = {
      ...(shah.resources.find((it) => referenceOf(it) === 'Condition/shah-b-all') as Resource),
      verificationStatus: { coding: [{ code: 'refuted' }] },
    };
    for (const resources of [
      [...shah.resources, copy],
      [copy, ...shah.resources],
    ]) {
      const found = await evaluate(shah, resources);
      expect(statesOf(found)['aucatzyl/1']).toBe('met');
      expect(found.anomalies.map(({ id }) => id)).toContain('chart.duplicate-id');
    }
  });

  it('of 10,000 and more entries is answered in time', async () => {
    const labs = ofType(shah.resources, 'Observation');
    const drugs = ofType(shah.resources, 'MedicationAdministration');
    const many = (list: readonly Resource[], size: number): readonly Resource[] =>
      Array.from({ length: size }, (_, index) => ({
        ...(list[index % list.length] as Resource),
        id: `many-${index}`,
      }));
    const started = performance.now();
    const found = await evaluate(shah, [...shah.resources, ...many(labs, 8000), ...many(drugs, 3000)]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(found.decision).toBe('criteria-met');
    expect(criteriaOf(found).get('aucatzyl/3')?.searched).toContainEqual({
      resourceType: 'MedicationAdministration',
      count: drugs.length + 3000,
    });
  }, 15_000);

  it('in which every record has lost one element decides nothing that the element decided', async () => {
    for (const element of [
      'code',
      'subject',
      'status',
      'id',
      'resourceType',
      'birthDate',
      'coding',
      'system',
      'reference',
    ]) {
      const strip = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(strip)
          : value === null || typeof value !== 'object'
            ? value
            : Object.fromEntries(
                Object.entries(value)
                  .filter(([key]) => key !== element)
                  .map(([key, part]) => [key, strip(part)]),
              );
      const kept = shah.resources.filter(({ resourceType }) =>
        ['Patient', 'Coverage', 'Organization'].includes(resourceType),
      );
      const rest = shah.resources.filter((resource) => !kept.includes(resource)).map(strip);
      const found = await evaluate(shah, [...(element === 'birthDate' ? kept.map(strip) : kept), ...rest]);
      expect(found.decision, `without ${element}`).toBe('documentation-needed');
    }
  });
});

describe('an order', () => {
  const order = draftsOf(shah.request)[0] as Resource;
  const withOrder = (changed: unknown): HookBody => ({
    ...withWholeChart(shah, shah.resources),
    context: {
      ...shah.request.context,
      draftOrders: { resourceType: 'Bundle', entry: [{ resource: changed }] },
    },
  });

  it.each<readonly [string, Json, string]>([
    ['whose date is none', { occurrenceDateTime: '2026-02-30' }, 'day of the request'],
    ['whose date is a number', { occurrenceDateTime: 5 }, 'day of the request'],
    ['whose date is a list', { occurrenceDateTime: ['2026-04-09'] }, 'day of the request'],
    [
      'whose timing is a string',
      { occurrenceDateTime: undefined, occurrenceTiming: 'soon' },
      'day of the request',
    ],
    ['whose period is empty', { occurrenceDateTime: undefined, occurrencePeriod: {} }, 'day of the request'],
  ])('is planned for the day of the request when it is one %s', async (_name, changes, said) => {
    const found = await determinationOf(app, withOrder({ ...order, ...changes }));
    expect(criteriaOf(found).get('aucatzyl/2')?.evidence[0]?.note).toContain(said);
  });

  it.each<readonly [string, Json]>([
    ['reasons that are strings', { reasonCode: 'B-ALL', reasonReference: 'Condition/shah-b-all' }],
    ['a reason that leads nowhere', { reasonReference: [{ reference: 'Condition/nowhere' }] }],
    ['an encounter that is a string', { encounter: 'Encounter/x' }],
    ['insurance of numbers', { insurance: [5] }],
    ['a category that is an object', { category: { coding: { code: 'outpatient' } } }],
    ['a subject that is a string', { subject: 'Patient/shah' }],
    ['no status', { status: undefined }],
    ['no id', { id: undefined }],
  ])('is evaluated all the same with %s', async (_name, changes) => {
    const found = await determinationOf(app, withOrder(JSON.parse(JSON.stringify({ ...order, ...changes }))));
    expect(found.product).toBe('aucatzyl');
    expect(found.indication).toBe('aucatzyl');
  });
});

describe('random damage', () => {
  /** A chart small enough for hundreds of runs: what decides, what is shown, and some of the rest. */
  const small = (chart: StoredChart): readonly Resource[] => {
    const kept = new Map<string, number>();
    return chart.resources.filter((resource) => {
      const seen = kept.get(resource.resourceType) ?? 0;
      kept.set(resource.resourceType, seen + 1);
      return (
        seen < 4 ||
        JSON.stringify(resource).includes('disease-status') ||
        resource.resourceType === 'Condition'
      );
    });
  };

  type Path = readonly (string | number)[];
  const paths = (value: unknown, at: Path = []): readonly Path[] =>
    value === null || typeof value !== 'object'
      ? [at]
      : [
          at,
          ...Object.entries(value).flatMap(([key, part]) =>
            paths(part, [...at, Array.isArray(value) ? Number(key) : key]),
          ),
        ];
  const replaced = (value: unknown, [key, ...rest]: Path, by: unknown): unknown => {
    if (key === undefined) return by;
    if (Array.isArray(value))
      return value.map((part, index) => (index === key ? replaced(part, rest, by) : (part as unknown)));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        name === key ? replaced(part, rest, by) : (part as unknown),
      ]),
    );
  };

  const anything: fc.Arbitrary<unknown> = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(
      null,
      '',
      ' ',
      0,
      -1,
      1e308,
      true,
      [],
      {},
      [[]],
      '2026-02-30',
      '0000',
      '9999-12-31T23:59:60Z',
      'Patient/somebody',
      { reference: 'Patient/somebody' },
      { reference: '#' },
      { coding: [{ system: 'http://snomed.info/sct', code: '39635006' }] },
      'entered-in-error',
      'Observation',
      'x'.repeat(5000),
      '\u0000',
      '\uD800',
      { ['__proto__']: null },
      JSON.parse('{"__proto__": {"code": "x"}, "__path__": {"path": "Patient"}}'),
    ),
  );

  const body = (chart: StoredChart): HookBody => withWholeChart(chart, small(chart));
  const sentChart = (sent: unknown): readonly unknown[] => {
    const entries = (sent as { prefetch?: { chart?: { entry?: unknown } } } | null)?.prefetch?.chart?.entry;
    return [entries].flat(1).flatMap((entry) => {
      const resource = (entry as { resource?: unknown } | null | undefined)?.resource;
      return [resource ?? entry];
    });
  };

  it('of request and chart never breaks the service or the rules, and never proves an absence', async () => {
    for (const chart of [pryce, ortiz]) {
      const whole = body(chart);
      const places = paths(whole);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom(...places), anything), { minLength: 1, maxLength: 8 }),
          async (damages) => {
            const sent = damages.reduce<unknown>((value, [path, by]) => replaced(value, path, by), whole);
            const text = JSON.stringify(sent);
            const post = (path: string): request.Test =>
              request(app).post(path).set('content-type', 'application/json').send(text);
            const response = await post('/determinations');
            expect([200, 400, 412], response.text.slice(0, 300)).toContain(response.status);
            const cards = await post('/cds-services/order-sign');
            expect([200, 400, 412], cards.text.slice(0, 300)).toContain(cards.status);
            if (response.status !== 200) {
              expect(Object.keys(response.body as object)).toEqual(['code', 'message', 'path']);
              return;
            }
            const { determinations } = response.body as { determinations: readonly Identified[] };
            for (const determination of determinations) {
              expectRules(determination, [...sentChart(JSON.parse(text)), ...sentDrafts(JSON.parse(text))]);
              if (chart === pryce)
                for (const id of [
                  'tecartus/limit.one-time',
                  'tecartus/limit.prior-car-t',
                  'tecartus/outpatient',
                ])
                  expect(statesOf(determination)[id], id).not.toBe('met');
            }
          },
        ),
        { numRuns: 200, seed: 20_260_302, endOnFailure: true },
      );
    }
  }, 40_000);

  const sentDrafts = (sent: unknown): readonly unknown[] => {
    const entries = (sent as { context?: { draftOrders?: { entry?: unknown } } } | null)?.context?.draftOrders
      ?.entry;
    return [entries].flat(1).map((entry) => (entry as { resource?: unknown } | null | undefined)?.resource);
  };

  it('beside the evidence leaves the evidence', async () => {
    const resources = small(shah);
    const complete = await determinationOf(app, withWholeChart(shah, resources));
    const evidence = new Set(
      [...criteriaOf(complete).values()].flatMap((item) => item.evidence.map(({ reference }) => reference)),
    );
    const beside = resources.flatMap((resource, index) =>
      evidence.has(referenceOf(resource)) ||
      ['Patient', 'Coverage', 'Organization', 'Encounter', 'Medication'].includes(resource.resourceType)
        ? []
        : [index],
    );
    expect(beside.length).toBeGreaterThan(10);
    const places = beside.flatMap((index) => paths(resources[index]).map((path) => [index, ...path] as Path));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 })), {
          minLength: 1,
          maxLength: 12,
        }),
        async (damages) => {
          const damaged = damages.reduce<unknown>(
            (value, [path, by]) => replaced(value, path, by),
            resources,
          );
          const found = await determinationOf(app, withWholeChart(shah, damaged as readonly unknown[]));
          expect(statesOf(found)).toEqual(statesOf(complete));
        },
      ),
      { numRuns: 150, seed: 20_260_302 },
    );
  }, 40_000);
});
