import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Database } from './database.ts';
import type { Asked } from './sqlite-thread.ts';

/**
 * SQLite in a thread of its own: `node:sqlite` is synchronous, and a disk that takes its time to sync must not hold up
 * the answers of calls that need no disk.
 * @throws Error when the file cannot be opened
 */
export async function openThreadedDatabase(file: string): Promise<Database> {
  const pool = new Piscina<Asked, unknown>({
    filename: fileURLToPath(new URL('./sqlite-thread.ts', import.meta.url)),
    workerData: file,
    minThreads: 1,
    maxThreads: 1,
    // One after another, but none waits here for the answer to another.
    concurrentTasksPerWorker: 1000,
    atomics: 'disabled',
    recordTiming: false,
  });
  const ask =
    <Name extends keyof Database>(name: Name): Database[Name] =>
    (...given: readonly unknown[]) =>
      pool.run({ name, given }) as Promise<never>;
  const check = ask('check');
  try {
    await check();
  } catch (error) {
    await pool.destroy();
    throw error;
  }
  const close = ask('close');
  return {
    commit: ask('commit'),
    use: ask('use'),
    page: ask('page'),
    determination: ask('determination'),
    card: ask('card'),
    answers: ask('answers'),
    answersOf: ask('answersOf'),
    allAnswersOf: ask('allAnswersOf'),
    payerAnswers: ask('payerAnswers'),
    forgetTokens: ask('forgetTokens'),
    find: ask('find'),
    purge: ask('purge'),
    check,
    async close() {
      await close();
      await pool.destroy();
    },
  };
}
