import type { Chart } from '../fhir/chart.ts';
import { derived } from '../fhir/derived.ts';
import type { Intake } from '../fhir/intake.ts';
import type { FhirClient } from '../fhir/client.ts';
import { text } from '../fhir/json.ts';
import {
  determine,
  determineWithCourse,
  type Determination,
  type GovernedOrder,
} from '../engine/determination.ts';
import { diseaseReader } from '../engine/disease.ts';
import type { UsedAuthorizations } from '../engine/granted.ts';
import { fittingIndications } from '../engine/indication.ts';
import { typesOf } from '../policy/fact.ts';
import { factsOf, type Library } from '../policy/library.ts';
import { isForProduct, type Policy } from '../policy/policy.ts';
import type { Accessed, Alternate, Evaluation, EvaluationOptions, Failed, Step } from './evaluation.ts';
import { createCallData, gatherChart, readMissing, unreadChart, type CallData } from './gather.ts';
import { dayOf, governedOrders } from './governed-orders.ts';
import { hookOrders } from './hook-orders.ts';
import { contextEntries, type HookRequest } from './hook-request.ts';
import { itemOf, unreadMedication } from './order.ts';
import { readPrefetch } from './prefetch.ts';

/**
 * From a hook request to its determinations. An order that is no CAR-T order costs no query, but the one for a
 * Medication that nothing else names.
 * @param asOf the day of the request
 * @throws MissingData when the coverage or its payer cannot be read for an order that needs an answer
 */
export async function evaluateRequest(
  request: HookRequest,
  library: Library,
  client: FhirClient | undefined,
  asOf: string,
  { isPayerEndpoint, answers, checkpoint, chartUnread, step = unmeasured }: EvaluationOptions = {
    isPayerEndpoint: false,
  },
): Promise<Evaluation> {
  let held: CallData | undefined;
  /** What was sent, read when the first order asks for it: most orders say themselves that they are for something else. */
  const sent = (): CallData =>
    (held ??= createCallData(
      request.patientId,
      readPrefetch(request, library),
      client,
      library,
      contextIntakes(request),
    ));
  const resolve: CallData['resolve'] = (reference) => sent().resolve(reference);
  const { orders, lost } = await hookOrders(request, sent, isPayerEndpoint);
  const medications = orders.flatMap((order) => unreadMedication(order, resolve, library) ?? []);
  if (medications.length > 0) await readMissing(sent(), medications);
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
    accessed: [],
  };
  if (carT.length === 0 && !(isPayerEndpoint && orders.length > 0)) return nothing;
  if (carT.length > 0) checkpoint?.({ kind: 'car-t-orders', count: carT.length });

  const data = sent();
  const found = await governedOrders(carT, request, data, asOf, isPayerEndpoint);
  const { ungoverned, coverages } = found;
  const governed = found.governed;
  const failed = [...unreadable, ...found.failed];
  if (governed.length === 0)
    return { ...nothing, ungoverned, coverages, failed, accessed: accessedOf(data, orders) };
  checkpoint?.({ kind: 'determinations', count: governed.length });
  const types = chartTypes(
    governed.map(({ policy }) => policy),
    library,
  );
  const isAnswered = await addAnswers(data, answers);
  const chart =
    chartUnread === undefined
      ? await step('gather', () => gatherChart(data, types, isAnswered ? NOTHING_LOST : ANSWERS_LOST))
      : unreadChart(data, types, chartUnread);
  const used: UsedAuthorizations = new Map();
  const { done, failed: undetermined } = each(
    governed,
    (item) => {
      const { determination, course } = step('determine', () =>
        determineWithCourse(item, chart, library, asOf, used),
      );
      const alternates = alternatesOf({ determination, governed: item }, chart, library, asOf);
      return { determination, governed: item, order: item.hookOrder, alternates, course };
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
    accessed: accessedOf(data, orders),
  };
}

const unmeasured: Step = (_name, work) => work();

function accessedOf({ types, ofType, ahead }: CallData, orders: Evaluation['orders']): readonly Accessed[] {
  const asked = new Set<unknown>(orders.map(({ resource }) => resource));
  const count = (intakes: readonly Intake[], from: number, to: number): number => {
    let found = 0;
    for (let place = from; place < to; place += 1) if (!asked.has(intakes[place]?.resource)) found += 1;
    return found;
  };
  return types().flatMap((type) => {
    const intakes = ofType(type);
    const { from, to } = ahead(type);
    const sent = count(intakes, from, to);
    return [
      { type, prefetch: true, count: sent },
      { type, prefetch: false, count: count(intakes, 0, intakes.length) - sent },
    ].filter((accessed) => accessed.count > 0);
  });
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
 * Where the policy does not cover the ordered product for the patient, the products that it names for the diagnosis and
 * whose criteria the chart does not already contradict: read from the policy, never inferred.
 */
function alternatesOf(
  { determination, governed }: { readonly determination: Determination; readonly governed: GovernedOrder },
  chart: Chart,
  library: Library,
  asOf: string,
): readonly Alternate[] {
  const { policy, order } = governed;
  if (!['no-covered-indication', 'criteria-not-met'].includes(determination.decision)) return [];
  const others = policy.indications.filter(
    ({ products }) => order.product === null || !isForProduct(products, order.product),
  );
  const scope = { library, diseases: diseaseReader(library), chart, order, asOf: dayOf(asOf) };
  const fit = fittingIndications(others, scope);
  if (fit.kind !== 'fitting') return [];
  const isOpen = ({ product, indication }: Alternate): boolean => {
    const other = determine({ ...governed, order: { ...order, product } }, chart, library, asOf);
    return other.indication === indication.id && other.decision !== 'criteria-not-met';
  };
  return fit.indications
    .flatMap((indication) =>
      library.products.products
        .filter((product) => product.id !== order.product?.id && isForProduct(indication.products, product))
        .map((product) => ({ product, indication })),
    )
    .filter(isOpen);
}

const NOTHING_LOST: ReadonlyMap<string, string> = new Map();
const ANSWERS_LOST: ReadonlyMap<string, string> = new Map([
  ['QuestionnaireResponse', 'the forms that were sent in could not be read'],
]);

/** @returns false when the answers that were sent in cannot be had; who keeps them has told the operator why */
const addAnswers = async (data: CallData, answers: EvaluationOptions['answers']): Promise<boolean> =>
  (answers?.() ?? Promise.resolve([])).then(
    (resources) => {
      data.add(resources.map((resource) => ({ resource })));
      return true;
    },
    () => false,
  );

/** What the governing policies' facts read, the diagnoses that choose the indication, clinicians' answers and the payer's. */
export const chartTypes = (policies: readonly Policy[], library: Library): readonly string[] => [
  ...new Set([
    ...policies.flatMap((policy) => policyTypes(library)(policy)),
    'ClaimResponse',
    'Condition',
    'DiagnosticReport',
    'QuestionnaireResponse',
  ]),
];

const policyTypes = derived(({ facts }: Library) =>
  derived((policy: Policy) => factsOf(policy, facts).flatMap(typesOf)),
);

const contextIntakes = ({ context }: HookRequest): readonly Intake[] =>
  ['draftOrders', 'appointments'].flatMap((name) =>
    contextEntries(context, name).map((entry) => ({
      resource: entry['resource'],
      fullUrl: text(entry['fullUrl']),
    })),
  );
