import type { Bundle, Condition } from 'fhir/r4.js';
import { describe, expect, it, test } from 'vitest';
import { createStore } from '../../src/sandbox/store.ts';
import { search } from '../../src/sandbox/search.ts';
import { adams, baker, chart, loinc, longId, rxnorm, snomed } from './charts.ts';

const base = 'https://ehr.example/sandbox/fhir';
const store = createStore([adams, baker]);

function bundleOf(query: string): Bundle {
  const [type = '', parameters = ''] = query.split(/\?(.*)/s);
  const result = search(store, type, new URLSearchParams(parameters), base);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems));
  return result.bundle;
}

const idsOf = (query: string, mode = 'match'): readonly (string | undefined)[] =>
  (bundleOf(query).entry ?? [])
    .filter((entry) => entry.search?.mode === mode)
    .map((entry) => entry.resource?.id);

const problemsOf = (query: string): readonly string[] => {
  const [type = '', parameters = ''] = query.split(/\?(.*)/s);
  const result = search(store, type, new URLSearchParams(parameters), base);
  return result.kind === 'refused' ? result.problems.map((one) => `${one.code}: ${one.diagnostics}`) : [];
};

const laboratory = ['blasts', 'platelets', 'lvef', 'calcium'];

describe('references', () => {
  test.each([
    ['Observation?patient=adams', laboratory],
    ['Observation?patient=Patient/adams', laboratory],
    [`Observation?patient=${base}/Patient/adams`, laboratory],
    ['Observation?subject=Patient/adams', laboratory],
    ['Observation?subject=adams', [...laboratory, 'group-result']],
    ['Observation?subject=Group/adams', ['group-result']],
    ['Observation?patient=Group/adams', []],
    ['Observation?patient=adams,baker', [...laboratory, 'infusions']],
    ['Observation?patient=adams&patient=baker', []],
    ['Observation?patient=nobody', []],
    ['Observation?patient=https://elsewhere.example/Patient/adams', []],
    ['Coverage?patient=adams', ['plan']],
    ['Coverage?beneficiary=Patient/baker', ['other-plan']],
    ['Coverage?payor=Organization/payer', ['plan', 'other-plan']],
    ['Coverage?payor=https://elsewhere.example/Organization/payer', ['other-plan']],
    ['Condition?encounter=Encounter/stay', ['b-all']],
    ['MedicationRequest?encounter=stay', [longId]],
    ['MedicationRequest?medication=Medication/obe-cel', [longId]],
  ])('%s', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });

  it('finds a patient that the chart names by the fullUrl of its entry', () => {
    const imported = createStore([
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'a' } },
          {
            fullUrl: 'urn:uuid:2',
            resource: {
              resourceType: 'Condition',
              id: 'c',
              subject: { reference: 'urn:uuid:1' },
            } as Condition,
          },
        ],
      },
    ]);
    const result = search(
      imported,
      'Condition',
      new URLSearchParams('patient=a&_include=Condition:patient'),
      base,
    );
    expect(result).toMatchObject({ bundle: { total: 1, entry: [{}, { fullUrl: `${base}/Patient/a` }] } });
  });
});

describe('tokens', () => {
  test.each([
    ['Observation?code=777-3', ['platelets', 'calcium', 'group-result']],
    [`Observation?code=${loinc}|777-3`, ['platelets', 'group-result']],
    ['Observation?code=http://local|777-3', ['calcium']],
    ['Observation?code=|777-3', ['calcium']],
    ['Observation?code=http://local|', ['calcium']],
    [`Observation?patient=adams&code=${loinc}|`, ['blasts', 'platelets', 'lvef']],
    [`Observation?code=${loinc}|26446-5,${loinc}|10230-1`, ['blasts', 'lvef']],
    [`Observation?code=${loinc}|777-3&code=26446-5`, []],
    ['Observation?code=http://loinc.org/|777-3', []],
    ['Observation?code=https://loinc.org|777-3', []],
    ['Observation?code=777', []],
    ['Observation?category=laboratory', laboratory],
    ['Observation?patient=adams&category=laboratory&status=amended', ['calcium']],
    ['Observation?patient=adams&status=final,amended', laboratory],
    ['Observation?status=|amended', ['calcium']],
    [`Condition?code=${snomed}|109989006`, ['b-all']],
    ['Condition?code=http://hl7.org/fhir/sid/icd-10-cm|C91.02', ['b-all']],
    ['Condition?code=http://hl7.org/fhir/sid/icd-10-cm|109989006', []],
    ['Condition?clinical-status=active', ['b-all']],
    ['Condition?clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical|active', ['b-all']],
    ['Condition?verification-status=confirmed', []],
    [`MedicationRequest?code=${rxnorm}|3264`, ['steroid']],
    [`MedicationAdministration?code=${rxnorm}|3264`, ['dose']],
    ['Medication?code=Q2058', ['obe-cel']],
    ['MedicationRequest?intent=order,plan&status=draft', [longId]],
    ['Encounter?class=IMP&status=in-progress', ['stay']],
    ['Patient?identifier=urn:mrn|100', ['adams']],
    ['Patient?identifier=100&gender=female&active=true', ['adams']],
    ['Patient?_id=adams,baker,nobody', ['adams', 'baker']],
    ['Patient?_id=adams&_id=baker', []],
    [`MedicationRequest?_id=${longId}`, [longId]],
  ])('%s', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });

  it('reads escaped separators as part of a value', () => {
    const odd = createStore([
      chart({ resourceType: 'Patient', id: 'odd', identifier: [{ system: 'urn:a,b', value: 'c|d\\' }] }),
    ]);
    const total = (value: string): unknown =>
      search(odd, 'Patient', new URLSearchParams({ identifier: value }), base);
    expect(total('urn:a\\,b|c\\|d\\\\')).toMatchObject({ bundle: { total: 1 } });
    expect(total('nothing,c\\|d\\\\,nothing')).toMatchObject({ bundle: { total: 1 } });
    expect(total('urn:a')).toMatchObject({ bundle: { total: 0 } });
  });
});

