import { Worker } from 'node:worker_threads';
import { PostgresDialect, type Dialect } from 'kysely';
import type { Location } from './database.ts';
import { createPrivately } from './file-rights.ts';

/**
 * How Kysely speaks to a database. Of the drivers, only the one that is used is loaded. A SQLite file has a thread of its
 * own, which runs one statement after another as this one sends them.
 * @param queryMilliseconds the longest that a query on PostgreSQL may take: a server that is gone is noticed, not waited for
 */
export async function dialectOf(location: Location, queryMilliseconds: number): Promise<Dialect> {
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
