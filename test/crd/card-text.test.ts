import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped } from '../../src/crd/card-text.ts';

describe('text from a chart or a file', () => {
  it('is escaped the same whether the rest of the line needs it or not', () => {
    const character = fc.oneof(
      fc.constantFrom(...' \u00A0\t\u0085\u202E\u2066&<>\\`*_[]|~#:/w.éß’–≥'),
      fc.constantFrom('://', 'www.', 'WwW.', '  '),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    const line = fc
      .array(character, { maxLength: 40 })
      .map((parts) => parts.join(''))
      .filter((value) => /^[^\s\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(value));
    fc.assert(
      fc.property(line, (value) => {
        expect(escaped(`<${value}`)).toBe(`&lt;${escaped(value)}`);
      }),
      { numRuns: 2000 },
    );
  });
});