describe('dates', () => {
  test.each([
    ['Observation?patient=adams&date=2024', ['blasts', 'platelets', 'calcium']],
    ['Observation?patient=adams&date=2024-03', ['blasts', 'platelets']],
    ['Observation?patient=adams&date=eq2024-03-02', ['blasts', 'platelets']],
    ['Observation?patient=adams&date=2024-03-02T11:30:00Z', ['platelets']],
    ['Observation?patient=adams&date=2024-03-02T12:30:00%2B01:00', ['platelets']],
    ['Observation?patient=adams&date=ne2024-03', ['lvef', 'calcium']],
    ['Observation?patient=adams&date=lt2024-03', ['lvef', 'calcium']],
    ['Observation?patient=adams&date=le2024-03-02', laboratory],
    ['Observation?patient=adams&date=gt2023-06', ['blasts', 'platelets', 'lvef', 'calcium']],
    ['Observation?patient=adams&date=sa2023-06', ['blasts', 'platelets', 'calcium']],
    ['Observation?patient=adams&date=eb2024-03', ['lvef', 'calcium']],
    ['Observation?patient=adams&date=ge2024-02-01&date=lt2024-03-01', ['calcium']],
    ['Observation?patient=adams&date=2023,2024-02', ['lvef', 'calcium']],
    ['Observation?patient=baker&date=2024-02', []],
    ['Observation?patient=baker&date=ge2024-02&date=lt2024-03', ['infusions']],
    ['Observation?patient=baker&date=2024', ['infusions']],
    ['Condition?onset-date=ge2024-02', ['b-all']],
    ['Condition?onset-date=2024-02', []],
    ['Condition?recorded-date=2024-03-05', ['b-all']],
    ['Condition?recorded-date=ne1990', ['b-all']],
    ['Encounter?date=ge2030', ['stay']],
    ['Encounter?date=lt2025-05-01T14:00:00Z', []],
    // The stay reaches beyond the day, so the day does not contain it.
    ['Encounter?date=le2025-05-01', []],
    ['Encounter?date=le2025-05-02', ['stay']],
    ['MedicationAdministration?effective-time=2024-02-01', ['dose']],
    ['MedicationRequest?authoredon=ge2025', [longId]],
    ['Patient?birthdate=1964-07-09', ['adams']],
  ])('%s', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });
});

