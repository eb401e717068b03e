import type { Records, RecordStore } from './records.ts';

/** Records must not keep a clinician waiting: what takes longer than this counts as not kept or not read. */
export const WAIT_MILLISECONDS = 200;

export type Health = 'ok' | 'degraded';

/** Writes with a limit, and what is known of the store's health. */
export interface Keeper {
  /** True when the records were committed in time; false when nobody can say that they were. */
  readonly keep: (records: Records) => Promise<boolean>;
  /** Without waiting: for records whose loss no answer depends on. */
  readonly keepLater: (records: Records) => void;
  /** Degraded from a write that failed or came late until one that was in time. */
  readonly health: () => Health;
  /** Writes by how they went, since the start. */
  readonly counts: () => Readonly<Record<Outcome, number>>;
}

export type Outcome = 'kept' | 'late' | 'failed';

/**
 * @param report told of each write that failed or came late, without its content
 * @param limit milliseconds
 */
export function createKeeper(
  store: Pick<RecordStore, 'keep' | 'keepLater'>,
  report: (outcome: Outcome, error?: unknown) => void,
  limit: number = WAIT_MILLISECONDS,
): Keeper {
  const counts: Record<Outcome, number> = { kept: 0, late: 0, failed: 0 };
  let health: Health = 'ok';
  const settle = (outcome: Outcome, error?: unknown): void => {
    counts[outcome] += 1;
    health = outcome === 'kept' ? 'ok' : 'degraded';
    if (outcome !== 'kept') report(outcome, error);
  };
  const within = (write: Promise<void>): Promise<boolean> =>
    new Promise((resolve) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        settle('late');
        resolve(false);
      }, limit);
      write.then(
        () => {
          clearTimeout(timer);
          // A late write that went through in the end shows that the store is there again.
          if (isLate) health = 'ok';
          else settle('kept');
          resolve(true);
        },
        (error: unknown) => {
          clearTimeout(timer);
          if (!isLate) settle('failed', error);
          resolve(false);
        },
      );
    });
  return {
    keep: (records) => within(store.keep(records)),
    keepLater(records) {
      void within(store.keepLater(records));
    },
    health: () => health,
    counts: () => ({ ...counts }),
  };
}
