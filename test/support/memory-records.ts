import { createRecordStore, type RecordStore, type WrittenTable } from '../../src/store/records.ts';
import { openSqliteDatabase } from '../../src/store/sqlite-database.ts';
import type { Row } from '../../src/store/tables.ts';

/** A record store of one test, in memory. */
export const memoryRecords = (): RecordStore => createRecordStore(() => openSqliteDatabase(':memory:'));

/** All rows of a table, in the order in which they were kept. */
export async function rowsOf<Table extends WrittenTable>(
  store: RecordStore,
  table: Table,
): Promise<readonly Row<Table>[]> {
  const rows: Row<Table>[] = [];
  for await (const row of store.during(table, { from: '0', to: '9' })) rows.push(row);
  return rows;
}

/** What feedback rows hold beside their columns. */
export interface FeedbackBody {
  readonly isKnownCard: boolean;
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReasons: readonly unknown[];
}

export const feedbackOf = async (
  store: RecordStore,
): Promise<readonly (FeedbackBody & { readonly outcome: string })[]> =>
  (await rowsOf(store, 'feedback')).map(({ outcome, body }) => ({
    outcome,
    ...(JSON.parse(body) as FeedbackBody),
  }));
