import { describe, expect, it } from 'vitest';
import { compare } from '../../src/engine/comparison.ts';
import { decided, readingOf, scaled } from '../../src/engine/reading.ts';
import type { Hit } from '../../src/engine/retrieve.ts';
import type { Threshold } from '../../src/policy/policy.ts';
import { recordOf } from './doses.ts';

const calcium = { unit: 'mmol/L', per: 0.2495 };
const hit = (value: number, unit: string): Hit => ({
  record: recordOf({
    resourceType: 'Observation',
    status: 'final',
    valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
  }),
  standing: 'proof',
  evidence: { reference: 'Observation/r', path: 'Observation.code', value: '' },
});

describe('a result as a number', () => {
  it.each([
    ['g/L', 12, 'g/dL', 1.2],
    ['mg/L', 100, 'mg/dL', 10],
    ['g/(24.h)', 0.2, 'mg/(24.h)', 200],
    ['mg/d', 200, 'mg/(24.h)', 200],
  ])('in %s: %d is %s %d', (unit, value, wanted, expected) => {
    expect(readingOf(hit(value, unit), wanted, undefined).interval?.low).toBe(expected);
  });

  it('turns substance into mass by the declared factor alone', () => {
    expect(readingOf(hit(2.5, 'mmol/L'), 'mg/dL', undefined).interval).toBeNull();
    const reading = readingOf(hit(2.495, 'mmol/L'), 'mg/dL', calcium);
    expect(reading).toMatchObject({ isMolar: true, interval: { low: 10, high: 10 } });
    expect(readingOf(hit(10, 'mg/dL'), 'mg/dL', calcium).isMolar).toBe(false);
    expect(readingOf(hit(10, '%'), 'mg/dL', calcium).evidence.note).toContain('not usable');
  });
});

describe('a limit printed in two units', () => {
  const limit: Threshold = {
    comparison: 'more-than',
    value: 11.5,
    unit: 'mg/dL',
    alsoPrinted: { value: 2.875, unit: 'mmol/L' },
  };
  const of = (millimoles: number) => {
    const value = scaled({ low: millimoles, high: millimoles }, 1 / calcium.per);
    return decided(value, limit, calcium);
  };

  it.each([
    [2.869, false, false],
    [2.87, null, true],
    [2.875, null, true],
    [2.876, true, false],
  ])('at %d mmol/L gives %s', (value, truth, isDisputed) => {
    expect(of(value)).toEqual({ truth, isDisputed });
  });

  it('is the one in the unit of the measurement otherwise', () => {
    expect(decided({ low: 11.51, high: 11.51 }, limit, undefined)).toEqual({
      truth: true,
      isDisputed: false,
    });
  });
});

describe('an interval against a limit', () => {
  const against = (
    low: number,
    high: number,
    comparison: Threshold['comparison'],
    lowOpen = false,
    highOpen = false,
  ) => compare({ low, high, lowOpen, highOpen }, { comparison, value: 5 });

  it('decides where the whole of it lies on one side', () => {
    expect(against(5, 9, 'at-least')).toBe(true);
    expect(against(4, 9, 'at-least')).toBeNull();
    expect(against(4, 5, 'at-least', false, true)).toBe(false);
    expect(against(5, 9, 'more-than')).toBeNull();
    expect(against(5, 9, 'more-than', true)).toBe(true);
    expect(against(4, 5, 'more-than')).toBe(false);
    expect(against(4, 5, 'less-than', false, true)).toBe(true);
    expect(against(4, 5, 'at-most')).toBe(true);
  });
});
