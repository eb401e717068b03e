import { describe, expect, it, test } from 'vitest';
import { dateComparisons, dateInterval, elementInterval } from '../../src/sandbox/dates.ts';

const iso = (text: string): readonly string[] | null => {
  const interval = dateInterval(text);
  return interval && [interval.low, interval.high].map((time) => new Date(time).toISOString());
};

describe('dateInterval', () => {
  test.each([
    ['2024', '2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
    ['2023-12', '2023-12-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-02-29T23:59', '2024-02-29T23:59:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-03-02T06:30:00-05:00', '2024-03-02T11:30:00.000Z', '2024-03-02T11:30:01.000Z'],
    ['2024-03-02T06:30:00.1234Z', '2024-03-02T06:30:00.123Z', '2024-03-02T06:30:00.124Z'],
    ['0099-12', '0099-12-01T00:00:00.000Z', '0100-01-01T00:00:00.000Z'],
  ])('%s covers %s to %s', (text, low, high) => {
    expect(iso(text)).toEqual([low, high]);
  });

  test.each([
    ...[
      '',
      '0000',
      '24',
      '2024-1',
      '2024-13',
      '2024-00',
      '2023-02-29',
      '2024-04-31',
      '2024-01-00',
      '20240102',
    ],
    ...[
      '2024-01-01T24:00',
      '2024-01-01T10',
      '2024-01-01T10:60',
      '2024-01-01T10:00:00+15:00',
      ' 2024',
      '2024\n',
    ],
    ...['2024-01-01T10:00:00 01:00', '2024Z', '2024-01-01Z', 'today'],
  ])('%j is not a date', (text) => {
    expect(dateInterval(text)).toBeNull();
  });
});

describe('elementInterval', () => {
  const march = dateInterval('2024-03');

  it('takes a Period from the start of its start to the end of its end', () => {
    expect(elementInterval({ start: '2024-03-01', end: '2024-03-31' })).toEqual(march);
    expect(elementInterval({ start: '2024-03' })).toEqual({ low: march?.low, high: Infinity });
    expect(elementInterval({ end: '2024-03' })).toEqual({ low: -Infinity, high: march?.high });
  });

  it('takes a Timing by its outer limits', () => {
    expect(elementInterval({ event: ['2024-03-31', '2024-03-01', '2024-03-15'] })).toEqual(march);
    expect(elementInterval({ repeat: { boundsPeriod: { start: '2024-03-01', end: '2024-03-31' } } })).toEqual(
      march,
    );
  });

  test.each([
    [{}],
    [{ start: 'spring' }],
    [{ start: '2024-03', end: 'soon' }],
    [{ event: [] }],
    [{ repeat: 3 }],
    [7],
    [null],
  ])('%j has no time', (element) => {
    expect(elementInterval(element)).toBeNull();
  });
});

describe('dateComparisons', () => {
  // An element against the whole of March 2024.
  const table = {
    '2024-03-15': ['eq', 'le', 'ge'],
    '2024-03': ['eq', 'le', 'ge'],
    '2024-02-29': ['ne', 'lt', 'le', 'eb'],
    '2024-04-01': ['ne', 'gt', 'ge', 'sa'],
    '2024': ['ne', 'lt', 'le', 'gt', 'ge'],
  };

  test.each(Object.entries(table))('%s is %j March 2024', (text, expected) => {
    const element = dateInterval(text);
    const asked = dateInterval('2024-03');
    if (!element || !asked) throw new Error('not a date');
    const holding = [...dateComparisons]
      .filter(([, compare]) => compare(element, asked))
      .map(([prefix]) => prefix);
    expect(holding.toSorted()).toEqual(expected.toSorted());
  });
});
