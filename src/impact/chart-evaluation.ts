import { bundleOf, idsOf, resourcesOf } from '../cli/resource-file.ts';
import { isOrder, signRequest } from '../cli/order-file.ts';
import { evaluateRequest } from '../crd/evaluate.ts';
import { MissingData, type Evaluation } from '../crd/evaluation.ts';
import { itemOf, unreadMedication, type HookOrder } from '../crd/order.ts';
import { text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { comparedOrders, type ComparedOrder } from './comparison.ts';
import { namedCoverage, namedOrders } from './named-order.ts';
import type { Libraries } from './policies.ts';
import type { RunSettings } from './settings.ts';

/** A chart as it was kept: its resources, or its Bundle, one a line. */
export interface ChartText {
  readonly lines: string;
  /** Resources of nobody that it refers to. */
  readonly shared: readonly string[];
  /** Undefined for a Bundle, which says it itself. */
  readonly patient: string | undefined;
}

/** What became of one chart. */
export interface ChartOutcome {
  readonly orders: readonly ComparedOrder[];
  /** Orders of the chart, or all of it, that were not compared. */
  readonly left: readonly Left[];
}

export interface Left {
  /** Undefined: the whole chart. */
  readonly order?: string;
  readonly reason: string;
}

/** Reasons that are not those of `UngovernedReason`. */
export const NO_ORDER = 'no CAR-T order in the chart';
export const FAILED = 'the evaluation failed';

/** Orders that are still to be carried out (FHIR R4 request-status, "draft", "active" and "on-hold"). */
const OPEN = new Set([undefined, 'draft', 'active', 'on-hold']);

/**
 * Evaluates the orders of one chart under both libraries, as order-sign would: what the chart lacks, the patient lacks.
 */
export async function chartOutcome(
  chart: ChartText,
  libraries: Libraries,
  settings: Pick<RunSettings, 'named' | 'today'>,
): Promise<{ readonly patient: string; readonly outcome: ChartOutcome }> {
  const { named, today } = settings;
  const own = chart.lines.split('\n').map((line) => JSON.parse(line.replace(/^\uFEFF/, '')) as unknown);
  const shared = chart.shared.map((line) => JSON.parse(line) as unknown);
  const whole = bundleOf([...own, ...shared], 'entry');
  const patient = chart.patient ?? idsOf(whole, 'Patient')[0] ?? '';
  const coverage = namedCoverage(named, patient, libraries.current);
  const bundle = coverage === undefined ? whole : withCoverage(whole, coverage);
  const { orders, left } =
    named.products === null
      ? ordersOf(bundle, libraries)
      : { orders: namedOrders(named, patient, libraries.current, today), left: [] };
  if (orders.length === 0) {
    const none = left.length === 0 ? [{ reason: NO_ORDER }] : left;
    return { patient: `Patient/${patient}`, outcome: { orders: [], left: none } };
  }
  const drafts = bundleOf(orders, 'draft');
  const request = { ...signRequest(drafts, patient, 'impact'), prefetch: { chart: bundle } };
  try {
    const before = await evaluateRequest(request, libraries.current, undefined, today);
    const after = await evaluateRequest(request, libraries.changed, undefined, today);
    const compared = comparedOrders(before, after);
    return {
      patient: `Patient/${patient}`,
      outcome: { orders: compared, left: [...left, ...uncompared(before, after, compared)] },
    };
  } catch (error) {
    if (!(error instanceof MissingData)) throw error;
    return {
      patient: `Patient/${patient}`,
      outcome: { orders: [], left: [...left, { reason: 'the coverage cannot be read' }] },
    };
  }
}

/** The CAR-T orders of a chart that are open; the others with their status. */
function ordersOf(
  bundle: JsonObject,
  { current, changed }: Libraries,
): { readonly orders: readonly JsonObject[]; readonly left: readonly Left[] } {
  const resources = resourcesOf(bundle);
  const held = new Map(resources.map((resource) => [referenceOf(resource), resource]));
  const resolve = (reference: unknown): JsonObject | undefined =>
    held.get(relativeReference(reference) ?? '');
  const isCarT = (order: HookOrder): boolean =>
    [current, changed].some(
      (library) =>
        itemOf(order, resolve, library).kind !== 'other' ||
        unreadMedication(order, resolve, library) !== undefined,
    );
  const carT = resources
    .filter(isOrder)
    .filter((resource) => isCarT({ reference: referenceOf(resource), resource, appointment: undefined }));
  const isOpen = (order: JsonObject): boolean =>
    OPEN.has(text(order['status'])) && order['doNotPerform'] !== true;
  return {
    orders: carT.filter(isOpen),
    left: carT
      .filter((order) => !isOpen(order))
      .map((order) => ({
        order: referenceOf(order),
        reason:
          order['doNotPerform'] === true
            ? 'an order not to do it'
            : `an order that is ${text(order['status']) ?? ''}`,
      })),
  };
}

const referenceOf = (resource: JsonObject): string =>
  `${text(resource['resourceType']) ?? ''}/${text(resource['id']) ?? ''}`;

/** The named Coverage in place of all others. */
function withCoverage(bundle: JsonObject, coverage: JsonObject): JsonObject {
  const entries = bundle['entry'] as readonly { readonly resource?: { readonly resourceType?: unknown } }[];
  return {
    ...bundle,
    entry: [
      ...entries.filter(({ resource }) => resource?.resourceType !== 'Coverage'),
      { resource: coverage },
    ],
  };
}

/** Orders that neither side has a determination for, and why. */
function uncompared(
  before: Evaluation,
  after: Evaluation,
  compared: readonly ComparedOrder[],
): readonly Left[] {
  const done = new Set(compared.map(({ order }) => order));
  const reasons = new Map<string, string>();
  for (const { orders, ungoverned, failed, unreadOrders } of [before, after]) {
    for (const { reference } of orders) {
      if (done.has(reference) || reasons.has(reference)) continue;
      const reason = failed.some(({ order }) => order.reference === reference)
        ? FAILED
        : unreadOrders.includes(reference)
          ? 'the Medication that it refers to is not in the charts'
          : ungoverned.find(({ order }) => order === reference)?.reason;
      if (reason !== undefined) reasons.set(reference, reason);
    }
  }
  return [...reasons].map(([order, reason]) => ({ order, reason }));
}
