import { describe, expect, it } from 'vitest';
import { lines, type Paragraph } from '../../src/cli/text.ts';
import { exitCode } from '../../src/cli/exit-code.ts';
import type { Evaluation } from '../../src/crd/evaluation.ts';
import type { Decision } from '../../src/engine/determination.ts';

const written = (paragraph: Partial<Paragraph>): readonly string[] =>
  lines({ lead: '', text: '', indent: 0, ...paragraph }, (style, text) => `<${style}>${text}</${style}>`);

describe('lines of text', () => {
  it('hang below where their text begins, within 80 columns', () => {
    const text = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    const all = written({ lead: '  found     ', text, indent: 12 });
    expect(all[0]).toMatch(/^ {2}found {5}word0 /);
    for (const line of all.slice(1)) expect(line).toMatch(/^ {12}word/);
    for (const line of all) expect(line.length).toBeLessThanOrEqual(80);
    expect(all.join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(`found ${text}`);
  });

  it('break no word, and let one too long stand alone', () => {
    const id = `MedicationRequest/${'x'.repeat(100)}`;
    expect(written({ lead: 'Order  ', text: `${id} planned`, indent: 7 })).toEqual([
      `Order  ${id}`,
      '       planned',
    ]);
    expect(written({ lead: '? open     a-long-id  ', text: 'y'.repeat(60), indent: 11 })).toEqual([
      '? open     a-long-id',
      `${' '.repeat(11)}${'y'.repeat(60)}`,
    ]);
    expect(written({ text: id })).toEqual([id]);
  });

  it('are painted after they are cut', () => {
    const [first, second] = written({
      lead: '✓ ',
      leadStyle: 'green',
      text: `${'a'.repeat(70)} ${'b'.repeat(70)}`,
      indent: 2,
      style: 'dim',
    });
    expect(first).toBe(`<green>✓ </green><dim>${'a'.repeat(70)}</dim>`);
    expect(second).toBe(`  <dim>${'b'.repeat(70)}</dim>`);
  });

  it('carry no control characters of a chart to the terminal', () => {
    expect(written({ text: 'a\u001B[31mred\u0007\r\nb\u009Bc \u202Ed\u2066e' })).toEqual([
      'a [31mred b c de',
    ]);
  });

  it('count East Asian characters as two columns and combining marks as none', () => {
    expect(written({ text: `${'血'.repeat(40)} x` })).toEqual(['血'.repeat(40), 'x']);
    expect(written({ text: `${'e\u0301'.repeat(78)} x` })).toHaveLength(1);
  });
});

describe('the exit code', () => {
  const evaluation = (decisions: readonly Decision[], ungoverned = 0, unreadOrders = 0) =>
    ({
      determinations: decisions.map((decision) => ({ determination: { decision } })),
      ungoverned: Array.from({ length: ungoverned }),
      unreadOrders: Array.from({ length: unreadOrders }),
    }) as unknown as Evaluation;

  it.each([
    [['criteria-met', 'criteria-met'], 0, 0, 0],
    [['criteria-met', 'documentation-needed'], 0, 0, 1],
    [['criteria-not-met', 'documentation-needed'], 0, 0, 2],
    [['no-covered-indication', 'criteria-met'], 0, 0, 2],
    [['criteria-met'], 1, 0, 3],
    [[], 0, 0, 3],
    [['criteria-met'], 0, 1, 69],
  ] as const)(
    'of %j with %i ungoverned and %i unread orders is %i',
    (decisions, ungoverned, unread, code) => {
      expect(exitCode(evaluation(decisions, ungoverned, unread))).toBe(code);
    },
  );
});
