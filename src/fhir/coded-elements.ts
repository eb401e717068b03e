import { objects, property, text, type JsonObject } from './json.ts';
import type { Coding, Terminology } from './terminology.ts';

export interface CodedElement {
  /** FHIR path of the element: `Condition.code`. */
  readonly path: string;
  readonly coding: Coding;
}

export const CONDITION_MORPHOLOGY_URL =
  'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior';
export const CONDITION_MORPHOLOGY = 'Condition.extension(histology-morphology-behavior)';

const REVIEW_ACTION = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction';

const MEDICATION_PATH = /^Medication(Statement|Request|Administration|Dispense)$/;

/** The codes a resource is found by, with the path they stand at. */
export function codedElements(
  resource: JsonObject,
  type: string,
  resolve: (reference: unknown) => JsonObject | undefined,
  terminology: Terminology,
): readonly CodedElement[] {
  const at = (path: string, concept: unknown): readonly CodedElement[] =>
    terminology.codings(concept).map((coding) => ({ path, coding }));
  if (MEDICATION_PATH.test(type)) {
    return medicationCodings(resource, resolve, terminology).map((coding) => ({
      path: `${type}.medication`,
      coding,
    }));
  }
  switch (type) {
    case 'Condition':
      return [
        ...at('Condition.code', resource['code']),
        ...extensionsOf(resource, CONDITION_MORPHOLOGY_URL).flatMap((extension) =>
          at(CONDITION_MORPHOLOGY, extension['valueCodeableConcept']),
        ),
      ];
    case 'DiagnosticReport':
      return [
        ...at('DiagnosticReport.code', resource['code']),
        ...at('DiagnosticReport.conclusionCode', resource['conclusionCode']),
      ];
    case 'DocumentReference':
      return [
        ...at('DocumentReference.type', resource['type']),
        ...at('DocumentReference.category', resource['category']),
      ];
    case 'ClaimResponse':
      return [
        ...at('ClaimResponse.type', resource['type']),
        ...reviewActions(resource).flatMap((action) => at('ClaimResponse.reviewAction', action)),
      ];
    case 'Observation':
    case 'Procedure':
    case 'ServiceRequest':
      return at(`${type}.code`, resource['code']);
    default:
      return [];
  }
}

/** What the payer decided on each item (Da Vinci PAS, "ReviewAction"): pended ones included. */
const reviewActions = (response: JsonObject): readonly unknown[] =>
  ['item', 'addItem']
    .flatMap((element) => objects(response[element]))
    .flatMap((item) => objects(item['adjudication']))
    .flatMap((adjudication) => extensionsOf(adjudication, REVIEW_ACTION))
    .flatMap((action) => extensionsOf(action, `${REVIEW_ACTION}Code`))
    .map((code) => code['valueCodeableConcept']);

const extensionsOf = (element: JsonObject, url: string): readonly JsonObject[] =>
  objects(element['extension']).filter((extension) => extension['url'] === url);

/**
 * The codings of the drug: inline, contained, or in a Medication of the chart, its ingredients included
 * (one level of reference: a cycle of Medications ends there).
 */
export function medicationCodings(
  resource: JsonObject,
  resolve: (reference: unknown) => JsonObject | undefined,
  terminology: Terminology,
): readonly Coding[] {
  const inline = terminology.codings(resource['medicationCodeableConcept']);
  const medication = medicationOf(resource, resolve);
  if (medication === undefined) return inline;
  const ingredients = objects(medication['ingredient']).flatMap((ingredient) => [
    ...terminology.codings(ingredient['itemCodeableConcept']),
    ...terminology.codings(resolve(ingredient['itemReference'])?.['code']),
  ]);
  return [...inline, ...terminology.codings(medication['code']), ...ingredients];
}

/** The Medication that a resource refers to, contained or elsewhere; undefined when it is not at hand. */
export function medicationOf(
  resource: JsonObject,
  resolve: (reference: unknown) => JsonObject | undefined,
): JsonObject | undefined {
  const reference = text(property(resource['medicationReference'], 'reference'));
  if (reference === undefined) return undefined;
  return reference.startsWith('#')
    ? objects(resource['contained']).find((contained) => contained['id'] === reference.slice(1))
    : resolve(resource['medicationReference']);
}
