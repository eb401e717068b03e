import type { DatabaseSync } from 'node:sqlite';
import { createNodeOnMessageCallback } from 'kysely-generic-sqlite/worker-helper-node';
import { openSqlite } from './sqlite.ts';

/**
 * SQLite in a thread of its own: `node:sqlite` is synchronous, and a disk that takes its time to sync must not hold up
 * the answers of calls that need no disk.
 */
createNodeOnMessageCallback<{ file: string }, DatabaseSync>(openSqlite);
