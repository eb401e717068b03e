import type { CriterionResult } from '../engine/criteria.ts';
import { asksForProduct, type Determination } from '../engine/determination.ts';
import { isAuthorized } from '../engine/granted.ts';
import { mostPressing } from '../engine/result.ts';
import type { Policy } from '../policy/policy.ts';
import { TEMP_CODES, type WireVersion } from './wire-version.ts';

/** What an outcome says in codes: one row of the decision table of `crd.md` 5.2. */
export interface OutcomeCodes {
  readonly covered: string;
  readonly paNeeded?: string;
  readonly docNeeded?: string;
  readonly docPurpose?: string;
  readonly infoNeeded?: string;
  /** A code for the reason; the words come from the determination. */
  readonly reason?: { readonly system: string; readonly code: string };
  /** A detail that is true of it. */
  readonly detail?: string;
}

const temp = (code: string): NonNullable<OutcomeCodes['reason']> => ({ system: TEMP_CODES, code });

type Row = Readonly<Record<WireVersion, OutcomeCodes>>;
const same = (codes: OutcomeCodes): Row => ({ '2.0': codes, '2.1': codes, '2.2': codes });
/** Rows that 2.2 has codes of its own for; 2.1 has those of 2.0. */
const since22 = (before: OutcomeCodes, after: OutcomeCodes): Row => ({
  '2.0': before,
  '2.1': before,
  '2.2': after,
});

const CONDITIONAL = { covered: 'conditional', paNeeded: 'conditional' } as const;
const UNSURE = { covered: 'conditional', infoNeeded: 'OTH' } as const;
const NOT_COVERED = { covered: 'not-covered' } as const;

/** The table of `crd.md` 5.2, row by row, and below it the rows that our own determinations need beside it. */
export const OUTCOMES = {
  'nothing-needed': same({ covered: 'covered', paNeeded: 'no-auth' }),
  'authorization-with-documents': same({
    covered: 'covered',
    paNeeded: 'auth-needed',
    docNeeded: 'clinical',
    docPurpose: 'withpa',
  }),
  'authorization-by-performer': same({ covered: 'covered', paNeeded: 'performpa' }),
  satisfied: same({ covered: 'covered', paNeeded: 'satisfied', reason: temp('gold-card') }),
  'documents-with-claim': same({
    covered: 'covered',
    paNeeded: 'no-auth',
    docNeeded: 'admin',
    docPurpose: 'withclaim',
  }),
  'documents-in-record': same({
    covered: 'covered',
    paNeeded: 'no-auth',
    docNeeded: 'clinical',
    docPurpose: 'retain-doc',
  }),
  'depends-on-performer': same({ ...CONDITIONAL, infoNeeded: 'performer' }),
  'depends-on-location': same({ ...CONDITIONAL, infoNeeded: 'location' }),
  'depends-on-timeframe': same({ ...CONDITIONAL, infoNeeded: 'timeframe' }),
  'facts-by-form': same({
    covered: 'covered',
    paNeeded: 'conditional',
    docNeeded: 'clinical',
    infoNeeded: 'OTH',
  }),
  'code-too-general': since22(
    { ...CONDITIONAL, infoNeeded: 'OTH', reason: temp('detail-code') },
    { ...CONDITIONAL, infoNeeded: 'detail-code' },
  ),
  'outside-contract-window': same({ ...CONDITIONAL, infoNeeded: 'contract-window' }),
  'authorization-out-of-network': since22(
    {
      covered: 'covered',
      paNeeded: 'conditional',
      infoNeeded: 'performer',
      detail: 'auth-out-network-only',
    },
    {
      covered: 'covered',
      paNeeded: 'conditional',
      infoNeeded: 'performer',
      reason: temp('auth-out-network'),
    },
  ),
  'not-a-benefit': same(NOT_COVERED),
  'unknown-service': since22(
    { ...CONDITIONAL, infoNeeded: 'OTH' },
    { ...CONDITIONAL, infoNeeded: 'detail-code' },
  ),
  'member-not-resolved': since22(NOT_COVERED, { ...NOT_COVERED, reason: temp('no-member-found') }),
  'coverage-not-found': since22(NOT_COVERED, { ...NOT_COVERED, reason: temp('coverage-not-found') }),
  'coverage-inactive': since22(NOT_COVERED, { ...NOT_COVERED, reason: temp('no-active-coverage') }),
  'technical-failure': since22(
    { ...CONDITIONAL, infoNeeded: 'OTH' },
    { covered: 'indeterminate', paNeeded: 'indeterminate', reason: temp('technical') },
  ),

  /** The policy does not say whether this plan line needs authorization in this setting. */
  'requirement-not-stated': same({ ...CONDITIONAL, infoNeeded: 'OTH' }),
  /** The payer has authorized it. The table's row for what is satisfied, less the gold card, which is another reason. */
  authorized: same({ covered: 'covered', paNeeded: 'satisfied' }),
  /** Nothing is left to document: the request itself is. The table's row, less what the chart already shows. */
  authorization: same({ covered: 'covered', paNeeded: 'auth-needed' }),
  /**
   * A criterion is not met, or the diagnosis is none that the policy covers, or it is not certain that the policy
   * applies. The payer decides and says so in its answer to the request: neither "covered" nor "not covered" is ours.
   */
  'authorization-payer-decides': same({ ...UNSURE, paNeeded: 'auth-needed' }),
  'payer-decides': same({ ...UNSURE, paNeeded: 'no-auth' }),
  /** Part of the chart could not be read. The policy asks for authorization whatever it would have shown. */
  'authorization-chart-unread': since22(
    { ...UNSURE, paNeeded: 'auth-needed' },
    { covered: 'indeterminate', paNeeded: 'auth-needed', reason: temp('technical') },
  ),
  'chart-unread': since22(
    { ...UNSURE, paNeeded: 'no-auth' },
    { covered: 'indeterminate', paNeeded: 'no-auth', reason: temp('technical') },
  ),
} as const satisfies Readonly<Record<string, Row>>;

