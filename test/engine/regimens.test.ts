import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exposure } from '../../src/engine/exposure.ts';
import { lineCount, stepsBetween } from '../../src/engine/lines.ts';
import { regimensOf } from '../../src/engine/regimens.ts';
import { formatDay } from '../../src/fhir/date.ts';
import { dose, finding, span } from './doses.ts';

/** `2025-01-01 a+b` for each regimen. */
const told = (exposures: readonly Exposure[], transplants: readonly string[] = [], bridgedFrom?: string) =>
  regimensOf(
    exposures,
    transplants.map((day) => span(day).low),
    bridgedFrom === undefined ? undefined : span(bridgedFrom).high,
  ).map(({ first, drugs }) => `${formatDay(first.low)} ${drugs.join('+')}`);

describe('regimens', () => {
  it('join drugs begun within 28 days', () => {
    expect(told([dose('a', '2025-01-01', '2025-06-01'), dose('b', '2025-01-29', '2025-06-01')])).toEqual([
      '2025-01-01 a+b',
    ]);
  });

  it('begin with a drug that joins a day later, and keep the one that goes on', () => {
    expect(told([dose('a', '2025-01-01', '2025-06-01'), dose('b', '2025-01-30', '2025-06-01')])).toEqual([
      '2025-01-01 a',
      '2025-01-30 a+b',
    ]);
  });

  it('do not begin where a drug is dropped and the rest goes on as maintenance', () => {
    expect(told([dose('a', '2025-01-01', '2025-03-01'), dose('b', '2025-01-01', '2025-12-01')])).toEqual([
      '2025-01-01 a+b',
    ]);
  });

  it.each([
    ['2025-04-01', 1],
    ['2025-04-02', 2],
  ])('of the same drug, again on %s after 90 days or more, are %i', (again, count) => {
    expect(told([dose('a', '2025-01-01'), dose('a', again)])).toHaveLength(count);
  });

  it.each([
    ['2025-06-30', 1],
    ['2025-07-01', 2],
  ])('around a transplant, again on %s after 180 days or more, are %i', (again, count) => {
    expect(told([dose('a', '2025-01-01'), dose('a', again)], ['2025-03-01'])).toHaveLength(count);
  });

  it('leave out what begins after the cells were collected, not what goes on', () => {
    const doses = [dose('a', '2025-01-01', '2025-12-01'), dose('b', '2025-11-10', '2025-11-20')];
    expect(told(doses, [], '2025-11-01')).toEqual(['2025-01-01 a']);
    expect(told(doses, [])).toHaveLength(2);
  });

  it('do not depend on the order of the doses', () => {
    const doses = fc.array(
      fc
        .tuple(
          fc.constantFrom('a', 'b', 'c'),
          fc.integer({ min: 0, max: 900 }),
          fc.integer({ min: 0, max: 60 }),
        )
        .map(([drug, start, days]) => {
          const from = span('2020-01-01').low + start;
          return dose(drug, formatDay(from), formatDay(from + days));
        }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(doses, (list) => {
        expect(told(list.toReversed())).toEqual(told(list));
      }),
    );
  });
});

describe('lines of therapy', () => {
  const first = dose('a', '2024-01-01', '2024-06-01');
  const second = dose('b', '2025-01-01', '2025-06-01');
  const counted = (exposures: readonly Exposure[], ...progression: readonly string[]) => {
    const regimens = regimensOf(exposures);
    return lineCount({ regimens, undated: [] }, stepsBetween(regimens, progression.map(finding)));
  };

  it('are none without a drug', () => {
    expect(counted([])).toEqual({ low: 0, high: 0 });
  });

  it('are one or two where a drug follows another and nothing says why', () => {
    expect(counted([first, second])).toEqual({ low: 1, high: 2 });
  });

  it.each([
    ['during the first', '2024-03-01', 2],
    ['on the day that the second began', '2025-01-01', 2],
    ['before the first', '2023-12-01', 1],
    ['on the day that the first began', '2024-01-01', 1],
    ['after the second began', '2025-01-02', 1],
    ['in the year that the second began', '2025', 1],
  ])('with a progression %s are at least as many as it proves', (_name, on, low) => {
    expect(counted([first, second], on)).toEqual({ low, high: 2 });
  });

  it('are not more for the same drug again, whatever progressed', () => {
    expect(counted([first, dose('a', '2025-01-01')], '2024-09-01')).toEqual({ low: 1, high: 2 });
  });

  it('count a drug without a date as one that may be a line', () => {
    expect(lineCount({ regimens: [], undated: ['a', 'b'] }, [])).toEqual({ low: 1, high: 2 });
  });
});
