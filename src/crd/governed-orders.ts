import { createChart, type Chart, type ChartRecord } from '../fhir/chart.ts';
import { parseDate } from '../fhir/date.ts';
import type { Intake } from '../fhir/intake.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { GovernedOrder } from '../engine/determination.ts';
import { applicablePolicies, isActiveOn, readCoverage, type ReadCoverage } from '../policy/applicable.ts';
import type { OrderedItem } from '../policy/product.ts';
import { MissingData, type Failed, type HeldCoverage, type Ungoverned } from './evaluation.ts';
import { gatherCoverages, readMissing, type CallData } from './gather.ts';
import { ORDER_HOOKS, type HookRequest } from './hook-request.ts';
import { encounterReference, plannedDate, plannedOrder, settingOf, type HookOrder } from './order.ts';

/** An order for CAR-T, with the product that it names. */
export interface CarTOrder {
  readonly order: HookOrder;
  readonly item: OrderedItem;
}

/** A governed order that still knows the resource it came from. */
export interface HeldOrder extends GovernedOrder {
  readonly hookOrder: HookOrder;
}

export interface Governed {
  readonly governed: readonly HeldOrder[];
  readonly ungoverned: readonly Ungoverned[];
  readonly failed: readonly Failed[];
  readonly coverages: readonly HeldCoverage[] | undefined;
}

/**
 * Which policies govern the orders, under which coverage and in which setting.
 * @throws MissingData when nobody can say who pays
 */
export async function governedOrders(
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
    // Other orders are passed over anyway, but for a payer's client; a visit needs no coverage (CRD-X-05).
    const needsAnswer = carT.length > 0 || (isPayerEndpoint && ORDER_HOOKS.includes(request.hook));
    if (!needsAnswer) return { governed: [], ungoverned: [], failed: [], coverages: undefined };
    throw new MissingData(`the patient's Coverage could not be read: ${failure.reason}`);
  }

  // A chart of the coverages and the orders' encounters alone sorts out whose they are.
  const isOfOrder = ({ resource }: Intake): boolean =>
    encounters.includes(`Encounter/${text(property(resource, 'id')) ?? ''}`);
  const administrative = [...data.ofType('Coverage'), ...data.ofType('Encounter').filter(isOfOrder)];
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
    const none = (
      reason: Ungoverned['reason'],
      coverage?: ReadCoverage,
      periods?: Ungoverned['periods'],
      because?: string,
    ): void => {
      ungoverned.push({ order: order.reference, product, reason, coverage, periods, because });
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
      for (const { reason, coverage, periods, because } of rest) none(reason, coverage, periods, because);

    const encounter = encounterReference(order, request.encounterId);
    const setting = settingOf(order, encounterRecord(encounter, atHand, data), library);
    for (const { coverage, policy, payer, doubt, anomaly } of applicable) {
      governed.push({
        hookInstance: request.hookInstance,
        hookOrder: order,
        order: plannedOrder(order, item, setting),
        coverage: coverage.reference,
        lines: [...coverage.lines],
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

/** A FHIR date that was checked on its way in. */
export function dayOf(asOf: string) {
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
    .flatMap((payor) => relativeReference(payor) ?? [])
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
