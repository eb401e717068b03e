import { describe, expect, it } from 'vitest';
import { drugsOf, exposureOf } from '../../src/engine/exposure.ts';
import { formatDay } from '../../src/fhir/date.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { recordOf, RXNORM, span } from './doses.ts';

const drug = (...codes: readonly string[]): JsonObject => ({
  medicationCodeableConcept: { coding: codes.map((code) => ({ system: RXNORM, code })) },
});
const today = span('2026-03-02').high;

/** First and last dose, each with the days that it may be. */
const told = (resource: JsonObject): string => {
  const exposure = exposureOf(recordOf({ ...drug('1'), ...resource }), new Map(), today);
  if (exposure === null) return 'undated';
  const { first, last } = exposure;
  return [first.low, first.high, last.low, last.high].map(formatDay).join(' ');
};

describe('the doses that a record speaks of', () => {
  it.each<[string, JsonObject, string]>([
    [
      'of an administration are of its day',
      { resourceType: 'MedicationAdministration', effectiveDateTime: '2025-01-01' },
      '2025-01-01 2025-01-01 2025-01-01 2025-01-01',
    ],
    [
      'of a period run from its start to its end',
      { resourceType: 'MedicationStatement', effectivePeriod: { start: '2025-01', end: '2025-06-30' } },
      '2025-01-01 2025-01-31 2025-06-30 2025-06-30',
    ],
    [
      'of an open period may have ended any day until today',
      { resourceType: 'MedicationStatement', effectivePeriod: { start: '2025-01-01' } },
      '2025-01-01 2025-01-01 2025-01-01 2026-03-02',
    ],
    [
      'of a supply may have ended any day until it did',
      {
        resourceType: 'MedicationDispense',
        whenHandedOver: '2025-01-01',
        daysSupply: { value: 4, unit: 'wk', code: 'wk' },
      },
      '2025-01-01 2025-01-01 2025-01-01 2025-01-29',
    ],
    [
      'of a supply of unknown length may have ended any day until today',
      { resourceType: 'MedicationDispense', whenHandedOver: '2025-01-01' },
      '2025-01-01 2025-01-01 2025-01-01 2026-03-02',
    ],
    [
      'cannot be placed without a start',
      { resourceType: 'MedicationStatement', effectivePeriod: { end: '2025-01-01' } },
      'undated',
    ],
  ])('%s', (_name, resource, expected) => {
    expect(told(resource)).toBe(expected);
  });
});

describe('the ingredient of a record', () => {
  const ingredients = new Map([
    [`${RXNORM}|1`, ['lenalidomide']],
    [`${RXNORM}|2`, ['lenalidomide']],
    [`${RXNORM}|3`, ['cytarabine', 'daunorubicin']],
  ]);
  const named = (...codes: readonly string[]) =>
    drugsOf(recordOf({ resourceType: 'MedicationStatement', ...drug(...codes) }), ingredients);

  it('is one for brand and product, several for a combination', () => {
    expect(named('1')).toEqual(named('2'));
    expect(named('1', '2')).toEqual(['lenalidomide']);
    expect(named('3')).toEqual(['cytarabine', 'daunorubicin']);
  });

  it('is the code itself where none is known', () => {
    expect(named('9')).toEqual([`${RXNORM}|9`]);
    expect(named('9', '1')).toEqual(['lenalidomide']);
  });
});
