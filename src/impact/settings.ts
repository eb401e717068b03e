import type { DataFile } from '../policy/data-files.ts';

/** All that an outcome depends on beside the charts: written down once, so that workers anywhere compare the same. */
export interface RunSettings {
  readonly current: readonly DataFile[];
  readonly changed: readonly DataFile[];
  /** Policies that are compared; null for all of them. */
  readonly policies: readonly string[] | null;
  readonly today: string;
  readonly named: Named;
}

/** What the user names in place of what charts hold; null is left to the chart. */
export interface Named {
  /** Ids of products: each is ordered for every patient, and the orders of the chart do not count. */
  readonly products: readonly string[] | null;
  readonly setting: 'inpatient' | 'outpatient' | null;
  /** Planned infusion date of the named orders. */
  readonly date: string | null;
  /** Id of the payer: a Coverage of this payer stands in place of the chart's. */
  readonly payer: string | null;
  /** Its plan line. */
  readonly plan: string | null;
}