describe('the order, extent and links of an answer', () => {
  test.each([
    ['Observation?patient=adams&_sort=date', ['lvef', 'calcium', 'blasts', 'platelets']],
    ['Observation?patient=adams&_sort=-date', ['blasts', 'platelets', 'calcium', 'lvef']],
    ['Observation?patient=adams&_sort=_id', ['blasts', 'calcium', 'lvef', 'platelets']],
    ['Observation?patient=adams&_sort=-_id', ['platelets', 'lvef', 'calcium', 'blasts']],
    ['Observation?subject=adams&_sort=date', ['lvef', 'calcium', 'blasts', 'platelets', 'group-result']],
    ['Observation?subject=adams&_sort=-date', ['blasts', 'platelets', 'calcium', 'lvef', 'group-result']],
    [
      'Observation?subject=adams&_sort=_lastUpdated,-_id',
      ['platelets', 'lvef', 'group-result', 'calcium', 'blasts'],
    ],
    ['Condition?_sort=-recorded-date', ['b-all', 'free-text']],
    ['MedicationRequest?_sort=authoredon', ['steroid', longId]],
  ])('%s', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });

  it('pages with absolute links that carry every parameter', () => {
    const first = bundleOf(`Observation?patient=adams&code=${loinc}|&_sort=-date&_count=2&_total=accurate`);
    expect(first).toMatchObject({ type: 'searchset', total: 3 });
    expect(first.entry?.map((entry) => entry.resource?.id)).toEqual(['blasts', 'platelets']);
    expect(first.link?.map((link) => link.relation)).toEqual(['self', 'next']);
    const next = new URL(first.link?.[1]?.url ?? '');
    expect(next.href.startsWith(`${base}/Observation?`)).toBe(true);
    expect(Object.fromEntries(next.searchParams)).toEqual({
      patient: 'adams',
      code: `${loinc}|`,
      _sort: '-date',
      _count: '2',
      _total: 'accurate',
      _offset: '2',
    });
    const second = bundleOf(`Observation${next.search}`);
    expect(second.total).toBe(3);
    expect(second.entry?.map((entry) => entry.resource?.id)).toEqual(['lvef']);
    expect(second.link?.map((link) => link.relation)).toEqual(['self']);
  });

  it('names each entry by its URL', () => {
    expect(bundleOf('Patient?_id=adams').entry).toEqual([
      {
        fullUrl: `${base}/Patient/adams`,
        resource: adams.entry?.[0]?.resource,
        search: { mode: 'match' },
      },
    ]);
  });

  test.each([
    '_count=0',
    '_summary=count',
    '_summary=count&_count=20',
    '_count=0&_include=Observation:patient',
  ])('%s gives the total alone', (parameters) => {
    const bundle = bundleOf(`Observation?patient=adams&${parameters}`);
    expect(bundle.total).toBe(4);
    expect(bundle.entry).toBeUndefined();
    expect(bundle.link?.map((link) => link.relation)).toEqual(['self']);
  });

  it('answers an empty search with a total of zero and no entry', () => {
    expect(bundleOf('Task?patient=adams')).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      total: 0,
      link: [{ relation: 'self', url: `${base}/Task?patient=adams` }],
    });
    expect(bundleOf('Observation?_offset=1000').entry).toBeUndefined();
  });
});

describe('_include', () => {
  test.each([
    ['MedicationRequest?_id=steroid&_include=MedicationRequest:medication', []],
    ['MedicationRequest?status=draft&_include=MedicationRequest:medication', ['obe-cel']],
    [
      'MedicationRequest?status=draft&_include=MedicationRequest:medication&_include=MedicationRequest:requester',
      ['obe-cel', 'chen'],
    ],
    [
      'MedicationRequest?status=draft&_include=MedicationRequest:medication,MedicationRequest:requester',
      ['obe-cel', 'chen'],
    ],
    ['Coverage?_include=Coverage:payor', ['payer']],
    ['Coverage?_include=Coverage:payor:Organization', ['payer']],
    ['Coverage?_include=Coverage:payor:Patient', []],
    ['Encounter?_include=Encounter:service-provider', ['hospital']],
    ['Observation?patient=adams&_include=Observation:patient', ['adams']],
    ['Observation?subject=Group/adams&_include=Observation:subject', []],
  ])('%s', (query, ids) => {
    expect(idsOf(query, 'include')).toEqual(ids);
    expect(bundleOf(query).total).toBe(idsOf(query).length);
  });

  it('does not include what the page already has', () => {
    const whole = createStore([
      chart(
        { resourceType: 'Organization', id: 'part', partOf: { reference: 'Organization/whole' } },
        { resourceType: 'Organization', id: 'whole' },
      ),
    ]);
    const modes = (parameters: string): unknown => {
      const result = search(whole, 'Organization', new URLSearchParams(parameters), base);
      return (
        result.kind === 'found' &&
        result.bundle.entry?.map((entry) => [entry.resource?.id, entry.search?.mode])
      );
    };
    expect(modes('_include=Organization:partof')).toEqual([
      ['part', 'match'],
      ['whole', 'match'],
    ]);
    expect(modes('_include=Organization:partof&_count=1')).toEqual([
      ['part', 'match'],
      ['whole', 'include'],
    ]);
  });
});

