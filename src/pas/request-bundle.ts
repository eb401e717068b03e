import type { Bundle, BundleEntry, Claim, ClaimSupportingInfo, FhirResource } from 'fhir/r4.js';
import { closed } from '../fhir/links.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { CERTIFICATION, CLAIM_TYPE, concept, ELECTRONICALLY, extension, PAS, REPORT_TYPES } from './codes.ts';
import { REQUEST_TYPE, SERVICE_TYPE, temp } from './codes.ts';
import { asCoverage, asInsurer, asOrder, asOrganization } from './profiled.ts';
import { isNamed, keyOf, neededFor, partiesOf, typeOf, type RequestInput } from './request-input.ts';
import { diagnosesOf, placeOf, quantityOf, serviceOf } from './requested-service.ts';

/** What a bundle is made with. */
export interface BundleScope {
  /** RFC 3339. */
  readonly at: string;
  readonly newUuid: () => string;
  /** Where the EHR, or this service, has a record; undefined where nobody serves it. @param reference `Type/id` */
  readonly urlOf: (reference: string) => string | undefined;
}

/** Versions of PAS that a request is for: what the later one asks for more, the earlier one allows. */
const VERSIONS = ['2.2.1', '2.0.1'];

/** Identifiers by which this service calls a request and its lines: the determination's id. */
const REQUEST_SYSTEM = 'urn:cartograph:determination';

/**
 * The request for authorization of one determination: a PAS request Bundle (`profile-pas-request-bundle`), for PAS 2.0.1
 * and 2.2.1 alike: what 2.2.1 asks for more, 2.0.1 allows. The order stands in it as active, as PAS has it: the request
 * goes out once it is signed. What could not be had is left out; `bundleIssues` says what PAS then lacks. A record that is
 * not sent along is named by its address, as an identifier: every literal reference leads to an entry.
 */
export function requestBundle(input: RequestInput, { at, newUuid, urlOf }: BundleScope): Bundle {
  const { determination, id, records } = input;
  const { parties, evidence, linked } = neededFor(input);
  const { patient, coverage, insurer, practitioner, role, organization } = partiesOf(input);
  const urls = new Map<string, string>();
  const urn = (): string => `urn:uuid:${newUuid()}`;
  const place = (reference: string): string => {
    const known = urls.get(reference) ?? urlOf(reference) ?? urn();
    urls.set(reference, known);
    return known;
  };
  const entries: { readonly url: string; readonly resource: JsonObject }[] = [];
  const add = (resource: JsonObject | undefined, made?: JsonObject): string | undefined => {
    if (resource === undefined) return undefined;
    const key = keyOf(resource);
    const url = key === undefined ? urn() : place(key);
    if (!entries.some((entry) => entry.url === url)) entries.push({ url, resource: made ?? resource });
    return url;
  };

  const patientUrl = add(patient);
  const insurerMade = asInsurer(insurer, input.payer);
  const insurerUrl = add(insurerMade);
  const organizationUrl = add(organization, asOrganization(organization));
  add(practitioner);
  const roleUrl = add(
    role ??
      (practitioner === undefined
        ? undefined
        : madeRole(keyOf(practitioner), organization === undefined ? undefined : keyOf(organization))),
  );
  const coverageUrl = add(coverage, asCoverage(coverage, insurerUrl));
  const orderUrl = place(determination.order);
  entries.push({ url: orderUrl, resource: asOrder(input) });
  for (const reference of [...parties, ...evidence, ...linked].filter(isNamed)) add(records.find(reference));

  const supporting = [
    ...evidence,
    ...[...parties, ...linked].filter((reference) => !isNamed(reference) && !ABOUT.has(typeOf(reference))),
  ].flatMap((reference) => {
    const resource = records.find(reference);
    return resource === undefined || isNamed(reference) ? [] : [{ reference, resource }];
  });
  const direct = supporting.filter(({ resource }) => isTaken(resource));
  const others = supporting.filter(({ resource }) => !isTaken(resource));
  for (const { resource } of direct) add(resource);

  const otherEntries = others.map(({ reference, resource }) => ({ url: place(reference), resource }));
  const within = new Set([...entries, ...otherEntries].map(({ url }) => url));
  const linkedTo = (reference: string): string | undefined => {
    const url = urls.get(reference) ?? reference;
    return within.has(url) ? url : undefined;
  };
  const entryOf = (url: string, resource: JsonObject): BundleEntry => ({
    fullUrl: url,
    resource: closed(resource, linkedTo, urlOf) as unknown as FhirResource,
  });
  const bundled =
    otherEntries.length === 0
      ? undefined
      : {
          url: urn(),
          resource: {
            resourceType: 'Bundle',
            type: 'collection',
            entry: otherEntries.map(({ url, resource }) => entryOf(url, resource)),
          },
        };

  const claim: Claim = {
    ...claimOf(input, at, {
      patient: patientUrl,
      insurer: insurerUrl,
      provider: organizationUrl ?? roleUrl,
      role: roleUrl,
      coverage: coverageUrl,
      order: orderUrl,
      information: [
        ...direct.map(({ reference }) => ({ url: place(reference), type: typeOf(reference) })),
        ...(bundled === undefined ? [] : [{ url: bundled.url, type: 'Bundle' }]),
      ],
    }),
  };
  return {
    resourceType: 'Bundle',
    meta: { profile: VERSIONS.map((version) => `${PAS}/profile-pas-request-bundle|${version}`) },
    identifier: { system: REQUEST_SYSTEM, value: id },
    type: 'collection',
    timestamp: at,
    entry: [
      { fullUrl: urn(), resource: claim },
      ...entries.map(({ url, resource }) => entryOf(url, resource)),
      ...(bundled === undefined
        ? []
        : [{ fullUrl: bundled.url, resource: bundled.resource as unknown as FhirResource }]),
    ],
  };
}

