import type { Parameters } from 'fhir/r4.js';
import { chartTypes } from '../crd/evaluate.ts';
import { createCallData, gatherChart, readMissing } from '../crd/gather.ts';
import { encounterReference, itemOf, plannedOrder, settingOf, type HookOrder } from '../crd/order.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { draftResponse, type DtrVersion } from '../dtr/draft.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import type { PackageScope } from '../dtr/package.ts';
import { prefill } from '../dtr/prefill.ts';
import { questionnaire } from '../dtr/questionnaire.ts';
import { determine } from '../engine/determination.ts';
import type { PlannedOrder } from '../engine/result.ts';
import type { Chart } from '../fhir/chart.ts';
import { chartOf } from '../fhir/chart.ts';
import type { FhirClient } from '../fhir/client.ts';
import { text, type JsonObject } from '../fhir/json.ts';
import type { Form } from '../policy/form.ts';
import { isForProduct } from '../policy/policy.ts';

/** What `$populate` is asked to fill in, and from what. */
export interface PopulateRequest {
  readonly form: Form;
  readonly version: DtrVersion;
  readonly patientId: string;
  /** Resources that came with the request: single ones, and Bundles of a whole chart. */
  readonly resources: readonly JsonObject[];
  /** The order that the form is for, where one came with the request. */
  readonly order: JsonObject | undefined;
  /** Answers that were sent in before. */
  readonly answers: readonly JsonObject[];
  readonly client: FhirClient | undefined;
}

/** SDC `$populate`: a draft response, filled in from the chart by the rules that evidence is judged by. */
export async function populateAnswer(
  request: PopulateRequest,
  { library, base, asOf, newUuid }: PackageScope,
): Promise<Parameters> {
  const { form, patientId, client, version } = request;
  const { policy, indication } = form;
  const prefetch = Object.fromEntries(
    request.resources.map((resource, index) => [`supplied${index}`, resource]),
  );
  const supplied = readPrefetch({ prefetch, hook: 'order-sign', patientId }, library);
  const data = createCallData(
    patientId,
    supplied,
    client,
    library,
    request.answers.map((resource) => ({ resource })),
  );
  const hookOrder = request.order === undefined ? undefined : hookOrderOf(request.order);
  await readMissing(data, hookOrder === undefined ? [] : (encounterOf(hookOrder) ?? []));
  const chart = await gatherChart(data, chartTypes([policy], library));
  const encounters = chartOf(patientId, data, new Map(), library.terminology);
  const order = hookOrder === undefined ? unstatedOrder(form, library) : planned(hookOrder, encounters);
  const payer = library.payers.get(policy.payer);
  if (payer === undefined) throw new Error(`payer ${policy.payer} is not in the library`);
  const determination = determine(
    {
      hookInstance: newUuid(),
      order,
      coverage: '',
      lines: policy.lines,
      policy: { ...policy, indications: [indication] },
      payer,
      doubt: undefined,
    },
    chart,
    library,
    asOf,
  );
  const criteria =
    determination.indication === null
      ? (determination.alternatives?.[0]?.criteria ?? [])
      : determination.criteria;
  const response = draftResponse(
    questionnaire(form, library, base),
    prefill(form, criteria, { chart, order, library, asOf }),
    {
      version,
      subject: `Patient/${patientId}`,
      coverage: undefined,
      orders: hookOrder === undefined ? [] : [hookOrder.reference],
      authored: asOf,
    },
  );
  const issues = unreadIssues(chart, chartTypes([policy], library));
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'response', resource: response },
      ...(issues.length === 0 ? [] : [{ name: 'issues', resource: operationOutcome(issues) }]),
    ],
  };

  function planned(given: HookOrder, held: Chart): PlannedOrder {
    const reference = encounterReference(given, undefined);
    const encounter = reference === undefined ? undefined : (held.find(reference) ?? 'unread');
    return plannedOrder(given, itemOf(given, data.resolve, library), settingOf(given, encounter, library));
  }
}

const encounterOf = (order: HookOrder): readonly string[] | undefined => {
  const reference = encounterReference(order, undefined);
  return reference === undefined ? undefined : [reference];
};

function hookOrderOf(resource: JsonObject): HookOrder {
  const type = text(resource['resourceType']) ?? 'Resource';
  return { reference: `${type}/${text(resource['id']) ?? 'draft'}`, resource, appointment: undefined };
}

/** Without an order nothing is planned: the form is filled in as of today, for the product of its indication. */
const unstatedOrder = ({ indication }: Form, { products }: PackageScope['library']): PlannedOrder => ({
  reference: '',
  product: products.products.find((product) => isForProduct(indication.products, product)) ?? null,
  planned: null,
  statesUnreadableDate: false,
  authored: null,
  authorizations: [],
  setting: { value: 'unknown', evidence: [], isUnread: false },
  quantity: undefined,
  reason: { concepts: [], references: [] },
});

/** What could not be read, so that an empty answer is not taken for an empty chart. */
const unreadIssues = (chart: Chart, types: readonly string[]): readonly Issue[] =>
  types.flatMap((type) => {
    const { state, reason } = chart.source(type);
    return state === 'complete'
      ? []
      : [
          {
            severity: 'warning',
            code: 'incomplete',
            text: `${type} was not read completely${reason === undefined ? '' : `: ${reason}`}`,
          } as const,
        ];
  });
