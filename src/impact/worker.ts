import type { Logger } from 'pino';
import { createChartThreads, evaluateCharts } from './chart-threads.ts';
import { openQueue } from './queue.ts';
import { openRuns } from './run-store.ts';
import { settingsFiles } from './settings-files.ts';

/**
 * `npm run impact -- worker`: evaluates charts of any run until `signal` says that it is to end; then it finishes what it
 * has begun. The log holds numbers of charts, never a patient.
 */
export async function runWorker(
  url: string,
  threadCount: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const runs = await openRuns({ kind: 'postgres', url });
  const threads = createChartThreads(threadCount);
  const files = settingsFiles();
  const queue = await openQueue(url, (failure) => {
    logger.error(failure, 'the queue failed');
  });
  try {
    await queue.work(async ({ run, after, to }) => {
      const store = runs.run(run);
      const settings = await store.settings();
      // A run that was finished or given up has nothing left to evaluate.
      if (settings === undefined) return;
      const started = performance.now();
      const open = await store.open(after, to, to - after);
      await evaluateCharts(
        open,
        store,
        threads,
        files.pathOf(run, settings),
        () => undefined,
        (failure) => {
          logger.error(failure, 'the evaluation of a chart failed');
        },
      );
      const milliseconds = Math.round(performance.now() - started);
      logger.info(
        { run: run.slice(0, 12), after, to, charts: open.length, milliseconds },
        'charts evaluated',
      );
    });
    logger.info({ threads: threads.count }, 'waiting for charts');
    if (!signal.aborted)
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
    logger.info('stopping');
  } finally {
    await queue.stop();
    await threads.close();
    await runs.close();
    files.remove();
  }
}
