import type {
  Bundle,
  BundleEntry,
  ClaimResponse,
  ClaimResponseItem,
  Extension,
  FhirResource,
} from 'fhir/r4.js';
import { addMonths, formatDay, parseDate } from '../fhir/date.ts';
import { relinked } from '../fhir/links.ts';
import { objects, text, type JsonObject } from '../fhir/json.ts';
import { extensionOf } from './checking.ts';
import { extension, PAS } from './codes.ts';
import { ACTIONS, type LineReview } from './review.ts';

/** A request as a payer has read it, under references of its own. */
export interface ReadRequest {
  readonly claim: JsonObject;
  /** The resources that the Claim refers to, which an answer repeats: patient, insurer, requestor. */
  readonly parties: readonly JsonObject[];
  /** Identifier of the request's Bundle. */
  readonly identifier: unknown;
  /** URL by which the request knows a resource. @param reference `Type/id` */
  readonly urlOf: (reference: string) => string | undefined;
}

export interface ResponseScope {
  /** Id of the ClaimResponse. */
  readonly id: string;
  /** The number that a claim may refer to, or by which a pended request is asked for. */
  readonly number: string;
  /** RFC 3339. */
  readonly at: string;
  /** FHIR date: the day of the decision. */
  readonly asOf: string;
  readonly newUuid: () => string;
}

const NUMBERS = 'urn:cartograph:sandbox-authorization';
const SANDBOX =
  'Sandbox: no payer has decided this. A program evaluated the request with the policies on file; nobody may rely on it.';
/** Test data, in HL7's own code for it. */
const TEST_DATA = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' };
/**
 * A sandbox's own rule: an authorization holds from the decision, or from the day asked for where that has passed, until
 * so many months after the later of the two.
 */
const MONTHS = 6;

/** The answer to a request: a ClaimResponse that says of each line what was decided and why (`profile-claimresponse`). */
export function claimResponse(
  { claim }: Pick<ReadRequest, 'claim'>,
  reviews: readonly LineReview[],
  { id, number, at, asOf }: Omit<ResponseScope, 'newUuid'>,
): ClaimResponse {
  const notes = reviews.flatMap((review) =>
    review.reasons.map((reason) => ({ sequence: review.sequence, reason })),
  );
  const items = objects(claim['item']);
  const lines = reviews.map((review): ClaimResponseItem => {
    const asked = items.find((item) => item['sequence'] === review.sequence) ?? {};
    return {
      extension: lineExtensions(asked, review, number, asOf),
      itemSequence: review.sequence,
      noteNumber: notes.flatMap((note, index) => (note.sequence === review.sequence ? [index + 1] : [])),
      adjudication: [
        {
          extension: [reviewAction(review, number)],
          category: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/adjudication', code: 'submitted' }],
          },
        },
      ],
    };
  });
  const isCertified = reviews.length > 0 && reviews.every(({ action }) => action === 'certified');
  const [period] = items.map((item) => periodOf(item, asOf));
  return {
    resourceType: 'ClaimResponse',
    id,
    meta: { profile: [`${PAS}/profile-claimresponse`], security: [TEST_DATA] },
    extension: [
      extension('claimResponseReviewer', {
        extension: [{ url: 'wasHumanReviewedFlag', valueBoolean: false }],
      }),
    ],
    identifier: [{ system: NUMBERS, value: number }],
    status: 'active',
    type: claim['type'] as ClaimResponse['type'],
    use: 'preauthorization',
    patient: claim['patient'] as ClaimResponse['patient'],
    created: at,
    insurer: claim['insurer'] as ClaimResponse['insurer'],
    requestor: claim['provider'] as NonNullable<ClaimResponse['requestor']>,
    request: { reference: `Claim/${text(claim['id']) ?? ''}` },
    // PAS 2.2.1: the review action says that a request is pended, the outcome that it was processed.
    outcome: 'complete',
    disposition: SANDBOX,
    ...(isCertified ? { preAuthRef: number } : {}),
    ...(isCertified && period !== undefined ? { preAuthPeriod: period } : {}),
    item: lines,
    processNote: notes.map(({ reason }, index) => ({ number: index + 1, type: 'display', text: reason })),
  };
}

const reviewAction = ({ action }: LineReview, number: string): Extension => ({
  url: `${PAS}/extension-reviewAction`,
  extension: [
    { url: `${PAS}/extension-reviewActionCode`, valueCodeableConcept: ACTIONS[action] },
    ...(action === 'certified' ? [{ url: 'number', valueString: number }] : []),
  ],
});

function lineExtensions(
  asked: JsonObject,
  { action }: LineReview,
  number: string,
  asOf: string,
): Extension[] {
  const trace = extensionOf(asked, 'itemTraceNumber');
  const serviced = text(asked['servicedDate']);
  return [
    ...(trace === undefined ? [] : [trace as unknown as Extension]),
    ...(serviced === undefined ? [] : [extension('itemRequestedServiceDate', { valueDateTime: serviced })]),
    ...(action === 'certified'
      ? [
          extension('itemPreAuthIssueDate', { valueDate: asOf }),
          extension('itemPreAuthPeriod', { valuePeriod: periodOf(asked, asOf) }),
        ]
      : []),
    ...(action === 'pended' ? [extension('administrationReferenceNumber', { valueString: number })] : []),
  ];
}

function periodOf(item: JsonObject, asOf: string): { readonly start: string; readonly end: string } {
  const days = [asOf, item['servicedDate']].flatMap((day) => parseDate(day)?.high ?? []);
  return {
    start: formatDay(Math.min(...days)),
    end: formatDay(addMonths(Math.max(...days), MONTHS)),
  };
}

/** The answer in its Bundle (`profile-pas-response-bundle`): its references are those of the request, which it answers. */
export function responseBundle(
  { parties, identifier, urlOf }: ReadRequest,
  response: ClaimResponse,
  { at, newUuid }: Pick<ResponseScope, 'at' | 'newUuid'>,
): Bundle {
  const entry = (fullUrl: string, resource: JsonObject): BundleEntry => ({
    fullUrl,
    resource: relinked(resource, urlOf) as unknown as FhirResource,
  });
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${PAS}/profile-pas-response-bundle`], security: [TEST_DATA] },
    identifier: identifier as NonNullable<Bundle['identifier']>,
    type: 'collection',
    timestamp: at,
    entry: [
      entry(`urn:uuid:${newUuid()}`, response as unknown as JsonObject),
      ...parties.map((resource) => entry(urlOf(keyOf(resource)) ?? `urn:uuid:${newUuid()}`, resource)),
    ],
  };
}

/** The same as the answer to an inquiry (`profile-pas-inquiry-response-bundle`). @param bundle made by `responseBundle` */
export const inquiryResponse = (bundle: Bundle, identifier: unknown, at: string): Bundle => ({
  ...bundle,
  meta: { profile: [`${PAS}/profile-pas-inquiry-response-bundle`], security: [TEST_DATA] },
  identifier: identifier as NonNullable<Bundle['identifier']>,
  timestamp: at,
  entry: (bundle.entry ?? []).map((entry, index) =>
    index > 0 || entry.resource === undefined
      ? entry
      : {
          ...entry,
          resource: {
            ...entry.resource,
            meta: { profile: [`${PAS}/profile-claiminquiryresponse`], security: [TEST_DATA] },
          },
        },
  ),
});

const keyOf = ({ resourceType, id }: JsonObject): string => `${text(resourceType) ?? ''}/${text(id) ?? ''}`;
