import { describe, expect, it } from 'vitest';
import {
  OUTCOMES,
  outcomeOf,
  withoutDocuments,
  type Outcome,
  type OutcomeCodes,
} from '../../src/crd/coverage-outcome.ts';
import type { CriterionResult } from '../../src/engine/criteria.ts';
import type { Determination } from '../../src/engine/determination.ts';
import { WIRE_VERSIONS } from '../../src/crd/wire-version.ts';

/** The decision table of `crd.md` 5.2, copied from there: covered, pa-needed, doc-needed, doc-purpose, info-needed, reason. */
type Cells = readonly (string | undefined)[];
const ABSENT = undefined;

const TABLE: readonly (readonly [string, Outcome, Cells, Cells?])[] = [
  ['Covered, nothing needed', 'nothing-needed', ['covered', 'no-auth']],
  ['PA, with documents', 'authorization-with-documents', ['covered', 'auth-needed', 'clinical', 'withpa']],
  ['PA by the performer', 'authorization-by-performer', ['covered', 'performpa']],
  [
    'Already satisfied / gold card',
    'satisfied',
    ['covered', 'satisfied', ABSENT, ABSENT, ABSENT, 'gold-card'],
  ],
  ['No PA, documents with claim', 'documents-with-claim', ['covered', 'no-auth', 'admin', 'withclaim']],
  ['Keep in record only', 'documents-in-record', ['covered', 'no-auth', 'clinical', 'retain-doc']],
  ['Depends on who', 'depends-on-performer', ['conditional', 'conditional', ABSENT, ABSENT, 'performer']],
  ['Depends on where', 'depends-on-location', ['conditional', 'conditional', ABSENT, ABSENT, 'location']],
  ['Depends on when', 'depends-on-timeframe', ['conditional', 'conditional', ABSENT, ABSENT, 'timeframe']],
  ['Needs facts a form can get', 'facts-by-form', ['covered', 'conditional', 'clinical', ABSENT, 'OTH']],
  [
    'Order code too general',
    'code-too-general',
    ['conditional', 'conditional', ABSENT, ABSENT, 'OTH', 'detail-code'],
    ['conditional', 'conditional', ABSENT, ABSENT, 'detail-code'],
  ],
  [
    'Outside contract window',
    'outside-contract-window',
    ['conditional', 'conditional', ABSENT, ABSENT, 'contract-window'],
  ],
  [
    'PA only out of network',
    'authorization-out-of-network',
    ['covered', 'conditional', ABSENT, ABSENT, 'performer'],
    ['covered', 'conditional', ABSENT, ABSENT, 'performer', 'auth-out-network'],
  ],
  ['Not a benefit', 'not-a-benefit', ['not-covered']],
  [
    'Service unknown to every policy',
    'unknown-service',
    ['conditional', 'conditional', ABSENT, ABSENT, 'OTH'],
    ['conditional', 'conditional', ABSENT, ABSENT, 'detail-code'],
  ],
  [
    'Member not resolved',
    'member-not-resolved',
    ['not-covered'],
    ['not-covered', ABSENT, ABSENT, ABSENT, ABSENT, 'no-member-found'],
  ],
  [
    'Coverage unknown',
    'coverage-not-found',
    ['not-covered'],
    ['not-covered', ABSENT, ABSENT, ABSENT, ABSENT, 'coverage-not-found'],
  ],
  [
    'Coverage inactive',
    'coverage-inactive',
    ['not-covered'],
    ['not-covered', ABSENT, ABSENT, ABSENT, ABSENT, 'no-active-coverage'],
  ],
  [
    'Technical failure inside us',
    'technical-failure',
    ['conditional', 'conditional', ABSENT, ABSENT, 'OTH'],
    ['indeterminate', 'indeterminate', ABSENT, ABSENT, ABSENT, 'technical'],
  ],
];

const cells = (codes: OutcomeCodes): Cells => [
  codes.covered,
  codes.paNeeded,
  codes.docNeeded,
  codes.docPurpose,
  codes.infoNeeded,
  codes.reason?.code,
];
const padded = (row: Cells): Cells => [row[0], row[1], row[2], row[3], row[4], row[5]];

describe('the decision table', () => {
  for (const [title, outcome, before, since22] of TABLE) {
    it(`row "${title}"`, () => {
      expect(cells(OUTCOMES[outcome]['2.0']), '2.0').toEqual(padded(before));
      expect(cells(OUTCOMES[outcome]['2.1']), '2.1').toEqual(padded(before));
      expect(cells(OUTCOMES[outcome]['2.2']), '2.2').toEqual(padded(since22 ?? before));
    });
  }

  it('says out of network by a detail before 2.2', () => {
    const row = OUTCOMES['authorization-out-of-network'];
    expect([row['2.0'].detail, row['2.2'].detail]).toEqual(['auth-out-network-only', undefined]);
  });

  it.each(Object.keys(OUTCOMES) as Outcome[])(
    '%s without its documents asks for none, and says the rest',
    (outcome) => {
      for (const version of WIRE_VERSIONS) {
        const codes: OutcomeCodes = OUTCOMES[outcome][version];
        const { docNeeded, docPurpose, ...rest } = codes;
        expect([docNeeded, docPurpose].length).toBe(2);
        expect(withoutDocuments(codes)).toEqual(rest);
      }
    },
  );
});

