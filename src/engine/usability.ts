import type { ChartRecord } from '../fhir/chart.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import type { Retrieve } from '../policy/fact.ts';
import { CLINICAL } from '../policy/retrieve-schema.ts';

/**
 * How far a record may speak: `proof` decides, `sign` is shown, `none` is no evidence at all.
 * Source: `clinical/facts.md` 2.1 and 2.2.
 */
export interface Standing {
  readonly standing: 'proof' | 'sign' | 'none';
  readonly note?: string;
}

const PROOF: Standing = { standing: 'proof' };
const NONE: Standing = { standing: 'none' };
const sign = (note: string): Standing => ({ standing: 'sign', note });

/** Status of an event or result: what counts, and what is shown; anything else is no evidence. */
type Statuses = Readonly<
  Record<string, { readonly proof: readonly string[]; readonly sign: readonly string[] }>
>;
const STATUSES: Statuses = {
  Observation: { proof: ['final', 'amended', 'corrected'], sign: ['preliminary'] },
  DiagnosticReport: { proof: ['final', 'amended', 'corrected', 'appended'], sign: ['preliminary'] },
  Procedure: { proof: ['completed'], sign: ['in-progress', 'stopped', 'unknown'] },
  MedicationAdministration: { proof: ['completed', 'in-progress'], sign: ['stopped', 'on-hold', 'unknown'] },
  MedicationDispense: { proof: ['completed'], sign: ['in-progress', 'unknown'] },
  MedicationStatement: { proof: ['active', 'completed', 'stopped'], sign: ['unknown', 'on-hold'] },
  // An order or a plan says what is intended, never what took place.
  MedicationRequest: { proof: [], sign: ['active', 'completed', 'on-hold', 'stopped', 'unknown'] },
  ServiceRequest: { proof: [], sign: ['active', 'completed', 'on-hold', 'unknown'] },
  // That a document exists proves nothing of its content.
  DocumentReference: { proof: [], sign: ['current'] },
  ClaimResponse: { proof: ['active'], sign: [] },
};

/** The statuses in which an event or result of a type counts. */
export const countedStatuses = (type: string): readonly string[] => STATUSES[type]?.proof ?? [];

/** Where an intention is asked for, an order that stands is one; what was carried out or given up is none. */
const INTENTIONS: Statuses = {
  MedicationRequest: { proof: ['active', 'on-hold'], sign: [] },
  ServiceRequest: { proof: ['active', 'on-hold'], sign: [] },
};

const conceptCode = (value: unknown): string | undefined =>
  text(value) ??
  objects(value)
    .flatMap((concept) => objects(concept['coding']))
    .map((coding) => text(coding['code']))
    .find((code) => code !== undefined);

/** A status as a code, or as its word; one that is there and cannot be read is not one that was left out. */
export const conditionStatus = (value: unknown): string | undefined =>
  value === undefined || value === null
    ? undefined
    : (conceptCode(value) ?? text(property(value, 'text'))?.toLowerCase() ?? 'unreadable');

export function standingOf(record: ChartRecord, retrieve: Retrieve): Standing {
  const judged =
    record.type === 'Condition'
      ? conditionStanding(record.resource, retrieve)
      : retrieve.isPresence
        ? presenceStanding(record)
        : eventStanding(record, retrieve.intended === true ? INTENTIONS : STATUSES);
  if (judged.standing !== 'proof') return judged;
  if (!record.hasSubject) return sign('does not say whom it is about');
  return judged;
}

function conditionStanding(resource: JsonObject, retrieve: Retrieve): Standing {
  const verification = conditionStatus(resource['verificationStatus']);
  switch (verification) {
    case 'refuted':
    case 'entered-in-error':
      return NONE;
    case 'confirmed':
      break;
    case undefined:
      if (retrieve.confirmed === true) return sign('recorded, but not stated to be confirmed');
      break;
    case 'unconfirmed':
    case 'provisional':
    case 'differential':
      return sign(`verification status ${verification}`);
    default:
      return sign('verification status not understood');
  }
  const clinical = conditionStatus(resource['clinicalStatus']);
  return clinical === undefined || CLINICAL[retrieve.clinical ?? 'active'].includes(clinical)
    ? PROOF
    : sign(`clinical status ${clinicalWord(clinical)}`);
}

const clinicalWord = (status: string): string => (CLINICAL.ever.includes(status) ? status : 'not understood');

/** What the status of an event or result allows. */
export function eventStanding({ type, resource }: ChartRecord, statuses: Statuses = STATUSES): Standing {
  const table = statuses[type];
  if (table === undefined) return NONE;
  if (resource['doNotPerform'] === true) return NONE;
  if (type === 'DocumentReference' && text(resource['docStatus']) === 'entered-in-error') return NONE;
  const status = text(resource['status']);
  if (status === undefined) return sign('its status is not stated');
  if (table.sign.includes(status)) return sign(signNote(type, status));
  if (!table.proof.includes(status)) return NONE;
  if (type === 'Observation' && resource['dataAbsentReason'] !== undefined) return NONE;
  if (type === 'Observation' && mentionsDonor(resource)) return sign('may be a result of the donor');
  return PROOF;
}

/** Where the record itself is what is asked for: a document that is there, a result with any value. */
export function presenceStanding(record: ChartRecord): Standing {
  const { type, resource } = record;
  const judged = eventStanding(record);
  if (type === 'DocumentReference' && judged.standing === 'sign' && resource['status'] === 'current') {
    const docStatus = text(resource['docStatus']);
    return docStatus === undefined || ['final', 'amended'].includes(docStatus)
      ? PROOF
      : sign(`document status ${docStatus}`);
  }
  if (type === 'Observation' && judged.standing === 'proof' && !hasResult(resource))
    return sign('it holds no result');
  return judged;
}

/** A value, or parts that have one: a panel is a result by its members. */
const hasResult = (resource: JsonObject): boolean =>
  Object.keys(resource).some((name) => name.startsWith('value')) ||
  objects(resource['hasMember']).length > 0 ||
  objects(resource['component']).some((component) =>
    Object.keys(component).some((name) => name.startsWith('value')),
  );

function signNote(type: string, status: string): string {
  switch (type) {
    case 'MedicationRequest':
    case 'ServiceRequest':
      return 'an order, not a record that it was given';
    case 'DocumentReference':
      return 'a document exists; its content was not read';
    default:
      return `status ${status}`;
  }
}

const mentionsDonor = (resource: JsonObject): boolean =>
  [resource['code'], resource['specimen'], resource['focus']].some((element) =>
    objects(element).some(
      ({ text: words, display, coding }) =>
        isOfDonor(words) || isOfDonor(display) || objects(coding).some((item) => isOfDonor(item['display'])),
    ),
  );
const isOfDonor = (words: unknown): boolean => typeof words === 'string' && /\bdonor\b/i.test(words);

/** The value of a named element for the reader: its first code, else the value itself when it is a primitive. */
export function shownValue(resource: JsonObject, element: string): string | undefined {
  const value = resource[element];
  if (isObject(value)) return conceptCode(value) ?? text(value['text']);
  return text(value) ?? (typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined);
}
