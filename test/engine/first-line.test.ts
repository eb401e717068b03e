import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exposure } from '../../src/engine/exposure.ts';
import { progressedLines, stepsBetween } from '../../src/engine/lines.ts';
import { regimensOf } from '../../src/engine/regimens.ts';
import type { Therapy } from '../../src/engine/therapy.ts';
import { placedAtFirst } from '../../src/engine/window.ts';
import { addMonths, formatDay } from '../../src/fhir/date.ts';
import { dose, finding, span } from './doses.ts';

const therapyOf = (exposures: readonly Exposure[], more: Partial<Therapy> = {}): Therapy => {
  const regimens = regimensOf(exposures);
  return {
    regimens,
    exposures,
    undated: [],
    start: regimens.at(-1)?.first.high ?? 'none',
    transplants: [],
    doses: new Set(),
    hits: [],
    ...more,
  };
};

const place = (therapy: Therapy, on: readonly string[], remissions: readonly string[] = []) => {
  const within = { therapy: 't', months: 12, remission: 'r' };
  const { truth, needs } = placedAtFirst(within, on.map(span), remissions.map(span), therapy);
  return truth ?? needs;
};

describe('calendar months', () => {
  it.each([
    ['2024-02-29', 12, '2025-02-28'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2023-11-30', 3, '2024-02-29'],
    ['2023-06-01', 12, '2024-06-01'],
  ] as const)('%s and %i are %s', (from, months, to) => {
    expect(formatDay(addMonths(span(from).low, months))).toBe(to);
  });

  it('never lead to a later day of the month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 60 }), (day, months) => {
        const to = formatDay(addMonths(day, months));
        expect(Number(to.slice(8))).toBeLessThanOrEqual(Number(formatDay(day).slice(8)));
      }),
    );
  });
});

describe('a finding within twelve months of the first regimen', () => {
  const doses = [dose('a', '2023-02-01', '2023-06-01')];
  const therapy = therapyOf(doses);

  it.each([
    ['2023-02-01', 'documentation', 'on the first day: it may be why'],
    ['2023-02-02', true, 'the day after'],
    ['2024-02-01', true, 'twelve months after the first dose'],
    ['2024-02-02', 'review', 'a day later'],
    ['2024-06-01', 'review', 'twelve months after the last dose'],
    ['2024-06-02', false, 'a day later'],
    ['2024-02', 'documentation', 'in a month that holds both'],
    ['2023-01-10', 'documentation', 'before it began'],
  ] as const)('%s: %s, %s', (on, expected, _why) => {
    expect(place(therapy, [on])).toBe(expected);
  });

  it('is decided by the earliest, if that is inside', () => {
    expect(place(therapy, ['2023-10-10', '2025-01-01'])).toBe(true);
    expect(place(therapy, ['2024-03-10', '2025-01-01'])).toBe('review');
    expect(place(therapy, ['2024-07-10', '2025-01-01'])).toBe(false);
  });

  it('counts from a remission too, where one followed before the next regimen', () => {
    expect(place(therapy, ['2024-06-20'], ['2023-06-20'])).toBe('review');
    expect(place(therapy, ['2024-06-21'], ['2023-06-20'])).toBe(false);
    const second = therapyOf([...doses, dose('b', '2024-09-01')]);
    expect(place(second, ['2024-06-02'], ['2025-01-01'])).toBe(false);
  });

  it('counts from a transplant in between', () => {
    const transplanted = therapyOf(doses, { transplants: [span('2023-08-01').low] });
    expect(place(transplanted, ['2024-08-01'])).toBe('review');
    expect(place(transplanted, ['2024-08-02'])).toBe(false);
  });

  it('is open without a date, without a therapy, and beside an undated drug', () => {
    expect(place(therapy, [])).toBe('documentation');
    expect(place(therapyOf([]), ['2023-10-10'])).toBe('documentation');
    expect(place(therapyOf(doses, { undated: ['x'] }), ['2023-10-10'])).toBe('documentation');
  });
});

describe('lines after which the disease progressed', () => {
  const two = regimensOf([dose('a', '2023-02-01', '2023-06-01'), dose('b', '2024-04-01', '2024-08-01')]);
  const counted = (...on: readonly string[]): number => {
    const progression = on.map(finding);
    return progressedLines(two, stepsBetween(two, progression), progression);
  };

  it.each([
    [[], 0],
    [['2024-03-10'], 1],
    [['2024-03-10', '2024-04-01'], 1],
    [['2024-03-10', '2024-04-02'], 2],
    // Nothing shows that the second regimen is a line of its own.
    [['2024-12-10'], 1],
  ])('with progression on %j are %i', (on, lines) => {
    expect(counted(...on)).toBe(lines);
  });

  it('are none without a regimen', () => {
    expect(progressedLines([], [], [finding('2024-03-10')])).toBe(0);
  });
});
