import { printedLinks, unbundled } from '../fhir/links.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { medicationOf } from '../fhir/coded-elements.ts';
import { parseDate } from '../fhir/date.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import {
  codesOf,
  extensionOf,
  isFullDate,
  isIdentified,
  issue,
  typeIs,
  versionOf,
  type BundleKind,
  type Check,
  type CheckScope,
} from './checking.ts';
import { CLAIM_TYPE, ICD_10_CM, TEMP } from './codes.ts';
import { coverage, organization, person, requester } from './party-check.ts';
import { SERVICE_SYSTEMS } from './requested-service.ts';

/**
 * Everything that PAS requires and a Bundle lacks, each at its place: `profile-pas-request-bundle` with what its Claim
 * refers to, or `profile-pas-inquiry-request-bundle`. Systems of codes are checked, X12's licensed lists are not.
 */
export function bundleIssues(body: unknown, kind: BundleKind): readonly Issue[] {
  if (!isObject(body) || body['resourceType'] !== 'Bundle')
    return [issue('structure', 'the body is not a Bundle', 'Bundle')];
  const issues: Issue[] = [];
  const check: Check = (holds, path, message, code = 'required') => {
    if (!holds) issues.push(issue(code, message, path));
  };
  const entries = objects(body['entry']);
  const claim = objects(entries[0]?.['resource'])[0];
  envelope(body, entries, check);
  check(claim?.['resourceType'] === 'Claim', 'Bundle.entry[0].resource', 'the first entry must be the Claim');
  if (claim?.['resourceType'] !== 'Claim') return issues;
  const claims = entries.filter(({ resource }) => property(resource, 'resourceType') === 'Claim').length;
  check(
    claims === 1,
    'Bundle.entry',
    'updates of an earlier request are not taken: one Claim is expected',
    'not-supported',
  );
  const { find, holds } = unbundled(body);
  const scope: CheckScope = { check, find, holds, version: versionOf(body), kind };
  wholeClaim(claim, scope);
  if (kind === 'request') {
    diagnoses(claim, scope);
    information(claim, scope);
  }
  items(claim, scope);
  closure(entries, scope);
  return issues;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function envelope(bundle: JsonObject, entries: readonly JsonObject[], check: Check): void {
  check(bundle['type'] === 'collection', 'Bundle.type', 'type must be collection', 'value');
  check(isIdentified(bundle['identifier']), 'Bundle.identifier', 'an identifier with system and value');
  check(INSTANT.test(text(bundle['timestamp']) ?? ''), 'Bundle.timestamp', 'timestamp must be an instant');
  const seen = new Set<string>();
  entries.forEach((entry, index) => {
    const path = `Bundle.entry[${index}]`;
    const url = text(entry['fullUrl']);
    check(url !== undefined, `${path}.fullUrl`, 'an entry needs its fullUrl');
    check(
      isObject(entry['resource']) && text(property(entry['resource'], 'resourceType')) !== undefined,
      `${path}.resource`,
      'an entry needs a resource',
    );
    check(
      url === undefined || !seen.has(url),
      `${path}.fullUrl`,
      'a resource may stand in it once',
      'duplicate',
    );
    if (url !== undefined) seen.add(url);
    for (const name of ['search', 'request', 'response'])
      check(
        entry[name] === undefined,
        `${path}.${name}`,
        `${name} has no place in a collection`,
        'structure',
      );
  });
}

/**
 * What an entry refers to must be there (PAS: the Bundle holds every referenced resource), or stand on a server under a
 * full URL; what is named otherwise leads nowhere.
 */
function closure(entries: readonly JsonObject[], { check, holds }: CheckScope): void {
  entries.forEach(({ resource }, index) => {
    if (!isObject(resource)) return;
    for (const link of printedLinks(resource))
      check(
        /^https?:/.test(link) || holds({ reference: link }),
        `Bundle.entry[${index}].resource`,
        `${link} is referred to, and is not in the Bundle`,
        'not-found',
      );
  });
}

/** Elements of the Claim itself, and what it is about. */
function wholeClaim(claim: JsonObject, { check, find, kind, version }: CheckScope): void {
  const identifiers = objects(claim['identifier']);
  check(
    identifiers.length >= 1 && identifiers.length <= 2 && identifiers.every(isIdentified),
    'Claim.identifier',
    'one or two identifiers with system and value',
  );
  check(claim['status'] === 'active', 'Claim.status', 'status must be active', 'value');
  check(claim['use'] === 'preauthorization', 'Claim.use', 'use must be preauthorization', 'value');
  check(
    codesOf(claim['type']).some(
      ({ system, code }) =>
        system === CLAIM_TYPE && ['institutional', 'professional', 'oral'].includes(text(code) ?? ''),
    ),
    'Claim.type',
    'type must be institutional, professional or oral',
    'code-invalid',
  );
  check(parseDate(claim['created']) !== null, 'Claim.created', 'created must be a date');
  check(codesOf(claim['priority']).length > 0, 'Claim.priority', 'a priority');
  check(claim['related'] === undefined, 'Claim.related', 'a new request has none', 'not-supported');

  const patient = find(claim['patient']);
  check(typeIs(patient, 'Patient'), 'Claim.patient', 'the Patient must be in the Bundle');
  if (patient !== undefined) person(patient, check);
  const insurer = find(claim['insurer']);
  check(typeIs(insurer, 'Organization'), 'Claim.insurer', 'the payer’s Organization must be in the Bundle');
  if (insurer !== undefined) organization(insurer, 'Claim.insurer.resolve()', check);
  const provider = find(claim['provider']);
  check(
    typeIs(provider, 'Organization', 'PractitionerRole'),
    'Claim.provider',
    'the requesting Organization or PractitionerRole must be in the Bundle',
  );
  if (provider !== undefined) requester(provider, 'Claim.provider.resolve()', { check, find });
  objects(claim['careTeam']).forEach((member, index) => {
    const path = `Claim.careTeam[${index}]`;
    const found = find(member['provider']);
    check(
      typeIs(found, 'Organization', 'PractitionerRole'),
      `${path}.provider`,
      'the Organization or PractitionerRole must be in the Bundle',
    );
    if (found !== undefined) requester(found, `${path}.provider.resolve()`, { check, find });
    check(
      typeof extensionOf(member, 'careTeamClaimScope')?.['valueBoolean'] === 'boolean',
      `${path}.extension`,
      'extension-careTeamClaimScope says whom the member is of: the claim or an item',
    );
  });
  const insurance = objects(claim['insurance']);
  check(insurance.length > 0, 'Claim.insurance', 'an insurance');
  insurance.forEach((item, index) => {
    const path = `Claim.insurance[${index}]`;
    check(item['focal'] === true, `${path}.focal`, 'focal must be true', 'value');
    const found = find(item['coverage']);
    check(typeIs(found, 'Coverage'), `${path}.coverage`, 'the Coverage must be in the Bundle');
    if (found !== undefined) coverage(found, `${path}.coverage.resolve()`, patient, { check, find, version });
  });
  if (kind === 'request') check(objects(claim['item']).length > 0, 'Claim.item', 'at least one item');
}

function diagnoses(claim: JsonObject, { check }: CheckScope): void {
  objects(claim['diagnosis']).forEach((diagnosis, index) => {
    const path = `Claim.diagnosis[${index}]`;
    check(typeof diagnosis['sequence'] === 'number', `${path}.sequence`, 'a sequence');
    check(
      codesOf(diagnosis['diagnosisCodeableConcept']).some(({ system }) => system === ICD_10_CM),
      `${path}.diagnosisCodeableConcept`,
      'a diagnosis in ICD-10-CM',
      'code-invalid',
    );
  });
}

function information(claim: JsonObject, { check, holds, version }: CheckScope): void {
  objects(claim['supportingInfo']).forEach((item, index) => {
    const path = `Claim.supportingInfo[${index}]`;
    const category = codesOf(item['category']).find(({ system }) => system === TEMP)?.['code'];
    check(typeof item['sequence'] === 'number', `${path}.sequence`, 'a sequence');
    check(codesOf(item['category']).length > 0, `${path}.category`, 'a category');
    if (category === 'additionalInformation') {
      check(holds(item['valueReference']), `${path}.valueReference`, 'the record must be in the Bundle');
      check(
        version !== '2.2' || extensionOf(item, 'documentInformation') !== undefined,
        `${path}.extension`,
        'extension-documentInformation says what kind of document it is',
      );
    }
    if (['patientEvent', 'admissionDates', 'dischargeDates'].includes(text(category) ?? ''))
      check(
        isFullDate(item['timingDate']) || isObject(item['timingPeriod']),
        `${path}.timing`,
        'a full date',
      );
    if (category === 'freeFormMessage')
      check(text(item['valueString']) !== undefined, `${path}.valueString`, 'a text');
  });
}

function items(claim: JsonObject, { check, find, kind, version }: CheckScope): void {
  objects(claim['item']).forEach((item, index) => {
    const path = `Claim.item[${index}]`;
    check(typeof item['sequence'] === 'number', `${path}.sequence`, 'a sequence');
    check(
      codesOf(item['productOrService']).some(
        ({ system }) =>
          SERVICE_SYSTEMS.includes(text(system) ?? '') ||
          (kind === 'inquiry' && system === 'http://terminology.hl7.org/CodeSystem/data-absent-reason'),
      ),
      `${path}.productOrService`,
      'a code of HCPCS, CPT, ICD-10-PCS or NDC, or a service type',
      'code-invalid',
    );
    if (kind === 'inquiry') return;
    check(codesOf(item['category']).length > 0, `${path}.category`, 'the service type');
    if (version === '2.2') {
      for (const name of ['serviceItemRequestType', 'certificationType'])
        check(extensionOf(item, name) !== undefined, `${path}.extension`, `extension-${name}`);
      check(
        codesOf(item['locationCodeableConcept']).length > 0,
        `${path}.locationCodeableConcept`,
        'where the service is to be performed: the order must name inpatient or outpatient, or the place',
      );
    }
    check(
      item['servicedDate'] === undefined || isFullDate(item['servicedDate']),
      `${path}.servicedDate`,
      'a full date',
      'value',
    );
    const requested = extensionOf(item, 'requestedService');
    const order = requested === undefined ? undefined : find(requested['valueReference']);
    check(
      requested === undefined || order !== undefined,
      `${path}.extension`,
      'the order (extension-requestedService) must be in the Bundle',
    );
    if (order !== undefined) orderOf(order, claim, `${path}.requestedService`, { check, find });
  });
}

const ORDERS = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest', 'NutritionOrder'];

/** `profile-medicationrequest` and the like. */
function orderOf(
  order: JsonObject,
  claim: JsonObject,
  path: string,
  { check, find }: Pick<CheckScope, 'check' | 'find'>,
): void {
  check(typeIs(order, ...ORDERS), path, `the order must be one of ${ORDERS.join(', ')}`, 'value');
  check(order['intent'] === 'order', `${path}.intent`, 'intent must be order', 'value');
  if (typeIs(order, 'MedicationRequest')) {
    check(order['status'] === 'active', `${path}.status`, 'status must be active', 'value');
    check(
      isObject(order['medicationCodeableConcept']) || isObject(order['medicationReference']),
      `${path}.medication`,
      'what is ordered',
    );
    check(
      property(order['medicationReference'], 'reference') === undefined ||
        medicationOf(order, find) !== undefined,
      `${path}.medicationReference`,
      'the Medication that is ordered must be in the Bundle',
    );
  }
  check(
    find(order['subject'] ?? order['patient']) === find(claim['patient']),
    `${path}.subject`,
    'the order must be for the patient of the Claim',
    'business-rule',
  );
}
