import type { Records, RecordStore } from './records.ts';
import { createPatience, Late, type Patience } from './time-limit.ts';

export type Health = 'ok' | 'degraded';

/** Writes with a limit, and what is known of the store's health. */
export interface Keeper {
  /** True when the records were committed in time; false when nobody can say that they were. */
  readonly keep: (records: Records) => Promise<boolean>;
  /** Without waiting: for records whose loss no answer depends on. They are written soon, many together. */
  readonly keepLater: (records: Records) => void;
  /** Writes at once what waits. @returns how many writes the store still refuses */
  readonly flush: () => Promise<number>;
  /** Degraded from a write that failed or came late until one that was in time. */
  readonly health: () => Health;
  /** Writes by how they went when they were first tried, since the start. */
  readonly counts: () => Readonly<Record<Outcome, number>>;
}

/** `lost`: records that nobody waits for, and for which there was no room while the store refused others. */
export type Outcome = 'kept' | 'late' | 'failed' | 'lost';

/** Milliseconds in which what nobody waits for is gathered: a commit costs more than what it writes. */
const GATHERED = 50;
/** How much of it is written together. */
const MOST_TOGETHER = 500;
/** Writes that are held while the store is away: some megabytes. */
const MOST_HELD = 10_000;
const RETRY_MILLISECONDS = 5000;

interface Held {
  readonly records: Records;
  /** It has been counted. */
  readonly isTried: boolean;
}

/**
 * Audit events and what else nobody waits for are held until there are several, and longer while the store refuses them.
 * @param report told of each write that failed, came late or was lost, without its content
 * @param retry milliseconds between two tries to write what was refused
 * @param mostHeld writes; what comes beyond is lost
 */
export function createKeeper(
  store: Pick<RecordStore, 'keep'>,
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

  let held: Held[] = [];
  /** All that was last tried was refused: a store that is away is not asked for everything. */
  let isAway = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  const writeSoon = (milliseconds: number): void => {
    if (writing === undefined) timer ??= setTimeout(() => void write(), milliseconds).unref();
  };
  const hold = (records: Records, isTried: boolean): void => {
    if (Object.values(records).every((rows) => rows.length === 0)) return;
    if (held.length >= mostHeld) settle('lost');
    else held.push({ records, isTried });
    writeSoon(isAway ? retry : GATHERED);
  };
  /** @returns whether all of it was written */
  const writeGroup = async (): Promise<boolean> => {
    const group = held.slice(0, isAway ? 1 : MOST_TOGETHER);
    held = held.slice(group.length);
    const written = Promise.allSettled(group.map(({ records }) => store.keep(records)));
    const isInTime = await patience.watch(written).then(
      () => true,
      () => false,
    );
    if (!isInTime) for (const { isTried } of group) if (!isTried) settle('late');
    const refused: Held[] = [];
    for (const [index, outcome] of (await written).entries()) {
      const { records, isTried } = group[index]!;
      const isCounted = isTried || !isInTime;
      if (outcome.status === 'rejected') {
        if (!isCounted) settle('failed', outcome.reason);
        refused.push({ records, isTried: true });
      } else if (isCounted) health = 'ok';
      else settle('kept');
    }
    // What it alone refuses goes behind the others.
    held.push(...refused);
    isAway = refused.length > 0 && refused.length === group.length;
    return refused.length === 0;
  };
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeGroup().then((isWritten) => {
      writing = undefined;
      if (held.length > 0) writeSoon(isWritten ? GATHERED : retry);
    });
    return writing;
  };

  return {
    async keep(records) {
      const written = store.keep(records);
      // The answer goes out without what else they are; that it was given is recorded all the same.
      const remains = { audit_event: records.audit_event ?? [] };
      try {
        await patience.wait(written);
        settle('kept');
        return true;
      } catch (error) {
        if (error instanceof Late) {
          settle('late');
          written.then(
            () => {
              // A late write that went through in the end shows that the store is there again.
              health = 'ok';
            },
            () => {
              hold(remains, true);
            },
          );
        } else {
          settle('failed', error);
          hold(remains, true);
        }
        return false;
      }
    },
    keepLater(records) {
      hold(records, false);
    },
    async flush() {
      await writing;
      for (let before = Infinity; held.length > 0 && held.length < before;) {
        before = held.length;
        await write();
      }
      return held.length;
    },
    health: () => health,
    counts: () => ({ ...counts }),
  };
}
