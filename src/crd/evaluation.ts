import type { Chart } from '../fhir/chart.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { Determination, GovernedOrder } from '../engine/determination.ts';
import type { UngovernedReason } from '../engine/explanation.ts';
import type { InForce, ReadCoverage } from '../policy/applicable.ts';
import type { Indication } from '../policy/policy.ts';
import type { Product } from '../policy/vocabulary.ts';
import type { HookOrder } from './order.ts';

/** A CAR-T order that got no determination, and why: never passed over in silence. */
export interface Ungoverned {
  readonly order: string;
  readonly product: Product | null;
  readonly reason: UngovernedReason;
  readonly coverage: ReadCoverage | undefined;
  /** With `other-plan-line`: why the policy leaves the line out, where it says so. */
  readonly because?: string | undefined;
  /** With `not-in-force`: when the versions on file are in force. */
  readonly periods: readonly InForce[] | undefined;
}

/** A determination with what it was made of. */
export interface Determined {
  readonly determination: Determination;
  readonly governed: GovernedOrder;
  /** The order as the client sent it. */
  readonly order: HookOrder;
  /** Where this product is not covered: others that the same policy names for the diagnosis, and that nothing speaks against. */
  readonly alternates: readonly Alternate[];
  /** References of the treatment and the course of the disease that its findings were placed in time by. */
  readonly course: () => readonly string[];
}

export interface Alternate {
  readonly product: Product;
  readonly indication: Indication;
}

/** An order that made the evaluation throw: a failure of ours, which must not hurt the other orders. */
export interface Failed {
  readonly order: HookOrder;
  readonly error: unknown;
  /** Known when the failure came after the policy was found. */
  readonly governed: GovernedOrder | undefined;
}

export interface Evaluation {
  readonly determinations: readonly Determined[];
  readonly ungoverned: readonly Ungoverned[];
  readonly failed: readonly Failed[];
  /** Orders whose drug is in a Medication that could not be read: nobody can say whether they are CAR-T. */
  readonly unreadOrders: readonly string[];
  /** Every order that the hook asks about, CAR-T or not. */
  readonly orders: readonly HookOrder[];
  /** Orders that the hook names, that nobody sent and that could not be read. */
  readonly lostOrders: readonly string[];
  /** The patient's Coverages by their `order`; undefined when no order asked for them, or they could not be read. */
  readonly coverages: readonly HeldCoverage[] | undefined;
  /** The chart, when an order is governed. */
  readonly chart: Chart | undefined;
  /** Resources that were sent ahead or queried, without the orders; counted where a CAR-T order was looked into. */
  readonly accessed: readonly Accessed[];
}

export interface Accessed {
  readonly type: string;
  readonly count: number;
  /** True when they were sent ahead. */
  readonly prefetch: boolean;
}

/** A Coverage of the patient, as read and as sent. */
export interface HeldCoverage {
  readonly read: ReadCoverage;
  readonly resource: JsonObject;
}

/** How the caller is to be answered, beside what it asks. */
export interface EvaluationOptions {
  /** The caller is a CRD client of a payer: every order needs an answer, so the Coverages are always read. */
  readonly isPayerEndpoint: boolean;
  /**
   * QuestionnaireResponses that were sent in for the patient: they stand beside the chart's. Asked once an order is
   * governed; where they cannot be had, the chart's responses count as read in part.
   */
  readonly answers?: () => Promise<readonly JsonObject[]>;
  /** Called where an evaluation becomes costly, with what it is about to do; may throw to stop it there. */
  readonly checkpoint?: (next: Costly) => void;
  /** Does one of the steps that take their time, and measures it. */
  readonly step?: Step;
  /** Why the chart is not read, where it is not to be: each of its types counts as failed. */
  readonly chartUnread?: string;
}

export type Step = <T>(name: 'gather' | 'determine', work: () => T) => T;

/** CAR-T orders to look into, or determinations to make over a chart. */
export interface Costly {
  readonly kind: 'car-t-orders' | 'determinations';
  readonly count: number;
}

/** Data without which nothing can be said of an order: 412 (CDS Hooks, "Prefetch"). */
export class MissingData extends Error {}
