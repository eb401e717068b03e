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

type Resolve = (reference: unknown) => JsonObject | undefined;
type Visit = (path: string, concept: unknown) => void;

/** The codes a resource is found by, with the path they stand at. */
export function codedElements(
  resource: JsonObject,
  type: string,
  resolve: Resolve,
  terminology: Terminology,
): readonly CodedElement[] {
  const found: CodedElement[] = [];
  visitConcepts(resource, type, resolve, (path, concept) => {
    for (const coding of terminology.codings(concept)) found.push({ path, coding });
  });
  return found;
}

/** Shows every concept that a resource is found by, with the path that it stands at. */
export function visitConcepts(resource: JsonObject, type: string, resolve: Resolve, visit: Visit): void {
  switch (type) {
    case 'Observation':
      visit('Observation.code', resource['code']);
      break;
    case 'Procedure':
      visit('Procedure.code', resource['code']);
      break;
    case 'ServiceRequest':
      visit('ServiceRequest.code', resource['code']);
      break;
    case 'MedicationStatement':
      visitMedication('MedicationStatement.medication', resource, resolve, visit);
      break;
    case 'MedicationRequest':
      visitMedication('MedicationRequest.medication', resource, resolve, visit);
      break;
    case 'MedicationAdministration':
      visitMedication('MedicationAdministration.medication', resource, resolve, visit);
      break;
    case 'MedicationDispense':
      visitMedication('MedicationDispense.medication', resource, resolve, visit);
      break;
    case 'Condition':
      visit('Condition.code', resource['code']);
      for (const extension of extensionsOf(resource, CONDITION_MORPHOLOGY_URL))
        visit(CONDITION_MORPHOLOGY, extension['valueCodeableConcept']);
      break;
    case 'DiagnosticReport':
      visit('DiagnosticReport.code', resource['code']);
      visit('DiagnosticReport.conclusionCode', resource['conclusionCode']);
      break;
    case 'DocumentReference':
      visit('DocumentReference.type', resource['type']);
      visit('DocumentReference.category', resource['category']);
      break;
    case 'ClaimResponse':
      visit('ClaimResponse.type', resource['type']);
      for (const action of reviewActions(resource)) visit('ClaimResponse.reviewAction', action);
      break;
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
  element['extension'] === undefined
    ? []
    : objects(element['extension']).filter((extension) => extension['url'] === url);

/**
 * The concepts of the drug: inline, contained, or in a Medication of the chart, its ingredients included
 * (one level of reference: a cycle of Medications ends there).
 */
function visitMedication(path: string, resource: JsonObject, resolve: Resolve, visit: Visit): void {
  visit(path, resource['medicationCodeableConcept']);
  if (resource['medicationReference'] === undefined) return;
  const medication = medicationOf(resource, resolve);
  if (medication === undefined) return;
  visit(path, medication['code']);
  for (const ingredient of objects(medication['ingredient'])) {
    visit(path, ingredient['itemCodeableConcept']);
    visit(path, resolve(ingredient['itemReference'])?.['code']);
  }
}

/** The codings of the drug. */
export function medicationCodings(
  resource: JsonObject,
  resolve: Resolve,
  terminology: Terminology,
): readonly Coding[] {
  const found: Coding[] = [];
  visitMedication('medication', resource, resolve, (_path, concept) => {
    found.push(...terminology.codings(concept));
  });
  return found;
}

/** The Medication that a resource refers to, contained or elsewhere; undefined when it is not at hand. */
export function medicationOf(resource: JsonObject, resolve: Resolve): JsonObject | undefined {
  const reference = text(property(resource['medicationReference'], 'reference'));
  if (reference === undefined) return undefined;
  return reference.startsWith('#')
    ? objects(resource['contained']).find((contained) => contained['id'] === reference.slice(1))
    : resolve(resource['medicationReference']);
}
