import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convert, quantityInterval } from '../../src/fhir/quantity.ts';

const ucum = 'http://unitsofmeasure.org';
const measured = (value: unknown, code: string, more: object = {}): object => ({
  value,
  system: ucum,
  code,
  ...more,
});
const exactly = (value: number, unit: string): object => ({
  low: value,
  high: value,
  lowOpen: false,
  highOpen: false,
  unit,
});

describe('the conversions that facts.md 2.4 asks for', () => {
  it.each([
    [10, 'g/dL', 'g/L', 100],
    [5, 'g/L', 'g/dL', 0.5],
    [500, 'mg/dL', 'g/dL', 0.5],
    [200, 'mg/d', 'mg/(24.h)', 200],
    [0.2, 'g/(24.h)', 'mg/(24.h)', 200],
    [100, 'mg/L', 'mg/dL', 10],
    [5, '10*6/L', '/uL', 5],
    [5, '10*3/mL', '/uL', 5],
    [5, '{cells}/uL', '/uL', 5],
    [0.05, '1', '%', 5],
    [216, 'mo', 'a', 18],
  ])('%d %s in %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
  });

  it.each([
    ['mg/24 h', 'mg/(24.h)'],
    ['mg/24h', 'mg/(24.h)'],
    ['mg/24 hr', 'mg/(24.h)'],
    ['cells/uL', '/uL'],
    ['cells/mcL', '/uL'],
    ['/mcL', '/uL'],
    ['percent', '%'],
  ])('"%s", as laboratories print it, stands for %s', (printed, unit) => {
    expect(quantityInterval({ value: 5, unit: printed }, unit)).toEqual(exactly(5, unit));
  });
});

describe('a conversion is refused', () => {
  it.each([
    ['mass to substance', 'mg/dL', 'mmol/L'],
    ['substance to mass', 'umol/L', 'mg/dL'],
    ['substance to a count', 'mmol/L', '10*3/uL'],
    ['international to mass units', '[IU]/L', 'mg/L'],
    ['a rate to a concentration', 'mg/d', 'mg/dL'],
  ])('%s', (_what, from, to) => {
    expect(convert(5, from, to)).toEqual({ unusable: `unit "${from}" does not convert to ${to}` });
  });

  it('of an unknown unit', () => {
    expect(quantityInterval({ value: 5, unit: 'banana' }, '%')).toEqual({
      unusable: 'unit "banana" does not convert to %',
    });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'of "%s", which is no unit though objects have a member of that name',
    (unit) => {
      expect(quantityInterval({ value: 5, unit }, '%')).toEqual({
        unusable: `unit "${unit}" does not convert to %`,
      });
    },
  );

  it('without a unit, since a magnitude says nothing', () => {
    expect(quantityInterval({ value: 0.05 }, '%')).toEqual({ unusable: 'the value has no unit' });
    expect(quantityInterval({ value: 5, system: 'http://local.example', code: 'U1' }, '%')).toEqual({
      unusable: 'the value has no unit',
    });
  });
});

describe('a unit that is free text', () => {
  const printed: unknown[] = [];
  const { log } = console;
  beforeEach(() => {
    console.log = (...words: unknown[]) => void printed.push(...words);
  });
  afterEach(() => {
    console.log = log;
  });

  it('is neither repeated nor printed', () => {
    const read = quantityInterval({ value: 5, unit: 'per Mr. Jones of Elm Street' }, 'mg/dL');
    expect(read).toEqual({ unusable: 'its unit does not convert to mg/dL' });
    expect(printed).toEqual([]);
  });
});

describe('a value that is no number', () => {
  it.each([['5'], [null], [undefined], [Number.NaN], [Infinity], [true], [[5]]])('%j', (value) => {
    expect(quantityInterval(measured(value, '%'), '%')).toEqual({ unusable: 'the value is not a number' });
  });

  it.each([[null], ['5 %'], [5], [[]]])('nor is %j a quantity', (element) => {
    expect(quantityInterval(element, '%')).toEqual({ unusable: 'the value is not a quantity' });
  });
});

describe('a comparator leaves one end open', () => {
  it.each([
    ['<', { low: -Infinity, high: 5, lowOpen: false, highOpen: true, unit: '%' }],
    ['<=', { low: -Infinity, high: 5, lowOpen: false, highOpen: false, unit: '%' }],
    ['>', { low: 5, high: Infinity, lowOpen: true, highOpen: false, unit: '%' }],
    ['>=', { low: 5, high: Infinity, lowOpen: false, highOpen: false, unit: '%' }],
  ])('%s', (comparator, expected) => {
    expect(quantityInterval(measured(5, '%', { comparator }), '%')).toEqual(expected);
  });

  it('and one that is not understood makes the value unusable', () => {
    expect(quantityInterval(measured(5, '%', { comparator: 'ad' }), '%')).toEqual({
      unusable: 'the comparator is not understood',
    });
  });
});

describe('a Range', () => {
  it.each([
    [
      { low: measured(5, '%'), high: measured(10, '%') },
      { low: 5, high: 10 },
    ],
    [{ low: measured(5, '%') }, { low: 5, high: Infinity }],
    [{ high: measured(100, 'mg/L') }, { low: -Infinity, high: 10 }],
  ])('%j has both its ends', (range, { low, high }) => {
    const unit = 'low' in range ? '%' : 'mg/dL';
    expect(quantityInterval(range, unit)).toEqual({ low, high, lowOpen: false, highOpen: false, unit });
  });

  it('is unusable where an end is', () => {
    expect(quantityInterval({ low: measured(5, '%'), high: measured(10, 'mmol') }, '%')).toEqual({
      unusable: 'unit "mmol" does not convert to %',
    });
    expect(quantityInterval({ low: {}, high: {} }, '%')).toEqual({ unusable: 'the value is not a number' });
  });

  it('is unusable where it ends below its start, so that no threshold is met by it', () => {
    expect(quantityInterval({ low: measured(10, '%'), high: measured(5, '%') }, '%')).toEqual({
      unusable: 'the range ends below its start',
    });
  });
});
