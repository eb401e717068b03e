import type { RecordStore } from '../store/records.ts';

const DAY = 24 * 60 * 60_000;

/** Deletes what is older than records are kept for (CRD-S-03). @returns rows by table */
export const purgeExpired = (
  store: Pick<RecordStore, 'purge'>,
  days: number,
  now: Date,
): Promise<ReadonlyMap<string, number>> => store.purge(new Date(now.getTime() - days * DAY).toISOString());

/** Ten minutes: for as long as a token is taken at most. */
const TOKEN_LIFE = 10 * 60_000;

/** Now, and every day while the process lives; the tokens that have expired every ten minutes. */
export function purgeRegularly(
  store: Pick<RecordStore, 'purge' | 'forgetTokens'>,
  days: number,
  now: () => Date,
  report: (deleted: ReadonlyMap<string, number> | Error) => void,
): void {
  const failed = (error: unknown): void => {
    report(error instanceof Error ? error : new Error('unknown error'));
  };
  const purge = (): void => {
    purgeExpired(store, days, now()).then(report, failed);
  };
  const forget = (): void => {
    store.forgetTokens(Math.floor(now().getTime() / 1000)).catch(failed);
  };
  purge();
  setInterval(purge, DAY).unref();
  setInterval(forget, TOKEN_LIFE).unref();
}
