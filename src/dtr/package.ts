import type { Bundle, FhirResource, Parameters, ParametersParameter } from 'fhir/r4.js';
import { parseDate } from '../fhir/date.ts';
import { questionnaireUrl, type Form } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { draftResponse, type DraftContext, type DtrVersion } from './draft.ts';
import { DTR } from './extensions.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import type { Prefilled } from './prefill.ts';
import { questionnaire } from './questionnaire.ts';
import { expanded, valueSetsOf } from './value-sets.ts';

/** A form, and what it is filled in with for one patient. */
export interface FilledForm {
  readonly form: Form;
  readonly answers: readonly Prefilled[];
}

export interface PackageScope {
  readonly library: Library;
  /** FHIR base of this service. */
  readonly base: string;
  /** FHIR date. */
  readonly asOf: string;
  readonly newUuid: () => string;
}

/** Codes above which DTR 2.2 leaves a value set to `$expand`. */
const MOST_CODES = 40;

/**
 * One package (DTR `DTR-QPackageBundle`): the Questionnaire first, a draft response, and the value sets that answers are
 * chosen from. There is no Library: the forms hold no CQL.
 * @param about undefined where nobody is named whom the draft could be about: then there is none
 */
export function packageBundle(
  { form, answers }: FilledForm,
  about: DraftContext | undefined,
  version: DtrVersion,
  { library, base, asOf, newUuid }: PackageScope,
): Bundle {
  const resource = questionnaire(form, library, base);
  const sets = valueSetsOf(form, library.terminology).filter(
    ({ codings }) => version !== '2.2' || codings.length <= MOST_CODES,
  );
  const entries: readonly { readonly fullUrl: string; readonly resource: FhirResource }[] = [
    { fullUrl: questionnaireUrl(base, form), resource },
    ...(about === undefined
      ? []
      : [{ fullUrl: `urn:uuid:${newUuid()}`, resource: draftResponse(resource, answers, about) }]),
    ...sets.map((set) => ({ fullUrl: `${base}/ValueSet/${set.id}`, resource: expanded(set, asOf) })),
  ];
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${DTR}/DTR-QPackageBundle`] },
    type: 'collection',
    entry: [...entries],
  };
}

/** Names of the output by version: those of the profiles, which differ from the OperationDefinitions before 2.2. */
const OUTPUT_NAMES: Readonly<Record<DtrVersion, { readonly bundle: string; readonly outcome: string }>> = {
  '2.0': { bundle: 'PackageBundle', outcome: 'operationOutcome' },
  '2.1': { bundle: 'PackageBundle', outcome: 'operationOutcome' },
  '2.2': { bundle: 'packagebundle', outcome: 'outcome' },
};

/** The output of `$questionnaire-package`; what could not be served stands in the outcome. */
export function packageOutput(
  bundles: readonly Bundle[],
  issues: readonly Issue[],
  version: DtrVersion,
): Parameters {
  const { bundle, outcome } = OUTPUT_NAMES[version];
  const parameter: ParametersParameter[] = [
    ...bundles.map((resource) => ({ name: bundle, resource })),
    ...(issues.length === 0 ? [] : [{ name: outcome, resource: operationOutcome(issues) }]),
  ];
  return {
    resourceType: 'Parameters',
    meta: { profile: [`${DTR}/dtr-qpackage-output-parameters`] },
    ...(parameter.length === 0 ? {} : { parameter }),
  };
}

/** True when a form has changed since a moment, or when nobody can say that it has not. */
export function hasChangedSince({ policy }: Form, moment: string | undefined): boolean {
  const since = moment === undefined ? null : parseDate(moment);
  const effective = parseDate(policy.effective);
  return since === null || effective === null || effective.high >= since.low;
}

/** The form that a canonical names, on any base; with a version, of that version, else the one that took effect last. */
export function formNamed(canonical: string, forms: readonly Form[]): Form | undefined {
  const [url = '', version] = canonical.split('|');
  return forms
    .filter(({ id, policy }) => {
      const isNamed = url === id || url.endsWith(`/${id}`);
      return isNamed && (version === undefined || policy.version === version);
    })
    .toSorted((a, b) => (a.policy.effective < b.policy.effective ? 1 : -1))[0];
}
