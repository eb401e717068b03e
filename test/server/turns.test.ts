import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/server/turns.ts';

describe('turns', () => {
  it('come one at a time in the order of asking, each when the one before has ended', async () => {
    const turn = createTurns();
    const began: string[] = [];
    const asked = ['first', 'second', 'third'].map(async (name) => {
      const end = await turn();
      began.push(name);
      return end;
    });
    for (const [index, one] of asked.entries()) {
      const end = await one;
      await new Promise(setImmediate);
      expect(began).toHaveLength(index + 1);
      end();
      end();
    }
    expect(began).toEqual(['first', 'second', 'third']);
  });
});
