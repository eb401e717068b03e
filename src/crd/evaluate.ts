import { createChart, type Chart, type ChartRecord } from '../fhir/chart.ts';
import type { Intake } from '../fhir/intake.ts';
import type { FhirClient } from '../fhir/client.ts';
import { parseDate } from '../fhir/date.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { determine, type Determination, type GovernedOrder } from '../engine/determination.ts';
import { diseaseReader } from '../engine/disease.ts';
import type { UngovernedReason } from '../engine/explanation.ts';
import { fittingIndications } from '../engine/indication.ts';
import { retrievesOf } from '../policy/fact.ts';
import { factsOf, type Library } from '../policy/library.ts';
import type { Indication } from '../policy/policy.ts';
import type { Product } from '../policy/vocabulary.ts';
import { applicablePolicies, isActiveOn, readCoverage, type ReadCoverage } from '../policy/applicable.ts';
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
  readonly reason: UngovernedReason;
  readonly coverage: ReadCoverage | undefined;
  /** With `not-in-force`: the day from which the policy holds. */
  readonly effective: string | undefined;
}

/** A determination with what it was made of. */
export interface Determined {
  readonly determination: Determination;
  readonly governed: GovernedOrder;
  /** The order as the client sent it. */
  readonly order: HookOrder;
  /** Other products of the same policy, where the policy covers the patient's diagnosis with them only. */
  readonly alternates: readonly Alternate[];
}

export interface Alternate {
  readonly product: Product;
  readonly indication: Indication;
}

/** An order that made the evaluation throw: a failure of ours, which must not hurt the other orders. */
export interface Failed {
  readonly order: HookOrder;
  readonly error: unknown;
  /** Known when the failure came after the policy was found. */
  readonly governed: GovernedOrder | undefined;
}

export interface Evaluation {
  readonly determinations: readonly Determined[];
  readonly ungoverned: readonly Ungoverned[];
  readonly failed: readonly Failed[];
  /** Orders whose drug is in a Medication that could not be read: nobody can say whether they are CAR-T. */
  readonly unreadOrders: readonly string[];
  /** Every order that the hook asks about, CAR-T or not. */
  readonly orders: readonly HookOrder[];
  /** Orders that the hook names, that nobody sent and that could not be read. */
  readonly lostOrders: readonly string[];
  /** The patient's Coverages by their `order`; undefined when no order asked for them, or they could not be read. */
  readonly coverages: readonly HeldCoverage[] | undefined;
  /** The chart, when an order is governed. */
  readonly chart: Chart | undefined;
}

/** A Coverage of the patient, as read and as sent. */
export interface HeldCoverage {
  readonly read: ReadCoverage;
  readonly resource: JsonObject;
}

/** How the caller is to be answered, beside what it asks. */
export interface EvaluationOptions {
  /** The caller is a CRD client of a payer: every order needs an answer, so the Coverages are always read. */
  readonly isPayerEndpoint: boolean;
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
  { isPayerEndpoint }: EvaluationOptions = { isPayerEndpoint: false },
): Promise<Evaluation> {
  const supplied = readPrefetch(request.prefetch, library);
  const data = createCallData(request.patientId, supplied, client, library, contextIntakes(request));
  const { orders, lost } = await hookOrders(request, data, isPayerEndpoint);
  await readMissing(
    data,
    orders.flatMap((order) => unreadMedication(order, data.resolve, library) ?? []),
  );
  const { resolve } = data;
  const { done: read, failed: unreadable } = each(
    orders,
    (order) => ({ order, item: itemOf(order, resolve, library) }),
    (order) => ({ order, governed: undefined }),
  );
  const carT = read.filter(({ item }) => item.kind !== 'other');
  const unreadOrders = orders
    .filter((order) => unreadMedication(order, resolve, library) !== undefined)
    .map(({ reference }) => reference);
  const nothing: Evaluation = {
    determinations: [],
    ungoverned: [],
    failed: unreadable,
    unreadOrders,
    orders,
    lostOrders: lost,
    coverages: undefined,
    chart: undefined,
  };
  if (carT.length === 0 && !(isPayerEndpoint && orders.length > 0)) return nothing;

  const found = await governedOrders(carT, request, data, asOf, isPayerEndpoint);
  const { ungoverned, coverages } = found;
  const governed = found.governed;
  const failed = [...unreadable, ...found.failed];
  if (governed.length === 0) return { ...nothing, ungoverned, coverages, failed };
  const chart = await gatherChart(data, chartTypes(governed, library));
  const { done, failed: undetermined } = each(
    governed,
    (item) => {
      const determination = determine(item, chart, library, asOf);
      const alternates = alternatesOf({ determination, governed: item }, chart, library, asOf);
      return { determination, governed: item, order: item.hookOrder, alternates };
    },
    (item) => ({ order: item.hookOrder, governed: item }),
  );
  return {
    ...nothing,
    determinations: done,
    ungoverned,
    coverages,
    failed: [...failed, ...undetermined],
    chart,
  };
}

