import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PolicyProblems } from '../server/policies.ts';
import type { Location } from '../store/database.ts';
import { readArguments, type Arguments } from './arguments.ts';
import { chartFiles, type ChartFiles } from './chart-files.ts';
import { evaluateCharts, type ChartThreads, type OnFailure } from './chart-threads.ts';
import { HELP } from './help.ts';
import { Mistake } from './mistake.ts';
import { checkNamed } from './named-order.ts';
import { librariesOf, policyFiles } from './policies.ts';
import type { NewProgress } from './progress.ts';
import { openQueue } from './queue.ts';
import { writeReport } from './report.ts';
import { openRuns, type OpenRuns, type RunStore } from './run-store.ts';
import { settingsFiles } from './settings-files.ts';
import type { RunSettings } from './settings.ts';
import { stage } from './staging.ts';

/** What the command takes from the world around it. */
export interface Surroundings {
  /** The folder that relative paths start from. */
  readonly workingFolder: string;
  /** The current policies. */
  readonly policyFolder: string;
  /** Where interrupted runs are kept. */
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly today: () => string;
  /** Opens what the report is written to: a file by its path, else standard output. */
  readonly output: (path: string | undefined) => Output;
  readonly error: (text: string) => void;
  readonly progress: NewProgress;
  readonly threads: (count: number) => ChartThreads;
  readonly work: (url: string, threads: number) => Promise<void>;
}

export interface Output {
  /** Resolves when more may be written. */
  readonly write: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** @returns the exit code: 0, or 2 for a mistake of the user's */
export async function impactCommand(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await run(argv, surroundings);
    return 0;
  } catch (error) {
    if (!(error instanceof Mistake || error instanceof PolicyProblems)) throw error;
    surroundings.error(`impact: ${error.message}\n`);
    return 2;
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readArguments(argv);
  switch (options.kind) {
    case 'help': {
      const output = surroundings.output(undefined);
      await output.write(HELP);
      await output.end();
      return;
    }
    case 'worker':
      await surroundings.work(databaseUrl(surroundings), options.threads);
      return;
    case 'purge': {
      const count = await purge(options.isQueued, surroundings);
      const output = surroundings.output(undefined);
      await output.write(`${count} stopped ${count === 1 ? 'run' : 'runs'} deleted\n`);
      await output.end();
      return;
    }
    case 'compare':
      await compare(options, surroundings);
  }
}

async function compare(
  options: Extract<Arguments, { kind: 'compare' }>,
  surroundings: Surroundings,
): Promise<void> {
  const { workingFolder, policyFolder, dataFolder, error } = surroundings;
  const url = options.isQueued ? databaseUrl(surroundings) : undefined;
  const charts = chartFiles(options.charts, resolve(workingFolder, options.charts));
  const policies = policyFiles(options.policy, resolve(workingFolder, options.policy), policyFolder);
  const libraries = librariesOf(policies, `--policy ${options.policy}`);
  checkNamed(options.named, libraries.current);
  const settings: RunSettings = {
    ...policies,
    today: options.today ?? surroundings.today(),
    named: options.named,
  };
  const id = runId(settings, charts);
  const place = url === undefined ? scratch(dataFolder, id) : elsewhere(url);
  const runs = await openRuns(place.location);
  const store = runs.run(id);
  const onFailure: OnFailure = ({ name, at }) => {
    error(`impact: the evaluation of a chart failed: ${name} ${at[0] ?? ''}\n`);
  };
  let isOver = false;
  try {
    if ((await store.settings()) !== undefined) error('impact: goes on with the run that was stopped\n');
    await store.begin(settings);
    if (!(await store.isStaged())) await stageFiles(charts, store, surroundings);
    if (url === undefined) await evaluateHere(options.threads, id, settings, store, surroundings, onFailure);
    else await evaluateElsewhere(url, id, runs, surroundings, onFailure);
    const output = surroundings.output(
      options.output === undefined ? undefined : resolve(workingFolder, options.output),
    );
    await writeReport(options.format, store, settings, libraries, charts.others, output.write);
    await output.end();
    isOver = true;
  } catch (reason) {
    // A file that cannot be read to its end cannot be the next time either.
    isOver = reason instanceof Mistake;
    throw reason;
  } finally {
    if (isOver) await store.remove();
    await runs.close();
    if (isOver) place.remove();
  }
}

/** Deletes what stopped runs have left, patients' data among it. @returns how many runs */
async function purge(isQueued: boolean, surroundings: Surroundings): Promise<number> {
  if (!isQueued) {
    const folder = join(surroundings.dataFolder, 'impact');
    const files = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of files) rmSync(join(folder, name));
    return files.filter((name) => name.endsWith('.sqlite')).length;
  }
  const runs = await openRuns({ kind: 'postgres', url: databaseUrl(surroundings) });
  try {
    // Jobs that workers still find for them hold numbers alone, and do nothing.
    const ids = await runs.ids();
    for (const id of ids) await runs.run(id).remove();
    return ids.length;
  } finally {
    await runs.close();
  }
}

