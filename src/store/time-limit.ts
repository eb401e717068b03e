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
