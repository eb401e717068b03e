import { createChart, type Chart, type ChartRecord, type Intake } from '../fhir/chart.ts';
import type { FhirClient } from '../fhir/client.ts';
import { parseDate } from '../fhir/date.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { determine, type Determination, type GovernedOrder } from '../engine/determination.ts';
import { typesOf } from '../policy/fact.ts';
import { factsOf, type Library } from '../policy/library.ts';
import type { Product } from '../policy/vocabulary.ts';
import {
  applicablePolicies,
  isActiveOn,
  readCoverage,
  type NotApplicable,
  type ReadCoverage,
} from '../policy/applicable.ts';
import type { OrderedItem } from '../policy/product.ts';
import { createCallData, gatherChart, gatherCoverages, readMissing, type CallData } from './gather.ts';
import { contextEntries, dispatchedOrders, type HookRequest } from './hook-request.ts';
import {
  encounterReference,
  itemOf,
  plannedDate,
  plannedOrder,
  settingOf,
  unreadMedication,
  type HookOrder,
} from './order.ts';
import { readPrefetch } from './prefetch.ts';

/** A CAR-T order that got no determination, and why: never passed over in silence. */
export interface Ungoverned {
  readonly order: string;
  readonly product: Product | null;
  readonly reason: 'no-coverage' | 'other-patient' | NotApplicable['reason'];
  readonly coverage: ReadCoverage | undefined;
  /** With `not-in-force`: the day from which the policy holds. */
  readonly effective: string | undefined;
}

export interface Evaluation {
  readonly determinations: readonly {
    readonly determination: Determination;
    readonly governed: GovernedOrder;
  }[];
  readonly ungoverned: readonly Ungoverned[];
  /** Orders whose drug is in a Medication that could not be read: nobody can say whether they are CAR-T. */
  readonly unreadOrders: number;
}

/** Data without which nothing can be said of a CAR-T order: 412 (CDS Hooks, "Prefetch"). */
export class MissingData extends Error {}

/**
 * From a hook request to its determinations. An order that is no CAR-T order costs no query, but the one for a
 * Medication that nothing else names.
 * @param asOf the day of the request
 * @throws MissingData when the coverage or its payer cannot be read for a CAR-T order
 */
export async function evaluateRequest(
  request: HookRequest,
  library: Library,
  client: FhirClient | undefined,
  asOf: string,
): Promise<Evaluation> {
  const supplied = readPrefetch(request.prefetch, library);
  const data = createCallData(request.patientId, supplied, client, library, contextIntakes(request));
  const orders = await hookOrders(request, data);
  await readMissing(
    data,
    orders.flatMap((order) => unreadMedication(order, data.resolve, library) ?? []),
  );
  const { resolve } = data;
  const carT = orders
    .map((order) => ({ order, item: itemOf(order, resolve, library) }))
    .filter(({ item }) => item.kind !== 'other');
  const unreadOrders = orders.filter(
    (order) => unreadMedication(order, resolve, library) !== undefined,
  ).length;
  if (carT.length === 0) return { determinations: [], ungoverned: [], unreadOrders };

  const { governed, ungoverned } = await governedOrders(carT, request, data, asOf);
  if (governed.length === 0) return { determinations: [], ungoverned, unreadOrders };
  const chart = await gatherChart(data, chartTypes(governed, library));
  return {
    determinations: governed.map((item) => ({
      governed: item,
      determination: determine(item, chart, library, asOf),
    })),
    ungoverned,
    unreadOrders,
  };
}

/** What the governing policies' facts read, the diagnoses that choose the indication, and clinicians' answers. */
const chartTypes = (governed: readonly GovernedOrder[], { facts }: Library): readonly string[] => [
  ...new Set([
    ...governed.flatMap(({ policy }) => factsOf(policy, facts)).flatMap(typesOf),
    'Condition',
    'DiagnosticReport',
    'QuestionnaireResponse',
  ]),
];

const contextIntakes = ({ context }: HookRequest): readonly Intake[] =>
  ['draftOrders', 'appointments'].flatMap((name) =>
    contextEntries(context, name).map((entry) => ({
      resource: entry['resource'],
      fullUrl: text(entry['fullUrl']),
    })),
  );

