import { formsOf, type Form } from '../policy/form.ts';
import type { Fact } from '../policy/fact.ts';
import type { Policy } from '../policy/policy.ts';
import type { CriterionResult } from './criteria.ts';
import type { Determination } from './determination.ts';
import { isAuthorized } from './granted.ts';

/** A form, and the criteria that it is asked for, as evaluated. */
interface Needed {
  readonly form: Form;
  readonly criteria: readonly CriterionResult[];
}

/**
 * The forms that ask for what a determination lacks: that of its indication, or of each that may be meant where no
 * diagnosis decides. None unless documentation is needed, and none for what the payer has authorized.
 */
export function neededForms(
  determination: Pick<
    Determination,
    'decision' | 'indication' | 'criteria' | 'alternatives' | 'authorization' | 'priorAuthorization'
  >,
  policy: Policy,
  facts: ReadonlyMap<string, Fact>,
): readonly Needed[] {
  if (determination.decision !== 'documentation-needed' || isAuthorized(determination)) return [];
  const evaluated =
    determination.indication === null
      ? (determination.alternatives ?? [])
      : [{ indication: determination.indication, criteria: determination.criteria }];
  return evaluated.flatMap(({ indication, criteria }) =>
    formsOf(policy, facts)
      .filter((form) => form.indication.id === indication)
      .map((form) => ({ form, criteria })),
  );
}
