import { parseDate } from '../fhir/date.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { DTR_VERSIONS, type DtrVersion } from './draft.ts';
import type { Issue } from '../fhir/operation-outcome.ts';

/** What `$questionnaire-package` is asked, in any of its published shapes. */
export interface PackageRequest {
  /** Named by a profile of the Parameters (`…|2.2.0`); undefined where none is. */
  readonly version: DtrVersion | undefined;
  readonly coverages: readonly JsonObject[];
  readonly orders: readonly JsonObject[];
  /** Patient, requester and performer, for use without a client that knows them (2.0.1). */
  readonly referenced: readonly JsonObject[];
  /** Canonicals, with or without version. */
  readonly questionnaires: readonly string[];
  /** The id of a determination. */
  readonly context: string | undefined;
  /** FHIR date or instant. */
  readonly changedSince: string | undefined;
}

/** Resources that the operation takes as `order`; Claim by the text of 2.0.1. */
const ORDER_TYPES = new Set([
  'Appointment',
  'Claim',
  'CommunicationRequest',
  'DeviceRequest',
  'Encounter',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'SupplyRequest',
  'VisionPrescription',
]);

/** The parameters of a Parameters resource; undefined when it is none. */
export const parametersOf = (body: unknown): readonly JsonObject[] | undefined =>
  isObject(body) && body['resourceType'] === 'Parameters' ? objects(body['parameter']) : undefined;

/** A text value of a parameter, whatever its type: `valueString`, `valueCanonical`, `valueUri`, `valueInstant`. */
export const textValue = (parameter: JsonObject): string | undefined =>
  Object.entries(parameter).flatMap(([name, value]) =>
    name.startsWith('value') ? (text(value) ?? []) : [],
  )[0];

export const NOT_PARAMETERS: Issue = {
  severity: 'error',
  code: 'structure',
  text: 'the body is not a Parameters resource',
  expression: 'Parameters',
};

/** An error at a parameter. */
export const wrongParameter = (name: string, message: string): Issue => ({
  severity: 'error',
  code: 'invalid',
  text: message,
  expression: `Parameters.parameter.where(name = '${name}')`,
});

/** Reads the input of `$questionnaire-package` (DTR 2.0.1 to 2.2.0), or says all that is wrong with it. */
export function readPackageRequest(body: unknown): PackageRequest | { readonly issues: readonly Issue[] } {
  const parameters = parametersOf(body);
  if (parameters === undefined) return { issues: [NOT_PARAMETERS] };
  const named = (name: string): readonly JsonObject[] => parameters.filter((item) => item['name'] === name);
  const issues: Issue[] = [];
  const wrong = (name: string, message: string): void => {
    issues.push(wrongParameter(name, message));
  };
  const resources = (name: string, isRight: (type: string) => boolean, what: string): readonly JsonObject[] =>
    named(name).flatMap(({ resource }) => {
      const type = text(property(resource, 'resourceType'));
      if (isObject(resource) && type !== undefined && isRight(type)) return [resource];
      wrong(name, `${name} must be ${what}`);
      return [];
    });
  const texts = (name: string): readonly string[] =>
    named(name).flatMap((parameter) => {
      const value = textValue(parameter);
      if (value === undefined) wrong(name, `${name} has no value`);
      return value ?? [];
    });
  const one = (name: string): string | undefined => {
    const [value, ...others] = texts(name);
    if (others.length > 0) wrong(name, `${name} may be given once`);
    return value;
  };
  const version = versionOf(body);
  const request: PackageRequest = {
    version,
    coverages: resources('coverage', (type) => type === 'Coverage', 'a Coverage'),
    orders: resources('order', (type) => ORDER_TYPES.has(type), 'an order, an Appointment or an Encounter'),
    referenced: resources('referenced', () => true, 'a resource'),
    questionnaires: texts('questionnaire'),
    context: one('context'),
    changedSince: one('changedsince'),
  };
  if (request.changedSince !== undefined && parseDate(request.changedSince) === null)
    wrong('changedsince', 'changedsince must be an instant or a date');
  if (version === '2.2' && request.coverages.length > 1) wrong('coverage', 'DTR 2.2 takes one coverage');
  if (['order', 'questionnaire', 'context'].every((name) => named(name).length === 0))
    wrong('order', 'at least one of order, questionnaire and context is needed (dtr-1)');
  // A determination's own coverage stands for one that is left out.
  const isNamed = named('questionnaire').length > 0 && named('context').length === 0;
  if ((request.orders.length > 0 || isNamed) && named('coverage').length === 0)
    wrong('coverage', 'orders and questionnaires are answered under a coverage: coverage is missing');
  return issues.length > 0 ? { issues } : request;
}

/** The version of DTR that a Parameters resource claims by its profile. */
export function versionOf(body: unknown): DtrVersion | undefined {
  const profiles = property(property(body, 'meta'), 'profile');
  const printed = (Array.isArray(profiles) ? profiles : [])
    .map(text)
    .flatMap((profile) => /\/davinci-dtr\/.*\|(\d+\.\d+)/.exec(profile ?? '')?.[1] ?? [])[0];
  return DTR_VERSIONS.find((version) => version === printed);
}
