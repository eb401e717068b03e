import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageInYears,
  formatDay,
  choiceDateReader,
  parseDate,
  parsePeriod,
  parseTiming,
  type DateInterval,
} from '../../src/fhir/date.ts';

/** `2025-03-01..2025-03-31`, `-∞` and `∞` for an open end. */
const days = (interval: DateInterval | null | undefined): string | null | undefined =>
  interval === null || interval === undefined
    ? interval
    : [interval.low, interval.high]
        .map((day) => (Number.isFinite(day) ? formatDay(day) : day < 0 ? '-∞' : '∞'))
        .join('..');

describe('a FHIR date is the interval that its precision leaves', () => {
  it.each([
    ['2025', '2025-01-01..2025-12-31'],
    ['2025-03', '2025-03-01..2025-03-31'],
    ['2025-02', '2025-02-01..2025-02-28'],
    ['2024-02', '2024-02-01..2024-02-29'],
    ['1900-02', '1900-02-01..1900-02-28'],
    ['2000-02', '2000-02-01..2000-02-29'],
    ['2024-02-29', '2024-02-29..2024-02-29'],
    [' 2025-03-04 ', '2025-03-04..2025-03-04'],
  ])('%s', (printed, expected) => {
    expect(days(parseDate(printed))).toBe(expected);
  });

  it.each([
    ['2025-03-04T00:00:00Z'],
    ['2025-03-04T23:59:59Z'],
    ['2025-03-04T23:30:00-11:00'],
    ['2025-03-04T00:30:00+13:00'],
    ['2025-03-04T10:00:00'],
    ['2025-03-04T10:00Z'],
    ['2025-03-04T10:00:00.123456+05:30'],
  ])('%s is the day that it prints, whatever its zone and ours', (printed) => {
    expect(days(parseDate(printed))).toBe('2025-03-04..2025-03-04');
  });

  it.each([
    '2025-02-29',
    '2100-02-29',
    '2025-13',
    '2025-00',
    '2025-04-31',
    '2025-01-00',
    '0000',
    '0999-01-01',
    '25-01-01',
    '2025-1-1',
    '2025/01/01',
    '20250101',
    '2025-01-01 10:00',
    '2025-01T10:00Z',
    'yesterday',
    '',
    '   ',
    20250101,
    null,
    undefined,
    {},
    ['2025-01-01'],
  ])('%j is no date', (value) => {
    expect(parseDate(value)).toBeNull();
  });
});

describe('a Period', () => {
  it.each([
    [{ start: '2025-01-10', end: '2025-03' }, '2025-01-10..2025-03-31'],
    [{ start: '2025' }, '2025-01-01..∞'],
    [{ end: '2025' }, '-∞..2025-12-31'],
    [{ start: '2025-03-01', end: '2025-03-01' }, '2025-03-01..2025-03-01'],
    [{ start: '2025-03-15', end: '2025-03' }, '2025-03-15..2025-03-31'],
  ])('%j has open ends that are unknown, not today', (period, expected) => {
    expect(days(parsePeriod(period))).toBe(expected);
  });

  it.each([
    [{}],
    [{ start: '2025-04-01', end: '2025-03-01' }],
    [{ start: '2025-02-30', end: '2025-03-01' }],
    [{ start: '2025-02-01', end: 'ongoing' }],
    [{ start: null }],
    ['2025'],
    [null],
    [[{ start: '2025' }]],
  ])('%j cannot be read', (period) => {
    expect(parsePeriod(period)).toBeNull();
  });
});

describe('a Timing', () => {
  it.each([
    [{ event: ['2026-03-20', '2026-03-10T09:00:00Z'] }, '2026-03-10..2026-03-10'],
    [{ event: '2026-03-10' }, '2026-03-10..2026-03-10'],
    [{ event: ['soon', '2026-03-10'] }, '2026-03-10..2026-03-10'],
    [{ repeat: { boundsPeriod: { start: '2026-03-10', end: '2026-03-12' } } }, '2026-03-10..2026-03-12'],
    [{ event: [], repeat: { boundsPeriod: { start: '2026-03-10' } } }, '2026-03-10..∞'],
    [{ repeat: { frequency: 1 } }, null],
    [{ code: { text: 'BID' } }, null],
    ['2026-03-10', null],
    [null, null],
  ])('%j', (timing, expected) => {
    expect(days(parseTiming(timing))).toBe(expected);
  });
});

describe('the date of a choice element', () => {
  it.each([
    [{ effectiveDateTime: '2025-03-04T10:00:00Z' }, '2025-03-04..2025-03-04'],
    [{ effectiveInstant: '2025-03-04T10:00:00Z' }, '2025-03-04..2025-03-04'],
    [{ effectivePeriod: { start: '2025-03' } }, '2025-03-01..∞'],
    [{ effectiveTiming: { event: ['2025-03-04'] } }, '2025-03-04..2025-03-04'],
    [{ effectiveDateTime: 'unknown' }, null],
    [{ effectiveString: 'in March' }, undefined],
    [{}, undefined],
  ])('%j is read, unreadable (null) or absent (undefined)', (resource, expected) => {
    expect(days(choiceDateReader('effective')(resource))).toBe(expected);
  });
});

const day = (text: string): DateInterval => {
  const parsed = parseDate(text);
  if (parsed === null) throw new Error(`"${text}" is no date`);
  return parsed;
};

describe('age in years', () => {
  it.each([
    ['2008-03-15', '2026-03-14', 17, 17],
    ['2008-03-15', '2026-03-15', 18, 18],
    ['2008-02-29', '2026-02-28', 17, 17],
    ['2008-02-29', '2026-03-01', 18, 18],
    ['2008-02-29', '2028-02-28', 19, 19],
    ['2008-02-29', '2028-02-29', 20, 20],
    ['2000-02-28', '2018-02-28', 18, 18],
    ['2025-12-31', '2026-01-01', 0, 0],
    ['2026-01-01', '2026-01-01', 0, 0],
    ['2008', '2026-06-01', 17, 18],
    ['2007', '2026-01-01', 18, 19],
    ['2008-03', '2026-03-15', 17, 18],
    ['2008-03', '2026-04-01', 18, 18],
    ['2008-03-15', '2026', 17, 18],
    ['2008-03-15', '2026-03', 17, 18],
    ['2026', '2026-06-01', 0, 0],
  ])('born %s, on %s: %i to %i', (birth, on, low, high) => {
    expect(ageInYears(day(birth), day(on))).toEqual({ low, high });
  });

  it.each([
    ['2026-03-02', '2026-03-01'],
    ['2027', '2026-12-31'],
  ])('is unknown for a birth on %s after %s', (birth, on) => {
    expect(ageInYears(day(birth), day(on))).toBeNull();
  });

  it('rises by one on one day a year, and never falls', () => {
    const anyDay = fc.integer({ min: -20_000, max: 20_000 }).map((number) => day(formatDay(number)));
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 40_000 }), (birth, later) => {
        const today = ageInYears(birth, day(formatDay(birth.low + later)));
        const tomorrow = ageInYears(birth, day(formatDay(birth.low + later + 1)));
        expect([0, 1]).toContain((tomorrow?.low ?? NaN) - (today?.low ?? NaN));
      }),
    );
  });
});
