import { choiceDateReader, parseDate, parsePeriod, type DateInterval } from './date.ts';
import { objects, property, type JsonObject } from './json.ts';

/**
 * When what a resource says took place, and when it was stated (`clinical/facts.md` 2.3).
 * `problem` names a date element that is there but cannot be read.
 */
export interface ClinicalDate {
  /** When it took place, or the latest day by which it had. */
  readonly date: DateInterval | null;
  /** When somebody stated it: for a Condition its recording, for anything else `date`. */
  readonly stated: DateInterval | null;
  readonly problem: string | undefined;
}

type Reading = DateInterval | null | undefined;

/** A date by which something was known: it may have begun at any time before. */
const knownBy = (reading: Reading): Reading =>
  reading === null || reading === undefined
    ? reading
    : { low: -Infinity, high: reading.high, text: reading.text };

const ASSERTED_DATE = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate';

const assertedDate = (resource: JsonObject): Reading => {
  const extension = objects(resource['extension']).find((item) => item['url'] === ASSERTED_DATE);
  return extension === undefined ? undefined : parseDate(extension['valueDateTime']);
};

const dateAt = (resource: JsonObject, name: string): Reading =>
  resource[name] === undefined ? undefined : parseDate(resource[name]);

/** Elements in the order in which they are trusted; the first that is there decides. */
const ELEMENTS: Readonly<Record<string, readonly ((resource: JsonObject) => Reading)[]>> = {
  Observation: [choiceDateReader('effective')],
  Condition: [
    choiceDateReader('onset'),
    (r) => knownBy(dateAt(r, 'recordedDate')),
    (r) => knownBy(assertedDate(r)),
  ],
  Procedure: [choiceDateReader('performed')],
  MedicationAdministration: [choiceDateReader('effective')],
  MedicationStatement: [choiceDateReader('effective')],
  MedicationDispense: [(r) => dateAt(r, 'whenHandedOver'), (r) => dateAt(r, 'whenPrepared')],
  MedicationRequest: [(r) => dateAt(r, 'authoredOn')],
  ServiceRequest: [(r) => dateAt(r, 'authoredOn')],
  DiagnosticReport: [choiceDateReader('effective'), (r) => knownBy(dateAt(r, 'issued'))],
  DocumentReference: [
    (r) =>
      property(r['context'], 'period') === undefined
        ? undefined
        : parsePeriod(property(r['context'], 'period')),
    (r) => knownBy(dateAt(r, 'date')),
  ],
  ClaimResponse: [(r) => dateAt(r, 'created')],
  QuestionnaireResponse: [(r) => dateAt(r, 'authored')],
  Encounter: [(r) => (r['period'] === undefined ? undefined : parsePeriod(r['period']))],
  CarePlan: [(r) => (r['period'] === undefined ? undefined : parsePeriod(r['period']))],
  EpisodeOfCare: [(r) => (r['period'] === undefined ? undefined : parsePeriod(r['period']))],
};

/**
 * @param encounterOf the encounter a Condition was recorded in: its end is the last resort for a date
 */
export function clinicalDate(
  resource: JsonObject,
  encounterOf: (resource: JsonObject) => JsonObject | undefined,
): ClinicalDate {
  const type = typeof resource['resourceType'] === 'string' ? resource['resourceType'] : '';
  let problem: string | undefined;
  let date: DateInterval | null = null;
  for (const read of (Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined) ?? []) {
    const reading = read(resource);
    if (reading === null) problem ??= `${type} carries a date that cannot be read`;
    if (reading !== null && reading !== undefined) {
      date = reading;
      break;
    }
  }
  if (type !== 'Condition') return { date, stated: date, problem };
  if (date === null) {
    const encounter = encounterOf(resource);
    date = knownBy(encounter === undefined ? undefined : parsePeriod(encounter['period'])) ?? null;
  }
  const recorded = dateAt(resource, 'recordedDate') ?? assertedDate(resource) ?? null;
  return { date, stated: recorded ?? date, problem };
}
