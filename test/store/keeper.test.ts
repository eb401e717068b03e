import { describe, expect, it } from 'vitest';
import { createKeeper, type Outcome } from '../../src/store/keeper.ts';
import { determination } from './rows.ts';

const records = { determination: [determination('one')] };
const LIMIT = 50;

const keeperOf = (keep: () => Promise<void>) => {
  const reported: Outcome[] = [];
  return {
    reported,
    keeper: createKeeper({ keep, keepLater: keep }, (outcome) => reported.push(outcome), LIMIT),
  };
};
const later = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

describe('keeping records', () => {
  it('is true when the store committed in time', async () => {
    const { keeper, reported } = keeperOf(() => Promise.resolve());
    expect(await keeper.keep(records)).toBe(true);
    expect([keeper.health(), reported, keeper.counts()]).toEqual(['ok', [], { kept: 1, late: 0, failed: 0 }]);
  });

  it('is false when the store refuses, and nothing is thrown', async () => {
    const { keeper, reported } = keeperOf(() => Promise.reject(new Error('disk full')));
    expect(await keeper.keep(records)).toBe(false);
    expect([keeper.health(), reported]).toEqual(['degraded', ['failed']]);
  });

  it('is false after the limit, while the store still writes; health returns when it has', async () => {
    const { keeper, reported } = keeperOf(() => later(4 * LIMIT));
    const started = performance.now();
    expect(await keeper.keep(records)).toBe(false);
    expect(performance.now() - started).toBeLessThan(3 * LIMIT);
    expect([keeper.health(), reported]).toEqual(['degraded', ['late']]);
    await later(5 * LIMIT);
    expect([keeper.health(), keeper.counts()]).toEqual(['ok', { kept: 0, late: 1, failed: 0 }]);
  });

  it('of what nobody waits for is counted all the same', async () => {
    const { keeper, reported } = keeperOf(() => Promise.reject(new Error('gone')));
    keeper.keepLater(records);
    await later(1);
    expect(reported).toEqual(['failed']);
  });
});
