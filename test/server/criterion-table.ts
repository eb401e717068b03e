import type { CriterionResult } from '../../src/engine/criteria.ts';
import { withParts, type Determination } from '../../src/engine/determination.ts';

/** `met`, or `unknown data-access`: status and needs in one word, as the tests write them down. */
export const stateOf = ({ status, needs }: CriterionResult): string =>
  needs === undefined ? status : `${status} ${needs}`;

type Judged = Pick<Determination, 'criteria' | 'policy'>;

/** Every criterion with its parts, by its id without the policy's. */
export const criteriaOf = ({ criteria, policy }: Judged): ReadonlyMap<string, CriterionResult> =>
  new Map(withParts(criteria).map((criterion) => [criterion.id.replace(`${policy.id}/`, ''), criterion]));

/** The state of every criterion by its id without the policy's. */
export const statesOf = (determination: Judged): Readonly<Record<string, string>> =>
  Object.fromEntries([...criteriaOf(determination)].map(([id, criterion]) => [id, stateOf(criterion)]));

/** The ids, without the policy's, of the criteria that are in a state. */
export const idsIn = (determination: Judged, state: string): readonly string[] =>
  Object.entries(statesOf(determination)).flatMap(([id, found]) => (found === state ? [id] : []));
