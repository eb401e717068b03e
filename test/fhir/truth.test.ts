import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, any, not, type Truth } from '../../src/fhir/truth.ts';

const truth = fc.constantFrom<Truth>(true, false, null);
const truths = fc.array(truth, { maxLength: 6 });
const VALUES: readonly Truth[] = [true, false, null];

describe("Kleene's strong three-valued logic", () => {
  it('has his table for two parts', () => {
    const table = VALUES.flatMap((a) => VALUES.map((b) => [a, b, all([a, b]), any([a, b])]));
    expect(table).toEqual([
      [true, true, true, true],
      [true, false, false, true],
      [true, null, null, true],
      [false, true, false, true],
      [false, false, false, false],
      [false, null, false, null],
      [null, true, null, true],
      [null, false, false, null],
      [null, null, null, null],
    ]);
    expect(VALUES.map(not)).toEqual([false, true, null]);
  });

  it('is true for no parts of a conjunction, false for none of a disjunction', () => {
    expect([all([]), any([])]).toEqual([true, false]);
  });

  it("keeps De Morgan's laws", () => {
    fc.assert(
      fc.property(truths, (parts) => {
        expect(not(all(parts))).toBe(any(parts.map(not)));
        expect(not(any(parts))).toBe(all(parts.map(not)));
      }),
    );
  });

  it('does not depend on the order or the grouping of parts', () => {
    fc.assert(
      fc.property(truths, truths, (left, right) => {
        expect(all([...right, ...left])).toBe(all([...left, ...right]));
        expect(any([...right, ...left])).toBe(any([...left, ...right]));
        expect(all([all(left), all(right)])).toBe(all([...left, ...right]));
        expect(any([any(left), any(right)])).toBe(any([...left, ...right]));
      }),
    );
  });

  it('never overturns a settled result when something unknown is learned', () => {
    fc.assert(
      fc.property(truths, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (parts, learned) => {
        const later = parts.map((part, index) => part ?? learned[index] ?? null);
        for (const join of [all, any]) if (join(parts) !== null) expect(join(later)).toBe(join(parts));
      }),
    );
  });
});
