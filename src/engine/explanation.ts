import type { CriterionResult } from './criteria.ts';
import type { Decision } from './determination.ts';
import type { Evidence, Needs, Searched } from './result.ts';

/** A determination in plain words: one vocabulary for cards, the command line and the page. */

/** What is open about a criterion, and who can close it. */
export const NEEDS_WORDS: Readonly<Record<Needs, string>> = {
  documentation: 'open, a record is missing that the treating team can supply',
  attestation: 'open, the treating clinician must state it',
  review: 'open, a person must review it',
  'data-access': 'open, part of the chart could not be read: try again or send the records',
};

export function statusWords({ status, needs }: CriterionResult): string {
  switch (status) {
    case 'met':
      return 'met';
    case 'not-met':
      return 'not met';
    case 'not-applicable':
      return 'does not apply';
    case 'unknown':
      return NEEDS_WORDS[needs ?? 'documentation'];
  }
}

export function decisionWords(decision: Decision, otherwise: string): string {
  switch (decision) {
    case 'criteria-met':
      return 'The chart meets all criteria of the policy.';
    case 'documentation-needed':
      return 'The chart does not yet show all that the policy asks for.';
    case 'criteria-not-met':
      return `The chart shows that a criterion is not met; the policy then calls the therapy ${otherwise}.`;
    case 'no-covered-indication':
      return `The confirmed diagnosis is none that the policy covers for this product; the policy then calls the therapy ${otherwise}.`;
  }
}

/** `Condition/b-all: Acute lymphoblastic leukemia, in relapse (C91.02), 2026-01-10`. */
export function evidenceWords({ reference, value, display, date, note }: Evidence): string {
  const what = display === undefined ? value : value === '' ? display : `${display} (${value})`;
  return [
    `${reference}: ${what}`,
    // The day is enough for a reader.
    ...(date === undefined ? [] : [date.replaceAll(/T[^/]*/g, '')]),
    ...(note === undefined ? [] : [note]),
  ].join(', ');
}

/** `12 Procedure, 3 Condition (could not be read: timed out)`. */
export const searchedWords = (searched: readonly Searched[]): string =>
  searched
    .map(({ resourceType, count, status, reason }) => {
      if (status === undefined) return `${count} ${resourceType}`;
      const why = reason === undefined ? '' : `: ${reason}`;
      switch (status) {
        case 'failed':
          return `${resourceType} (could not be read${why})`;
        case 'not-asked':
          return `${resourceType} (not available${why})`;
        case 'incomplete':
          return `${count} ${resourceType} (incomplete${why})`;
      }
    })
    .join(', ');

/** The criteria at the ends of the tree. */
export const leaves = (criteria: readonly CriterionResult[]): readonly CriterionResult[] =>
  criteria.flatMap((criterion) =>
    criterion.criteria.length === 0 ? [criterion] : leaves(criterion.criteria),
  );

/**
 * What is still open, one item each, as the top-level criteria collect it: of alternatives only the one that the chart
 * supports. A criterion that names nothing counts as one item.
 */
export const openItems = (criteria: readonly CriterionResult[]): readonly string[] => [
  ...new Set(
    criteria
      .filter(({ status, needs }) => status === 'unknown' && needs !== 'data-access')
      .flatMap(({ missing, title }) => (missing.length === 0 ? [title] : missing.map(({ what }) => what))),
  ),
];
