import { describe, expect, it } from 'vitest';
import { createTerminology } from '../../src/fhir/terminology.ts';

const icd = 'http://hl7.org/fhir/sid/icd-10-cm';
const icdO = 'http://terminology.hl7.org/CodeSystem/icd-o-3';
const ndc = 'http://hl7.org/fhir/sid/ndc';
const snomed = 'http://snomed.info/sct';

const terminology = createTerminology(
  [
    { uri: icd, name: 'ICD-10-CM', aliases: ['urn:oid:2.16.840.1.113883.6.90'], form: 'icd-10' },
    { uri: icdO, name: 'ICD-O-3', aliases: [], form: 'icd-o-3' },
    { uri: ndc, name: 'NDC', aliases: [], form: 'ndc' },
    { uri: snomed, name: 'SNOMED CT', aliases: ['urn:oid:2.16.840.1.113883.6.96'] },
  ],
  [
    {
      resourceType: 'ValueSet',
      id: 'leukemia',
      title: 'Leukemia',
      version: '1',
      compose: {
        include: [
          { system: icd, concept: [{ code: 'C91.02', display: 'ALL, in relapse' }] },
          { system: snomed, concept: [{ code: '91857003' }] },
          { system: 'http://not.listed', concept: [{ code: 'x' }] },
        ],
      },
    },
    {
      resourceType: 'ValueSet',
      id: 'drug',
      compose: { include: [{ system: ndc, concept: [{ code: '71287-219-01' }] }] },
    },
    { resourceType: 'ValueSet', id: 'empty' },
  ],
);
const key = (system: string | undefined, code: unknown): string | undefined =>
  terminology.coding({ ...(system === undefined ? {} : { system }), code })?.key;

describe('a code is brought to one spelling', () => {
  it.each([
    [icd, 'C91.02', `${icd}|C9102`],
    [icd, 'C9102', `${icd}|C9102`],
    [icd, 'c91.02', `${icd}|C9102`],
    [icd, ' C91.02 ', `${icd}|C9102`],
    ['urn:oid:2.16.840.1.113883.6.90', 'C91.02', `${icd}|C9102`],
    [`${icd}/`, 'C91.02', `${icd}|C9102`],
    ['urn:oid:2.16.840.1.113883.6.96', '91857003', `${snomed}|91857003`],
    [icdO, '9836/3', `${icdO}|9836/3`],
    [icdO, 'M9836/3', `${icdO}|9836/3`],
    [icdO, 'M-9836/3', `${icdO}|9836/3`],
    [icdO, 'm9836/3', `${icdO}|9836/3`],
    [ndc, '71287-219-01', `${ndc}|71287021901`],
    [ndc, '71287-0219-01', `${ndc}|71287021901`],
    [ndc, '71287021901', `${ndc}|71287021901`],
    [ndc, '0078-0846-19', `${ndc}|00078084619`],
    [ndc, '59572-515-1', `${ndc}|59572051501`],
    [ndc, '59572-0515-1', `${ndc}|59572051501`],
  ])('%s|%s', (system, code, expected) => {
    expect(key(system, code)).toBe(expected);
  });

  it('leaves ten digits without hyphens alone, since they could be three packages', () => {
    expect(key(ndc, '7128721901')).toBe(`${ndc}|7128721901`);
  });

  it('keeps letter case where the system has no form of its own', () => {
    expect(key(snomed, 'aB')).toBe(`${snomed}|aB`);
  });
});

describe('a coding that cannot be matched', () => {
  it('has no key without a system', () => {
    expect(terminology.coding({ code: 'C91.02' })).toEqual({
      system: undefined,
      unknownSystem: undefined,
      code: 'C91.02',
      display: undefined,
      key: undefined,
    });
  });

  it('has no key under a system that is not listed, and names that system', () => {
    const coding = terminology.coding({ system: 'http://local.example/codes', code: 'C91.02' });
    expect([coding?.key, coding?.unknownSystem]).toEqual([undefined, 'http://local.example/codes']);
  });

  it.each([[{}], [{ system: icd }], [{ system: icd, code: '' }], [{ system: icd, code: 9102 }]])(
    'is none without a code: %j',
    (coding) => {
      expect(terminology.coding(coding)).toBeNull();
    },
  );
});

describe('the codings of an element', () => {
  it.each([
    ['a CodeableConcept', { coding: [{ code: 'a' }, { code: 'b' }] }, ['a', 'b']],
    ['a list of them', [{ coding: [{ code: 'a' }] }, { coding: { code: 'b' } }], ['a', 'b']],
    ['a bare Coding', { system: snomed, code: 'a' }, ['a']],
    ['text alone', { text: 'leukemia' }, []],
    ['entries that are no codings', { coding: [null, 'x', {}, { code: 'a' }] }, ['a']],
    ['nothing', undefined, []],
    ['a string', 'C91.02', []],
  ])('%s', (_name, element, codes) => {
    expect(terminology.codings(element).map(({ code }) => code)).toEqual(codes);
  });
});

describe('a value set', () => {
  it('holds a code in any spelling of its system and its form', () => {
    expect(terminology.includes(['leukemia'], key(icd, 'C9102') ?? '')).toBe(true);
    expect(terminology.includes(['drug'], key(ndc, '71287021901') ?? '')).toBe(true);
  });

  it('does not hold the codes that begin as one of its own', () => {
    expect(terminology.includes(['leukemia'], key(icd, 'C91.0') ?? '')).toBe(false);
    expect(terminology.includes(['leukemia'], key(icd, 'C91.020') ?? '')).toBe(false);
  });

  it('does not hold the same code of another system', () => {
    expect(terminology.includes(['leukemia'], key(icd, '91857003') ?? '')).toBe(false);
  });

  it('is empty where the resource has no codes, or its id is not known', () => {
    expect(terminology.includes(['empty', 'unheard-of'], `${snomed}|91857003`)).toBe(false);
  });

  it('gives a code its display, and the code where it has none', () => {
    expect(terminology.display(`${icd}|C9102`)).toBe('ALL, in relapse');
    expect(terminology.display(`${snomed}|91857003`)).toBe('91857003');
    expect(terminology.display(`${snomed}|1`)).toBeUndefined();
  });

  it('leaves out what stands under a system that is not listed', () => {
    expect([...(terminology.valueSets.get('leukemia')?.concepts.keys() ?? [])]).toEqual([
      `${icd}|C9102`,
      `${snomed}|91857003`,
    ]);
  });
});
