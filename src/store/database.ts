import { Worker } from 'node:worker_threads';
import { Kysely, PostgresDialect, type Dialect } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';
import { createPrivately } from './file-rights.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

/** Where records are kept: one file, or a PostgreSQL database that several replicas share. */
export type Location =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** As long as the process lives. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'postgres'; /** `postgres://…`, with the credentials. */ readonly url: string };

export interface Opened<T> {
  readonly query: Kysely<T>;
  readonly close: () => Promise<void>;
}
export type Database = Opened<Tables>;

/** A server that is gone is noticed, not waited for. */
const QUERY_MILLISECONDS = 10_000;

/**
 * Opens the database of records and brings its tables up to date.
 * @throws Error when it cannot be reached, cannot be written, or was made by a later version
 */
export const openDatabase = (location: Location): Promise<Database> =>
  openTables<Tables>(location, migrations, { name: 'the record store' });

/** A set of tables in a database, which keeps the list of its migrations to itself. */
export interface TableSet {
  /** For messages. */
  readonly name: string;
  /** Begins the names of the tables that list the migrations; Kysely's own names when left out. */
  readonly prefix?: string;
  /** The longest that a query on PostgreSQL may take. */
  readonly queryMilliseconds?: number;
}

/** @throws Error when it cannot be reached, cannot be written, or was made by a later version */
export async function openTables<T>(
  location: Location,
  migrationsFor: (kind: 'sqlite' | 'postgres') => MigrationProvider,
  { name, prefix, queryMilliseconds = QUERY_MILLISECONDS }: TableSet,
): Promise<Opened<T>> {
  const query = new Kysely<T>({ dialect: await dialectOf(location, queryMilliseconds) });
  const { error } = await new Migrator({
    db: query,
    provider: migrationsFor(location.kind === 'postgres' ? 'postgres' : 'sqlite'),
    ...(prefix === undefined
      ? {}
      : { migrationTableName: `${prefix}_migration`, migrationLockTableName: `${prefix}_migration_lock` }),
  }).migrateToLatest();
  if (error !== undefined) {
    await query.destroy();
    throw new Error(`${name} cannot be opened: ${messageOf(error)}`);
  }
  return { query, close: () => query.destroy() };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');

/** Of the drivers, only the one that is used is loaded. */
async function dialectOf(location: Location, queryMilliseconds: number): Promise<Dialect> {
  if (location.kind === 'postgres') {
    const { postgresPool } = await import('./postgres.ts');
    return new PostgresDialect({ pool: postgresPool(location.url, queryMilliseconds) });
  }
  if (location.kind === 'memory') {
    const [{ GenericSqliteDialect }, { openSqlite }] = await Promise.all([
      import('kysely-generic-sqlite'),
      import('./sqlite.ts'),
    ]);
    return new GenericSqliteDialect(() => openSqlite({ file: ':memory:' }));
  }
  const [{ GenericSqliteWorkerDialect }, { createNodeWorkerExecutor }] = await Promise.all([
    import('kysely-generic-sqlite/worker'),
    import('kysely-generic-sqlite/worker-helper-node'),
  ]);
  createPrivately(location.file);
  return new GenericSqliteWorkerDialect(
    createNodeWorkerExecutor({
      worker: () => new Worker(new URL('./sqlite-worker.ts', import.meta.url)),
      data: { file: location.file },
    }),
  );
}
