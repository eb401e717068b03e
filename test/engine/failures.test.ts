import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary, type ValueSetId } from '../support/small-library.ts';
import { concept, criterionOf, determined, observation, standing } from './small-chart.ts';

const one = '{ fact: drugs-failed, at-least: { value: 1, unit: "1" } }';
const two = '{ fact: drugs-failed, at-least: { value: 2, unit: "1" } }';
const asked =
  (test: string) =>
  (resources: readonly JsonObject[], states = {}) => {
    const library = smallLibrary(`- { id: '1', title: T, locator: L, ${test} }`);
    return standing(criterionOf(determined(library, resources, { states }), '1'));
  };
const atLeastTwo = asked(`all: [${two}]`);
const anyNumber = asked(`readings: [${two}, ${one}]`);

const taken = (id: string, code: ValueSetId, period: JsonObject, more: JsonObject = {}): JsonObject => ({
  resourceType: 'MedicationStatement',
  id,
  status: 'completed',
  subject: { reference: 'Patient/p1' },
  medicationCodeableConcept: concept(code),
  effectivePeriod: period,
  ...more,
});
const worse = (date: string): JsonObject =>
  observation(`worse-${date}`, 'lab-status', {
    valueCodeableConcept: concept('status-worse'),
    effectiveDateTime: date,
  });
const drug = taken('a', 'rx-drug', { start: '2024-01-01', end: '2024-06-01' });
const product = taken('b', 'rx-product', { start: '2024-07-01', end: '2024-12-01' });

describe('drugs that failed', () => {
  it.each<[string, readonly JsonObject[], string, string]>([
    ['none is recorded', [], 'unknown: documentation', 'unknown: documentation'],
    ['two were taken, no progression', [drug, product], 'unknown: documentation', 'unknown: documentation'],
    ['one failed', [drug, product, worse('2024-05-01')], 'unknown: documentation', 'unknown: review'],
    ['two failed', [drug, product, worse('2024-05-01'), worse('2024-11-01')], 'met', 'met'],
    [
      'progression on the first day of the second is what it was begun for',
      [drug, product, worse('2024-05-01'), worse('2024-07-01')],
      'unknown: documentation',
      'unknown: review',
    ],
    [
      'progression after the last dose is not during it',
      [drug, worse('2024-06-02')],
      'unknown: documentation',
      'unknown: documentation',
    ],
    [
      'progression on the last day is',
      [drug, worse('2024-06-01')],
      'unknown: documentation',
      'unknown: review',
    ],
    [
      'one drug twice is one drug',
      [
        drug,
        taken('c', 'rx-drug', { start: '2025-01-01', end: '2025-06-01' }),
        worse('2024-05-01'),
        worse('2025-05-01'),
      ],
      'unknown: documentation',
      'unknown: review',
    ],
    [
      'an open end of what is taken runs on, of what was completed it does not',
      [
        taken('a', 'rx-drug', { start: '2024-01-01' }, { status: 'active' }),
        taken('b', 'rx-product', { start: '2024-01-01' }),
        worse('2025-05-01'),
      ],
      'unknown: documentation',
      'unknown: review',
    ],
    [
      'a reason for stopping that states failure',
      [
        { ...drug, statusReason: [concept('status-worse')] },
        { ...product, statusReason: [concept('status-worse')] },
      ],
      'met',
      'met',
    ],
    [
      'another reason does not',
      [{ ...drug, statusReason: [concept('status-better')] }],
      'unknown: documentation',
      'unknown: documentation',
    ],
    [
      'what was not taken cannot fail',
      [{ ...drug, status: 'not-taken' }, worse('2024-05-01')],
      'unknown: documentation',
      'unknown: documentation',
    ],
  ])('%s', (_name, resources, asTwo, asAny) => {
    expect(atLeastTwo(resources)).toBe(asTwo);
    expect(anyNumber(resources)).toBe(asAny);
  });

  it('are not known where the records could not be read', () => {
    expect(atLeastTwo([drug], { Observation: 'failed' })).toBe('unknown: data-access');
  });
});
