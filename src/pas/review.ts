import type { Determination } from '../engine/determination.ts';
import { decisionWords, openItems, STATUS_WORDS, statusWords } from '../engine/explanation.ts';
import { concept, X12_REVIEW_ACTION } from './codes.ts';

/** What a payer says of one line of a request. */
export interface LineReview {
  /** `item.sequence` of the Claim. */
  readonly sequence: number;
  readonly action: ReviewAction;
  /** Why, criterion by criterion. */
  readonly reasons: readonly string[];
}

export type ReviewAction = keyof typeof ACTIONS;

/** HCR01 (X12 306), as PAS prints them; `NA` by public tables of X12 278. */
export const ACTIONS = {
  certified: concept(X12_REVIEW_ACTION, 'A1', 'Certified in total'),
  'not-certified': concept(X12_REVIEW_ACTION, 'A3', 'Not Certified'),
  pended: concept(X12_REVIEW_ACTION, 'A4', 'Pending'),
  'not-required': concept(X12_REVIEW_ACTION, 'NA', 'No Action Required'),
} as const;

/** The action that asks most of the sender stands for several policies. */
const PRESSING: readonly ReviewAction[] = ['not-certified', 'pended', 'certified', 'not-required'];

/**
 * A line's review by the determinations of its order: certified where every criterion is met, not certified where one is
 * not or where no indication of the policy fits, otherwise pended.
 * @param otherwise what the policies say of a therapy that they do not cover
 * @param ungoverned why there is no determination
 * @param against what keeps the line from being decided by them, in sentences: it asks for another thing than the order
 */
export function reviewOf(
  sequence: number,
  determinations: readonly { readonly determination: Determination; readonly otherwise: string }[],
  ungoverned: readonly string[],
  against: readonly string[],
): LineReview {
  if (determinations.length === 0)
    return {
      sequence,
      action: 'pended',
      reasons: [...against, ...ungoverned, 'No policy on file decides this; a person must.'],
    };
  const actions = determinations.map(({ determination }) => actionOf(determination));
  const decided = PRESSING.find((action) => actions.includes(action)) ?? 'pended';
  return {
    sequence,
    action: against.length > 0 ? 'pended' : decided,
    reasons: [
      ...against,
      ...determinations.flatMap(({ determination, otherwise }) => reasonsOf(determination, otherwise)),
    ],
  };
}

function actionOf({ decision, priorAuthorization }: Determination): ReviewAction {
  if (priorAuthorization === 'not-required') return 'not-required';
  switch (decision) {
    case 'criteria-met':
      return 'certified';
    case 'criteria-not-met':
    case 'no-covered-indication':
      return 'not-certified';
    case 'documentation-needed':
      return 'pended';
  }
}

function reasonsOf(
  { policy, decision, criteria, alternatives, anomalies }: Determination,
  otherwise: string,
): readonly string[] {
  const shown = criteria.length > 0 ? criteria : (alternatives?.[0]?.criteria ?? []);
  return [
    `${policy.id} ${policy.version}: ${decisionWords(decision, otherwise)}`,
    ...shown.map((criterion) => {
      const { id, title, status, needs } = criterion;
      const missing = openItems([criterion]);
      // What a person must look at is mostly the payer's own text: it says what of it.
      const notes =
        needs === 'review'
          ? anomalies.filter((anomaly) => anomaly.criteria.some((of) => of.startsWith(id)))
          : [];
      return [
        `${id} (${title}): ${status === 'unknown' ? statusWords(criterion) : STATUS_WORDS[status]}.`,
        ...(status === 'unknown' && missing.length > 0 ? [`Missing: ${missing.join('; ')}.`] : []),
        ...notes.map(({ text }) => text),
      ].join(' ');
    }),
  ];
}
