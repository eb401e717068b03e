import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { errorPlace } from '../server/errors.ts';
import { LONGEST_LINE } from './chart-files.ts';
import { FAILED, type ChartText } from './chart-evaluation.ts';
import type { ChartDone, ChartTask } from './chart-thread.ts';
import type { EvaluatedChart, OpenChart, RunStore } from './run-store.ts';

/** Threads that evaluate charts; each holds one at a time. */
export interface ChartThreads {
  readonly count: number;
  /** @param settings path of a file with the settings of the run */
  readonly evaluate: (settings: string, chart: ChartText) => Promise<ChartDone>;
  readonly close: () => Promise<void>;
}

export function createChartThreads(count: number): ChartThreads {
  const pool = new Piscina<ChartTask, ChartDone>({
    filename: fileURLToPath(new URL('./chart-thread.ts', import.meta.url)),
    minThreads: count,
    maxThreads: count,
    recordTiming: false,
  });
  return {
    count,
    evaluate: (settings, chart) => pool.run({ settings, chart }),
    close: () => pool.close(),
  };
}

/** Where the evaluation of a chart failed, without data. */
export type OnFailure = (failure: ReturnType<typeof errorPlace>) => void;

/** Outcomes that are written together: what is evaluated again after a stop. */
const WRITTEN_TOGETHER = 8;

/**
 * Evaluates charts and keeps what comes out. One more chart is read than there are threads, so that none waits for the
 * database: that is what is held in memory.
 */
export async function evaluateCharts(
  charts: readonly OpenChart[],
  store: RunStore,
  threads: ChartThreads,
  settings: string,
  onDone: (count: number) => void,
  onFailure: OnFailure,
): Promise<void> {
  const waiting = charts.values();
  let done: EvaluatedChart[] = [];
  const write = async (): Promise<void> => {
    const written = done;
    done = [];
    if (written.length > 0) await store.keep(written);
    onDone(written.length);
  };
  const lane = async (): Promise<void> => {
    // The lanes share the iterator: each takes what none has taken.
    for (const { number, size } of waiting) {
      const evaluated = size > LONGEST_LINE ? TOO_LARGE : await evaluate(number);
      if (evaluated.failure !== undefined) onFailure(evaluated.failure);
      done.push({ number, patient: evaluated.patient, outcome: evaluated.outcome });
      if (done.length >= WRITTEN_TOGETHER) await write();
    }
  };
  const evaluate = async (number: number): Promise<ChartDone> => {
    const chart = await store.chart(number);
    return threads.evaluate(settings, chart).catch((error: unknown) => failed(chart, error));
  };
  await Promise.all(Array.from({ length: threads.count + 1 }, lane));
  await write();
}

const TOO_LARGE: ChartDone = {
  patient: '',
  outcome: { orders: [], left: [{ reason: 'the chart is larger than any that is evaluated' }] },
};

/** A thread that ended, or policies that it could not read. */
const failed = ({ patient }: ChartText, error: unknown): ChartDone => ({
  patient: `Patient/${patient ?? ''}`,
  outcome: { orders: [], left: [{ reason: FAILED }] },
  failure: errorPlace(error),
});
