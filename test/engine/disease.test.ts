import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diseaseReader } from '../../src/engine/disease.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { chartOf } from './small-chart.ts';

const library = loadLibrary(fileURLToPath(new URL('../../cds-services', import.meta.url)));
const reader = diseaseReader(library);
const icd = (code: string, display?: string): JsonObject => ({
  system: 'http://hl7.org/fhir/sid/icd-10-cm',
  code,
  ...(display === undefined ? {} : { display }),
});
const snomed = (code: string): JsonObject => ({ system: 'http://snomed.info/sct', code });
const read = (codings: readonly JsonObject[], text?: string) => {
  const [record] = chartOf(library, [
    {
      resourceType: 'Condition',
      id: 'c',
      subject: { reference: 'Patient/p1' },
      code: { coding: codings, ...(text === undefined ? {} : { text }) },
    },
  ]).of('Condition');
  if (record === undefined) throw new Error('the Condition is not in the chart');
  return reader.ofCondition(record);
};

describe('the disease of a code', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['C91.02, whose lineage it does not say', icd('C91.02'), ['all']],
    ['without its dot', icd('C9102'), ['all']],
    ['C83.1 and whatever follows', icd('C83.18'), ['mantle-cell-lymphoma']],
    ['C83.30', icd('C83.30'), ['dlbcl']],
    ['C83.390, which is not the DLBCL that it begins as', icd('C83.390'), ['primary-cns-lymphoma']],
    ['C91.A0, which is Burkitt-type and not C91.0', icd('C91.A0'), ['burkitt']],
    ['C81.90', icd('C81.90'), ['hodgkin-lymphoma']],
    ['C90.00', icd('C90.00'), ['multiple-myeloma']],
    ['C84.40, another hematologic malignancy', icd('C84.40'), ['other-hematologic-malignancy']],
    ['C50.9, none of them', icd('C50.9'), []],
    ['I10', icd('I10'), []],
    ['an unknown system', { system: 'urn:x', code: 'C91.02' }, []],
    ['no system', { code: 'C91.02' }, []],
  ])('%s', (_name, coding, expected) => {
    expect(read([coding])).toEqual({ diseases: expected, conflict: undefined });
  });

  it('of several is the most specific', () => {
    const bAll = [...(library.terminology.valueSets.get('dx-b-all')?.concepts.keys() ?? [])].find((key) =>
      key.startsWith('http://snomed.info/sct|'),
    );
    expect(read([icd('C91.00'), snomed(bAll?.split('|')[1] ?? '')])).toEqual({
      diseases: ['b-all'],
      conflict: undefined,
    });
  });
});

describe('the disease of words', () => {
  it.each<[string, readonly string[]]>([
    ['Mantle cell lymphoma', ['mantle-cell-lymphoma']],
    ['MANTLE-CELL LYMPHOMA, stage IV', ['mantle-cell-lymphoma']],
    ['B-cell acute lymphoblastic leukaemia', ['b-all']],
    ['T-cell acute lymphoblastic leukemia', ['t-all']],
    ['Acute lymphoblastic leukemia', ['all']],
    ['Hodgkin lymphoma', ['hodgkin-lymphoma']],
    ['Non-Hodgkin lymphoma', ['lymphoma']],
    ['Diffuse large B-cell lymphoma', ['dlbcl']],
    ['Primary mediastinal large B-cell lymphoma', ['pmbcl']],
    ['T-cell lymphoma', ['other-hematologic-malignancy']],
    ['Small lymphocytic lymphoma', ['chronic-lymphocytic-leukemia']],
    ['Plasma cell myeloma', ['multiple-myeloma']],
    ['hypertension', []],
    ['', []],
  ])('"%s"', (words, expected) => {
    expect(reader.inWords([words])).toEqual(expected);
  });

  it('alone, without a code, decides nothing', () => {
    expect(read([], 'Mantle cell lymphoma').diseases).toEqual([]);
  });
});

describe('a conflict', () => {
  it.each<[string, readonly JsonObject[], string | undefined, string]>([
    ['two codes', [icd('C91.02'), icd('C83.18')], undefined, 'its codes name different diseases'],
    ['code and text', [icd('C83.18')], 'Hodgkin lymphoma', 'its code and its text name different diseases'],
    [
      'code and display',
      [icd('C83.18', 'Follicular lymphoma')],
      undefined,
      'its code and its text name different diseases',
    ],
    [
      'a denial',
      [icd('C83.18')],
      'No evidence of mantle cell lymphoma',
      'its text denies or questions the disease that its code names',
    ],
    [
      'a question',
      [icd('C83.18')],
      'r/o mantle cell lymphoma',
      'its text denies or questions the disease that its code names',
    ],
    [
      'a family history',
      [icd('C83.18')],
      'Family history of mantle cell lymphoma',
      'its text denies or questions the disease that its code names',
    ],
  ])('of %s is told', (_name, codings, text, conflict) => {
    expect(read(codings, text).conflict).toBe(conflict);
  });

  it.each<[string, readonly JsonObject[], string | undefined]>([
    ['a wider word', [icd('C83.18')], 'Lymphoma'],
    ['a narrower word', [icd('C91.02')], 'B-cell acute lymphoblastic leukemia'],
    ['non-Hodgkin lymphoma', [icd('C83.18')], 'Non-Hodgkin lymphoma'],
    ['words of no disease', [icd('C83.18')], 'Stage IV, no evidence of bleeding'],
    ['an unrelated code', [icd('C83.18'), icd('I10')], undefined],
  ])('is none with %s', (_name, codings, text) => {
    expect(read(codings, text).conflict).toBeUndefined();
  });

  it('of lineages is one: T-ALL by text is not B-ALL by code', () => {
    expect(read([icd('C91.02')], 'T-cell acute lymphoblastic leukemia').conflict).toBeUndefined();
    const keys = [...(library.terminology.valueSets.get('dx-b-all')?.concepts.keys() ?? [])];
    const bAll = keys.find((key) => key.startsWith('http://snomed.info/sct|'))?.split('|')[1] ?? '';
    expect(read([snomed(bAll)], 'T-cell acute lymphoblastic leukemia').conflict).toBe(
      'its code and its text name different diseases',
    );
  });
});

it('two diseases agree when one is the other or stands within it', () => {
  expect(reader.agree('all', 'b-all')).toBe(true);
  expect(reader.agree('b-all', 'all')).toBe(true);
  expect(reader.agree('leukemia', 'b-all')).toBe(true);
  expect(reader.agree('b-all', 't-all')).toBe(false);
  expect(reader.agree('hodgkin-lymphoma', 'lymphoma')).toBe(false);
});