/** The orders that the hook asks about: drafts, for order-select the selected ones, dispatched or booked ones. */
async function hookOrders(request: HookRequest, data: CallData): Promise<readonly HookOrder[]> {
  const drafts = contextEntries(request.context, 'draftOrders').flatMap((entry, index) => {
    const resource = entry['resource'];
    return objects(resource).map((order) => ({
      reference: draftReference(order, entry, index),
      fullUrl: text(entry['fullUrl']),
      resource: order,
      appointment: undefined,
    }));
  });
  switch (request.hook) {
    case 'order-sign':
      return drafts.filter(isOpen);
    case 'order-select': {
      const selections = new Set(objectsOrTexts(request.context['selections']));
      return drafts
        .filter(isOpen)
        .filter(
          ({ reference, fullUrl }) =>
            selections.has(reference) || (fullUrl !== undefined && selections.has(fullUrl)),
        );
    }
    case 'order-dispatch': {
      const references = dispatchedOrders(request.context).map(
        (printed) => relativeReference(printed) ?? printed,
      );
      await readMissing(data, references);
      return ordersAt(references, data, undefined);
    }
    case 'appointment-book': {
      const appointments = contextEntries(request.context, 'appointments').flatMap(({ resource }) =>
        objects(resource),
      );
      const booked = appointments.map((appointment) => ({
        appointment,
        references: orderReferences(appointment),
      }));
      await readMissing(
        data,
        booked.flatMap(({ references }) => references),
      );
      return booked.flatMap(({ appointment, references }) => ordersAt(references, data, appointment));
    }
  }
}

const objectsOrTexts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : []).map(text).filter((item) => item !== undefined);

/** False for an order that was withdrawn, or that forbids: it is not evaluated. */
export const isOpen = ({ resource }: Pick<HookOrder, 'resource'>): boolean =>
  !['entered-in-error', 'revoked', 'cancelled'].includes(text(resource['status']) ?? '') &&
  resource['doNotPerform'] !== true;

function draftReference(order: JsonObject, entry: JsonObject, index: number): string {
  const type = text(order['resourceType']) ?? 'Resource';
  const id = text(order['id']);
  return id === undefined ? (text(entry['fullUrl']) ?? `${type}/draft-${index}`) : `${type}/${id}`;
}

function ordersAt(
  references: readonly string[],
  data: CallData,
  appointment: JsonObject | undefined,
): readonly HookOrder[] {
  const { resolve } = data;
  const lost = references.filter((reference) => resolve(reference) === undefined);
  if (lost.length > 0) throw new MissingData(`the order ${lost.join(', ')} could not be read`);
  return references.flatMap((reference) => {
    const resource = resolve(reference);
    return resource === undefined ? [] : [{ reference, resource, appointment }];
  });
}

const ALTERNATE_REFERENCE = 'http://hl7.org/fhir/StructureDefinition/alternate-reference';

/** Appointment.basedOn refers to ServiceRequests; another order stands in an extension (CRD 2.2.1). */
const orderReferences = (appointment: JsonObject): readonly string[] =>
  objects(appointment['basedOn']).flatMap((based) => [
    ...texts(relativeReference(based)),
    ...objects(based['extension'])
      .filter(({ url }) => url === ALTERNATE_REFERENCE)
      .flatMap((extension) => texts(relativeReference(extension['valueReference']))),
  ]);
const texts = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

interface CarTOrder {
  readonly order: HookOrder;
  readonly item: OrderedItem;
}

