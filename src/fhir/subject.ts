import { CLINICAL_TYPES } from './clinical-types.ts';
import type { Intake } from './intake.ts';
import { isObject, objects, property, text, type JsonObject } from './json.ts';
import { referenceKey, relativeReference } from './reference.ts';

/** Whom a resource is about, by its subject; a result also by its focus and its specimen. */
export function subjectOf(
  resource: JsonObject,
  type: string,
  patientReference: string,
  resolve: (reference: unknown) => JsonObject | undefined,
): 'patient' | 'other' | 'unstated' {
  if (type === 'Patient')
    return `Patient/${text(resource['id']) ?? ''}` === patientReference ? 'patient' : 'other';
  const named = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'];
  if (named === undefined) return CLINICAL_TYPES.has(type) ? 'unstated' : 'patient';
  const subject = person(named, patientReference, resolve);
  if (subject !== 'patient' || type !== 'Observation') return subject;
  if (resource['focus'] === undefined && resource['specimen'] === undefined) return subject;
  // A result may be a donor's: of another person in focus, or from another person's specimen (facts.md 2.2).
  const contained = text(property(resource['specimen'], 'reference'));
  const specimen =
    contained?.startsWith('#') === true
      ? objects(resource['contained']).find(({ id }) => id === contained.slice(1))
      : resolve(resource['specimen']);
  const others = [...objects(resource['focus']), ...objects(specimen?.['subject'])].filter((item) =>
    /^(Patient|RelatedPerson|Group)\//.test(relativeReference(item) ?? ''),
  );
  return others.some((item) => person(item, patientReference, resolve) === 'other') ? 'other' : 'patient';
}

/**
 * True when an answer names patients and this one is not among them: an answer to another question, that says nothing
 * of what this patient has. A Coverage for another person says only that there is none for this one.
 */
export function isAboutOthers(intakes: readonly Intake[], patientReference: string): boolean {
  let byFullUrl: ReadonlyMap<string | undefined, unknown> | undefined;
  const resolve = (reference: unknown): JsonObject | undefined => {
    byFullUrl ??= new Map(intakes.map(({ fullUrl, resource }) => [text(fullUrl), resource]));
    const found = byFullUrl.get(referenceKey(reference));
    return isObject(found) ? found : undefined;
  };
  let namesOthers = false;
  for (const { resource } of intakes) {
    if (!isObject(resource)) continue;
    const type = resource['resourceType'];
    const named = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'];
    const whom =
      type === 'Patient'
        ? subjectOf(resource, type, patientReference, resolve)
        : person(named, patientReference, resolve);
    if (whom === 'patient') return false;
    namesOthers ||= whom === 'other' && type !== 'Coverage';
  }
  return namesOthers;
}

function person(
  reference: unknown,
  patientReference: string,
  resolve: (reference: unknown) => JsonObject | undefined,
): 'patient' | 'other' | 'unstated' {
  const printed = text(property(reference, 'reference'));
  if (printed === undefined || printed.startsWith('#')) return 'unstated';
  if (printed === patientReference) return 'patient';
  const relative = relativeReference(reference);
  if (relative !== undefined) return relative === patientReference ? 'patient' : 'other';
  const target = resolve(reference);
  return target === undefined
    ? 'unstated'
    : `Patient/${text(target['id']) ?? ''}` === patientReference
      ? 'patient'
      : 'other';
}