export type Outcome = keyof typeof OUTCOMES;

/**
 * The row that a determination comes to. Never more than the determination says: "covered" is said only where the
 * policy lists the product for the indication and nothing in the chart speaks against it.
 */
export function outcomeOf(determination: Determination): Outcome {
  const { decision, priorAuthorization, setting, criteria, policy } = determination;
  if (asksForProduct(determination)) return 'code-too-general';
  if (isAuthorized(determination)) return 'authorized';
  // Where the two settings have different rules and the order names none (`info-needed` location).
  if (priorAuthorization === 'unknown')
    return setting === 'unknown' ? 'depends-on-location' : 'requirement-not-stated';
  const isRequired = priorAuthorization === 'required';
  if (decision === 'criteria-not-met' || decision === 'no-covered-indication')
    return isRequired ? 'authorization-payer-decides' : 'payer-decides';
  if (criteria.some(({ id, status }) => id === `${policy.id}/applies` && status === 'unknown'))
    return isRequired ? 'authorization-payer-decides' : 'payer-decides';
  if (decision === 'criteria-met') return isRequired ? 'authorization' : 'nothing-needed';
  if (needOf(determination) === 'data-access')
    return isRequired ? 'authorization-chart-unread' : 'chart-unread';
  return isRequired ? 'authorization-with-documents' : 'documents-in-record';
}

/** True when a determination comes to an outcome that asks for documents, and so for a form. */
export const needsDocuments = (determination: Determination): boolean => {
  const { '2.0': codes }: Row = OUTCOMES[outcomeOf(determination)];
  return codes.docNeeded !== undefined;
};

/**
 * The table's "clinical or admin": who can answer what is open, of the patient a clinician, of the request itself
 * administrative staff. Undefined where the row names one.
 */
export function documentsAskedOf(
  determination: Determination,
  { indications }: Policy,
): readonly ('clinical' | 'admin')[] | undefined {
  if (outcomeOf(determination) !== 'authorization-with-documents') return undefined;
  const administrative = new Set(
    indications.flatMap(({ criteria }) => criteria.filter((item) => item.administrative)).map(({ id }) => id),
  );
  const open = openOf(determination);
  const byOffice = open.filter(({ id }) => administrative.has(id)).length;
  if (byOffice === 0) return ['clinical'];
  return byOffice === open.length ? ['admin'] : ['clinical', 'admin'];
}

/** The open criteria, those of the nearest indication where no diagnosis chose one. */
const openOf = ({ criteria, alternatives }: Determination): readonly CriterionResult[] =>
  (criteria.length > 0 ? criteria : (alternatives?.[0]?.criteria ?? [])).filter(
    ({ status }) => status === 'unknown',
  );

/** The most pressing need of the open criteria. */
const needOf = (determination: Determination): CriterionResult['needs'] =>
  mostPressing(openOf(determination).flatMap(({ needs }) => needs ?? []));

/**
 * The same without a need for documents: order-select and the encounter hooks may not signal one (CRD-H-03).
 * What was "covered, documents with the request" is still "covered, request needed".
 */
export function withoutDocuments({ docNeeded, docPurpose, ...codes }: OutcomeCodes): OutcomeCodes {
  return docNeeded === undefined || docNeeded === 'conditional'
    ? {
        ...codes,
        ...(docNeeded === undefined ? {} : { docNeeded }),
        ...(docPurpose === undefined ? {} : { docPurpose }),
      }
    : codes;
}
