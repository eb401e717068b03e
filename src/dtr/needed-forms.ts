import type { Determination } from '../engine/determination.ts';
import { formsOf } from '../policy/form.ts';
import type { Policy } from '../policy/policy.ts';
import type { FilledForm } from './package.ts';
import { prefill, type PrefillScope } from './prefill.ts';

/**
 * The forms that ask for what a determination lacks, filled in with what the chart holds: that of its indication, or of
 * each that may be meant where no diagnosis decides.
 */
export function neededForms(
  determination: Determination,
  policy: Policy,
  scope: PrefillScope,
): readonly FilledForm[] {
  if (determination.decision !== 'documentation-needed') return [];
  const evaluated =
    determination.indication === null
      ? (determination.alternatives ?? [])
      : [{ indication: determination.indication, criteria: determination.criteria }];
  return evaluated.flatMap(({ indication, criteria }) =>
    formsOf(policy, scope.library.facts)
      .filter((form) => form.indication.id === indication)
      .map((form) => ({ form, answers: prefill(form, criteria, scope) })),
  );
}
