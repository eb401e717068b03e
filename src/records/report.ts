import type { Determination } from '../engine/determination.ts';
import type { CriterionResult } from '../engine/criteria.ts';
import type { Period, RecordStore } from '../store/records.ts';
import type { Row } from '../store/tables.ts';

/** What a period of determinations and feedback teaches: counts, no patients. */
export interface Report {
  readonly from: string;
  readonly to: string;
  readonly policies: readonly PolicyReport[];
  readonly feedback: FeedbackReport;
  /** Milliseconds that calls with a determination took; null when there was none. */
  readonly timeToAnswer: { readonly calls: number; readonly median: number; readonly p95: number } | null;
}

export interface PolicyReport {
  /** Id and version, `bcbs-1 2025-01`. */
  readonly policy: string;
  readonly determinations: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly criteria: readonly CriterionReport[];
  /** What open criteria missed, the most frequent first. */
  readonly missing: readonly { readonly what: string; readonly count: number }[];
}

/** How often a criterion came out how: `unknown` by what it needs. */
export interface CriterionReport {
  readonly id: string;
  readonly title: string;
  readonly met: number;
  readonly notMet: number;
  readonly notApplicable: number;
  readonly documentation: number;
  readonly attestation: number;
  readonly review: number;
  readonly dataAccess: number;
}

