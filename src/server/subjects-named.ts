import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Subject } from './record-keeping.ts';

/** More than any request is rightly about; each is an audit event. */
const MOST = 20;

/** Where the resources of a request name their patient. */
const PATIENT_ELEMENTS = ['subject', 'patient', 'beneficiary', 'for'];

/**
 * Whom the body of a request names, whatever is wrong with the rest of it: a hook request, Parameters, a Bundle or another
 * resource, or the page's question for a chart.
 */
export function subjectsNamed(body: unknown): readonly Subject[] {
  if (!isObject(body)) return [];
  if (body['resourceType'] === undefined) {
    const patientId = text(property(body['context'], 'patientId')) ?? text(body['patientId']);
    const hookInstance = text(body['hookInstance']);
    return patientId === undefined
      ? []
      : [
          {
            patient: `Patient/${patientId.replace(/^Patient\//, '')}`,
            ...(hookInstance === undefined ? {} : { hookInstance }),
          },
        ].filter(isShort);
  }
  const patients = new Set<string>();
  for (const patient of patientsIn(body)) {
    if (patients.size >= MOST) break;
    patients.add(patient);
  }
  return [...patients].map((patient) => ({ patient })).filter(isShort);
}

function* patientsIn(resource: JsonObject): Generator<string> {
  if (resource['resourceType'] === 'Patient') {
    const id = text(resource['id']);
    if (id !== undefined) yield `Patient/${id}`;
  }
  for (const element of PATIENT_ELEMENTS) yield* patient(resource[element]);
  for (const parameter of objects(resource['parameter'])) yield* patientsOf(parameter);
  for (const entry of objects(resource['entry']))
    for (const held of objects(entry['resource'])) yield* patientsIn(held);
}

/** Of a parameter: its own reference, its resource, its parts. */
function* patientsOf(parameter: JsonObject): Generator<string> {
  yield* patient(parameter['valueReference']);
  for (const resource of objects(parameter['resource'])) yield* patientsIn(resource);
  for (const part of objects(parameter['part'])) yield* patientsOf(part);
}

function* patient(reference: unknown): Generator<string> {
  const relative = relativeReference(reference);
  if (relative?.startsWith('Patient/') === true) yield relative;
}

/** A FHIR id has 64 characters; drafts of some EHRs more. What is longer is no id. */
const isShort = ({
  patient,
  hookInstance = '',
}: {
  readonly patient: string;
  readonly hookInstance?: string;
}): boolean => patient.length <= 2000 && hookInstance.length <= 2000;