/** Applies a function to every order; one that throws is kept apart (CRD-X-03). */
function each<T, R>(
  items: readonly T[],
  work: (item: T) => R,
  named: (item: T) => Pick<Failed, 'order' | 'governed'>,
): { readonly done: readonly R[]; readonly failed: readonly Failed[] } {
  const done: R[] = [];
  const failed: Failed[] = [];
  for (const item of items) {
    try {
      done.push(work(item));
    } catch (error) {
      failed.push({ ...named(item), error });
    }
  }
  return { done, failed };
}

/**
 * Where the diagnosis is none that the policy covers for the ordered product, the products for which the same policy
 * does cover it: read from the policy, never inferred.
 */
function alternatesOf(
  { determination, governed }: { readonly determination: Determination; readonly governed: GovernedOrder },
  chart: Chart,
  library: Library,
  asOf: string,
): readonly Alternate[] {
  const { policy, order } = governed;
  if (determination.decision !== 'no-covered-indication') return [];
  const others = policy.indications.filter(
    ({ products }) => order.product === null || !products.includes(order.product.id),
  );
  const scope = { library, diseases: diseaseReader(library), chart, order, asOf: dayOf(asOf) };
  const fit = fittingIndications(others, scope);
  return fit.kind !== 'fitting'
    ? []
    : fit.indications.flatMap((indication) =>
        library.products.products
          .filter(({ id }) => indication.products.includes(id))
          .map((product) => ({ product, indication })),
      );
}

