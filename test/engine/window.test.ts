import { describe, expect, it } from 'vitest';
import { regimensOf } from '../../src/engine/regimens.ts';
import { placed } from '../../src/engine/window.ts';
import type { Therapy } from '../../src/engine/therapy.ts';
import type { Exposure } from '../../src/engine/exposure.ts';
import { createTerminology } from '../../src/fhir/terminology.ts';
import { dose, RXNORM, span } from './doses.ts';

const terminology = createTerminology(
  [{ uri: RXNORM, name: 'RxNorm', aliases: [] }],
  [
    {
      resourceType: 'ValueSet',
      id: 'rx-a',
      compose: { include: [{ system: RXNORM, concept: [{ code: 'a', display: 'a' }] }] },
    },
  ],
);

const therapyOf = (...exposures: readonly Exposure[]): Therapy => {
  const regimens = regimensOf(exposures);
  return {
    regimens,
    exposures,
    undated: [],
    start: regimens.at(-1)?.first.high ?? 'none',
    transplants: [],
    doses: new Set(),
    hits: [],
  };
};

const place = (therapy: Therapy, on: string | undefined, drugs: readonly string[] = []) => {
  const dates = on === undefined ? [] : [span(on)];
  const { truth, needs } = placed({ therapy: 't', days: 60, drugs }, dates, therapy, terminology);
  return truth ?? needs;
};

describe('a finding within 60 days of the last dose of the latest regimen', () => {
  const therapy = therapyOf(dose('a', '2025-01-01', '2025-11-30'));

  it.each([
    ['2025-01-01', 'documentation', 'on the day that it began: it may be why'],
    ['2025-01-02', true, 'the day after'],
    ['2025-11-30', true, 'on the last day'],
    ['2026-01-29', true, 'sixty days after'],
    ['2026-01-30', false, 'sixty-one days after'],
    ['2026-01', 'documentation', 'in the month that holds both'],
    ['2026', 'documentation', 'in that year'],
    ['2024-12-31', 'documentation', 'before it began: nothing is known of this regimen'],
  ] as const)('%s: %s, %s', (on, expected, _why) => {
    expect(place(therapy, on)).toBe(expected);
  });

  it('is open without a date, and without a therapy', () => {
    expect(place(therapy, undefined)).toBe('documentation');
    expect(place(therapyOf(), '2026-01-01')).toBe('documentation');
  });

  it('counts a supply from the day it was handed out to the day it ended', () => {
    const supplied = therapyOf(dose('a', '2025-01-01', '2025-11-01', '2025-11-29'));
    expect(place(supplied, '2025-12-31')).toBe(true);
    expect(place(supplied, '2026-01-01')).toBe('documentation');
    expect(place(supplied, '2026-01-28')).toBe('documentation');
    expect(place(supplied, '2026-01-29')).toBe(false);
  });

  it('counts the named drug alone, which must be in the latest regimen', () => {
    const both = therapyOf(dose('a', '2025-01-01', '2025-03-01'), dose('b', '2025-01-01', '2025-11-30'));
    expect(place(both, '2025-05-30')).toBe(true);
    expect(place(both, '2025-05-30', ['rx-a'])).toBe(false);
    expect(place(both, '2025-04-30', ['rx-a'])).toBe(true);
    const earlier = therapyOf(dose('a', '2024-01-01', '2024-03-01'), dose('b', '2025-01-01', '2025-11-30'));
    expect(place(earlier, '2025-12-30', ['rx-a'])).toBe('review');
    expect(place(therapyOf(dose('b', '2025-01-01')), '2025-01-30', ['rx-a'])).toBe('documentation');
  });
});
