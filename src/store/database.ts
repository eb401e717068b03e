import type { Period, Records, RecordStore, UsedToken, WrittenTable } from './records.ts';
import type { Row } from './tables.ts';

/** Where records are kept: one file, or a PostgreSQL database that several replicas share. */
export type Location =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** As long as the process lives. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'postgres'; /** `postgres://…`, with the credentials. */ readonly url: string };

/**
 * The database of records. What goes in and comes out is plain data, so that it can be asked from another thread: every
 * question is one message there, and so is every commit, however many rows it has.
 */
export interface Database extends Omit<RecordStore, 'keep' | 'use' | 'during'> {
  /** All of the rows, or none. */
  readonly commit: (rows: Records) => Promise<void>;
  /** Of each token, as `RecordStore.use`. */
  readonly use: (tokens: readonly UsedToken[]) => Promise<readonly boolean[]>;
  /** Rows of a period in the order of recording. @param after where the page before ended */
  readonly page: <Table extends WrittenTable>(
    table: Table,
    period: Period,
    after: PageEnd | undefined,
  ) => Promise<Page<Table>>;
}

export interface Page<Table extends WrittenTable> {
  readonly rows: readonly Row<Table>[];
  /** Undefined when nothing follows. */
  readonly end: PageEnd | undefined;
}

/** The last row of a page, by the columns that it is ordered by. */
export interface PageEnd {
  readonly age: unknown;
  readonly key: unknown;
}

/**
 * Opens the database of records and brings its tables up to date. Of the drivers, only the one that is used is loaded.
 * @throws Error when it cannot be reached, cannot be written, or was made by a later version
 */
export async function openDatabase(location: Location): Promise<Database> {
  switch (location.kind) {
    case 'postgres':
      return (await import('./postgres-database.ts')).openPostgresDatabase(location.url);
    case 'memory':
      return (await import('./sqlite-database.ts')).openSqliteDatabase(':memory:');
    case 'sqlite':
      return (await import('./sqlite-threaded.ts')).openThreadedDatabase(location.file);
  }
}

/** What is opened at its first use, and again after it could not be opened. */
export interface OpenedAtUse<T> {
  readonly use: () => Promise<T>;
  /** Undefined before its first use. */
  readonly opened: () => Promise<T> | undefined;
}

export function openedAtUse<T>(open: () => Promise<T>): OpenedAtUse<T> {
  let opening: Promise<T> | undefined;
  return {
    use() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    opened: () => opening,
  };
}