/** What the governing policies' facts read, the diagnoses that choose the indication, and clinicians' answers. */
const chartTypes = (governed: readonly GovernedOrder[], { facts }: Library): readonly string[] => [
  ...new Set([
    ...governed
      .flatMap(({ policy }) => factsOf(policy, facts))
      .flatMap(retrievesOf)
      .flatMap(({ resource }) => resource),
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

interface Asked {
  readonly orders: readonly HookOrder[];
  readonly lost: readonly string[];
}

/** The orders that the hook asks about: drafts, for order-select the selected ones, dispatched or booked ones. */
async function hookOrders(request: HookRequest, data: CallData, isPayerEndpoint: boolean): Promise<Asked> {
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
      return { orders: drafts.filter(isOpen), lost: [] };
    case 'order-select': {
      const selections = new Set(objectsOrTexts(request.context['selections']));
      const selected = drafts
        .filter(isOpen)
        .filter(
          ({ reference, fullUrl }) =>
            selections.has(reference) || (fullUrl !== undefined && selections.has(fullUrl)),
        );
      return { orders: selected, lost: [] };
    }
    case 'order-dispatch': {
      const references = dispatchedOrders(request.context).map(
        (printed) => relativeReference(printed) ?? printed,
      );
      await readMissing(data, references);
      return answerable(ordersAt(references, data, undefined));
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
      // An appointment whose order is nowhere to be read says itself what is booked, as one without an order does.
      const asked = booked.map(({ appointment, references }, index) => {
        const { orders, lost } = ordersAt(references, data, appointment);
        return { orders: orders.length === 0 ? [appointmentItself(appointment, index)] : orders, lost };
      });
      return {
        orders: asked.flatMap(({ orders }) => orders),
        lost: asked.flatMap(({ lost }) => lost),
      };
    }
    case 'encounter-start':
    case 'encounter-discharge': {
      // No order is in the context: there is something to say only where every resource needs an answer.
      const reference = `Encounter/${request.encounterId ?? ''}`;
      const encounter = isPayerEndpoint ? data.resolve(reference) : undefined;
      const orders =
        encounter === undefined ? [] : [{ reference, resource: encounter, appointment: undefined }];
      return { orders, lost: [] };
    }
  }
}

/** @throws MissingData when no order is left that an answer could be given for */
function answerable(asked: Asked): Asked {
  if (asked.orders.length === 0 && asked.lost.length > 0)
    throw new MissingData(`the order ${asked.lost.join(', ')} could not be read`);
  return asked;
}

/** An appointment without an order says itself what is booked (CRD-R-04). */
function appointmentItself(appointment: JsonObject, index: number): HookOrder {
  const id = text(appointment['id']);
  return {
    reference: `Appointment/${id ?? `proposed-${index}`}`,
    resource: appointment,
    appointment,
  };
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

function ordersAt(references: readonly string[], data: CallData, appointment: JsonObject | undefined): Asked {
  const { resolve } = data;
  return {
    orders: references.flatMap((reference) => {
      const resource = resolve(reference);
      return resource === undefined ? [] : [{ reference, resource, appointment }];
    }),
    lost: references.filter((reference) => resolve(reference) === undefined),
  };
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

/** A governed order that still knows the resource it came from. */
interface HeldOrder extends GovernedOrder {
  readonly hookOrder: HookOrder;
}

interface Governed {
  readonly governed: readonly HeldOrder[];
  readonly ungoverned: readonly Ungoverned[];
  readonly failed: readonly Failed[];
  readonly coverages: readonly HeldCoverage[] | undefined;
}

async function governedOrders(
  carT: readonly CarTOrder[],
  request: HookRequest,
  data: CallData,
  asOf: string,
  isPayerEndpoint: boolean,
): Promise<Governed> {
  const { library } = data;
  const encounters = carT.flatMap(({ order }) => encounterReference(order, request.encounterId) ?? []);
  const [{ failure }] = await Promise.all([gatherCoverages(data), readMissing(data, encounters)]);
  if (failure !== undefined) {
    // Without a CAR-T order nothing was asked that cannot be passed over: no coverage, no statement.
    if (carT.length === 0) return { governed: [], ungoverned: [], failed: [], coverages: undefined };
    throw new MissingData(`the patient's Coverage could not be read: ${failure.reason}`);
  }

  // A chart of the coverages and encounters alone sorts out whose they are.
  const administrative = data.intakes.filter(({ resource }) =>
    ['Coverage', 'Encounter'].includes(text(property(resource, 'resourceType')) ?? ''),
  );
  const atHand = createChart(data.patientId, administrative, new Map(), library.terminology);
  const coverages = atHand
    .of('Coverage')
    .map((record) => ({
      read: readCoverage(record, payorsOf(record, data), library),
      resource: record.resource,
    }))
    .sort((a, b) => a.read.order - b.read.order || (a.read.reference < b.read.reference ? -1 : 1));

  const governed: HeldOrder[] = [];
  const ungoverned: Ungoverned[] = [];
  const failed: Failed[] = [];
  const unreadPayors: string[] = [];
  const sort = ({ order, item }: CarTOrder): void => {
    const product = item.kind === 'product' ? item.product : null;
    const none = (reason: Ungoverned['reason'], coverage?: ReadCoverage, effective?: string): void => {
      ungoverned.push({ order: order.reference, product, reason, coverage, effective });
    };
    if (isForOther(order, data.patientId)) {
      none('other-patient');
      return;
    }
    const date = plannedDate(order)?.date ?? dayOf(asOf);
    const active = coverages.filter(({ resource }) => isActiveOn(resource, date)).map(({ read }) => read);
    if (active.length === 0) none('no-coverage');
    const unread = active
      .filter(({ payer }) => payer === undefined)
      .flatMap(({ reference }) => unreadPayor(atHand.find(reference), data) ?? []);
    const { applicable, rest } = applicablePolicies(product, active, date, library);
    if (applicable.length === 0 && unread[0] !== undefined && !isPayerEndpoint) {
      unreadPayors.push(unread[0]);
      none('unread-payer');
      return;
    }
    if (applicable.length === 0)
      for (const { reason, coverage, effective } of rest) none(reason, coverage, effective);

    const encounter = encounterReference(order, request.encounterId);
    const setting = settingOf(order, encounterRecord(encounter, atHand, data), library);
    for (const { coverage, policy, payer, doubt } of applicable) {
      governed.push({
        hookInstance: request.hookInstance,
        hookOrder: order,
        order: plannedOrder(order, item, setting),
        coverage: coverage.reference,
        policy,
        payer,
        doubt:
          doubt === undefined
            ? undefined
            : {
                reason: doubt,
                evidence: coverage.lineSigns.map((sign) => ({ reference: coverage.reference, ...sign })),
              },
      });
    }
  };
  for (const item of carT) {
    try {
      sort(item);
    } catch (error) {
      failed.push({ order: item.order, error, governed: undefined });
    }
  }
  if (governed.length === 0 && unreadPayors[0] !== undefined)
    throw new MissingData(`the payor ${unreadPayors[0]} of the patient's Coverage could not be read`);
  return { governed, ungoverned, failed, coverages };
}

/** True when an order says that it is about somebody else. */
export function isForOther({ resource }: HookOrder, patientId: string): boolean {
  const subject = relativeReference(resource['subject'] ?? resource['patient']);
  return subject !== undefined && subject !== `Patient/${patientId}`;
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
