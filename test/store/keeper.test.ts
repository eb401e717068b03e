import { describe, expect, it } from 'vitest';
import { createKeeper, type Outcome } from '../../src/store/keeper.ts';
import type { Records } from '../../src/store/records.ts';
import { createPatience, Late } from '../../src/store/time-limit.ts';
import { auditEvent, determination } from './rows.ts';

const records = { determination: [determination('one')] };
const LIMIT = 50;

const keeperOf = (keep: () => Promise<void>) => {
  const reported: Outcome[] = [];
  return {
    reported,
    keeper: createKeeper({ keep }, (outcome) => reported.push(outcome), createPatience(LIMIT)),
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
    expect([keeper.health(), reported, keeper.counts()]).toEqual([
      'ok',
      [],
      { kept: 1, late: 0, failed: 0, lost: 0 },
    ]);
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
    expect([keeper.health(), keeper.counts()]).toEqual(['ok', { kept: 0, late: 1, failed: 0, lost: 0 }]);
  });

  it('waits once for a store that is late, whatever is asked of it, and again once it is in time', async () => {
    const patience = createPatience(LIMIT);
    let took = 6 * LIMIT;
    const work = (): Promise<void> => later(took);
    const started = performance.now();
    for (let index = 0; index < 4; index += 1) await expect(patience.wait(work())).rejects.toThrow(Late);
    expect(performance.now() - started).toBeLessThan(3 * LIMIT);
    await later(8 * LIMIT);
    took = 5;
    await expect(patience.wait(work())).rejects.toThrow(Late);
    await later(20);
    await patience.wait(work());
  });

  it('of audit events that a store which is away refuses goes on when it is back; without room some are lost', async () => {
    let isAway = true;
    const kept: (string | null | undefined)[] = [];
    const reported: Outcome[] = [];
    const write = (rows: Records): Promise<void> => {
      if (isAway) return Promise.reject(new Error('away'));
      kept.push(...(rows.audit_event ?? []).map(({ hook_instance }) => hook_instance));
      return Promise.resolve();
    };
    const keeper = createKeeper(
      { keep: write },
      (outcome) => reported.push(outcome),
      createPatience(LIMIT),
      5,
      3,
    );
    expect(await keeper.keep({ ...records, audit_event: [auditEvent('answered')] })).toBe(false);
    for (const name of ['one', 'two', 'three']) keeper.keepLater({ audit_event: [auditEvent(name)] });
    // Each is counted once, however often it is tried.
    await expect.poll(() => keeper.counts()).toEqual({ kept: 0, late: 0, failed: 3, lost: 1 });
    await later(20);
    expect(reported).toEqual(['failed', 'lost', 'failed', 'failed']);
    isAway = false;
    await expect.poll(() => kept.toSorted()).toEqual(['answered', 'one', 'two']);
    expect([keeper.health(), reported.length]).toEqual(['ok', 4]);
  });

  it('of what waits is done at once when the process ends; what the store refuses is told', async () => {
    const kept: string[] = [];
    let refused = 'two';
    const write = ({ audit_event: [event] = [] }: Records): Promise<void> => {
      if (event?.hook_instance === refused) return Promise.reject(new Error('refused'));
      kept.push(event?.hook_instance ?? '');
      return Promise.resolve();
    };
    const keeper = createKeeper({ keep: write }, () => undefined, createPatience(LIMIT));
    for (const name of ['one', 'two', 'three']) keeper.keepLater({ audit_event: [auditEvent(name)] });
    expect(await keeper.flush()).toBe(1);
    expect(kept).toEqual(['one', 'three']);
    refused = '';
    expect(await keeper.flush()).toBe(0);
    expect(kept).toEqual(['one', 'three', 'two']);
  });

  it('of what nobody waits for is counted all the same', async () => {
    const { keeper, reported } = keeperOf(() => Promise.reject(new Error('gone')));
    keeper.keepLater(records);
    await expect.poll(() => reported).toEqual(['failed']);
  });
});
