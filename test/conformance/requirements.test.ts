import { describe, expect, it } from 'vitest';
import { outcomeOf, readRequirements, requirementIds, requirementTable } from './requirements.ts';

describe('the requirement table', () => {
  it('lists every requirement of the sources, once', () => {
    const listed = readRequirements().map(({ id }) => id);
    expect(new Set(requirementIds()).size).toBe(requirementIds().length);
    expect(listed).toEqual(requirementIds());
  });

  const requirement = { id: 'X-1', title: 'x', tests: ['answers hold', 'feedback is taken'] };
  const all = [
    ['CRD 2.0.1: answers hold', true],
    ['CRD 2.2.1: answers hold', true],
    ['feedback is taken', true],
  ] as const;

  it('passes a requirement when all its tests do, for each version on its own', () => {
    expect(outcomeOf(requirement, '2.0.1', new Map(all))).toBe('pass');
    const failing = new Map([...all, ['CRD 2.2.1: answers hold', false] as const]);
    expect(outcomeOf(requirement, '2.0.1', failing)).toBe('pass');
    expect(outcomeOf(requirement, '2.2.1', failing)).toBe('FAIL');
  });

  it('is unsound when a test fails or does not exist, and not when a requirement is said to be untested', () => {
    expect(requirementTable([requirement], new Map(all)).isSound).toBe(true);
    expect(requirementTable([requirement], new Map(all.slice(1))).isSound).toBe(false);
    expect(outcomeOf(requirement, '2.0.1', new Map(all.slice(1)))).toBe('NO SUCH TEST');
    expect(requirementTable([{ id: 'X-2', title: 'x', untested: 'why' }], new Map()).isSound).toBe(true);
  });

  it('counts what is untested apart from what does not apply, and says why', () => {
    const { lines } = requirementTable(
      [
        { id: 'X-2', title: 'two', untested: 'not yet' },
        { id: 'X-3', title: 'three', 'not-applicable': 'a rule for the client' },
      ],
      new Map(),
    );
    expect(lines.join('\n')).toMatch(/X-2 +no .*two\. not yet/);
    expect(lines.join('\n')).toMatch(/X-3 +n\/a .*three\. a rule for the client/);
    expect(lines.at(-1)).toMatch(/2 requirements, 0 tested, 1 not, 1 not applicable/);
  });
});