export interface FeedbackReport {
  /** Cards that went out. */
  readonly cards: number;
  /** Cards by what was last reported of them. */
  readonly accepted: number;
  readonly overridden: number;
  /** Reasons of overriding by code, the most frequent first; `none given` where there was none. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** The report of a period. @param from, to the period in words of whoever asked: days */
export async function reportOf(
  store: Pick<RecordStore, 'during'>,
  period: Period,
  from: string,
  to: string,
): Promise<Report> {
  const tally = createTally();
  for await (const row of store.during('determination', period)) tally.addDetermination(row);
  for await (const row of store.during('card', period)) tally.addCard(row);
  for await (const row of store.during('feedback', period)) tally.addFeedback(row);
  for await (const row of store.during('audit_event', period)) tally.addAuditEvent(row);
  return tally.report(from, to);
}

type Count = Exclude<keyof CriterionReport, 'id' | 'title'>;

const COUNTS: Readonly<Record<string, Count>> = {
  met: 'met',
  'not-met': 'notMet',
  'not-applicable': 'notApplicable',
  documentation: 'documentation',
  attestation: 'attestation',
  review: 'review',
  'data-access': 'dataAccess',
};

interface PolicyTally {
  determinations: number;
  readonly decisions: Map<string, number>;
  readonly criteria: Map<string, { title: string; counts: Record<Count, number> }>;
  readonly missing: Map<string, number>;
}

/** Counts rows as they come: memory grows with the number of criteria and of cards with feedback, not with that of rows. */
export interface Tally {
  readonly addDetermination: (row: Pick<Row<'determination'>, 'body'>) => void;
  readonly addCard: (row: Pick<Row<'card'>, 'uuid'>) => void;
  readonly addFeedback: (row: Pick<Row<'feedback'>, 'client' | 'card' | 'outcome' | 'body'>) => void;
  readonly addAuditEvent: (row: Pick<Row<'audit_event'>, 'action' | 'milliseconds' | 'details'>) => void;
  readonly report: (from: string, to: string) => Report;
}

export function createTally(): Tally {
  const policies = new Map<string, PolicyTally>();
  /** What became of each card, by client and card: the last report of it. */
  const outcomes = new Map<string, Decided>();
  let cards = 0;
  // A number for each millisecond that a call took, up to the longest: a histogram is exact and small.
  const times = new Map<number, number>();

  return {
    addDetermination({ body }) {
      // Written by this program, in the shape of its own type.
      const { policy, decision, criteria } = JSON.parse(body) as Determination;
      const name = `${policy.id} ${policy.version}`;
      const tally = policies.get(name) ?? {
        determinations: 0,
        decisions: new Map(),
        criteria: new Map(),
        missing: new Map(),
      };
      policies.set(name, tally);
      tally.determinations += 1;
      increase(tally.decisions, decision);
      const all = flattened(criteria);
      for (const criterion of all) addCriterion(tally, criterion);
      // What a part misses stands on the whole as well: it is one thing that is missing.
      const open = all.filter(({ status }) => status === 'unknown');
      for (const what of new Set(open.flatMap(({ missing }) => missing.map(({ what }) => what))))
        increase(tally.missing, what);
    },
    addCard() {
      cards += 1;
    },
    addFeedback({ client, card, outcome, body }) {
      const { overrideReasons = [] } = JSON.parse(body) as {
        readonly overrideReasons?: readonly { readonly reason?: { readonly code: string } }[];
      };
      const codes = overrideReasons.flatMap(({ reason }) => reason?.code ?? []);
      // A card is decided once: what is reported of it later stands for what was before.
      outcomes.set(JSON.stringify([client, card]), {
        outcome,
        reasons: outcome === 'overridden' && codes.length === 0 ? ['none given'] : codes,
      });
    },
    addAuditEvent({ action, milliseconds, details }) {
      const { determinations = 0 } = JSON.parse(details) as { readonly determinations?: number };
      if (action === 'call' && determinations > 0) increase(times, milliseconds);
    },
    report: (from, to) => ({
      from,
      to,
      policies: [...policies].map(([policy, tally]) => policyReport(policy, tally)).toSorted(byPolicy),
      feedback: { cards, ...decisionsOf([...outcomes.values()]) },
      timeToAnswer: timesOf(times),
    }),
  };
}

/** What became of a card; `reasons` are the codes of an override. */
interface Decided {
  readonly outcome: string;
  readonly reasons: readonly string[];
}

function decisionsOf(decided: readonly Decided[]): Omit<FeedbackReport, 'cards'> {
  const reasons = new Map<string, number>();
  for (const reason of decided.flatMap((one) => one.reasons)) increase(reasons, reason);
  const count = (wanted: string): number => decided.filter(({ outcome }) => outcome === wanted).length;
  return {
    accepted: count('accepted'),
    overridden: count('overridden'),
    reasons: mostFrequent(reasons).map(([reason, times]) => ({ reason, count: times })),
  };
}

const byPolicy = (a: PolicyReport, b: PolicyReport): number => (a.policy < b.policy ? -1 : 1);

function addCriterion(tally: PolicyTally, { id, title, status, needs }: CriterionResult): void {
  const known = tally.criteria.get(id) ?? {
    title,
    counts: {
      met: 0,
      notMet: 0,
      notApplicable: 0,
      documentation: 0,
      attestation: 0,
      review: 0,
      dataAccess: 0,
    },
  };
  tally.criteria.set(id, known);
  const count = COUNTS[status === 'unknown' ? (needs ?? '') : status];
  if (count !== undefined) known.counts[count] += 1;
}

const flattened = (criteria: readonly CriterionResult[]): readonly CriterionResult[] =>
  criteria.flatMap((criterion) => [criterion, ...flattened(criterion.criteria)]);

const increase = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const mostFrequent = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));

const policyReport = (policy: string, tally: PolicyTally): PolicyReport => ({
  policy,
  determinations: tally.determinations,
  decisions: Object.fromEntries(tally.decisions),
  criteria: [...tally.criteria].map(([id, { title, counts }]) => ({ id, title, ...counts })),
  missing: mostFrequent(tally.missing).map(([what, count]) => ({ what, count })),
});

function timesOf(times: ReadonlyMap<number, number>): Report['timeToAnswer'] {
  const sorted = [...times].toSorted(([a], [b]) => a - b);
  const calls = sorted.reduce((sum, [, count]) => sum + count, 0);
  const at = (share: number): number => {
    let seen = 0;
    for (const [milliseconds, count] of sorted) {
      seen += count;
      if (seen >= share * calls) return milliseconds;
    }
    return 0;
  };
  return calls === 0 ? null : { calls, median: at(0.5), p95: at(0.95) };
}
