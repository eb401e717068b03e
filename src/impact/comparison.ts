import type { Evaluation } from '../crd/evaluation.ts';
import { withParts, type Decision, type Determination } from '../engine/determination.ts';
import type { CriterionResult } from '../engine/criteria.ts';

/** What one policy says of one order, before the change and after it. */
export interface ComparedOrder {
  readonly order: string;
  readonly coverage: string;
  readonly product: string | null;
  readonly policy: string;
  readonly before: Side;
  readonly after: Side;
  /** Whatever comes out otherwise, in the order of the changed policy; empty when nothing does. */
  readonly changes: readonly Change[];
}

/** A decision with its indication; or why the policy says nothing of the order. */
export type Side =
  | { readonly decision: Decision; readonly indication: string | null; readonly version: string }
  | { readonly notGoverned: string };

/**
 * One difference. `item`: `decision`, `indication`, `priorAuthorization`, or the id of a criterion, with its title; a
 * criterion that one side does not have is `absent` there, and an unknown one is written with what it needs.
 */
export interface Change {
  readonly item: string;
  readonly title?: string;
  readonly before: string;
  readonly after: string;
}

/** Orders that a policy says something of, before or after. */
export function comparedOrders(before: Evaluation, after: Evaluation): readonly ComparedOrder[] {
  const all = { before: byKey(before), after: byKey(after) };
  return [...new Set([...all.before.keys(), ...all.after.keys()])].toSorted().map((key) => {
    const pair = { before: all.before.get(key), after: all.after.get(key) };
    const known = pair.after ?? pair.before;
    if (known === undefined) throw new Error('a key without a determination');
    const { order, coverage, product, policy } = known;
    return {
      order,
      coverage,
      product,
      policy: policy.id,
      before: sideOf(pair.before, before, known),
      after: sideOf(pair.after, after, known),
      changes: changesBetween(pair.before, pair.after, reasonFor(before, known), reasonFor(after, known)),
    };
  });
}

/** Two versions of a policy may both govern an order whose date is not exact: then they are told apart by their place. */
function byKey({ determinations }: Evaluation): ReadonlyMap<string, Determination> {
  const found = new Map<string, Determination>();
  for (const { determination } of determinations) {
    const { order, coverage, policy } = determination;
    let place = 0;
    const key = (): string => [order, coverage, policy.id, place].join(' ');
    while (found.has(key())) place += 1;
    found.set(key(), determination);
  }
  return found;
}

type Known = Pick<Determination, 'order' | 'coverage'>;

function sideOf(determination: Determination | undefined, evaluation: Evaluation, known: Known): Side {
  if (determination === undefined) return { notGoverned: reasonFor(evaluation, known) };
  const { decision, indication, policy } = determination;
  return { decision, indication, version: policy.version };
}

const reasonFor = ({ ungoverned, failed }: Evaluation, { order, coverage }: Known): string =>
  failed.some((item) => item.order.reference === order)
    ? 'failed'
    : (ungoverned.find((item) => item.order === order && (item.coverage?.reference ?? coverage) === coverage)
        ?.reason ?? 'not governed');

function changesBetween(
  before: Determination | undefined,
  after: Determination | undefined,
  noBefore: string,
  noAfter: string,
): readonly Change[] {
  const differing = (item: string, before: string, after: string, title?: string): readonly Change[] =>
    before === after ? [] : [{ item, ...(title === undefined ? {} : { title }), before, after }];
  if (before === undefined || after === undefined)
    return differing('decision', before?.decision ?? noBefore, after?.decision ?? noAfter);
  const old = new Map(withParts(before.criteria).map((criterion) => [criterion.id, criterion]));
  const fresh = new Map(withParts(after.criteria).map((criterion) => [criterion.id, criterion]));
  return [
    ...differing('decision', before.decision, after.decision),
    ...differing('indication', before.indication ?? 'none', after.indication ?? 'none'),
    ...differing('priorAuthorization', before.priorAuthorization, after.priorAuthorization),
    ...[...new Set([...fresh.keys(), ...old.keys()])].flatMap((id) =>
      differing(id, statusOf(old.get(id)), statusOf(fresh.get(id)), (fresh.get(id) ?? old.get(id))?.title),
    ),
  ];
}

/** `unknown (documentation)`: what an unknown needs is part of it. */
const statusOf = (criterion: CriterionResult | undefined): string =>
  criterion === undefined
    ? 'absent'
    : criterion.needs === undefined
      ? criterion.status
      : `${criterion.status} (${criterion.needs})`;