/** Where a run is kept while it goes on. */
interface Place {
  readonly location: Location;
  /** Once all of the run is deleted from it, and it is closed. */
  readonly remove: () => void;
}

function scratch(dataFolder: string, id: string): Place {
  const folder = join(dataFolder, 'impact');
  // Patients' data: for this account alone.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${id}.sqlite`);
  return {
    location: { kind: 'sqlite', file },
    remove: () => {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    },
  };
}

const elsewhere = (url: string): Place => ({ location: { kind: 'postgres', url }, remove: () => undefined });

async function stageFiles(
  { files }: ChartFiles,
  store: RunStore,
  { progress: newProgress }: Surroundings,
): Promise<void> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const progress = newProgress('reading   ', size, 0, 'MB');
  try {
    await stage(files, store, progress.advance);
  } finally {
    progress.end();
  }
}

/** The same for the same policies, charts, orders and day: what a stopped run is found by. */
function runId(settings: RunSettings, { files }: ChartFiles): string {
  const of = { settings, files: files.map(({ name, size, changed }) => ({ name, size, changed })) };
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32);
}

function databaseUrl({ databaseUrl: url }: Surroundings): string {
  if (url === undefined) throw new Mistake('DATABASE_URL is missing: the postgres:// URL that workers share');
  return url;
}

/** Charts whose numbers are held at once. */
const PAGE = 512;

async function evaluateHere(
  threadCount: number,
  id: string,
  settings: RunSettings,
  store: RunStore,
  { progress: newProgress, threads: newThreads }: Surroundings,
  onFailure: OnFailure,
): Promise<void> {
  const { charts, evaluated } = await store.counts();
  const progress = newProgress('evaluating', charts, evaluated, 'charts');
  const threads = newThreads(threadCount);
  const files = settingsFiles();
  try {
    const path = files.pathOf(id, settings);
    for (let after = 0; ;) {
      const open = await store.open(after, charts, PAGE);
      const last = open.at(-1);
      if (last === undefined) break;
      await evaluateCharts(open, store, threads, path, progress.advance, onFailure);
      after = last.number;
    }
  } finally {
    progress.end();
    await threads.close();
    files.remove();
  }
}

/** Milliseconds between two looks at what workers have done. */
const LOOK_MILLISECONDS = 1000;

async function evaluateElsewhere(
  url: string,
  id: string,
  runs: OpenRuns,
  { progress: newProgress, error }: Surroundings,
  onFailure: OnFailure,
): Promise<void> {
  const store = runs.run(id);
  const { charts, evaluated } = await store.counts();
  const queue = await openQueue(url, onFailure);
  error('impact: the charts wait for workers: npm run impact -- worker, with the same DATABASE_URL\n');
  const progress = newProgress('evaluating', charts, evaluated, 'charts');
  try {
    await queue.giveUp(runs);
    await queue.send(id, charts, async (after) => (await store.open(after, charts, 1))[0]?.number);
    for (let done = evaluated; done < charts;) {
      await new Promise((looked) => {
        setTimeout(looked, LOOK_MILLISECONDS);
      });
      const count = await store.evaluatedCount();
      progress.advance(count - done);
      done = count;
    }
  } finally {
    progress.end();
    await queue.stop();
  }
}