describe('what is refused', () => {
  const names = 'Supported for Observation: _id, _lastUpdated,';

  test.each([
    ['Observation?name=x', `not-supported: Parameter "name" is not supported. ${names}`],
    ['Observation?name=', `not-supported: Parameter "name" is not supported. ${names}`],
    ['Observation?=x', `not-supported: Parameter "" is not supported. ${names}`],
    [
      'Observation?code:in=http://vs',
      `not-supported: Parameter "code:in": modifiers and chains are not supported. ${names}`,
    ],
    ['Observation?date:missing=true', 'not-supported: Parameter "date:missing": modifiers and chains'],
    ['Observation?_include:iterate=x', 'not-supported: Parameter "_include:iterate": modifiers and chains'],
    ['Observation?subject.name=x', 'not-supported: Parameter "subject.name": modifiers and chains'],
    [
      'Observation?subject:Patient.name=x',
      'not-supported: Parameter "subject:Patient.name": modifiers and chains',
    ],
    [
      'Patient?_has:Observation:patient:code=x',
      'not-supported: Parameter "_has:Observation:patient:code" is not supported.',
    ],
    ['Patient?_revinclude=Observation:patient', 'not-supported: Parameter "_revinclude" is not supported.'],
    ['Patient?_elements=id', 'not-supported: Parameter "_elements" is not supported.'],
    ['Observation?__proto__=x', 'not-supported: Parameter "__proto__" is not supported.'],
    ['Observation?constructor=x', 'not-supported: Parameter "constructor" is not supported.'],
    ['Observation?patient=', 'invalid: Parameter "patient" has no value.'],
    ['Observation?code=a,,b', 'invalid: Parameter "code" has an empty value in its list.'],
    ['Observation?code=|', 'invalid: Parameter "code": "|" is not code, system|code, system| or |code.'],
    ['Observation?code=a|b|c', 'invalid: Parameter "code": "a|b|c" is not code,'],
    [
      'Observation?status=http://x|final',
      'invalid: Parameter "status" is a plain code: "http://x|final" may not name a system.',
    ],
    [
      'Observation?date=ap2024',
      'not-supported: Parameter "date": prefix "ap" is not supported. Supported: eq, ne, lt, le, gt, ge, sa, eb.',
    ],
    ['Observation?date=2024-02-30', 'invalid: Parameter "date": "2024-02-30" is not a date'],
    ['Observation?date=ge', 'invalid: Parameter "date": "ge" is not a date'],
    ['Observation?date=yesterday', 'not-supported: Parameter "date": prefix "ye"'],
    [
      'Observation?date=2024-01-01T10:00:00+01:00',
      'invalid: Parameter "date": "2024-01-01T10:00:00 01:00" is not a date',
    ],
    [
      'Observation?_sort=code',
      'not-supported: Parameter "_sort": "code" is not supported. Supported: _id, -_id, ',
    ],
    ['Observation?_sort=-', 'not-supported: Parameter "_sort": "-" is not supported.'],
    ['Observation?_sort=date,-date', 'not-supported: Parameter "_sort": "-date" is not supported.'],
    ['Observation?_count=1001', 'invalid: Parameter "_count" is a whole number from 0 to 1000, not "1001".'],
    ['Observation?_count=-1', 'invalid: Parameter "_count" is a whole number'],
    ['Observation?_count=1e2', 'invalid: Parameter "_count" is a whole number'],
    [`Observation?_count=${'9'.repeat(400)}`, 'invalid: Parameter "_count" is a whole number'],
    ['Observation?_count=1&_count=2', 'invalid: Parameter "_count" is given more than once.'],
    ['Observation?_offset=x', 'invalid: Parameter "_offset" is a whole number'],
    [
      'Observation?_summary=text',
      'not-supported: Parameter "_summary": "text" is not supported. Supported: count, false.',
    ],
    ['Observation?_total=some', 'not-supported: Parameter "_total": "some" is not supported.'],
    [
      'Observation?_include=*',
      'not-supported: Parameter "_include": "*" is not supported. Supported: Observation:patient, ',
    ],
    ['Observation?_include=Observation:code', 'not-supported: Parameter "_include": "Observation:code"'],
    [
      'Observation?_include=Patient:organization',
      'not-supported: Parameter "_include": "Patient:organization"',
    ],
    [
      'Observation?_include=Observation:patient:Nothing',
      'not-supported: Parameter "_include": "Observation:patient:Nothing"',
    ],
    [
      'Observation?_include=Observation:__proto__',
      'not-supported: Parameter "_include": "Observation:__proto__"',
    ],
    [`Observation?${'status=final&'.repeat(31)}`, 'too-costly: A search may have 30 parameters, not 31.'],
    [
      `Observation?date=${Array<string>(21).fill('2024').join(',')}`,
      'too-costly: A search may have 20 dates, not 21.',
    ],
    [
      'Nothing?patient=x',
      'not-supported: Resource type "Nothing" is not supported. Supported: AllergyIntolerance, ',
    ],
    ['__proto__?patient=x', 'not-supported: Resource type "__proto__" is not supported.'],
  ])('%s', (query, diagnostics) => {
    expect(problemsOf(query)).toEqual([expect.stringContaining(diagnostics)]);
  });

  it('names everything that is wrong at once', () => {
    expect(problemsOf('Observation?name=x&date=soon&_count=many')).toHaveLength(3);
  });

  it('does not repeat a long value whole', () => {
    expect(problemsOf(`Observation?${'x'.repeat(50_000)}=1`).join().length).toBeLessThan(1_000);
  });
});
