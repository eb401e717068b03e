import { objects, property } from '../../../src/fhir/json.ts';
import { values } from './coverage-information.ts';
import type { Version } from './finding.ts';

/**
 * What an answer may say: the outcome table of CRD ("Outcome to wire"), each row as it stands on the wire. A statement
 * of ours must be one of the rows, so that no combination of codes is made up.
 */

interface Row {
  readonly outcome: string;
  readonly versions?: readonly Version[];
  readonly covered: string;
  readonly 'pa-needed'?: string;
  readonly 'doc-needed'?: readonly string[];
  readonly 'doc-purpose'?: string;
  readonly 'info-needed'?: readonly string[];
  readonly reason?: string;
}

const CONDITIONAL = { covered: 'conditional', 'pa-needed': 'conditional' };

export const ROWS: readonly Row[] = [
  { outcome: 'covered, nothing needed', covered: 'covered', 'pa-needed': 'no-auth' },
  {
    outcome: 'authorization with documents',
    covered: 'covered',
    'pa-needed': 'auth-needed',
    'doc-needed': ['clinical', 'admin', 'both'],
    'doc-purpose': 'withpa',
  },
  { outcome: 'authorization by the performer', covered: 'covered', 'pa-needed': 'performpa' },
  { outcome: 'satisfied', covered: 'covered', 'pa-needed': 'satisfied', reason: 'gold-card' },
  {
    outcome: 'documents with the claim',
    covered: 'covered',
    'pa-needed': 'no-auth',
    'doc-needed': ['clinical', 'admin'],
    'doc-purpose': 'withclaim',
  },
  {
    outcome: 'documents kept in the record',
    covered: 'covered',
    'pa-needed': 'no-auth',
    'doc-needed': ['clinical'],
    'doc-purpose': 'retain-doc',
  },
  {
    outcome: 'depends on who, where or when; or outside the contract window',
    ...CONDITIONAL,
    'info-needed': ['performer', 'location', 'timeframe', 'contract-window'],
  },
  {
    outcome: 'a form can get the facts',
    covered: 'covered',
    'pa-needed': 'conditional',
    'doc-needed': ['clinical'],
    'info-needed': ['OTH'],
  },
  {
    outcome: 'the order’s code is too general',
    versions: ['2.0.1'],
    ...CONDITIONAL,
    'info-needed': ['OTH'],
    reason: 'detail-code',
  },
  {
    outcome: 'unknown to every policy; a failure of ours',
    versions: ['2.0.1'],
    ...CONDITIONAL,
    'info-needed': ['OTH'],
  },
  {
    outcome: 'code too general, or unknown to every policy',
    versions: ['2.2.1'],
    ...CONDITIONAL,
    'info-needed': ['detail-code'],
  },
  { outcome: 'not a benefit', covered: 'not-covered' },
  { outcome: 'member not resolved', versions: ['2.2.1'], covered: 'not-covered', reason: 'no-member-found' },
  { outcome: 'coverage unknown', versions: ['2.2.1'], covered: 'not-covered', reason: 'coverage-not-found' },
  { outcome: 'coverage inactive', versions: ['2.2.1'], covered: 'not-covered', reason: 'no-active-coverage' },
  {
    outcome: 'a failure of ours',
    versions: ['2.2.1'],
    covered: 'indeterminate',
    'pa-needed': 'indeterminate',
    reason: 'technical',
  },
  /** Beside the table: all criteria met, so that there is nothing to document but the request. */
  { outcome: 'authorization, criteria met', covered: 'covered', 'pa-needed': 'auth-needed' },
  /** Beside the table: what the chart shows does not fit the policy, and the payer alone decides. */
  {
    outcome: 'authorization, payer decides',
    covered: 'conditional',
    'pa-needed': 'auth-needed',
    'info-needed': ['OTH'],
  },
  { outcome: 'payer decides', covered: 'conditional', 'pa-needed': 'no-auth', 'info-needed': ['OTH'] },
  /** Beside the table: part of the chart could not be read, authorization is needed all the same. */
  {
    outcome: 'authorization, chart not read',
    versions: ['2.2.1'],
    covered: 'indeterminate',
    'pa-needed': 'auth-needed',
    reason: 'technical',
  },
  {
    outcome: 'no authorization, chart not read',
    versions: ['2.2.1'],
    covered: 'indeterminate',
    'pa-needed': 'no-auth',
    reason: 'technical',
  },
];

const FIELDS = ['covered', 'pa-needed', 'doc-needed', 'doc-purpose', 'info-needed'] as const;

/** The rows that a coverage-information extension can be read as. */
export function rowsOf(extension: unknown, version: Version): readonly string[] {
  const codes = values(extension, 'reason').flatMap((reason) =>
    objects(property(reason, 'coding')).map(({ code }) => String(code)),
  );
  return ROWS.filter(
    (row) =>
      (row.versions ?? [version]).includes(version) &&
      FIELDS.every((field) => {
        const allowed = row[field];
        const given = values(extension, field).map(String);
        return allowed === undefined
          ? given.length === 0
          : // 2.0.1 has a code of its own for both kinds of documents, later versions say both codes.
            given.length >= 1 &&
              given.length <= (field === 'doc-needed' && version !== '2.0.1' ? allowed.length : 1) &&
              given.every((code) => [allowed].flat().includes(code));
      }) &&
      (row.reason === undefined ? codes.length === 0 : codes.includes(row.reason)),
  ).map(({ outcome }) => outcome);
}
