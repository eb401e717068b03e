import type { RecordStore } from '../store/records.ts';

const DAY = 24 * 60 * 60_000;

/** Deletes what is older than records are kept for (CRD-S-03). @returns rows by table */
export const purgeExpired = (
  store: Pick<RecordStore, 'purge'>,
  days: number,
  now: Date,
): Promise<ReadonlyMap<string, number>> => store.purge(new Date(now.getTime() - days * DAY).toISOString());

/** Now, and every day while the process lives. */
export function purgeDaily(
  store: Pick<RecordStore, 'purge'>,
  days: number,
  now: () => Date,
  report: (deleted: ReadonlyMap<string, number> | Error) => void,
): void {
  const purge = (): void => {
    purgeExpired(store, days, now()).then(report, (error: unknown) => {
      report(error instanceof Error ? error : new Error('unknown error'));
    });
  };
  purge();
  setInterval(purge, DAY).unref();
}