const criterion = (
  status: CriterionResult['status'],
  needs?: CriterionResult['needs'],
  id = 'p/i/1',
): CriterionResult => ({
  id,
  title: 't',
  locator: 'l',
  status,
  ...(needs === undefined ? {} : { needs }),
  evidence: [],
  missing: [],
  searched: [],
  criteria: [],
});

const determination = (changes: Partial<Determination>): Determination => ({
  hookInstance: 'h',
  order: 'ServiceRequest/1',
  patient: 'Patient/1',
  coverage: 'Coverage/1',
  product: 'x',
  policy: { id: 'p', payer: 'P', version: '1', effective: '2026-01-01' },
  asOf: '2026-03-02',
  setting: 'inpatient',
  priorAuthorization: 'required',
  submit: { text: 'By fax', forms: [], carries: [], references: [] },
  indication: 'i',
  decision: 'criteria-met',
  criteria: [criterion('met')],
  anomalies: [],
  ...changes,
});

describe('a determination comes to', () => {
  const open = (needs: CriterionResult['needs']): Partial<Determination> => ({
    decision: 'documentation-needed',
    criteria: [criterion('met'), criterion('unknown', needs)],
  });
  it.each<readonly [string, Partial<Determination>, Outcome]>([
    ['all met: the request is left', {}, 'authorization'],
    ['all met and none required', { priorAuthorization: 'not-required' }, 'nothing-needed'],
    ['a record is missing', open('documentation'), 'authorization-with-documents'],
    ['a statement is missing', open('attestation'), 'authorization-with-documents'],
    ['the policy must be read by a person', open('review'), 'authorization-with-documents'],
    ['part of the chart was not read', open('data-access'), 'authorization-chart-unread'],
    [
      'not read, none required',
      { ...open('data-access'), priorAuthorization: 'not-required' },
      'chart-unread',
    ],
    [
      'missing, none required',
      { ...open('documentation'), priorAuthorization: 'not-required' },
      'documents-in-record',
    ],
    [
      'not met',
      { decision: 'criteria-not-met', criteria: [criterion('not-met')] },
      'authorization-payer-decides',
    ],
    ['another disease', { decision: 'no-covered-indication', criteria: [] }, 'authorization-payer-decides'],
    [
      'not met, none required',
      { decision: 'criteria-not-met', criteria: [criterion('not-met')], priorAuthorization: 'not-required' },
      'payer-decides',
    ],
    [
      'not met, though part was not read',
      { ...open('data-access'), decision: 'criteria-not-met' },
      'authorization-payer-decides',
    ],
    [
      'a plan line that cannot be told',
      {
        decision: 'documentation-needed',
        criteria: [criterion('unknown', 'review', 'p/applies'), criterion('met')],
      },
      'authorization-payer-decides',
    ],
    [
      'the setting decides',
      { ...open('documentation'), priorAuthorization: 'unknown', setting: 'unknown' },
      'depends-on-location',
    ],
    [
      'the policy is silent on the plan line',
      { ...open('documentation'), priorAuthorization: 'unknown' },
      'requirement-not-stated',
    ],
    ['no product', { ...open('documentation'), product: null, indication: null }, 'code-too-general'],
    [
      'no product, and the policy is for any',
      { ...open('documentation'), product: null },
      'authorization-with-documents',
    ],
    [
      'no diagnosis, the nearest indication unread',
      {
        decision: 'documentation-needed',
        criteria: [],
        alternatives: [
          {
            indication: 'i',
            decision: 'documentation-needed',
            criteria: [criterion('unknown', 'data-access')],
          },
        ],
      },
      'authorization-chart-unread',
    ],
  ])('%s', (_name, changes, expected) => {
    expect(outcomeOf(determination(changes))).toBe(expected);
  });

  it('"covered" only where nothing speaks against it, "not covered" never', () => {
    for (const decision of [
      'criteria-met',
      'documentation-needed',
      'criteria-not-met',
      'no-covered-indication',
    ] as const)
      for (const priorAuthorization of ['required', 'not-required', 'unknown'] as const)
        for (const version of WIRE_VERSIONS) {
          const { covered } = OUTCOMES[outcomeOf(determination({ decision, priorAuthorization }))][version];
          expect(covered).not.toBe('not-covered');
          if (decision === 'criteria-not-met' || decision === 'no-covered-indication')
            expect(covered).toBe('conditional');
        }
  });
});
