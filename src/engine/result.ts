import type { DateInterval } from '../fhir/date.ts';
import type { OrderedQuantity } from '../fhir/ordered-quantity.ts';
import type { Span } from './exposure.ts';
import type { Missing } from '../policy/fact.ts';
import type { Product } from '../policy/vocabulary.ts';

/** What an unknown needs before it can be decided, the most pressing first (`determination.md`). */
export const NEEDS = ['data-access', 'review', 'documentation', 'attestation'] as const;
export type Needs = (typeof NEEDS)[number];

export const mostPressing = (needs: readonly Needs[]): Needs =>
  NEEDS.find((item) => needs.includes(item)) ?? 'documentation';

/** One datum of one resource that speaks for or against a criterion. */
export interface Evidence {
  readonly reference: string;
  /** FHIR path of the element: `Condition.code`. */
  readonly path: string;
  /** As the chart has it. */
  readonly value: string;
  /** What the value says in words, where it is a code. */
  readonly display?: string;
  /** As the chart has it. */
  readonly date?: string;
  /** Why it does not decide, or what it was compared with. */
  readonly note?: string;
  /** On what was found and decides nothing here: a sign, what is outdated, what could not be used. */
  readonly decides?: false;
}

/** How much of a resource type was looked through. `status` stands only where it was not all of it. */
export interface Searched {
  readonly resourceType: string;
  readonly count: number;
  readonly status?: 'incomplete' | 'failed' | 'not-asked';
  readonly reason?: string;
}

/** The order as the engine sees it, whatever resource and hook it came by. */
export interface PlannedOrder {
  readonly reference: string;
  /**
   * What a payer's record may know the order by: its reference and those of the orders that it continues or replaces
   * (`Type/id`), and its identifiers (`system|value`).
   */
  readonly knownAs: { readonly references: readonly string[]; readonly identifiers: readonly string[] };
  /** Null when the order is for CAR-T but names no product. */
  readonly product: Product | null;
  /** The planned infusion date and the element it was read from. */
  readonly planned: { readonly date: DateInterval; readonly from: string } | null;
  /** True when the order states a date that cannot be read: today does not stand in for it. */
  readonly statesUnreadableDate: boolean;
  readonly authored: DateInterval | null;
  readonly setting: Setting;
  /** How much is ordered, where the order says it. */
  readonly quantity: OrderedQuantity | undefined;
  /** Answers of payers that the order refers to (`insurance`), as `ClaimResponse/id`. */
  readonly authorizations: readonly string[];
  /** The order's reason, as the codes that it or the Conditions it refers to carry. */
  readonly reason: { readonly concepts: readonly unknown[]; readonly references: readonly string[] };
}

export interface Setting {
  readonly value: 'inpatient' | 'outpatient' | 'unknown';
  readonly evidence: readonly Evidence[];
  /** True when the record that says it could not be read. */
  readonly isUnread: boolean;
}

/** The answer to a fact: true, false or unknown, with what was found and where it was looked for. */
export interface Answer {
  readonly truth: boolean | null;
  /** On null only. `undefined`: nothing decisive was found. */
  readonly needs: Needs | undefined;
  /** True when a source failed or was cut short: nothing may be decided, by the chart or by an answer. */
  readonly isBroken?: boolean;
  /** True when the chart holds what is asked for but for its date: an answer to the contrary is not taken alone. */
  readonly isContested?: boolean;
  readonly evidence: readonly Evidence[];
  readonly missing: readonly Missing[];
  readonly searched: readonly Searched[];
  /** On true: the days on which what says so took place, one span for each finding. */
  readonly dates?: readonly Span[];
}

/** The note of evidence that decides nothing, where there is no other. */
export const SHOWN_ALONE = 'shown to the reader; it does not decide';

/** Evidence that is shown to the reader and decides nothing. @param note why; its own where it has one already */
export const aside = (evidence: Evidence, note?: string): Evidence => ({
  ...evidence,
  ...(note === undefined ? {} : { note }),
  decides: false,
});

/** The same datum is named once, however many retrieves found it; a decisive reading stands before a sign. */
export function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Map<string, Evidence>();
  for (const item of evidence) {
    const key = `${item.reference} ${item.path} ${item.value}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
