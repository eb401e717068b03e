import type {
  Bundle,
  FhirResource,
  Parameters,
  Questionnaire,
  QuestionnaireResponse,
  ValueSet,
} from 'fhir/r4.js';
import { ApiProblem, getJson, postJson } from '../api.ts';

/** A form as DTR gives it: the questions, a draft filled in from the chart, and the codes to choose from. */
export interface FormPackage {
  readonly questionnaire: Questionnaire;
  readonly draft: QuestionnaireResponse;
  readonly valueSets: readonly ValueSet[];
}

/**
 * The forms that ask for what a determination lacks (`$questionnaire-package`), none when nothing is asked.
 * @param context id of the determination
 * @throws ApiProblem
 */
export async function formPackages(context: string, signal?: AbortSignal): Promise<readonly FormPackage[]> {
  const asked: Parameters = {
    resourceType: 'Parameters',
    parameter: [{ name: 'context', valueString: context }],
  };
  const answer = (await postJson('fhir/Questionnaire/$questionnaire-package', asked, signal)) as Parameters;
  const bundles = (answer.parameter ?? [])
    .map(({ resource }) => resource as FhirResource | undefined)
    .filter((resource) => resource?.resourceType === 'Bundle');
  return Promise.all(bundles.map((bundle) => formPackage(bundle, signal)));
}

async function formPackage(bundle: Bundle, signal: AbortSignal | undefined): Promise<FormPackage> {
  const resources = (bundle.entry ?? []).flatMap(
    ({ resource }) => (resource as FhirResource | undefined) ?? [],
  );
  const [questionnaire] = resources.filter(isOf('Questionnaire'));
  const [draft] = resources.filter(isOf('QuestionnaireResponse'));
  if (questionnaire === undefined || draft === undefined)
    throw new ApiProblem(
      undefined,
      'incomplete',
      'The package has no questionnaire, or no draft of answers.',
    );
  const brought = resources.filter(isOf('ValueSet'));
  // A package may leave large value sets to $expand.
  const lacking = answerValueSets(questionnaire).filter(
    (canonical) => !brought.some((set) => isNamed(set, canonical)),
  );
  const expanded = await Promise.all(
    lacking.map(
      async (canonical) =>
        (await getJson(`fhir/ValueSet/$expand?url=${encodeURIComponent(canonical)}`, signal)) as ValueSet,
    ),
  );
  return { questionnaire, draft, valueSets: [...brought, ...expanded] };
}

const isOf =
  <Type extends FhirResource['resourceType']>(type: Type) =>
  (resource: FhirResource): resource is Extract<FhirResource, { readonly resourceType: Type }> =>
    resource.resourceType === type;

/** True when a canonical, with or without a version, names the value set. */
export const isNamed = ({ url }: ValueSet, canonical: string): boolean => canonical.split('|')[0] === url;

function answerValueSets({ item = [] }: Pick<Questionnaire, 'item'>): readonly string[] {
  return [
    ...new Set(
      item.flatMap(({ answerValueSet, item: below = [] }) => [
        ...(answerValueSet === undefined ? [] : [answerValueSet]),
        ...answerValueSets({ item: below }),
      ]),
    ),
  ];
}

/** @param context id of the determination that it answers @throws ApiProblem, with every item that does not count */
export async function sendResponse(response: QuestionnaireResponse, context: string): Promise<void> {
  await postJson(`fhir/QuestionnaireResponse?context=${encodeURIComponent(context)}`, response);
}
