/**
 * Writes that arrive while one is being committed are committed together: a sync to disk costs the same for one call and
 * for fifty. Each caller is told of its own write.
 */
export interface GroupCommit<Write, Result> {
  /** Resolves when the write is committed, with what came of it. */
  readonly add: (write: Write) => Promise<Result>;
  /** The same for what nobody waits for: it is committed with the next write, or soon. */
  readonly addLater: (write: Write) => Promise<Result>;
  /** Resolves when nothing waits any more. */
  readonly settled: () => Promise<void>;
}

/** Writes that may wait: beyond, the store is taken for down. */
const MOST_WAITING = 10_000;
const MOST_TOGETHER = 500;
/** Milliseconds in which what nobody waits for is gathered: a commit costs more than what it writes. */
const GATHERED = 50;

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

  /** True while somebody waits, or what nobody waits for has been gathered long enough. */
  let isDue = false;
  let gathering: NodeJS.Timeout | undefined;
  const begin = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    isDue = true;
    running ??= Promise.resolve().then(run);
  };
  const put = (write: Write): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MOST_WAITING) reject(new Error('too many writes wait for the record store'));
      else waiting.push({ write, resolve, reject });
    });

  async function commitTogether(group: readonly Waiting<Write, Result>[]): Promise<void> {
    const results = await commit(group.map(({ write }) => write));
    for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
  }

  async function run(): Promise<void> {
    while (isDue && waiting.length > 0) {
      isDue = waiting.length > MOST_TOGETHER;
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
    add: (write) => {
      const committed = put(write);
      begin();
      return committed;
    },
    addLater: (write) => {
      const committed = put(write);
      gathering ??= setTimeout(begin, GATHERED);
      return committed;
    },
    settled: async () => {
      begin();
      await running;
    },
  };
}
