import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { IGenericSqlite } from 'kysely-generic-sqlite';

/** @throws Error when the file cannot be opened or is no database */
export function openSqlite({ file }: { readonly file: string }): IGenericSqlite<DatabaseSync> {
  const database = new DatabaseSync(file, { timeout: 5000 });
  // A commit is on the disk before it is acknowledged; readers go on beside the writer.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  const prepared = new Map<string, Prepared>();
  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    const made = { statement, hasRows: statement.columns().length > 0 };
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    prepared.set(sql, made);
    return made;
  };
  return {
    db: database,
    query: (_isSelect, sql, parameters) => {
      const { statement, hasRows } = prepare(sql);
      const values = parameters as SQLInputValue[];
      if (hasRows) return { rows: statement.all(...values) };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    iterator: (_isSelect, sql, parameters) =>
      database.prepare(sql).iterate(...(parameters as SQLInputValue[])),
    close: () => {
      database.close();
    },
  };
}

const MOST_PREPARED = 200;

interface Prepared {
  readonly statement: StatementSync;
  readonly hasRows: boolean;
}
