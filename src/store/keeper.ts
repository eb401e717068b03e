import type { Records, RecordStore } from './records.ts';
import { createPatience, Late, type Patience } from './time-limit.ts';

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

/** `lost`: records that nobody waits for, which the store refused and for which there was no room to hold them. */
export type Outcome = 'kept' | 'late' | 'failed' | 'lost';

/** Writes that are held while the store is away: some megabytes. */
const MOST_HELD = 10_000;
/** How many are written together once it is back. */
const MOST_TOGETHER = 500;
const RETRY_MILLISECONDS = 5000;

/**
 * Audit events and what else nobody waits for are held while the store refuses them, and written when it is back.
 * @param report told of each write that failed, came late or was lost, without its content
 * @param retry milliseconds between two tries to write what is held
 * @param mostHeld writes; what comes beyond is lost
 */
export function createKeeper(
  store: Pick<RecordStore, 'keep' | 'keepLater'>,
  report: (outcome: Outcome, error?: unknown) => void,
  patience: Patience = createPatience(),
  retry: number = RETRY_MILLISECONDS,
  mostHeld: number = MOST_HELD,
): Keeper {
  const counts: Record<Outcome, number> = { kept: 0, late: 0, failed: 0, lost: 0 };
  let health: Health = 'ok';
  const settle = (outcome: Outcome, error?: unknown): void => {
    counts[outcome] += 1;
    health = outcome === 'kept' ? 'ok' : 'degraded';
    if (outcome !== 'kept') report(outcome, error);
  };

  let held: Records[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tryLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void writeHeld();
    }, retry).unref();
  };
  const hold = (records: Records): void => {
    if (records.audit_event?.length === 0) return;
    if (held.length >= mostHeld) settle('lost');
    else held.push(records);
    tryLater();
  };
  const written = (records: Records): Promise<boolean> =>
    store.keepLater(records).then(
      () => true,
      () => false,
    );
  /** One first: a store that is away is not asked for all of them. What it alone refuses goes behind the others. */
  const writeHeld = async (): Promise<void> => {
    const [first, ...others] = held;
    if (first === undefined) return;
    held = others;
    if (!(await written(first))) {
      held.push(first);
      tryLater();
      return;
    }
    health = 'ok';
    const together = held.slice(0, MOST_TOGETHER);
    held = held.slice(MOST_TOGETHER);
    const wrote = await Promise.all(together.map(written));
    held.push(...together.filter((_, index) => wrote[index] !== true));
    if (wrote.every(Boolean)) void writeHeld();
    else tryLater();
  };

  /** @param remains what is worth writing later of what the store refuses */
  const within = async (write: Promise<void>, waited: Promise<void>, remains: Records): Promise<boolean> => {
    try {
      await waited;
      settle('kept');
      return true;
    } catch (error) {
      if (!(error instanceof Late)) {
        settle('failed', error);
        hold(remains);
        return false;
      }
      settle('late');
      write.then(
        () => {
          // A late write that went through in the end shows that the store is there again.
          health = 'ok';
        },
        () => {
          hold(remains);
        },
      );
      return false;
    }
  };
  return {
    keep(records) {
      const write = store.keep(records);
      // The answer has gone out without what else they are; that it was given is recorded all the same.
      return within(write, patience.wait(write), { audit_event: records.audit_event ?? [] });
    },
    keepLater(records) {
      const write = store.keepLater(records);
      void within(write, patience.watch(write), records);
    },
    health: () => health,
    counts: () => ({ ...counts }),
  };
}
