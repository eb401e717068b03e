/**
 * Turns at what one may do at a time, in the order in which they were asked for.
 * @returns resolves when it is the asker's turn, with what ends it: to be called once or more
 */
export function createTurns(): () => Promise<() => void> {
  let last = Promise.resolve();
  return async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const before = last;
    last = promise;
    await before;
    return () => {
      resolve(undefined);
    };
  };
}
