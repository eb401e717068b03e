import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { GenericSqliteDialect } from 'kysely-generic-sqlite';
import type { Database } from './database.ts';
import { createPrivately } from './file-rights.ts';
import { migrations } from './migrations.ts';
import { cannotBeOpened, openTables } from './open-tables.ts';
import { RECORD_STORE, recordDatabase, TABLES } from './record-database.ts';
import type { Records } from './records.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

/**
 * The records in a SQLite file, in this thread.
 * @param file `:memory:` for none
 * @throws Error when it cannot be opened or written, or was made by a later version
 */
export async function openSqliteDatabase(file: string): Promise<Database> {
  if (file !== ':memory:') createPrivately(file);
  const sqlite = opened(file);
  const { query, close } = await openTables<Tables>(
    new GenericSqliteDialect(() => sqlite),
    migrations('sqlite'),
    RECORD_STORE,
  );
  const commit = committing(sqlite.db, query);
  return recordDatabase(query, (rows) => Promise.try(commit, rows), close);
}

function opened(file: string): ReturnType<typeof openSqlite> {
  try {
    return openSqlite({ file });
  } catch (error) {
    throw cannotBeOpened(RECORD_STORE.name, error);
  }
}

/** A statement for each table, made once and run for each row: rows cost little but what is written of them. */
function committing(database: DatabaseSync, query: Kysely<Tables>): (rows: Records) => void {
  const statements = new Map<string, StatementSync>();
  const begin = database.prepare('begin immediate');
  const end = database.prepare('commit');
  const insert = (table: keyof Records, row: NonNullable<Records[typeof table]>[number]): void => {
    const columns = Object.keys(row);
    const key = `${table} ${columns.join(' ')}`;
    const statement =
      statements.get(key) ?? database.prepare(query.insertInto(table).values(row).compile().sql);
    statements.set(key, statement);
    statement.run(...(Object.values(row) as SQLInputValue[]));
  };
  return (rows) => {
    begin.run();
    try {
      for (const table of TABLES) for (const row of rows[table] ?? []) insert(table, row);
      end.run();
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  };
}
