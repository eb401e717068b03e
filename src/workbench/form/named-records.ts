import { isObject, objects, property, text, type JsonObject } from '../../fhir/json.ts';
import type { NamedRecord } from './rendered-form.ts';

/** Documents come first: they are what a form most often asks for. */
const TYPES = [
  'DocumentReference',
  'DiagnosticReport',
  'Condition',
  'Observation',
  'Procedure',
  'MedicationAdministration',
  'MedicationStatement',
  'MedicationDispense',
];

/** The records of a chart that an answer may name as its source, with what they are and their day. */
export const namedRecords = (resources: ReadonlyMap<string, JsonObject>): readonly NamedRecord[] =>
  TYPES.flatMap((type) =>
    [...resources]
      .filter(([, resource]) => resource['resourceType'] === type)
      .map(([reference, resource]) => ({ reference, display: displayOf(resource) }))
      .toSorted((a, b) => a.display.localeCompare(b.display)),
  );

function displayOf(resource: JsonObject): string {
  const type = text(resource['resourceType']) ?? '';
  const day = DAYS.flatMap((element) => firstText(resource[element]) ?? [])[0]?.slice(0, 10);
  const what = NAMES.flatMap((element) => conceptText(resource[element]) ?? [])[0] ?? text(resource['id']);
  return [what, day, type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()]
    .filter((part) => part !== undefined)
    .join(', ');
}

const NAMES = ['description', 'code', 'type', 'medicationCodeableConcept', 'category'];
const DAYS = [
  'date',
  'effectiveDateTime',
  'performedDateTime',
  'recordedDate',
  'onsetDateTime',
  'issued',
  'effectivePeriod',
  'performedPeriod',
];

const firstText = (value: unknown): string | undefined =>
  text(value) ?? text(property(value, 'start')) ?? text(property(value, 'end'));

function conceptText(value: unknown): string | undefined {
  const [concept] = isObject(value) ? [value] : objects(value);
  return (
    text(value) ??
    text(concept?.['text']) ??
    objects(concept?.['coding']).flatMap(({ display }) => text(display) ?? [])[0]
  );
}
