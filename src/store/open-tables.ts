import { Kysely, type Dialect } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';

export interface Opened<T> {
  readonly query: Kysely<T>;
  readonly close: () => Promise<void>;
}

/** A set of tables in a database, which keeps the list of its migrations to itself. */
export interface TableSet {
  /** For messages. */
  readonly name: string;
  /** Begins the names of the tables that list the migrations; Kysely's own names when left out. */
  readonly prefix?: string;
}

/**
 * A database with its tables brought up to date.
 * @throws Error when it cannot be reached, cannot be written, or was made by a later version
 */
export async function openTables<T>(
  dialect: Dialect,
  provider: MigrationProvider,
  { name, prefix }: TableSet,
): Promise<Opened<T>> {
  const query = new Kysely<T>({ dialect });
  const { error } = await new Migrator({
    db: query,
    provider,
    ...(prefix === undefined
      ? {}
      : { migrationTableName: `${prefix}_migration`, migrationLockTableName: `${prefix}_migration_lock` }),
  }).migrateToLatest();
  if (error !== undefined) {
    await query.destroy();
    throw cannotBeOpened(name, error);
  }
  return { query, close: () => query.destroy() };
}

export const cannotBeOpened = (name: string, error: unknown): Error =>
  new Error(`${name} cannot be opened: ${error instanceof Error ? error.message : 'unknown error'}`);
