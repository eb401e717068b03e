/** What did not come in time; it may still come. */
export class Late extends Error {}

/** @throws Late when the work has not ended within the milliseconds; it goes on all the same */
export async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Late(`not done within ${milliseconds} ms`));
  }, milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Records must not keep a clinician waiting: what takes longer than this counts as not kept or not read. */
export const WAIT_MILLISECONDS = 200;

/** For how long after the last late work nobody waits for the store again. */
const RECOVERY_MILLISECONDS = 1000;

/** How long calls wait for the store. Those who use one store share it. */
export interface Patience {
  /**
   * Waits for the limit; hardly at all while the store is known to be late, so that a call which asks it several times
   * waits once.
   * @throws Late
   */
  readonly wait: <T>(work: Promise<T>) => Promise<T>;
  /** Waits for the limit in any case: for what no answer waits for. @throws Late */
  readonly watch: <T>(work: Promise<T>) => Promise<T>;
}

/** The store is late from a work that takes longer than the limit until one that does not, or some time after the last. */
export function createPatience(limit: number = WAIT_MILLISECONDS): Patience {
  let underWay = 0;
  let until = 0;
  const isLate = (): boolean => underWay > 0 || performance.now() < until;
  const observe = (work: Promise<unknown>): void => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      underWay += 1;
    }, limit);
    const ended = (): void => {
      clearTimeout(timer);
      if (isOver) underWay -= 1;
      until = isOver ? performance.now() + RECOVERY_MILLISECONDS : 0;
    };
    work.then(ended, ended);
  };
  return {
    wait(work) {
      const allowed = isLate() ? 0 : limit;
      observe(work);
      return inTime(work, allowed);
    },
    watch(work) {
      observe(work);
      return inTime(work, limit);
    },
  };
}
