import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { smallLibrary, ucum } from '../support/small-library.ts';
import { answers, calcium, criterionOf, day, determined, patient, standing, without } from './small-chart.ts';

const asked = (comparison: string, value: number) =>
  smallLibrary(
    `- { id: '1', title: T, locator: L, fact: calcium, ${comparison}: { value: ${value}, unit: mg/dL } }`,
  );
const moreThan = asked('more-than', 11.5);
const criterion = (resources: readonly JsonObject[], library = moreThan) =>
  criterionOf(determined(library, resources), '1');
const result = (...given: Parameters<typeof criterion>): string => standing(criterion(...given));
const quantity = (value: unknown, code: string | undefined, more: JsonObject = {}): JsonObject => ({
  valueQuantity: {
    value,
    ...(code === undefined ? {} : { system: ucum, code, unit: code }),
    ...more,
  },
});

describe('a limit', () => {
  it.each<[string, number, readonly [number, string][]]>([
    [
      'more-than',
      11.5,
      [
        [11.4, 'not-met'],
        [11.5, 'not-met'],
        [11.6, 'met'],
      ],
    ],
    [
      'at-least',
      11.5,
      [
        [11.4, 'not-met'],
        [11.5, 'met'],
        [11.6, 'met'],
      ],
    ],
    [
      'at-most',
      11.5,
      [
        [11.4, 'met'],
        [11.5, 'met'],
        [11.6, 'not-met'],
      ],
    ],
    [
      'less-than',
      11.5,
      [
        [11.4, 'met'],
        [11.5, 'not-met'],
        [11.6, 'not-met'],
      ],
    ],
  ])('%s %d', (comparison, limit, pairs) => {
    const library = asked(comparison, limit);
    expect(pairs.map(([value]) => [value, result([calcium('c', value)], library)])).toEqual(pairs);
  });
});

describe('a comparator decides where the whole interval lies on one side', () => {
  it.each<[string, number, string, string, number, string]>([
    ['<', 5, 'at-least', 'does not satisfy, it contradicts', 5, 'not-met'],
    ['>', 20, 'at-least', 'satisfies', 5, 'met'],
    ['<', 10, 'less-than', 'says nothing of', 5, 'unknown: documentation'],
    ['<', 5, 'less-than', 'satisfies', 5, 'met'],
    ['<=', 5, 'less-than', 'leaves open', 5, 'unknown: documentation'],
    ['<=', 5, 'at-most', 'satisfies', 5, 'met'],
    ['>', 5, 'more-than', 'satisfies', 5, 'met'],
    ['>=', 5, 'more-than', 'leaves open', 5, 'unknown: documentation'],
    ['>=', 5, 'at-least', 'satisfies', 5, 'met'],
    ['>', 5, 'at-most', 'contradicts', 5, 'not-met'],
    ['>=', 5, 'at-most', 'leaves open', 5, 'unknown: documentation'],
    ['<', 5, 'more-than', 'contradicts', 5, 'not-met'],
  ])('%s %d %s: %s the limit %d', (comparator, value, comparison, _word, limit, expected) => {
    const found = calcium('c', value, quantity(value, 'mg/dL', { comparator }));
    expect(result([found], asked(comparison, limit))).toBe(expected);
  });

  it('and so does a range', () => {
    const range = (low: number, high: number): JsonObject => {
      const rest = without('valueQuantity', calcium('c', 0));
      const end = (value: number) => ({ value, system: ucum, code: 'mg/dL' });
      return { ...rest, valueRange: { low: end(low), high: end(high) } };
    };
    expect(result([range(12, 13)])).toBe('met');
    expect(result([range(10, 11.5)])).toBe('not-met');
    expect(result([range(11, 12)])).toBe('unknown: documentation');
    expect(result([range(13, 12)])).toBe('unknown: documentation');
  });
});

