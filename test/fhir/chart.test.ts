import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChart, type Chart } from '../../src/fhir/chart.ts';
import type { Intake } from '../../src/fhir/intake.ts';
import { formatDay } from '../../src/fhir/date.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { relativeReference } from '../../src/fhir/reference.ts';
import { createTerminology } from '../../src/fhir/terminology.ts';

const codes = 'http://codes.example';
const terminology = createTerminology(
  [{ uri: codes, name: 'codes', aliases: [] }],
  [
    {
      resourceType: 'ValueSet',
      id: 'one',
      compose: { include: [{ system: codes, concept: [{ code: '1' }] }] },
    },
    {
      resourceType: 'ValueSet',
      id: 'two',
      compose: { include: [{ system: codes, concept: [{ code: '2' }, { code: '1' }] }] },
    },
  ],
);
const SUBJECT = { reference: 'Patient/p1' };
const coded = (code: string): JsonObject => ({ coding: [{ system: codes, code }] });
const chartOf = (...resources: readonly unknown[]): Chart =>
  createChart(
    'p1',
    resources.map((resource) => ({ resource })),
    new Map(),
    terminology,
  );
const chartOfEntries = (...intakes: readonly Intake[]): Chart =>
  createChart('p1', intakes, new Map(), terminology);
const observation = (id: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  id,
  subject: SUBJECT,
  code: coded('1'),
  ...more,
});
const references = (records: readonly { readonly reference: string }[]): readonly string[] =>
  records.map(({ reference }) => reference);
const anomaly = (chart: Chart, id: string): readonly string[] =>
  chart.anomalies.filter((item) => item.id === id).map(({ text }) => text);

describe('a reference', () => {
  it.each([
    ['Patient/p1', 'Patient/p1'],
    ['https://ehr.example/fhir/Patient/p1', 'Patient/p1'],
    ['Patient/p1/_history/3', 'Patient/p1'],
    ['https://ehr.example/fhir/Patient/p1/_history/3', 'Patient/p1'],
    ['#contained', undefined],
    ['urn:uuid:1', undefined],
    ['p1', undefined],
    ['patient/p1', undefined],
    ['Patient/', undefined],
    ['', undefined],
  ])('%s is %s', (printed, expected) => {
    expect(relativeReference({ reference: printed })).toBe(expected);
  });
});

describe('whose a resource is', () => {
  it.each([['Patient/p1'], ['https://ehr.example/fhir/Patient/p1'], ['Patient/p1/_history/2']])(
    "subject %s is this patient's",
    (reference) => {
      const chart = chartOf(observation('a', { subject: { reference } }));
      expect(chart.of('Observation').map(({ hasSubject }) => hasSubject)).toEqual([true]);
    },
  );

  it('a urn: reference is resolved by the full URL of the entry', () => {
    const chart = chartOfEntries(
      { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'p1' } },
      { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Patient', id: 'p2' } },
      { resource: observation('mine', { subject: { reference: 'urn:uuid:1' } }) },
      { resource: observation('other', { subject: { reference: 'urn:uuid:2' } }) },
    );
    expect(references(chart.of('Observation'))).toEqual(['Observation/mine']);
  });

  it.each([
    ['another patient', { subject: { reference: 'Patient/p2' } }],
    ['another patient by absolute URL', { subject: { reference: 'https://x.example/Patient/p2' } }],
    ['a group', { subject: { reference: 'Group/g' } }],
    ["a donor's focus", { focus: [{ reference: 'RelatedPerson/donor' }] }],
    ["another patient's focus", { focus: [{ reference: 'Patient/p2' }] }],
    ["a donor's specimen", { specimen: { reference: 'Specimen/s' } }],
  ])('of %s, it is left out and counted', (_name, more) => {
    const specimen = { resourceType: 'Specimen', id: 's', subject: { reference: 'Patient/donor' } };
    const chart = chartOf(observation('a', more), specimen);
    expect(chart.of('Observation')).toEqual([]);
    expect(anomaly(chart, 'chart.other-patient')[0]).toContain(
      '1 Observation resource(s) are about somebody else',
    );
  });

  it('a focus on a Condition and a specimen of this patient leave it his', () => {
    const specimen = { resourceType: 'Specimen', id: 's', subject: SUBJECT };
    const chart = chartOf(
      observation('a', {
        focus: [{ reference: 'Condition/c' }],
        specimen: { reference: 'Specimen/s' },
      }),
      specimen,
    );
    expect(references(chart.of('Observation'))).toEqual(['Observation/a']);
  });

  it.each([
    ['no subject', undefined],
    ['a display alone', { display: 'John' }],
    ['a contained subject', { reference: '#p' }],
    ['a logical reference', { identifier: { value: '1' } }],
    ['a urn that nothing has', { reference: 'urn:uuid:9' }],
    ['a string', 'Patient/p1'],
  ])('with %s it stays, but does not say whose', (_name, subject) => {
    const rest = Object.fromEntries(Object.entries(observation('a')).filter(([name]) => name !== 'subject'));
    const chart = chartOf(subject === undefined ? rest : { ...rest, subject });
    expect(chart.of('Observation').map(({ hasSubject }) => hasSubject)).toEqual([false]);
  });

  it('a family history is never the patient', () => {
    const chart = chartOf({ resourceType: 'FamilyMemberHistory', id: 'f', patient: SUBJECT });
    expect(chart.of('FamilyMemberHistory')).toEqual([]);
  });

  it('another Patient is left out, and said', () => {
    const chart = chartOf({ resourceType: 'Patient', id: 'p1' }, { resourceType: 'Patient', id: 'p2' });
    expect(references(chart.of('Patient'))).toEqual(['Patient/p1']);
    expect(anomaly(chart, 'chart.other-patient')[0]).toContain('another Patient');
  });
});

