import { workerData } from 'node:worker_threads';
import { openedAtUse, type Database } from './database.ts';
import { openSqliteDatabase } from './sqlite-database.ts';

/** What runs in the thread of the records' SQLite file. */

export interface Asked {
  readonly name: keyof Database;
  readonly given: readonly unknown[];
}

const database = openedAtUse(() => openSqliteDatabase(workerData as string));

export default async ({ name, given }: Asked): Promise<unknown> =>
  ((await database.use())[name] as (...given: readonly unknown[]) => Promise<unknown>)(...given);
