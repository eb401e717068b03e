import { ungovernedWords } from '../engine/explanation.ts';
import { unbundled, type Unbundled } from '../fhir/links.ts';
import { objects, property, text, texts, type JsonObject } from '../fhir/json.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { relativeReference } from '../fhir/reference.ts';
import { extensionOf, issue } from '../pas/checking.ts';
import { isMemberId, NPI } from '../pas/codes.ts';
import { bundleIssues } from '../pas/request-check.ts';
import type { ReadRequest } from '../pas/response-bundle.ts';
import { reviewOf, type LineReview } from '../pas/review.ts';
import type { Library } from '../policy/library.ts';
import { evaluateOrders } from './orders-at-hand.ts';

/** A Bundle that was sent to the payer, as far as it says who asks for whom and for what. */
export interface Sent extends ReadRequest {
  /** `Patient/id`. */
  readonly patient: string;
  /** Member number; empty where none is given. */
  readonly member: string;
  readonly providers: readonly string[];
  /** `system|code`. */
  readonly services: readonly string[];
  readonly unbundled: Unbundled;
}

/** @returns the issues that make it no request of PAS's */
export function readSent(
  body: unknown,
  kind: 'request' | 'inquiry',
): Sent | { readonly issues: readonly Issue[] } {
  const issues = bundleIssues(body, kind);
  if (issues.length > 0) return { issues };
  const bundle = body as JsonObject;
  const read = unbundled(bundle);
  const claim = read.resources.find(({ resourceType }) => resourceType === 'Claim') ?? {};
  const { find } = read;
  const insured = objects(claim['insurance']).map(({ coverage }) => find(coverage));
  const provider = find(claim['provider']);
  const team = objects(claim['careTeam']).map((member) => find(member['provider']));
  const people = [provider, ...team].flatMap((one) => [
    one,
    find(one?.['practitioner']),
    find(one?.['organization']),
  ]);
  const patient = find(claim['patient']);
  return {
    claim,
    parties: [patient, find(claim['insurer']), provider, find(provider?.['practitioner'])].filter(
      (resource) => resource !== undefined,
    ),
    identifier: bundle['identifier'],
    urlOf: read.urlOf,
    patient: relativeReference(claim['patient']) ?? '',
    member: [...insured, patient].flatMap(memberIds)[0] ?? '',
    providers: [...new Set(people.flatMap(npis))],
    services: objects(claim['item'])
      .flatMap(({ productOrService }) => objects(property(productOrService, 'coding')))
      .map(({ system, code }) => `${text(system) ?? ''}|${text(code) ?? ''}`),
    unbundled: read,
  };
}

const memberIds = (resource: JsonObject | undefined): readonly string[] => [
  ...objects(resource?.['identifier'])
    .filter(({ type }) => isMemberId(type))
    .flatMap(({ value }) => texts(value)),
  ...texts(resource?.['subscriberId']),
];

const npis = (resource: JsonObject | undefined): readonly string[] =>
  objects(resource?.['identifier'])
    .filter(({ system }) => system === NPI)
    .flatMap(({ value }) => texts(value));

/**
 * What the policies on file say of a request, line by line: the same evaluation as for a hook call, over what the Bundle
 * holds and nothing else.
 * @param asOf the day of the request, a FHIR date
 */
export async function reviewSent(
  { claim, patient, unbundled: { resources } }: Sent,
  library: Library,
  asOf: string,
): Promise<readonly LineReview[] | { readonly issues: readonly Issue[] }> {
  const lines = objects(claim['item']).map((item) => ({ item, order: orderOf(item, claim, resources) }));
  const orders = new Set(lines.map(({ order }) => order));
  const coverages = objects(claim['insurance']).flatMap(({ coverage }) => relativeReference(coverage) ?? []);
  const isChart = (resource: JsonObject): boolean =>
    resource !== claim &&
    !orders.has(resource) &&
    (resource['resourceType'] !== 'Coverage' || coverages.includes(keyOf(resource)));
  const evaluation = await evaluateOrders(
    {
      patient,
      orders: [...orders],
      // What was sent is all there is: a record that it lacks is missing from the request.
      prefetch: {
        request: {
          resourceType: 'Bundle',
          type: 'collection',
          entry: resources.filter(isChart).map((resource) => ({ resource })),
        },
      },
      hookInstance: text(claim['id']) ?? '',
      version: '2.2',
    },
    library,
    asOf,
  );
  if ('lacking' in evaluation)
    return { issues: [issue('incomplete', evaluation.lacking, 'Claim.insurance')] };
  return lines.map(({ item, order }) => {
    const reference = keyOf(order);
    const governed = evaluation.determinations.filter(
      ({ determination }) => determination.order === reference,
    );
    return reviewOf(
      typeof item['sequence'] === 'number' ? item['sequence'] : 0,
      governed.map(({ determination, governed: { policy } }) => ({
        determination,
        otherwise: policy.otherwise,
      })),
      evaluation.ungoverned
        .filter((one) => one.order === reference)
        .map(
          ({ reason, coverage, periods, because }) =>
            ungovernedWords(reason, coverage?.payer?.name ?? coverage?.payerName ?? '', periods, because)
              .sentence,
        ),
    );
  });
}

const keyOf = ({ resourceType, id }: JsonObject): string => `${text(resourceType) ?? ''}/${text(id) ?? ''}`;

/** The order that a line asks for; where it names none, what the line itself says. */
function orderOf(item: JsonObject, claim: JsonObject, resources: readonly JsonObject[]): JsonObject {
  const requested = relativeReference(extensionOf(item, 'requestedService')?.['valueReference']);
  const order = resources.find((resource) => keyOf(resource) === requested);
  if (order !== undefined) return order;
  const diagnoses = objects(claim['diagnosis']).flatMap(({ diagnosisCodeableConcept }) =>
    objects(diagnosisCodeableConcept),
  );
  return {
    resourceType: 'ServiceRequest',
    id: `item-${typeof item['sequence'] === 'number' ? item['sequence'] : 0}`,
    status: 'active',
    intent: 'order',
    subject: claim['patient'],
    code: item['productOrService'],
    reasonCode: diagnoses,
    ...(item['locationCodeableConcept'] === undefined
      ? {}
      : { locationCode: [item['locationCodeableConcept']] }),
    ...(item['servicedDate'] === undefined ? {} : { occurrenceDateTime: item['servicedDate'] }),
    ...(item['servicedPeriod'] === undefined ? {} : { occurrencePeriod: item['servicedPeriod'] }),
  };
}
