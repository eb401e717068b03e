import type { QuestionnaireResponse } from 'fhir/r4.js';
import { chartTypes } from '../crd/evaluate.ts';
import { createCallData, gatherChart, readMissing } from '../crd/gather.ts';
import { encounterReference, itemOf, plannedOrder, settingOf, type HookOrder } from '../crd/order.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { draftResponse, type DtrVersion } from '../dtr/draft.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import { versionOf, wrongParameter } from '../dtr/parameters.ts';
import { readPopulate, type PopulateParameters } from '../dtr/populate-request.ts';
import { prefill } from '../dtr/prefill.ts';
import { questionnaire } from '../dtr/questionnaire.ts';
import { determine } from '../engine/determination.ts';
import type { PlannedOrder } from '../engine/result.ts';
import type { Chart } from '../fhir/chart.ts';
import { chartOf } from '../fhir/chart.ts';
import type { FhirClient } from '../fhir/client.ts';
import { text, type JsonObject } from '../fhir/json.ts';
import type { Form } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { isForProduct } from '../policy/policy.ts';
import { bodyValue } from './body.ts';
import { clientFor } from './call-client.ts';
import type { CallerRecords } from './caller-records.ts';
import type { CallScope } from './hook-call.ts';
import { allForms, filledForms, statementFor } from './kept-forms.ts';
import { fhirReply, refusedReply, type Reply, type RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';

/** A call of `$populate`. */
export interface PopulateCall extends RequestCall {
  /** Id of the Questionnaire in the URL, at instance level. */
  readonly questionnaire: string | undefined;
  /** FHIR base of what the service itself knows of patients: the sandbox EHR. */
  readonly ownEhr: string | undefined;
}

/**
 * SDC `$populate`: a draft response, with what the named determination found in the chart, else filled in from the chart
 * by the rules that evidence is judged by.
 */
export async function populateAnswer(
  call: PopulateCall,
  scope: CallScope,
  records: Pick<CallerRecords, 'answersOf' | 'determination' | 'forms' | 'concerns'>,
  signal: AbortSignal,
): Promise<Reply> {
  const { asOf, caller, arrived } = call;
  const { library, fhirBase } = scope;
  const body = bodyValue(call.body);
  await records.concerns(subjectsNamed(body));
  const asked = readPopulate(body, call.questionnaire, allForms(library));
  if ('issues' in asked) return refusedReply(400, asked.issues);
  const { form, subject, context, endpoint, isLocal } = asked;
  if (context !== undefined) {
    const [determination, kept] = await Promise.all([records.determination(context), records.forms(context)]);
    const known = kept && filledForms(kept, library).find((item) => item.form === form);
    if (determination === undefined || kept === undefined || known === undefined)
      return refusedReply(400, [
        wrongParameter('context', 'no determination with this context asks for this questionnaire'),
      ]);
    if (determination.patient !== subject)
      return refusedReply(400, [
        wrongParameter('subject', 'subject is another patient than that of the context'),
      ]);
    const version = versionOf(body) ?? kept.version;
    const draft = draftResponse(questionnaire(form, library, fhirBase), known.answers, {
      version,
      subject,
      coverage: determination.coverage,
      orders: [determination.order],
      authored: asOf,
      statement: statementFor(kept, version),
    });
    return populated(draft, []);
  }
  const token = endpoint?.accessToken;
  const client = clientFor(
    {
      hook: 'order-sign',
      fhirServer: endpoint?.address ?? (isLocal ? call.ownEhr : undefined),
      authorization:
        token === undefined
          ? undefined
          : { accessToken: token, expiresInSeconds: undefined, scope: undefined, patientId: undefined },
      patientId: subject.slice('Patient/'.length),
    },
    caller,
    scope,
    arrived - performance.timeOrigin,
    signal,
    () => undefined,
  );
  return fromChart(
    { ...asked, version: versionOf(body) ?? '2.0', client, answers: await records.answersOf(subject) },
    scope,
    asOf,
  );
}

/** What a draft is filled in from, where no determination has read the chart. */
interface Sources extends Pick<PopulateParameters, 'form' | 'subject' | 'resources' | 'order'> {
  readonly version: DtrVersion;
  readonly answers: readonly JsonObject[];
  readonly client: FhirClient | undefined;
}

async function fromChart(
  { form, subject, resources, order: sent, version, answers, client }: Sources,
  { library, fhirBase, newUuid }: CallScope,
  asOf: string,
): Promise<Reply> {
  const { policy, indication } = form;
  const patientId = subject.slice('Patient/'.length);
  const prefetch = Object.fromEntries(resources.map((resource, index) => [`supplied${index}`, resource]));
  const supplied = readPrefetch({ prefetch, hook: 'order-sign', patientId }, library);
  const data = createCallData(
    patientId,
    supplied,
    client,
    library,
    answers.map((resource) => ({ resource })),
  );
  const hookOrder = sent === undefined ? undefined : hookOrderOf(sent);
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
    questionnaire(form, library, fhirBase),
    prefill(form, criteria, { chart, order, library, asOf }),
    {
      version,
      subject,
      coverage: undefined,
      orders: hookOrder === undefined ? [] : [hookOrder.reference],
      authored: asOf,
    },
  );
  return populated(response, unreadIssues(chart, chartTypes([policy], library)));

  function planned(given: HookOrder, held: Chart): PlannedOrder {
    const reference = encounterReference(given, undefined);
    const encounter = reference === undefined ? undefined : (held.find(reference) ?? 'unread');
    return plannedOrder(given, itemOf(given, data.resolve, library), settingOf(given, encounter, library));
  }
}

const populated = (response: QuestionnaireResponse, issues: readonly Issue[]): Reply =>
  fhirReply(
    200,
    {
      resourceType: 'Parameters',
      parameter: [
        { name: 'response', resource: response },
        ...(issues.length === 0 ? [] : [{ name: 'issues', resource: operationOutcome(issues) }]),
      ],
    },
    { unread: issues.length },
  );

const encounterOf = (order: HookOrder): readonly string[] | undefined => {
  const reference = encounterReference(order, undefined);
  return reference === undefined ? undefined : [reference];
};

function hookOrderOf(resource: JsonObject): HookOrder {
  const type = text(resource['resourceType']) ?? 'Resource';
  return { reference: `${type}/${text(resource['id']) ?? 'draft'}`, resource, appointment: undefined };
}

/** Without an order nothing is planned: the form is filled in as of today, for the product of its indication. */
const unstatedOrder = ({ indication }: Form, { products }: Library): PlannedOrder => ({
  reference: '',
  knownAs: { references: [], identifiers: [] },
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
