import type { CriterionResult } from '../../engine/evaluated.ts';
import type { Needs } from '../../engine/result.ts';
import type { StoredDetermination } from '../api.ts';
import { numberOf, printedNumber } from '../criterion-number.ts';

/** What one determination comes to, in a sentence. */
export function answerWords({ decision, criteria, product, alternatives }: StoredDetermination): string {
  switch (decision) {
    case 'criteria-met':
      return `The chart meets ${criteria.length === 1 ? 'the one criterion' : `all ${criteria.length} criteria`} of the policy.`;
    case 'criteria-not-met':
      return failingWords(criteria);
    case 'no-covered-indication':
      return 'The confirmed diagnosis is none that the policy covers for this product.';
    case 'documentation-needed': {
      if (product === null && criteria.every(({ id }) => id.endsWith('/product')))
        return 'The order does not name its product: without it no criterion can be looked at.';
      const open = criteria.filter(({ status }) => status === 'unknown');
      if (
        criteria.length === 0 ||
        (alternatives !== undefined && open.length === criteria.length && open.length < 2)
      )
        return 'No diagnosis that the policy covers is confirmed in the chart yet.';
      return `Not decided yet: ${open.length} of ${criteria.length} criteria ${open.length === 1 ? 'is' : 'are'} still open.`;
    }
  }
}

function failingWords(criteria: readonly CriterionResult[]): string {
  const failing = criteria.filter(({ status }) => status === 'not-met');
  const [first] = failing;
  const number = first === undefined ? undefined : printedNumber(numberOf(first.id));
  const open = statusCount(criteria, 'unknown');
  const rest = open === 0 ? '' : ` ${open} more ${open === 1 ? 'is' : 'are'} still open.`;
  if (failing.length > 1) return `${failing.length} of ${criteria.length} criteria are not met.${rest}`;
  return `${number === undefined ? 'One' : `Criterion ${number}`} of ${criteria.length} ${number === undefined ? 'criteria ' : ''}is not met.${rest}`;
}

/** One thing to do, and the criteria that wait for it. */
export interface Task {
  readonly what: string;
  readonly needs: Needs;
  /** Ids. */
  readonly criteria: readonly string[];
}

/** What is still needed, as the top-level criteria collect it; the same thing for several criteria once. */
export function tasks(criteria: readonly CriterionResult[]): readonly Task[] {
  const found = new Map<string, Task>();
  for (const { id, title, status, needs = 'documentation', missing } of criteria) {
    if (status !== 'unknown') continue;
    for (const what of missing.length === 0 ? [title] : missing.map((item) => item.what)) {
      const known = found.get(what);
      found.set(what, {
        what,
        needs,
        ...known,
        criteria: [...(known?.criteria ?? []), id],
      });
    }
  }
  return [...found.values()];
}

/** How many top-level criteria have a status. */
export const statusCount = (
  criteria: readonly CriterionResult[],
  status: CriterionResult['status'],
): number => criteria.filter((criterion) => criterion.status === status).length;

const DECISIONS: Readonly<Record<StoredDetermination['decision'], string>> = {
  'criteria-met': 'criteria met',
  'documentation-needed': 'documentation needed',
  'criteria-not-met': 'criteria not met',
  'no-covered-indication': 'no covered indication',
};

/** A decision as two or three words. */
export const decisionLabel = (decision: StoredDetermination['decision']): string => DECISIONS[decision];
