import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { dialectOf } from './dialect.ts';
import { migrations } from './migrations.ts';
import { openTables } from './open-tables.ts';
import { RECORD_STORE, recordDatabase, TABLES } from './record-database.ts';
import type { Records } from './records.ts';
import type { Tables } from './tables.ts';

const QUERY_MILLISECONDS = 10_000;

/**
 * The records in PostgreSQL.
 * @throws Error when it cannot be reached or written, or was made by a later version
 */
export async function openPostgresDatabase(url: string): Promise<Database> {
  const { query, close } = await openTables<Tables>(
    await dialectOf({ kind: 'postgres', url }, QUERY_MILLISECONDS),
    migrations('postgres'),
    RECORD_STORE,
  );
  return recordDatabase(query, (rows) => commit(query, rows), close);
}

/** A statement takes 65,535 parameters. */
const ROWS_IN_ONE_INSERT = 500;

/** As few statements as there can be: each is a round trip. */
const commit = (query: Kysely<Tables>, records: Records): Promise<void> =>
  query.transaction().execute(async (transaction) => {
    for (const table of TABLES) {
      const rows = records[table] ?? [];
      for (let index = 0; index < rows.length; index += ROWS_IN_ONE_INSERT)
        await transaction
          .insertInto(table)
          .values(rows.slice(index, index + ROWS_IN_ONE_INSERT))
          .execute();
    }
  });
