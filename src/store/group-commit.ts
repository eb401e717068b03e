import { setImmediate } from 'node:timers/promises';

/**
 * Writes that arrive while one is being committed are committed together: a sync to disk costs the same for one call and
 * for fifty. Each caller is told of its own write.
 */
export interface GroupCommit<Write, Result> {
  /** Resolves when the write is committed, with what came of it. */
  readonly add: (write: Write) => Promise<Result>;
  /** Resolves when nothing waits any more. */
  readonly settled: () => Promise<void>;
}

/** Writes that may wait: beyond, the store is taken for down. */
const MOST_WAITING = 10_000;
const MOST_TOGETHER = 500;

interface Waiting<Write, Result> {
  readonly write: Write;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** @param commit writes all of them or none; a result for each, in their order */
export function createGroupCommit<Write, Result>(
  commit: (writes: readonly Write[]) => Promise<readonly Result[]>,
): GroupCommit<Write, Result> {
  let waiting: Waiting<Write, Result>[] = [];
  let running: Promise<void> | undefined;

  async function commitTogether(group: readonly Waiting<Write, Result>[]): Promise<void> {
    const results = await commit(group.map(({ write }) => write));
    for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      try {
        await commitTogether(group);
      } catch (error) {
        // One that the database refuses must not take the others with it.
        if (group.length === 1) group[0]?.reject(error);
        else for (const item of group) await commitTogether([item]).catch(item.reject);
      }
    }
    running = undefined;
  }

  return {
    add: (write) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= MOST_WAITING) {
          reject(new Error('too many writes wait for the record store'));
          return;
        }
        waiting.push({ write, resolve, reject });
        // What this turn of the event loop still adds goes with it.
        running ??= setImmediate().then(run);
      }),
    settled: async () => {
      await running;
    },
  };
}
