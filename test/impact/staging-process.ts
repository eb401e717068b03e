import { stage } from '../../src/impact/staging.ts';
import { openRuns } from '../../src/impact/run-store.ts';
import { chartFiles } from '../../src/impact/chart-files.ts';

/** Sorts the lines of a file by chart, and prints how many charts that makes. Arguments: the file, the SQLite file. */
const [charts = '', file = ''] = process.argv.slice(2);
const runs = await openRuns({ kind: 'sqlite', file });
const store = runs.run('run');
await stage(chartFiles(charts, charts).files, store, () => undefined);
const { charts: count, unreadLines } = await store.counts();
process.stdout.write(`${count} charts, ${unreadLines} lines not read\n`);
await runs.close();
