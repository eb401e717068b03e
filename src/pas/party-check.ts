import { isObject, objects, text, texts, type JsonObject } from '../fhir/json.ts';
import { isFullDate, isIdentified, typeIs, type Check, type CheckScope } from './checking.ts';
import { isMemberId, isSelf } from './codes.ts';

/** What PAS requires of those that a Claim is about, who send it and who get it. */

/** `profile-beneficiary`, by US Core Patient. */
export function person(patient: JsonObject, check: Check): void {
  const path = 'Claim.patient.resolve()';
  check(
    objects(patient['identifier']).some(isIdentified),
    `${path}.identifier`,
    'an identifier with system and value',
  );
  check(
    objects(patient['name']).some(
      (name) => text(name['family']) !== undefined || texts(name['given']).length > 0,
    ),
    `${path}.name`,
    'a name',
  );
  check(text(patient['gender']) !== undefined, `${path}.gender`, 'gender');
  check(
    patient['birthDate'] === undefined || isFullDate(patient['birthDate']),
    `${path}.birthDate`,
    'birthDate must be a full date',
    'value',
  );
}

/** `profile-insurer` and `profile-requestor`, by US Core Organization. */
export function organization(resource: JsonObject, path: string, check: Check): void {
  check(resource['active'] === true, `${path}.active`, 'active must be true', 'value');
  check(text(resource['name']) !== undefined, `${path}.name`, 'a name');
}

/** `profile-requestor`, `profile-practitionerrole`. */
export function requester(
  resource: JsonObject,
  path: string,
  { check, find }: Pick<CheckScope, 'check' | 'find'>,
): void {
  if (typeIs(resource, 'Organization')) organization(resource, path, check);
  if (!typeIs(resource, 'PractitionerRole')) return;
  const practitioner = find(resource['practitioner']);
  check(
    typeIs(practitioner, 'Practitioner'),
    `${path}.practitioner`,
    'the Practitioner must be in the Bundle',
  );
  if (practitioner === undefined) return;
  check(
    objects(practitioner['identifier']).some(isIdentified),
    `${path}.practitioner.resolve().identifier`,
    'an identifier with system and value, such as the NPI',
  );
  check(
    objects(practitioner['name']).some((name) => text(name['family']) !== undefined),
    `${path}.practitioner.resolve().name`,
    'a family name',
  );
}

/** `profile-coverage`, by US Core Coverage. */
export function coverage(
  resource: JsonObject,
  path: string,
  patient: JsonObject | undefined,
  { check, find, version }: Pick<CheckScope, 'check' | 'find' | 'version'>,
): void {
  const hasMemberId = objects(resource['identifier']).some(
    ({ type, value }) => isMemberId(type) && text(value) !== undefined,
  );
  check(resource['status'] === 'active', `${path}.status`, 'status must be active', 'value');
  check(
    patient !== undefined && find(resource['beneficiary']) === patient,
    `${path}.beneficiary`,
    'the beneficiary must be the patient of the Claim',
  );
  check(isObject(resource['relationship']), `${path}.relationship`, 'the relationship to the subscriber');
  check(
    isSelf(resource['relationship']) || resource['subscriber'] !== undefined,
    `${path}.subscriber`,
    'the subscriber, where it is not the patient',
  );
  check(
    version === '2.2' ? hasMemberId : hasMemberId || text(resource['subscriberId']) !== undefined,
    `${path}.identifier`,
    'the member number (type MB)',
  );
  check(
    objects(resource['payor']).length === 1 && typeIs(find(objects(resource['payor'])[0]), 'Organization'),
    `${path}.payor`,
    'the payer’s Organization must be in the Bundle',
  );
}
