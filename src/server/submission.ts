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
import { plannedDate, settingOf, statesUnreadableDate } from '../crd/order.ts';
import type { Library } from '../policy/library.ts';
import { contradictions } from './line-check.ts';
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
 * holds and nothing else. A line that says another thing than the order it names is for a person to decide, and so is a
 * second line for one therapy.
 * @param asOf the day of the request, a FHIR date
 */
export async function reviewSent(
  { claim, patient, unbundled: { resources, find } }: Sent,
  library: Library,
  asOf: string,
): Promise<readonly LineReview[] | { readonly issues: readonly Issue[] }> {
  const lines = objects(claim['item']).map((item) => ({ item, ...orderOf(item, claim, resources, library) }));
  const orders = new Map(lines.toReversed().map(({ order }) => [keyOf(order), order]));
  const coverages = objects(claim['insurance']).flatMap(({ coverage }) => relativeReference(coverage) ?? []);
  const isChart = (resource: JsonObject): boolean =>
    resource !== claim &&
    !orders.has(keyOf(resource)) &&
    (resource['resourceType'] !== 'Coverage' || coverages.includes(keyOf(resource)));
  const evaluation = await evaluateOrders(
    {
      patient,
      orders: [...orders.values()],
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
  const first = new Map<string, number>();
  return lines.map(({ item, order, isMade }) => {
    const reference = keyOf(order);
    const sequence = typeof item['sequence'] === 'number' ? item['sequence'] : 0;
    const governed = evaluation.determinations.filter(
      ({ determination }) => determination.order === reference,
    );
    const therapy = isMade ? JSON.stringify(item['productOrService']) : reference;
    const earlier = first.get(therapy);
    if (earlier === undefined) first.set(therapy, sequence);
    const hookOrder = { reference, resource: order, appointment: undefined };
    const against = [
      ...(earlier === undefined ? [] : [`Line ${earlier} asks for the same order already.`]),
      ...contradictions(item, hookOrder, { claim, resources, find, determined: governed, library }),
    ];
    return reviewOf(
      sequence,
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
      against,
    );
  });
}

const keyOf = ({ resourceType, id }: JsonObject): string => `${text(resourceType) ?? ''}/${text(id) ?? ''}`;

/** The order that a line asks for; where it names none, one made of what the line itself says. */
function orderOf(
  item: JsonObject,
  claim: JsonObject,
  resources: readonly JsonObject[],
  library: Library,
): { readonly order: JsonObject; readonly isMade: boolean } {
  const requested = relativeReference(extensionOf(item, 'requestedService')?.['valueReference']);
  const named = resources.find((resource) => keyOf(resource) === requested);
  return named === undefined
    ? { order: madeOrder(item, claim), isMade: true }
    : { order: withLine(named, item, library), isMade: false };
}

/**
 * The order with the day and the place that it leaves to its line: they are evaluated as if it had stated them. The words
 * of the order, and the class of its encounter, come first.
 */
function withLine(order: JsonObject, item: JsonObject, library: Library): JsonObject {
  const hookOrder = { reference: keyOf(order), resource: order, appointment: undefined };
  const day = text(item['servicedDate'] ?? property(item['servicedPeriod'], 'start'));
  const place = item['locationCodeableConcept'];
  const isUnplanned = plannedDate(hookOrder) === null && !statesUnreadableDate(hookOrder);
  const isPlaceless = settingOf(hookOrder, undefined, library).value === 'unknown';
  const planned: JsonObject =
    order['resourceType'] === 'MedicationRequest'
      ? { dispenseRequest: { ...objects(order['dispenseRequest'])[0], validityPeriod: { start: day } } }
      : { occurrenceDateTime: day };
  return {
    ...order,
    ...(day !== undefined && isUnplanned ? planned : {}),
    ...(place !== undefined && isPlaceless ? { locationCode: [place] } : {}),
  };
}

function madeOrder(item: JsonObject, claim: JsonObject): JsonObject {
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
