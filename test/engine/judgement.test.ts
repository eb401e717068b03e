import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary } from '../support/small-library.ts';
import {
  administration,
  answers,
  concept,
  condition,
  criterionOf,
  determined,
  observation,
  patient,
  procedure,
  standing,
} from './small-chart.ts';

const scan = procedure('scan', 'px-scan');
const drug = administration('drug', 'rx-drug');
const ordered = (id: string, code: 'rx-drug' | 'rx-product', status: string): JsonObject => ({
  resourceType: 'MedicationRequest',
  id,
  status,
  intent: 'order',
  subject: { reference: 'Patient/p1' },
  medicationCodeableConcept: concept(code),
  authoredOn: '2026-02-01',
});
const status = (word: 'status-worse' | 'status-better', date: string): JsonObject =>
  observation(`${word}-${date}`, 'lab-status', {
    valueCodeableConcept: concept(word),
    effectiveDateTime: date,
  });
const asked =
  (criterion: string) =>
  (resources: readonly JsonObject[], order = {}) =>
    standing(criterionOf(determined(smallLibrary(criterion), resources, { order }), '1'));

describe('what is false while a fact holds', () => {
  const result = asked(`- id: '1'
  title: T
  locator: L
  if-not: { review-if: had-scan }
  none: [{ fact: had-drug }]`);
  it.each([
    ['is false where it does not', [drug], 'not-met'],
    ['goes to a person', [drug, scan], 'unknown: review'],
    ['and no answer settles it', [drug, scan, answers('a', { '1': true })], 'unknown: review'],
    ['is open where nothing is found', [scan], 'unknown: attestation'],
  ])('%s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });
});

describe('an anomaly that touches some patients', () => {
  const library = smallLibrary(`- id: '1'
  title: T
  locator: L
  fact: age
  at-most: { value: 60, unit: a }
  anomalies:
    - { id: always, only: when-met, if: { fact: age, more-than: { value: 55, unit: a } } }
    - { id: open, if: { fact: had-scan } }`);
  const ids = (birthDate: string, ...more: readonly JsonObject[]): readonly string[] =>
    determined(library, [{ ...patient, birthDate }, ...more]).anomalies.map(({ id }) => id);
  it('stands where its fact is true and the criterion so decided', () => {
    expect(ids('1970-01-01')).toEqual(['always']);
    expect(ids('1990-01-01')).toEqual([]);
    expect(ids('1950-01-01')).toEqual([]);
    expect(ids('1990-01-01', scan)).toEqual(['open']);
  });
});

describe('readings of an unclear text', () => {
  const result = asked(`- id: '1'
  title: T
  locator: L
  attestable: true
  readings: [{ fact: has-tumor }, { fact: had-scan }]`);
  const tumor = condition('t', 'dx-tumor');
  const other = condition('o', 'dx-other-tumor');
  it.each<[string, readonly JsonObject[], string]>([
    ['agree', [tumor, scan], 'met'],
    ['agree that nothing is known', [], 'unknown: documentation'],
    ['that agree on nothing can be answered', [answers('a', { '1': true })], 'met'],
    ['differ', [other, scan], 'unknown: review'],
    ['of which one is settled', [tumor], 'unknown: review'],
    ['that differ no answer settles', [tumor, answers('a', { '1': true })], 'unknown: review'],
  ])('%s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });
});

describe('a question whose latest evidence decides', () => {
  const result = asked("- { id: '1', title: T, locator: L, fact: status-latest }");
  it.each<[string, readonly JsonObject[], string]>([
    ['yes', [status('status-better', '2025-01-01'), status('status-worse', '2026-01-01')], 'met'],
    ['no', [status('status-better', '2026-01-01'), status('status-worse', '2025-01-01')], 'not-met'],
    [
      'neither: both on one day',
      [status('status-better', '2026-01-01'), status('status-worse', '2026-01-01')],
      'unknown: review',
    ],
    [
      'neither: one is dated by the year',
      [status('status-better', '2026'), status('status-worse', '2026-01-01')],
      'unknown: review',
    ],
    [
      'yes, with an older yes before the no',
      [
        status('status-worse', '2024-01-01'),
        status('status-better', '2025-01-01'),
        status('status-worse', '2026-01-01'),
      ],
      'met',
    ],
  ])('%s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });
});

describe('a question with a sign that needs a record', () => {
  const result = asked(
    "- { id: '1', title: T, locator: L, none: [{ fact: status-latest }], missing: A statement }",
  );
  it('is open for the record, without it for an answer; either closes it', () => {
    const other = condition('o', 'dx-other-tumor');
    expect(result([])).toBe('unknown: attestation');
    expect(result([other])).toBe('unknown: documentation');
    expect(result([other, answers('a', { '1': true })])).toBe('met');
    expect(result([other, status('status-better', '2026-01-01')])).toBe('met');
  });
});

describe('an intention', () => {
  const result = asked("- { id: '1', title: T, locator: L, none: [{ fact: drug-ordered }] }");
  it.each<[string, readonly JsonObject[], string]>([
    ['is an order that stands', [ordered('r', 'rx-drug', 'active')], 'not-met'],
    ['is one on hold', [ordered('r', 'rx-drug', 'on-hold')], 'not-met'],
    ['is none that was carried out', [ordered('r', 'rx-drug', 'completed')], 'unknown: attestation'],
    ['is none that was cancelled', [ordered('r', 'rx-drug', 'cancelled')], 'unknown: attestation'],
    [
      'is none that forbids it',
      [{ ...ordered('r', 'rx-drug', 'active'), doNotPerform: true }],
      'unknown: attestation',
    ],
    ['is none for the ordered product', [ordered('r', 'rx-product', 'active')], 'unknown: attestation'],
  ])('%s', (_name, resources, expected) => {
    expect(result(resources)).toBe(expected);
  });
});

describe('an age without a planned date', () => {
  const library = smallLibrary(
    "- { id: '1', title: T, locator: L, fact: age-unplanned, at-most: { value: 25, unit: a } }",
  );
  const result = (birthDate: string, order = {}): string =>
    standing(criterionOf(determined(library, [{ ...patient, birthDate }], { order }), '1'));
  // Asked on 2 March 2026.
  it.each([
    ['two birthdays away', '2001-03-02', 'met'],
    ['a birthday just after the half year', '2000-09-03', 'met'],
    ['a birthday at its end', '2000-09-02', 'unknown: documentation'],
    ['a birthday tomorrow', '2000-03-03', 'unknown: documentation'],
    ['a birthday today', '2000-03-02', 'not-met'],
  ])('%s', (_name, birthDate, expected) => {
    expect(result(birthDate, { planned: null })).toBe(expected);
  });
  it('counts on the planned day where there is one', () => {
    expect(result('2000-03-16')).toBe('met');
    expect(result('2000-03-15')).toBe('not-met');
  });
});
