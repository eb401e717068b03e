import type { CriterionResult } from '../../engine/evaluated.ts';
import type { StoredDetermination } from '../api.ts';

/** A criterion that came out otherwise than before. */
export interface Change {
  readonly before: CriterionResult;
  readonly after: CriterionResult;
}

/** What the answers changed, in the policy's order; a criterion that stands twice once. */
export function changesBetween(before: StoredDetermination, after: StoredDetermination): readonly Change[] {
  const known = new Map(flattened(before.criteria).map((criterion) => [criterion.id, criterion]));
  const found = new Map(
    flattened(after.criteria).flatMap((criterion) => {
      const earlier = known.get(criterion.id);
      return earlier === undefined || isSame(earlier, criterion)
        ? []
        : [[criterion.id, { before: earlier, after: criterion }] as const];
    }),
  );
  return [...found.values()];
}

const isSame = (one: CriterionResult, other: CriterionResult): boolean =>
  one.status === other.status && one.needs === other.needs;

const flattened = (criteria: readonly CriterionResult[]): readonly CriterionResult[] =>
  criteria.flatMap((criterion) => [criterion, ...flattened(criterion.criteria)]);
