import { PgBoss } from 'pg-boss';
import { errorPlace } from '../server/errors.ts';
import { FAILED } from './chart-evaluation.ts';
import type { OnFailure } from './chart-threads.ts';
import type { OpenRuns } from './run-store.ts';

/**
 * The work of a run as jobs in PostgreSQL, which workers anywhere take. A job is a range of chart numbers: no data of
 * patients is in it. What a worker has not finished when it ends is given to another one.
 */

export interface RangeJob {
  readonly run: string;
  /** After this number. */
  readonly after: number;
  /** Up to this one. */
  readonly to: number;
}

const QUEUE = 'charts';
/** Where a job goes that no worker could finish. */
const GIVEN_UP = 'charts-given-up';
const CHARTS_OF_A_JOB = 16;
/** A worker says that it is alive twice in this time; pg-boss takes no less. */
const HEARTBEAT_SECONDS = 10;
const RETRIES = 4;
/** Jobs that are sent at once. */
const SENT_TOGETHER = 1000;

export interface Queue {
  /** Sends what is open of the charts from 1 to `charts`; what is sent already is not sent again. */
  readonly send: (
    run: string,
    charts: number,
    openAfter: (after: number) => Promise<number | undefined>,
  ) => Promise<void>;
  /** Takes jobs until it is stopped, `atOnce` of them beside each other. */
  readonly work: (evaluate: (job: RangeJob) => Promise<void>) => Promise<void>;
  /** Marks the charts of jobs that were given up. */
  readonly giveUp: (runs: OpenRuns) => Promise<void>;
  /** Ends after the jobs that are under way. */
  readonly stop: () => Promise<void>;
}

/** @throws Error when PostgreSQL cannot be reached */
export async function openQueue(url: string, onFailure: OnFailure): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'impact_queue',
    application_name: 'cartograph impact',
    max: 4,
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', (error) => {
    onFailure(errorPlace(error));
  });
  await boss.start();
  await boss.createQueue(GIVEN_UP);
  await boss.createQueue(QUEUE, {
    // One job for a range, waiting or under way.
    policy: 'exclusive',
    heartbeatSeconds: HEARTBEAT_SECONDS,
    retryLimit: RETRIES,
    deadLetter: GIVEN_UP,
  });
  return {
    async send(run, charts, openAfter) {
      let jobs: { readonly data: RangeJob; readonly singletonKey: string }[] = [];
      const flush = async (): Promise<void> => {
        await boss.insert(QUEUE, jobs);
        jobs = [];
      };
      for (let after = 0; after < charts; after += CHARTS_OF_A_JOB) {
        const open = await openAfter(after);
        if (open === undefined) break;
        // The range that holds the next open chart: those before it are done.
        after = Math.floor((open - 1) / CHARTS_OF_A_JOB) * CHARTS_OF_A_JOB;
        const to = Math.min(after + CHARTS_OF_A_JOB, charts);
        jobs.push({ data: { run, after, to }, singletonKey: `${run} ${after}` });
        if (jobs.length >= SENT_TOGETHER) await flush();
      }
      if (jobs.length > 0) await flush();
    },
    async work(evaluate) {
      await boss.work<RangeJob>(QUEUE, { pollingIntervalSeconds: 0.5 }, async (jobs) => {
        for (const { data } of jobs) await evaluate(data);
      });
    },
    async giveUp(runs) {
      await boss.work<RangeJob>(GIVEN_UP, { pollingIntervalSeconds: 0.5 }, async (jobs) => {
        for (const { data } of jobs) {
          const store = runs.run(data.run);
          const open = await store.open(data.after, data.to, data.to - data.after);
          const outcome = { orders: [], left: [{ reason: FAILED }] };
          await store.keep(open.map(({ number }) => ({ number, patient: '', outcome })));
        }
      });
    },
    stop: () => boss.stop({ graceful: true, close: true, timeout: 60_000 }),
  };
}
