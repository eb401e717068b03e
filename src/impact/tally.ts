import type { UngovernedReason } from '../engine/explanation.ts';
import type { ComparedOrder, Side } from './comparison.ts';
import type { ChartOutcome } from './chart-evaluation.ts';

/** How often each difference occurs: memory grows with the number of criteria, not with that of charts. */
export interface Summary {
  readonly orders: number;
  readonly changedOrders: number;
  readonly changedCharts: number;
  /** All decisions that were compared, also those that stay; most frequent first. */
  readonly decisions: readonly {
    readonly policy: string;
    readonly before: string;
    readonly after: string;
    readonly orders: number;
  }[];
  /** Other differences; criteria in the order of their ids. */
  readonly changes: readonly {
    readonly item: string;
    readonly title: string;
    readonly before: string;
    readonly after: string;
    readonly orders: number;
  }[];
  /** What was not compared, most frequent first. */
  readonly left: readonly {
    readonly of: 'orders' | 'charts';
    readonly reason: string;
    readonly count: number;
  }[];
}

export interface Tally {
  readonly add: (outcome: ChartOutcome) => void;
  readonly summary: () => Summary;
}

/** Parts of a key: no id or word holds a line break. */
const keyOf = (...parts: readonly string[]): string => parts.join('\n');

export function createTally(): Tally {
  const decisions = new Map<string, number>();
  const changes = new Map<string, { title: string; count: number }>();
  const left = new Map<string, number>();
  const counted = { orders: 0, changedOrders: 0, changedCharts: 0 };
  return {
    add({ orders, left: uncompared }) {
      if (orders.some(isChanged)) counted.changedCharts += 1;
      for (const order of orders) {
        counted.orders += 1;
        if (isChanged(order)) counted.changedOrders += 1;
        increase(decisions, keyOf(order.policy, sideWords(order.before), sideWords(order.after)));
        for (const { item, title = '', before, after } of order.changes) {
          if (item === 'decision') continue;
          const key = keyOf(item, before, after);
          const known = changes.get(key) ?? { title, count: 0 };
          known.count += 1;
          changes.set(key, known);
        }
      }
      for (const { order, reason } of uncompared)
        increase(left, keyOf(order === undefined ? 'charts' : 'orders', leftWords(reason)));
    },
    summary: () => ({
      ...counted,
      decisions: mostFrequent(decisions).map(([[policy = '', before = '', after = ''], orders]) => ({
        policy,
        before,
        after,
        orders,
      })),
      changes: [...changes]
        .map(([key, { title, count }]) => {
          const [item = '', before = '', after = ''] = key.split('\n');
          return { item, title, before, after, orders: count };
        })
        .toSorted((a, b) => byText(a.item, b.item) || byText(a.before, b.before) || byText(a.after, b.after)),
      left: mostFrequent(left).map(([[of, reason = ''], count]) => ({
        of: of === 'charts' ? 'charts' : 'orders',
        reason,
        count,
      })),
    }),
  };
}

export const isChanged = ({ changes }: ComparedOrder): boolean => changes.length > 0;

export const sideWords = (side: Side): string =>
  'decision' in side ? side.decision : `not governed: ${leftWords(side.notGoverned)}`;

const UNGOVERNED: Readonly<Record<UngovernedReason, string>> = {
  'no-coverage': 'no coverage is active on the date of service',
  'other-patient': 'the order is for another patient',
  'unread-payer': 'the payor of the coverage is not in the charts',
  'unknown-payer': 'the payer of the coverage is none that is known',
  'no-policy-for-product': 'the policy is not for this payer and product',
  'other-plan-line': 'the policy is not for this plan line',
  'not-in-force': 'no version is in force on the date of service',
};

export const leftWords = (reason: string): string =>
  Object.hasOwn(UNGOVERNED, reason) ? UNGOVERNED[reason as UngovernedReason] : reason;

const increase = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const mostFrequent = (
  counts: ReadonlyMap<string, number>,
): readonly (readonly [readonly string[], number])[] =>
  [...counts]
    .toSorted(([a, many], [b, more]) => more - many || byText(a, b))
    .map(([key, count]) => [key.split('\n'), count]);