async function governedOrders(
  carT: readonly CarTOrder[],
  request: HookRequest,
  data: CallData,
  asOf: string,
): Promise<{ readonly governed: readonly GovernedOrder[]; readonly ungoverned: readonly Ungoverned[] }> {
  const { library } = data;
  const encounters = carT.flatMap(({ order }) => encounterReference(order, request.encounterId) ?? []);
  const [{ failure }] = await Promise.all([gatherCoverages(data), readMissing(data, encounters)]);
  if (failure !== undefined)
    throw new MissingData(`the patient's Coverage could not be read: ${failure.reason}`);

  // A chart of the coverages and encounters alone sorts out whose they are.
  const administrative = data.intakes.filter(({ resource }) =>
    ['Coverage', 'Encounter'].includes(text(property(resource, 'resourceType')) ?? ''),
  );
  const atHand = createChart(data.patientId, administrative, new Map(), library.terminology);
  const records = atHand.of('Coverage');
  const coverages = new Map(
    records.map((record) => [record, readCoverage(record, payorsOf(record, data), library)]),
  );

  const governed: GovernedOrder[] = [];
  const ungoverned: Ungoverned[] = [];
  for (const { order, item } of carT) {
    const product = item.kind === 'product' ? item.product : null;
    const none = (reason: Ungoverned['reason'], coverage?: ReadCoverage, effective?: string): void => {
      ungoverned.push({ order: order.reference, product, reason, coverage, effective });
    };
    const subject = relativeReference(order.resource['subject']);
    if (subject !== undefined && subject !== `Patient/${data.patientId}`) {
      none('other-patient');
      continue;
    }
    const date = plannedDate(order)?.date ?? dayOf(asOf);
    const active = records
      .filter(({ resource }) => isActiveOn(resource, date))
      .flatMap((record) => coverages.get(record) ?? [])
      .sort((a, b) => a.order - b.order || (a.reference < b.reference ? -1 : 1));
    if (active.length === 0) none('no-coverage');
    const unknownPayors = active
      .filter(({ payer }) => payer === undefined)
      .flatMap(({ reference }) => unreadPayor(atHand.find(reference), data) ?? []);
    const { applicable, rest } = applicablePolicies(product, active, date, library);
    if (applicable.length === 0 && unknownPayors[0] !== undefined) {
      throw new MissingData(`the payor ${unknownPayors[0]} of the patient's Coverage could not be read`);
    }
    if (applicable.length === 0)
      for (const { reason, coverage, effective } of rest) none(reason, coverage, effective);

    const encounter = encounterReference(order, request.encounterId);
    const setting = settingOf(order, encounterRecord(encounter, atHand, data), library);
    for (const { coverage, policy, payer, doubt, anomaly } of applicable) {
      governed.push({
        hookInstance: request.hookInstance,
        order: plannedOrder(order, item, setting),
        coverage: coverage.reference,
        policy,
        payer,
        doubt:
          doubt === undefined
            ? undefined
            : {
                reason: doubt,
                anomaly,
                evidence: coverage.lineSigns.map((sign) => ({ reference: coverage.reference, ...sign })),
              },
      });
    }
  }
  return { governed, ungoverned };
}

function dayOf(asOf: string) {
  const day = parseDate(asOf);
  if (day === null) throw new Error(`asOf "${asOf}" is not a FHIR date`);
  return day;
}

function payorsOf({ resource }: ChartRecord, data: CallData): readonly JsonObject[] {
  const { resolve } = data;
  return objects(resource['payor']).flatMap((payor) => {
    const reference = text(payor['reference']);
    const found =
      reference?.startsWith('#') === true
        ? objects(resource['contained']).find(({ id }) => id === reference.slice(1))
        : resolve(payor);
    return found === undefined ? [] : [found];
  });
}

/** A payor that a Coverage only refers to, and that could not be read. */
const unreadPayor = (coverage: ChartRecord | undefined, data: CallData): string | undefined =>
  objects(coverage?.resource['payor'])
    .filter((payor) => text(payor['display']) === undefined && payor['identifier'] === undefined)
    .flatMap((payor) => texts(relativeReference(payor)))
    .find((reference) => data.unread.has(reference));

function encounterRecord(
  reference: string | undefined,
  atHand: Chart,
  data: CallData,
): ChartRecord | 'unread' | undefined {
  if (reference === undefined) return undefined;
  const found = atHand.find(reference);
  if (['entered-in-error', 'cancelled'].includes(text(found?.resource['status']) ?? '')) return undefined;
  return found ?? (data.unread.has(reference) ? 'unread' : undefined);
}