describe('a value in another unit', () => {
  it.each<[string, JsonObject, string, string | undefined]>([
    ['mg/L is converted', quantity(116, 'mg/L'), 'met', undefined],
    ['at the limit too', quantity(115, 'mg/L'), 'not-met', undefined],
    ['g/L is converted', quantity(0.116, 'g/L'), 'met', undefined],
    [
      'mmol/L is not',
      quantity(3, 'mmol/L'),
      'unknown: documentation',
      'not usable: unit "mmol/L" does not convert to mg/dL',
    ],
    [
      'none is not guessed',
      quantity(12, undefined),
      'unknown: documentation',
      'not usable: the value has no unit',
    ],
    ['a printed unit counts', { valueQuantity: { value: 12, unit: 'mg/dL' } }, 'met', undefined],
    [
      'a number in quotes is none',
      quantity('12', 'mg/dL'),
      'unknown: documentation',
      'not usable: the value is not a number',
    ],
  ])('%s', (_name, value, expected, note) => {
    const found = criterion([calcium('c', 0, value)]);
    expect([standing(found), found.evidence[0]?.note]).toEqual([expected, note]);
  });

  it('a value that is text is not read', () => {
    const rest = without('valueQuantity', calcium('c', 0));
    const found = criterion([{ ...rest, valueString: '12 mg/dL' }]);
    expect([standing(found), found.evidence[0]?.note]).toEqual([
      'unknown: documentation',
      'not usable: the value is not a quantity',
    ]);
  });
});

describe('of several results', () => {
  it('the newest decides, and the others are shown after it', () => {
    const found = criterion([
      calcium('old', 9, { effectiveDateTime: '2026-01-01' }),
      calcium('new', 12, { effectiveDateTime: '2026-02-01' }),
    ]);
    expect([standing(found), found.evidence.map(({ reference }) => reference)]).toEqual([
      'met',
      ['Observation/new', 'Observation/old'],
    ]);
  });

  it('of one day that disagree none decides', () => {
    expect(result([calcium('a', 9), calcium('b', 12)])).toBe('unknown: documentation');
    expect(result([calcium('a', 12), calcium('b', 13)])).toBe('met');
  });

  it('of one specimen the one issued last stands for the others', () => {
    const specimen = { specimen: { reference: 'Specimen/s' } };
    const first = calcium('a', 9, { ...specimen, issued: '2026-02-01T10:00:00Z' });
    const corrected = calcium('b', 12, { ...specimen, status: 'corrected', issued: '2026-02-02T10:00:00Z' });
    expect([result([first, corrected]), result([corrected, first])]).toEqual(['met', 'met']);
  });

  it('issued is an instant, whatever zone it is printed in', () => {
    const specimen = { specimen: { reference: 'Specimen/s' } };
    const first = calcium('a', 9, { ...specimen, issued: '2026-02-01T10:00:00+05:00' });
    const corrected = calcium('b', 12, { ...specimen, issued: '2026-02-01T06:00:00Z' });
    expect(result([first, corrected])).toBe('met');
  });

  it.each(['2026', '2026-02', undefined])('one dated %s may be the newest, and disagrees', (on) => {
    const vague = calcium('vague', 12, { effectiveDateTime: on });
    const exact = calcium('exact', 9, { effectiveDateTime: '2026-02-10' });
    expect(result([on === undefined ? without('effectiveDateTime', vague) : vague, exact])).toBe(
      'unknown: documentation',
    );
    expect(result([calcium('old', 12, { effectiveDateTime: '2025' }), exact])).toBe('not-met');
  });

  it('a newest that cannot be used leaves it open, whatever was before', () => {
    expect(
      result([
        calcium('old', 12, { effectiveDateTime: '2026-01-01' }),
        calcium('new', 0, { ...quantity(3, 'mmol/L'), effectiveDateTime: '2026-02-01' }),
      ]),
    ).toBe('unknown: documentation');
  });

  it.each(['preliminary', 'registered', 'cancelled', 'entered-in-error', 'unknown'])(
    'a newer one that is %s does not decide',
    (status) => {
      expect(
        result([
          calcium('old', 12, { effectiveDateTime: '2026-01-01' }),
          calcium('new', 9, { status, effectiveDateTime: '2026-02-01' }),
        ]),
      ).toBe('met');
    },
  );

  it('a preliminary one alone is shown', () => {
    const found = criterion([calcium('c', 12, { status: 'preliminary' })]);
    expect([standing(found), found.evidence.map(({ note }) => note)]).toEqual([
      'unknown: documentation',
      ['status preliminary'],
    ]);
  });

  it('one that was not measured is none', () => {
    const absent = { dataAbsentReason: { coding: [{ code: 'not-performed' }] } };
    expect(criterion([calcium('c', 12, absent)]).evidence).toEqual([]);
  });
});

