import type { CriterionResult } from './criteria.ts';
import type { Decision, Determination } from './determination.ts';
import type { Evidence, Needs, Searched } from './result.ts';
import type { InForce, NotApplicable } from '../policy/applicable.ts';
import type { Requirement } from '../policy/policy.ts';

/** A determination in plain words: one vocabulary for cards, the command line and the page. */

export const STATUS_WORDS: Readonly<Record<CriterionResult['status'], string>> = {
  met: 'met',
  'not-met': 'not met',
  unknown: 'open',
  'not-applicable': 'does not apply',
};

/** What is open about a criterion, and who can close it. */
export const NEEDS_WORDS: Readonly<Record<Needs, string>> = {
  documentation: 'a record is missing that the treating team can supply',
  attestation: 'the treating clinician must state it',
  review: 'a person must review it',
  'data-access': 'part of the chart could not be read: try again or send the records',
};

export const statusWords = ({ status, needs }: CriterionResult): string =>
  status === 'unknown'
    ? `${STATUS_WORDS.unknown}, ${NEEDS_WORDS[needs ?? 'documentation']}`
    : STATUS_WORDS[status];

export const REQUIREMENT_WORDS: Readonly<Record<Requirement, string>> = {
  required: 'Prior authorization required',
  'not-required': 'No prior authorization required',
  unknown: 'Prior authorization may be required',
};

/** The payer's authorization in a sentence. */
export const authorizationWords = (authorization: Determination['authorization']): string =>
  authorization === undefined
    ? ''
    : `The payer has authorized it: number ${authorization.number}, from ${authorization.start} to ${authorization.end}.`;

export const DISCLAIMER = 'Decision support, not a guarantee of coverage.';

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
    ...(date === undefined ? [] : [dayWords(date)]),
    ...(note === undefined ? [] : [note]),
  ].join(', ');
}

/** The day, or both days of a period that is longer than one. */
export const dayWords = (date: string): string => {
  const days = date.replaceAll(/T[^/]*/g, '');
  const [start, end] = days.split('/');
  return start === end && start !== undefined ? start : days;
};

/** False for what was found and decides nothing. */
export const isDecisive = ({ decides }: Evidence): boolean => decides !== false;

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

const RESOURCE_WORDS: Readonly<Record<string, string>> = {
  Patient: 'the patient’s own data',
  Encounter: 'the encounter',
  Condition: 'diagnoses',
  Observation: 'results and observations',
  Procedure: 'procedures',
  MedicationRequest: 'medication orders',
  MedicationAdministration: 'administered medications',
  MedicationStatement: 'medication history',
  MedicationDispense: 'dispensed medications',
  DiagnosticReport: 'diagnostic reports',
  DocumentReference: 'documents',
  ServiceRequest: 'service orders',
  CarePlan: 'care plans',
  EpisodeOfCare: 'episodes of care',
  QuestionnaireResponse: 'questionnaire answers',
};

/** The parts of the chart that open criteria lack, by reason: `diagnoses, procedures (in part): timed out …`. */
export function unreadWords(criteria: readonly CriterionResult[]): readonly string[] {
  const parts = new Map<string, Set<string>>();
  for (const { needs, searched } of leaves(criteria)) {
    if (needs !== 'data-access') continue;
    for (const { resourceType, status, reason = 'no reason is known' } of searched) {
      if (status === undefined) continue;
      const words = RESOURCE_WORDS[resourceType] ?? resourceType;
      const listed = parts.get(reason) ?? new Set();
      parts.set(reason, listed.add(status === 'incomplete' ? `${words} (in part)` : words));
    }
  }
  return [...parts].map(([reason, listed]) => `${[...listed].join(', ')}: ${reason}`);
}

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

/** Why a CAR-T order got no determination. */
export type UngovernedReason = 'no-coverage' | 'other-patient' | 'unread-payer' | NotApplicable['reason'];

/** A clause to follow the product, and the same as a sentence. @param payer its name, fit for where it is shown */
export function ungovernedWords(
  reason: UngovernedReason,
  payer: string,
  periods: readonly InForce[] | undefined,
  because?: string,
): { readonly clause: string; readonly sentence: string } {
  switch (reason) {
    case 'no-coverage':
      return {
        clause: 'no active coverage was found for the date of service',
        sentence: 'No Coverage of the patient is active on the date of service.',
      };
    case 'other-patient':
      return {
        clause: 'the order is for another patient',
        sentence: 'The subject of the order is not the patient of this call; it was not evaluated.',
      };
    case 'unread-payer':
      return {
        clause: 'who pays could not be read',
        sentence: 'The payor of the Coverage could not be read.',
      };
    case 'unknown-payer':
      return {
        clause: `no policy of ${payer} is on file`,
        sentence: `The payer ${payer} is not one whose policies are on file here.`,
      };
    case 'no-policy-for-product':
      return {
        clause: `no policy of ${payer} lists it`,
        sentence: `No policy of ${payer} on file lists this product.`,
      };
    case 'other-plan-line':
      return {
        clause: `no policy of ${payer} on file applies to this plan`,
        sentence: because ?? `The policies of ${payer} on file are for other plan lines than this coverage.`,
      };
    case 'not-in-force':
      return {
        clause: `the policy of ${payer} is not in force on the date of service`,
        sentence: `No version of the policy of ${payer} is in force on the date of service. On file: ${inForceWords(periods ?? [])}.`,
      };
  }
}

const inForceWords = (periods: readonly InForce[]): string =>
  periods
    .map(({ effective, until }) => (until === undefined ? `from ${effective}` : `${effective} to ${until}`))
    .join(', ');

/** What follows for an order without a determination. */
/** Stands where coverage information cannot: it may not go without an assertion id, nor with one that nobody finds again. */
export const UNRECORDED =
  'This answer could not be recorded: it has no assertion id, and the order gets no coverage information. Ask again before the request goes to the payer.';
export const UNDETERMINED = 'Whether prior authorization is required was not determined; ask the payer.';