/** What the request is about stands in it by itself. */
const ABOUT = new Set(['Patient', 'Coverage', 'Organization']);

/** The role of who ordered, where the records have none: who, and where the infusion is planned. */
const madeRole = (practitioner: string | undefined, organization: string | undefined): JsonObject => ({
  resourceType: 'PractitionerRole',
  active: true,
  ...(practitioner === undefined ? {} : { practitioner: { reference: practitioner } }),
  ...(organization === undefined ? {} : { organization: { reference: organization } }),
});

/** Types that `Claim.supportingInfo` may refer to in PAS 2.2.1; all others go together, in a Bundle, which it may too. */
const TAKEN = new Set([
  'AllergyIntolerance',
  'Condition',
  'DeviceRequest',
  'DiagnosticReport',
  'Immunization',
  'MedicationRequest',
  'NutritionOrder',
  'Observation',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
]);

/** A document must be there itself (`profile-documentreference`): one that only says where it is, is no such thing. */
function isTaken(resource: JsonObject): boolean {
  if (resource['resourceType'] !== 'DocumentReference')
    return TAKEN.has(text(resource['resourceType']) ?? '');
  const attachments = objects(resource['content']).map((content) => content['attachment']);
  return attachments.every(
    (attachment) => property(attachment, 'data') !== undefined && property(attachment, 'url') === undefined,
  );
}

const REPORT_TYPE: Readonly<Record<string, (typeof REPORT_TYPES)[keyof typeof REPORT_TYPES]>> = {
  QuestionnaireResponse: REPORT_TYPES.statement,
  DiagnosticReport: REPORT_TYPES.report,
};

/** URLs of the entries that the Claim refers to. */
interface ClaimLinks {
  readonly patient: string | undefined;
  readonly insurer: string | undefined;
  readonly provider: string | undefined;
  readonly role: string | undefined;
  readonly coverage: string | undefined;
  readonly order: string;
  readonly information: readonly { readonly url: string; readonly type: string }[];
}

function claimOf(input: RequestInput, at: string, links: ClaimLinks): Claim {
  const { id, determination, planned } = input;
  const { policy, asOf, setting } = determination;
  const to = (url: string | undefined): { readonly reference: string } => ({ reference: url ?? '' });
  const diagnoses = diagnosesOf(input);
  const service = serviceOf(input);
  const location = placeOf(input.order, setting, input.library);
  const quantity = quantityOf(input.order);
  const information: readonly Omit<ClaimSupportingInfo, 'sequence'>[] = [
    ...(planned === undefined ? [] : [{ category: temp('patientEvent'), timingDate: planned }]),
    ...links.information.map(({ url, type }) => ({
      extension: [
        extension('documentInformation', {
          extension: [
            { url: 'reportTypeCode', valueCodeableConcept: REPORT_TYPE[type] ?? REPORT_TYPES.data },
            { url: 'transmissionMethod', valueCodeableConcept: ELECTRONICALLY },
          ],
        }),
      ],
      category: temp('additionalInformation'),
      valueReference: to(url),
    })),
    {
      category: temp('freeFormMessage'),
      valueString: `Coverage determination ${id} of ${asOf} by ${policy.id} ${policy.version}: ${determination.decision}.`,
    },
  ];
  const supportingInfo = information.map((item, index) => ({ ...item, sequence: index + 1 }));
  return {
    resourceType: 'Claim',
    meta: { profile: [`${PAS}/profile-claim`] },
    identifier: [{ system: REQUEST_SYSTEM, value: id }],
    status: 'active',
    type: concept(CLAIM_TYPE, 'institutional', 'Institutional'),
    use: 'preauthorization',
    patient: to(links.patient),
    created: at,
    insurer: to(links.insurer),
    provider: to(links.provider),
    priority: concept('http://terminology.hl7.org/CodeSystem/processpriority', 'normal', 'Normal'),
    ...(links.role === undefined
      ? {}
      : {
          careTeam: [
            {
              extension: [extension('careTeamClaimScope', { valueBoolean: true })],
              sequence: 1,
              provider: to(links.role),
            },
          ],
        }),
    supportingInfo,
    ...(diagnoses.length === 0 ? {} : { diagnosis: [...diagnoses] }),
    insurance: [{ sequence: 1, focal: true, coverage: to(links.coverage) }],
    item: [
      {
        extension: [
          extension('itemTraceNumber', { valueIdentifier: { system: REQUEST_SYSTEM, value: `${id}-1` } }),
          extension('serviceItemRequestType', { valueCodeableConcept: REQUEST_TYPE }),
          extension('certificationType', { valueCodeableConcept: CERTIFICATION }),
          extension('requestedService', { valueReference: to(links.order) }),
        ],
        sequence: 1,
        ...(links.role === undefined ? {} : { careTeamSequence: [1] }),
        ...(diagnoses.length === 0 ? {} : { diagnosisSequence: diagnoses.map(({ sequence }) => sequence) }),
        informationSequence: supportingInfo.map(({ sequence }) => sequence),
        category: SERVICE_TYPE,
        productOrService: service,
        ...(planned === undefined ? {} : { servicedDate: planned }),
        ...(location === undefined ? {} : { locationCodeableConcept: location }),
        ...(quantity === undefined ? {} : { quantity }),
      },
    ],
  };
}