describe('evidence of a measurement', () => {
  it('is printed as the record has it', () => {
    const found = criterion([calcium('c', 0, quantity(20, 'mg/dL', { comparator: '>' }))]);
    expect(found.evidence).toEqual([
      {
        reference: 'Observation/c',
        path: 'Observation.value',
        value: '>20 mg/dL',
        display: 'lab-calcium',
        date: '2026-02-01',
      },
    ]);
  });

  it('is what an attestation cannot take the place of', () => {
    expect(result([answers('q', { '1': true })])).toBe('unknown: documentation');
  });
});

describe('age', () => {
  const adult = smallLibrary(
    "- { id: '1', title: T, locator: L, fact: age, at-least: { value: 18, unit: a } }",
  );
  const aged = (birthDate: unknown, planned: string | null = '2026-03-15', statesUnreadableDate = false) => {
    const born = birthDate === undefined ? { resourceType: 'Patient', id: 'p1' } : { ...patient, birthDate };
    const order = {
      planned: planned === null ? null : { date: day(planned), from: 'MedicationRequest.timing' },
      statesUnreadableDate,
    };
    return criterionOf(determined(adult, [born], { order }), '1');
  };

  it.each<[unknown, string | null, string]>([
    ['2008-03-16', '2026-03-15', 'not-met'],
    ['2008-03-15', '2026-03-15', 'met'],
    ['2008-02-29', '2026-02-28', 'not-met'],
    ['2008-02-29', '2026-03-01', 'met'],
    ['2008', '2026-03-15', 'unknown: documentation'],
    ['2007', '2026-03-15', 'met'],
    ['2008-03', '2026-03-31', 'met'],
    ['2008-03', '2026-03-15', 'unknown: documentation'],
    ['2008-03-15', '2026-03', 'unknown: documentation'],
    ['2008-03-02', null, 'met'],
    ['2008-03-03', null, 'not-met'],
    [undefined, '2026-03-15', 'unknown: documentation'],
    ['unknown', '2026-03-15', 'unknown: documentation'],
    ['2030-01-01', '2026-03-15', 'unknown: documentation'],
  ])('born %s, infusion %s: %s', (birthDate, planned, expected) => {
    expect(standing(aged(birthDate, planned))).toBe(expected);
  });

  it('says on which day, and why that day', () => {
    expect(aged('2008-03-15').evidence[0]?.note).toBe(
      'age 18 on 2026-03-15 (planned infusion date, MedicationRequest.timing)',
    );
    expect(aged('2008-03-15', null).evidence[0]?.note).toBe(
      'age 17 on 2026-03-02 (day of the request; no infusion date is planned)',
    );
  });

  it('is not taken from today where the order states a date that cannot be read, but for who is old enough today', () => {
    expect(standing(aged('2008-03-10', null, true))).toBe('unknown: documentation');
    expect(standing(aged('2008-03-02', null, true))).toBe('met');
    expect(aged('2008-03-10', null, true).missing).toEqual([
      { what: 'Planned infusion date that can be read' },
    ]);
  });

  it('needs the Patient: unread, it is for data access', () => {
    const other = { resourceType: 'Patient', id: 'p2', birthDate: '1970-01-01' };
    expect(standing(criterionOf(determined(adult, [other]), '1'))).toBe('unknown: data-access');
  });
});
