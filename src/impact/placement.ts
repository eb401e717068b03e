import { CLINICAL_TYPES } from '../fhir/clinical-types.ts';
import { isObject, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { bundleOf, idsOf } from '../cli/resource-file.ts';

/** Where a line of NDJSON belongs. */
export type Placement =
  /** A resource of a patient: one line of many of the chart. */
  | { readonly kind: 'patient'; readonly patient: string; readonly type: string }
  /** A Bundle that is a chart by itself; the types of its resources. */
  | { readonly kind: 'chart'; readonly types: readonly string[] }
  /** A resource of nobody that charts may refer to. */
  | { readonly kind: 'shared'; readonly type: string; readonly reference: string }
  | { readonly kind: 'unread'; readonly problem: string }
  | { readonly kind: 'empty' };

/** Types that are a patient's and are no clinical record: one that names nobody belongs to no chart. */
const ADMINISTRATIVE_TYPES = new Set(['Patient', 'Coverage', 'Claim', 'Appointment', 'Specimen', 'Task']);

export function placementOf(line: string): Placement {
  const source = line.replace(/^\uFEFF/, '').trim();
  if (source === '') return { kind: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    // The message would repeat what stands there.
    return unread('is not JSON');
  }
  const type = isObject(value) ? text(value['resourceType']) : undefined;
  if (!isObject(value) || type === undefined) return unread('is no FHIR resource');
  if (type === 'Bundle') return bundlePlacement(value);
  const id = text(value['id']);
  if (type === 'Patient')
    return id === undefined ? unread('is a Patient without an id') : { kind: 'patient', patient: id, type };
  const named = value['subject'] ?? value['patient'] ?? value['beneficiary'] ?? value['for'];
  const reference = relativeReference(named);
  if (reference?.startsWith('Patient/') === true)
    return { kind: 'patient', patient: reference.slice('Patient/'.length), type };
  if (CLINICAL_TYPES.has(type) || ADMINISTRATIVE_TYPES.has(type))
    return unread(`is a ${type} that refers to no Patient`);
  return id === undefined
    ? unread(`is a ${type} without an id`)
    : { kind: 'shared', type, reference: `${type}/${id}` };
}

function bundlePlacement(bundle: JsonObject): Placement {
  const whole = bundleOf([bundle], 'entry');
  const patients = idsOf(whole, 'Patient').length;
  if (patients !== 1)
    return unread(
      `is a Bundle with ${patients === 0 ? 'no Patient' : `${patients} Patients`}: one chart has one`,
    );
  return { kind: 'chart', types: typesIn(whole) };
}

const typesIn = (bundle: JsonObject): readonly string[] => [
  ...new Set(
    (bundle['entry'] as readonly { readonly resource?: { readonly resourceType?: unknown } }[]).flatMap(
      ({ resource }) => text(resource?.resourceType) ?? [],
    ),
  ),
];

const unread = (problem: string): Placement => ({ kind: 'unread', problem });
