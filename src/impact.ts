import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createChartThreads } from './impact/chart-threads.ts';
import { impactCommand, type Output } from './impact/command.ts';
import { barOn } from './impact/progress.ts';
import { runWorker } from './impact/worker.ts';
import { createLogger } from './server/log.ts';
import { locationOf } from './store/location.ts';
import { today } from './today.ts';

/** `npm run impact`: what a changed policy would change, over many charts. */

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** The report names patients: a file of it is for this account alone. */
function output(path: string | undefined): Output {
  const stream = path === undefined ? process.stdout : createWriteStream(path, { mode: 0o600 });
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain');
    },
    async end() {
      if (stream === process.stdout) return;
      stream.end();
      await finished(stream);
    },
  };
}

const { DATA_FOLDER = '', INIT_CWD, npm_lifecycle_event: script } = process.env;
const location = locationOf(process.env);

try {
  if ('problems' in location) throw new Error(location.problems.join('; '));
  process.exitCode = await impactCommand(process.argv.slice(2), {
    // npm runs a script in the package's folder, wherever it was called.
    workingFolder: script === 'impact' && INIT_CWD !== undefined ? INIT_CWD : process.cwd(),
    policyFolder: fileURLToPath(new URL('../cds-services', import.meta.url)),
    dataFolder: DATA_FOLDER === '' ? 'data' : DATA_FOLDER,
    databaseUrl: location.kind === 'postgres' ? location.url : undefined,
    today,
    output,
    error: (text) => process.stderr.write(text),
    progress: barOn(process.stderr),
    threads: createChartThreads,
    work: (url, threads) => {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          stop.abort();
        });
      return runWorker(url, threads, createLogger('info'), stop.signal);
    },
  });
} catch (error) {
  process.stderr.write(`impact: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exitCode = 1;
}