describe('a resource that came twice', () => {
  const first = observation('a', { valueInteger: 1 });
  const second = observation('a', { valueInteger: 2 });
  const at = (lastUpdated: string, resource: JsonObject): JsonObject => ({
    ...resource,
    meta: { lastUpdated },
  });
  const values = (chart: Chart): readonly unknown[] =>
    chart.of('Observation').map(({ resource }) => resource['valueInteger']);

  it('and is the same counts once', () => {
    const chart = chartOf(first, { ...first }, observation('a', { valueInteger: 1 }));
    expect([values(chart), chart.anomalies]).toEqual([[1], []]);
  });

  it('counts in its later version, in whatever order the two arrived', () => {
    const older = at('2026-01-01T10:00:00Z', first);
    const newer = at('2026-01-01T12:00:00+01:00', second);
    expect([values(chartOf(older, newer)), values(chartOf(newer, older))]).toEqual([[2], [2]]);
  });

  it('is kept in both versions where nothing tells which is later, and that is said', () => {
    const chart = chartOf(first, second);
    expect(values(chart).toSorted()).toEqual([1, 2]);
    expect(anomaly(chart, 'chart.duplicate-id')[0]).toContain('Observation/a');
  });
});

describe('what is in a resource', () => {
  it.each(['__path__', '__proto__'])('a key %s is taken away', (key) => {
    const resource = JSON.parse(
      `{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/p1"},"${key}":{"path":"Patient"},"status":"final"}`,
    ) as unknown;
    const [record] = chartOf(resource).of('Observation');
    expect(Object.keys(record?.resource ?? {})).toEqual(['resourceType', 'id', 'subject', 'status']);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'a resource type "%s" is a type like any other',
    (resourceType) => {
      const resource = { resourceType, id: 'x' };
      expect(references(chartOf(resource, observation('a')).of('Observation'))).toEqual(['Observation/a']);
    },
  );

  it.each([
    [null],
    [5],
    ['Observation'],
    [[]],
    [{}],
    [{ resourceType: 'Observation' }],
    [{ resourceType: 5, id: 'a' }],
    [{ id: 'a' }],
  ])('%j is no resource with a type and an id: left out and counted', (resource) => {
    const chart = chartOf(resource, observation('a'));
    expect(references(chart.of('Observation'))).toEqual(['Observation/a']);
    expect(anomaly(chart, 'chart.unreadable')).toEqual([
      '1 entries are not FHIR resources with a type and an id; they were left out.',
    ]);
  });

  it('is never so dirty that the chart cannot be built', () => {
    const type = fc.constantFrom(
      'Condition',
      'Observation',
      'MedicationAdministration',
      'DiagnosticReport',
      'DocumentReference',
      'QuestionnaireResponse',
      'Encounter',
      'Coverage',
    );
    const element = fc.constantFrom(
      'code',
      'subject',
      'effectiveDateTime',
      'onsetPeriod',
      'recordedDate',
      'medicationCodeableConcept',
      'medicationReference',
      'contained',
      'extension',
      'focus',
      'specimen',
      'context',
      'period',
      'meta',
      'encounter',
      'conclusionCode',
    );
    fc.assert(
      fc.property(type, fc.dictionary(element, fc.jsonValue()), (resourceType, elements) => {
        const chart = chartOf({ resourceType, id: 'a', ...elements });
        expect(chart.of(resourceType).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the drug of a medication resource', () => {
  const given = (more: JsonObject): JsonObject => ({
    resourceType: 'MedicationAdministration',
    id: 'm',
    subject: SUBJECT,
    ...more,
  });
  const found = (chart: Chart): readonly string[] =>
    references(chart.coded('MedicationAdministration.medication', ['one']));

  it.each<[string, readonly JsonObject[]]>([
    ['inline', [given({ medicationCodeableConcept: coded('1') })]],
    [
      'contained',
      [
        given({
          contained: [{ resourceType: 'Medication', id: 'd', code: coded('1') }],
          medicationReference: { reference: '#d' },
        }),
      ],
    ],
    [
      'a Medication of the chart',
      [
        given({ medicationReference: { reference: 'Medication/d' } }),
        { resourceType: 'Medication', id: 'd', code: coded('1') },
      ],
    ],
    [
      'a Medication by absolute URL',
      [
        given({ medicationReference: { reference: 'https://ehr.example/fhir/Medication/d' } }),
        { resourceType: 'Medication', id: 'd', code: coded('1') },
      ],
    ],
    [
      'an ingredient',
      [
        given({ medicationReference: { reference: 'Medication/d' } }),
        { resourceType: 'Medication', id: 'd', ingredient: [{ itemCodeableConcept: coded('1') }] },
      ],
    ],
    [
      'an ingredient that is a Medication',
      [
        given({ medicationReference: { reference: 'Medication/d' } }),
        {
          resourceType: 'Medication',
          id: 'd',
          ingredient: [{ itemReference: { reference: 'Medication/e' } }],
        },
        { resourceType: 'Medication', id: 'e', code: coded('1') },
      ],
    ],
  ])('is found %s', (_name, resources) => {
    expect(found(chartOf(...resources))).toEqual(['MedicationAdministration/m']);
  });

  it('is not found where the Medication is not at hand, or refers to itself', () => {
    expect(found(chartOf(given({ medicationReference: { reference: 'Medication/d' } })))).toEqual([]);
    expect(
      found(
        chartOf(given({ medicationReference: { reference: 'Medication/d' } }), {
          resourceType: 'Medication',
          id: 'd',
          ingredient: [{ itemReference: { reference: 'Medication/d' } }],
        }),
      ),
    ).toEqual([]);
  });
});

describe('the index', () => {
  it('finds a record once, though it has a code of both value sets', () => {
    const chart = chartOf(observation('b'), observation('a', { code: coded('2') }));
    expect(references(chart.coded('Observation.code', ['one', 'two', 'unheard-of']))).toEqual([
      'Observation/a',
      'Observation/b',
    ]);
  });

  it('does not find it at another element or type', () => {
    const chart = chartOf(observation('a'));
    expect(chart.coded('Observation.value', ['one'])).toEqual([]);
  });

  it('reports a system that is not understood, unless another coding of the record is', () => {
    const local = { system: 'http://local.example', code: 'x' };
    const chart = chartOf(
      observation('a', { code: { coding: [local] } }),
      observation('b', { code: { coding: [local, { system: codes, code: '1' }] } }),
      observation('c', { code: { coding: [{ code: '1' }] } }),
    );
    expect(anomaly(chart, 'chart.code-system')).toEqual([
      '1 Observation resource(s) are coded only in a system that is not understood ((no system)); they decide nothing.',
      '1 Observation resource(s) are coded only in a system that is not understood (http://local.example); they decide nothing.',
    ]);
  });

  it('puts records in the order of their dates, undated first', () => {
    const chart = chartOf(
      observation('later', { effectiveDateTime: '2026-02-01' }),
      observation('undated'),
      observation('earlier', { effectiveDateTime: '2025' }),
    );
    expect(references(chart.of('Observation'))).toEqual([
      'Observation/undated',
      'Observation/earlier',
      'Observation/later',
    ]);
  });

  it('does not depend on the order in which resources arrived', () => {
    const resource = fc
      .record({
        id: fc.constantFrom('a', 'b', 'c'),
        effectiveDateTime: fc.constantFrom('2025', '2025-06-01', '2026-01-01', 'soon'),
        valueInteger: fc.constantFrom(1, 2),
        meta: fc.constantFrom(
          {},
          { lastUpdated: '2026-01-01T00:00:00Z' },
          { lastUpdated: '2026-01-02T00:00:00Z' },
        ),
      })
      .map(({ id, ...more }) => observation(id, more));
    const arrivals = fc
      .array(resource, { maxLength: 6 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(arrivals, ([before, after]) => {
        const shown = (list: readonly JsonObject[]) => {
          const chart = chartOf(...list);
          return {
            records: chart.of('Observation').map(({ resource }) => resource),
            found: ['a', 'b', 'c'].map((id) => chart.find({ reference: `Observation/${id}` })?.resource),
            anomalies: chart.anomalies,
          };
        };
        expect(shown(after)).toEqual(shown(before));
      }),
    );
  });
});

describe('a component of an Observation', () => {
  const panel = observation('panel', {
    code: coded('9'),
    effectiveDateTime: '2026-02-01',
    valueString: 'see below',
    dataAbsentReason: coded('masked'),
    component: [
      { code: coded('1'), valueQuantity: { value: 5 } },
      { code: coded('2'), dataAbsentReason: coded('unknown') },
      { valueQuantity: { value: 7 } },
      null,
    ],
  });

  it('is found by its code, with its own value and the date of the whole', () => {
    const [found, ...rest] = chartOf(panel).coded('Observation.code', ['one']);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({
      reference: 'Observation/panel',
      isComponent: true,
      date: { text: '2026-02-01' },
    });
    expect(found?.resource).toMatchObject({ code: coded('1'), valueQuantity: { value: 5 } });
    expect(found?.resource).not.toHaveProperty('valueString');
    expect(found?.resource).not.toHaveProperty('dataAbsentReason');
  });

  it('keeps why it has no value', () => {
    const found = chartOf(panel).coded('Observation.code', ['two']);
    expect(found.map(({ resource }) => resource['dataAbsentReason'])).toEqual([undefined, coded('unknown')]);
  });

  it('is not counted as a resource', () => {
    expect(references(chartOf(panel).of('Observation'))).toEqual(['Observation/panel']);
  });
});

describe('when it took place, and when it was stated', () => {
  const dated = (resource: JsonObject, ...others: readonly JsonObject[]) => {
    const chart = chartOf({ subject: SUBJECT, id: 'x', ...resource }, ...others);
    const record = chart.of(String(resource['resourceType']))[0];
    const end = (number: number | undefined): string =>
      number === undefined ? '' : Number.isFinite(number) ? formatDay(number) : number < 0 ? '-∞' : '∞';
    const shown = (date: { low: number; high: number } | null | undefined): string =>
      date === null || date === undefined ? 'none' : `${end(date.low)}..${end(date.high)}`;
    return [shown(record?.date), shown(record?.stated), record?.problem];
  };

  it.each<[JsonObject, string, string]>([
    [
      { resourceType: 'Condition', onsetDateTime: '2025-03', recordedDate: '2026-01-05' },
      '2025-03-01..2025-03-31',
      '2026-01-05..2026-01-05',
    ],
    [{ resourceType: 'Condition', recordedDate: '2026-01-05' }, '-∞..2026-01-05', '2026-01-05..2026-01-05'],
    [
      { resourceType: 'Condition', onsetDateTime: '2025-03-04' },
      '2025-03-04..2025-03-04',
      '2025-03-04..2025-03-04',
    ],
    [
      { resourceType: 'Observation', effectiveDateTime: '2025-03-04', issued: '2026-01-01T00:00:00Z' },
      '2025-03-04..2025-03-04',
      '2025-03-04..2025-03-04',
    ],
    [{ resourceType: 'Observation', issued: '2026-01-01T00:00:00Z' }, 'none', 'none'],
    [
      { resourceType: 'DiagnosticReport', issued: '2026-01-01T00:00:00Z' },
      '-∞..2026-01-01',
      '-∞..2026-01-01',
    ],
    [{ resourceType: 'MedicationStatement', dateAsserted: '2026-01-01' }, 'none', 'none'],
    [
      { resourceType: 'MedicationDispense', whenHandedOver: '2026-01-01' },
      '2026-01-01..2026-01-01',
      '2026-01-01..2026-01-01',
    ],
    [
      {
        resourceType: 'DocumentReference',
        date: '2026-01-05T00:00:00Z',
        context: { period: { start: '2025-12-01', end: '2025-12-02' } },
      },
      '2025-12-01..2025-12-02',
      '2025-12-01..2025-12-02',
    ],
    [{ resourceType: 'DocumentReference', date: '2026-01-05T00:00:00Z' }, '-∞..2026-01-05', '-∞..2026-01-05'],
  ])('%j', (resource, date, stated) => {
    expect(dated(resource)).toEqual([date, stated, undefined]);
  });

  it('the encounter is the last resort for a Condition', () => {
    expect(
      dated(
        { resourceType: 'Condition', encounter: { reference: 'Encounter/e' } },
        {
          resourceType: 'Encounter',
          id: 'e',
          subject: SUBJECT,
          period: { start: '2025-05-01', end: '2025-05-03' },
        },
      ),
    ).toEqual(['-∞..2025-05-03', '-∞..2025-05-03', undefined]);
  });

  it('a date that cannot be read is named, and the next element used', () => {
    expect(
      dated({ resourceType: 'Condition', onsetDateTime: '2025-02-30', recordedDate: '2026-01-05' }),
    ).toEqual(['-∞..2026-01-05', '2026-01-05..2026-01-05', 'Condition carries a date that cannot be read']);
  });
});
