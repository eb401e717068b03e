import type { Extension } from 'fhir/r4.js';
import type { DtrVersion } from '../dtr/draft.ts';
import type { FilledForm } from '../dtr/package.ts';
import { formsOf, type Form } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import type { KeptForms } from './record-keeping.ts';

/** Every form of every policy on file. */
export const allForms = ({ policies, facts }: Library): readonly Form[] =>
  policies.flatMap((policy) => formsOf(policy, facts));

/** The forms that a determination asks for; not those of a policy that is no longer on file. */
export const filledForms = ({ forms }: KeptForms, library: Library): readonly FilledForm[] =>
  forms.flatMap(({ policy, indication, answers }) => {
    const form = allForms(library).find(
      (item) =>
        item.policy.id === policy.id &&
        item.policy.version === policy.version &&
        item.indication.id === indication,
    );
    return form === undefined ? [] : [{ form, answers }];
  });

/** The coverage information for the draft: a statement stands in the form of its own version alone. */
export const statementFor = (
  { version, statement }: Pick<KeptForms, 'version' | 'statement'>,
  wanted: DtrVersion,
): Extension | undefined => (version === wanted ? (statement as Extension | undefined) : undefined);
