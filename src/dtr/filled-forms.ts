import type { Determination } from '../engine/determination.ts';
import { neededForms } from '../engine/needed-forms.ts';
import type { Policy } from '../policy/policy.ts';
import type { FilledForm } from './package.ts';
import { prefill, type PrefillScope } from './prefill.ts';

/** The forms that ask for what a determination lacks, filled in with what the chart holds. */
export const filledForms = (
  determination: Determination,
  policy: Policy,
  scope: PrefillScope,
): readonly FilledForm[] =>
  neededForms(determination, policy, scope.library.facts).map(({ form, criteria }) => ({
    form,
    answers: prefill(form, criteria, scope),
  }));
