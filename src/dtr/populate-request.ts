import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Form } from '../policy/form.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { formNamed } from './package.ts';
import { NOT_PARAMETERS, parametersOf, textValue, wrongParameter } from './parameters.ts';

/** What `$populate` is asked to fill in, and where the chart is. */
export interface PopulateParameters {
  readonly form: Form;
  /** `Patient/id`. */
  readonly subject: string;
  readonly context: string | undefined;
  readonly resources: readonly JsonObject[];
  readonly order: JsonObject | undefined;
  /** The service is to use what it knows of the subject itself. */
  readonly isLocal: boolean;
  readonly endpoint: { readonly address: string; readonly accessToken: string | undefined } | undefined;
}

const ORDER_TYPES = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest'];

/**
 * SDC `$populate`: the form (instance level, `canonical`, `questionnaire` or `questionnaireRef`), the `subject`, and the
 * chart: resources in `context` or in any other parameter, `dataEndpoint` (an Endpoint to query), `local` where the
 * service holds it, or `context` as a string, the id of a determination that has read the chart already.
 * @param instance id of the Questionnaire in the URL, at instance level
 */
export function readPopulate(
  body: unknown,
  instance: string | undefined,
  forms: readonly Form[],
): PopulateParameters | { readonly issues: readonly Issue[] } {
  const parameters = parametersOf(body);
  if (parameters === undefined) return { issues: [NOT_PARAMETERS] };
  const byName = (name: string): JsonObject | undefined => parameters.find((item) => item['name'] === name);
  const name =
    instance ??
    ['canonical', 'questionnaire', 'questionnaireRef', 'questionnaireCanonical'].flatMap(
      (key) => canonicalIn(byName(key)) ?? [],
    )[0];
  const form = name === undefined ? undefined : formNamed(name, forms);
  const subject = relativeReference(property(byName('subject'), 'valueReference'));
  const resources = parameters
    .filter((parameter) => !['questionnaire', 'dataEndpoint'].includes(text(parameter['name']) ?? ''))
    .flatMap(resourcesIn);
  const endpoint = objects(byName('dataEndpoint')?.['resource'])[0];
  const address = text(endpoint?.['address'])?.replace(/\/+$/, '');
  const issues = [
    ...(form === undefined
      ? [wrongParameter('questionnaire', 'names no questionnaire that is served here')]
      : []),
    ...(subject?.startsWith('Patient/') === true
      ? []
      : [wrongParameter('subject', 'subject must be a Patient')]),
    ...(endpoint !== undefined &&
    !(address !== undefined && URL.canParse(address) && /^https?:/.test(address))
      ? [wrongParameter('dataEndpoint', 'dataEndpoint must be an Endpoint with an http or https address')]
      : []),
  ];
  if (form === undefined || subject === undefined || issues.length > 0) return { issues };
  return {
    form,
    subject,
    context: parameters
      .filter((parameter) => parameter['name'] === 'context')
      .flatMap((parameter) => text(parameter['valueString']) ?? [])[0],
    resources,
    order: resources.find(({ resourceType }) => ORDER_TYPES.includes(text(resourceType) ?? '')),
    isLocal: byName('local')?.['valueBoolean'] === true,
    endpoint: address === undefined ? undefined : { address, accessToken: tokenOf(endpoint) },
  };
}

/** The bearer token among an Endpoint's headers. */
const tokenOf = (endpoint: JsonObject | undefined): string | undefined =>
  (Array.isArray(endpoint?.['header']) ? (endpoint['header'] as readonly unknown[]) : []).flatMap(
    (line) => /^authorization:\s*bearer\s+(\S+)$/i.exec(text(line) ?? '')?.[1] ?? [],
  )[0];

function canonicalIn(parameter: JsonObject | undefined): string | undefined {
  if (parameter === undefined) return undefined;
  const resource = parameter['resource'];
  if (isObject(resource)) {
    const [url, version] = [text(resource['url']), text(resource['version'])];
    return version === undefined ? url : `${url ?? ''}|${version}`;
  }
  return text(property(parameter['valueReference'], 'reference')) ?? textValue(parameter);
}

/** Resources at any depth of a parameter. */
const resourcesIn = (parameter: JsonObject): readonly JsonObject[] => [
  ...objects(parameter['resource']),
  ...objects(parameter['part']).flatMap(resourcesIn),
];
