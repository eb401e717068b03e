import { readFileSync } from 'node:fs';
import { errorPlace } from '../server/errors.ts';
import { chartOutcome, FAILED, type ChartOutcome, type ChartText } from './chart-evaluation.ts';
import { librariesOf, type Libraries } from './policies.ts';
import type { RunSettings } from './settings.ts';

/** What runs in each of the threads that evaluate charts. */

export interface ChartTask {
  /** Path of a file with the `RunSettings`: each thread reads it once. */
  readonly settings: string;
  readonly chart: ChartText;
}

export interface ChartDone {
  /** `Patient/id`. */
  readonly patient: string;
  readonly outcome: ChartOutcome;
  /** Where the program failed, when it did: without data. */
  readonly failure?: ReturnType<typeof errorPlace>;
}

let known:
  { readonly path: string; readonly settings: RunSettings; readonly libraries: Libraries } | undefined;

export default async function evaluate({ settings: path, chart }: ChartTask): Promise<ChartDone> {
  if (known?.path !== path) {
    const settings = JSON.parse(readFileSync(path, 'utf8')) as RunSettings;
    known = { path, settings, libraries: librariesOf(settings, 'the policies of this run') };
  }
  try {
    return await chartOutcome(chart, known.libraries, known.settings);
  } catch (error) {
    return {
      patient: `Patient/${chart.patient ?? ''}`,
      outcome: { orders: [], left: [{ reason: FAILED }] },
      failure: errorPlace(error),
    };
  }
}
