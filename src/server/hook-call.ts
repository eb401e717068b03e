import { property, type JsonObject } from '../fhir/json.ts';
import { asWritten, withNumbersAsWritten } from '../fhir/number-text.ts';
import { hookResponse, statements, unkeptText, type UnkeptResponse } from '../crd/answer.ts';
import { wantedOf } from '../crd/card-types.ts';
import { evaluateRequest } from '../crd/evaluate.ts';
import { MissingData, type Evaluation, type EvaluationOptions } from '../crd/evaluation.ts';
import {
  echoedMembers,
  ORDER_HOOKS,
  readHookRequest,
  type Hook,
  type HookRequest,
} from '../crd/hook-request.ts';
import { encounterReference, type HookOrder } from '../crd/order.ts';
import { filledForms } from '../dtr/filled-forms.ts';
import type { Prefilled } from '../dtr/prefill.ts';
import type { WireVersion } from '../crd/wire-version.ts';
import type { Determination } from '../engine/determination.ts';
import type { Chart } from '../fhir/chart.ts';
import type { UngovernedReason } from '../engine/explanation.ts';
import type { Library } from '../policy/library.ts';
import { readBody } from './body.ts';
import { clientFor, type MakeFhirClient } from './call-client.ts';
import { callMetric, type CallMetric } from './call-metric.ts';
import type { CallerRecords } from './caller-records.ts';
import type { Config } from './config.ts';
import { determinationRow, type DeterminationRow } from './determination-row.ts';
import type { IdentifiedDetermination } from './record-keeping.ts';
import { errorPlace, ServiceError } from './errors.ts';
import { allowedServer } from './fhir-base.ts';
import type { QueryLog } from './fhir-client.ts';
import type { RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';
import { inSpan } from './tracing.ts';

/** One hook call as plain data. */
export interface HookCall extends Omit<RequestCall, 'at'> {
  /** The hook of the service that was called; undefined where any hook that brings orders will do. */
  readonly expected: Hook | undefined;
}

/** What is remembered of a card. */
export interface IssuedCard {
  readonly uuid: string;
  /** Code of its topic. */
  readonly topic: string | undefined;
  /** uuids. */
  readonly suggestions: readonly string[];
}

export interface CallReport {
  readonly hook: Hook;
  readonly version: WireVersion;
  readonly determinations: readonly { readonly policy: string; readonly decision: string }[];
  /** Why CAR-T orders got none. */
  readonly ungoverned: readonly UngovernedReason[];
  readonly unreadOrders: number;
  readonly failedOrders: number;
  readonly lostOrders: number;
  readonly ignoredConfiguration: readonly string[];
  readonly queries: readonly QueryLog[];
}

/** What a call is answered with, as plain data. */
export interface Answered {
  /** The JSON answer as text: only text keeps numbers as they were sent. */
  readonly text: string;
  /** The answer to a hook where its determinations could not be kept; undefined where determinations alone were asked for. */
  readonly unkept: UnkeptResponse | undefined;
  readonly determinations: readonly DeterminationRow[];
  /** Names the policy files that they were made by. */
  readonly edition: string;
  /** The forms that they ask for. */
  readonly forms: readonly Pick<NeededForm, 'policy' | 'indication'>[];
  readonly cards: readonly IssuedCard[];
  /** `Patient/id`. */
  readonly patient: string;
  readonly hookInstance: string;
  /** What is logged of the call: codes, counts and times. */
  readonly report: CallReport;
  readonly metric: CallMetric;
  /** Where orders failed. */
  readonly failures: readonly ReturnType<typeof errorPlace>[];
}

/** What a request for authorization needs to know of the call later on; its token is not kept. */
export interface AskedOrder {
  /** As it came. */
  readonly order: JsonObject;
  readonly appointment?: JsonObject;
  /** The Medication that it refers to: a draft may be nowhere else. */
  readonly medication?: JsonObject;
  /** `Encounter/id`: the order's own, else the hook's. */
  readonly encounter?: string;
  /** The FHIR server of the call, where it may be called: what else a caller names may hold credentials. */
  readonly fhirServer?: string;
  /** `Type/id` of the records of treatment that the evidence was placed in time by. */
  readonly course: readonly string[];
}

/** What evaluating a call stands on, in whichever thread. */
export interface CallScope {
  readonly library: Library;
  /** Names the policy files that the library was made of. */
  readonly edition: string;
  readonly config: Pick<Config, 'queryMilliseconds'> & Partial<Pick<Config, 'longQueryMilliseconds'>>;
  /** FHIR base of this service, without a trailing slash: canonical URLs begin with it. */
  readonly fhirBase: string;
  /** A UUID for a card. */
  readonly newUuid: () => string;
  /** 20 to 30 unguessable letters and digits for a determination. */
  readonly newId: () => string;
  /** The client of one call; its connections are shared by all calls of the thread. */
  readonly fhirClient: MakeFhirClient;
  readonly options?: Pick<EvaluationOptions, 'checkpoint' | 'chartUnread'>;
}

/** A form that asks for what a determination lacks, by name: forms themselves do not go between threads. */
export interface NeededForm {
  /** Id of the determination. */
  readonly determination: string;
  readonly policy: { readonly id: string; readonly version: string };
  readonly indication: string;
  readonly answers: readonly Prefilled[];
}

/** A hook call as it was understood, and what came of it. */
export interface EvaluatedCall {
  readonly request: HookRequest;
  readonly evaluation: Evaluation;
  readonly queries: readonly QueryLog[];
}

/**
 * Reads, checks and evaluates one hook call.
 * @param body parsed
 * @throws ServiceError when it gets another answer than 200
 */
export async function evaluatedCall(
  body: unknown,
  { expected, asOf, caller, arrived }: Omit<HookCall, 'body'>,
  scope: Pick<CallScope, 'library' | 'config' | 'fhirClient' | 'options'>,
  records: Pick<CallerRecords, 'answersOf' | 'concerns'>,
  signal: AbortSignal,
): Promise<EvaluatedCall> {
  await records.concerns(subjectsNamed(body));
  const request = readHookRequest(body, expected);
  if ('code' in request) throw new ServiceError(request.code, request.message, request.path);
  const queries: QueryLog[] = [];
  const started = arrived - performance.timeOrigin;
  const fhirClient = clientFor(request, caller, scope, started, signal, (query) => queries.push(query));
  const isPayerEndpoint = caller.settings.crdPayer !== undefined;
  const evaluation = await evaluateRequest(request, scope.library, fhirClient, asOf, {
    ...scope.options,
    isPayerEndpoint,
    step: (name, work) => inSpan(name, {}, work),
    answers: () => records.answersOf(`Patient/${request.patientId}`),
  }).catch((error: unknown) => {
    if (!(error instanceof MissingData)) throw error;
    throw new ServiceError('missing-data', error.message, 'prefetch', namesVersion(body));
  });
  return { request, evaluation, queries };
}

/**
 * Reads, checks, evaluates and answers one hook call.
 * @param records asked once an order is governed
 * @param signal ends its queries, when nobody waits for the answer any more
 * @throws ServiceError when it gets another answer than 200
 */
export async function evaluateCall(
  call: HookCall,
  scope: CallScope,
  records: Pick<CallerRecords, 'answersOf' | 'concerns'>,
  signal: AbortSignal,
): Promise<Answered> {
  const { expected, asOf, caller } = call;
  const client = caller.settings;
  const { library, edition, fhirBase, newId, newUuid } = scope;
  const { value, text } = readBody(call.body);
  const body = withNumbersAsWritten(value, text, echoedMembers(value));
  const { request, evaluation, queries } = await evaluatedCall(body, call, scope, records, signal);
  const wanted = wantedOf(request.configuration, client, request.hook);
  const { determinations, failed, ungoverned, coverages, chart } = evaluation;
  // Where an order needs an answer, CRD 2.1 and 2.2 refuse a call that brings no coverage at all (hook-13).
  if (request.version !== '2.0' && ORDER_HOOKS.includes(request.hook) && coverages?.length === 0)
    throw new ServiceError(
      'no-coverage',
      'no Coverage of the patient was sent or found',
      'prefetch.coverage',
      namesVersion(body),
    );
  const ids = new Map(determinations.map(({ determination }) => [determination, newId()]));
  const idOf = (determination: Determination | undefined): string =>
    (determination === undefined ? undefined : ids.get(determination)) ?? newId();
  const identify = (determination: Determination): IdentifiedDetermination => ({
    id: idOf(determination),
    ...determination,
    policy: { ...determination.policy, edition },
  });
  const forms = determinations.flatMap(({ determination, governed: { policy, order } }) =>
    chart === undefined
      ? []
      : filledForms(determination, policy, { chart, order, library, asOf }).map(({ form, answers }) => ({
          determination: idOf(determination),
          policy: { id: policy.id, version: policy.version },
          indication: form.indication.id,
          answers,
        })),
  );
  const answerScope = { request, client, wanted, library, fhirBase, asOf, idOf, newUuid };
  const stated = statements(evaluation, answerScope);
  const answer = expected === undefined ? undefined : hookResponse(evaluation, stated, answerScope);
  const cards = (answer?.response.cards ?? []).map(({ uuid, source, suggestions = [] }) => ({
    uuid,
    topic: source.topic.code,
    suggestions: suggestions.map((suggestion) => suggestion.uuid),
  }));
  return {
    text: JSON.stringify(
      answer?.response ?? {
        determinations: determinations.map(({ determination }) => identify(determination)),
      },
    ),
    unkept: answer?.unkept,
    determinations: determinations.map(({ determination, order, course }) => {
      const made = identify(determination);
      const statement = stated.find(({ id }) => id === made.id)?.extension;
      const asked = askedOrder(order, course(), request, caller, chart);
      return determinationRow(made, request.version, forms, statement, asked);
    }),
    edition,
    forms: forms.map(({ policy, indication }) => ({ policy, indication })),
    cards,
    metric: callMetric(request, evaluation, queries, cards, stated),
    patient: `Patient/${request.patientId}`,
    hookInstance: request.hookInstance,
    report: {
      hook: request.hook,
      version: request.version,
      determinations: determinations.map(({ determination: { policy, decision } }) => ({
        policy: policy.id,
        decision,
      })),
      ungoverned: ungoverned.map(({ reason }) => reason),
      unreadOrders: evaluation.unreadOrders.length,
      failedOrders: failed.length,
      lostOrders: evaluation.lostOrders.length,
      ignoredConfiguration: wanted.ignored,
      queries: queries.map((query) => ({ ...query, milliseconds: Math.round(query.milliseconds) })),
    },
    failures: failed.map(({ error }) => errorPlace(error)),
  };
}

/** What goes out in place of an answer whose determinations could not be kept: without their ids. */
export function unkeptAnswer({ text, unkept }: Pick<Answered, 'text' | 'unkept'>): string {
  if (unkept !== undefined) return unkeptText(text, unkept);
  const { determinations } = JSON.parse(text) as { readonly determinations: readonly object[] };
  return JSON.stringify({ determinations: determinations.map((made) => ({ ...made, id: undefined })) });
}

function askedOrder(
  order: HookOrder,
  course: readonly string[],
  { encounterId, fhirServer }: HookRequest,
  caller: HookCall['caller'],
  chart: Chart | undefined,
): AskedOrder {
  const base =
    fhirServer === undefined ? undefined : allowedServer(fhirServer, caller.fhirServers, caller)?.base;
  const medication = chart?.find(order.resource['medicationReference'])?.resource;
  const encounter = encounterReference(order, encounterId);
  return {
    order: asWritten(order.resource),
    ...(order.appointment === undefined ? {} : { appointment: asWritten(order.appointment) }),
    ...(medication === undefined ? {} : { medication: asWritten(medication) }),
    ...(encounter === undefined ? {} : { encounter }),
    ...(base === undefined ? {} : { fhirServer: base }),
    course,
  };
}

/** A caller that names a version of CRD gets FHIR, where it was FHIR data that lacked (CRD-X-01). */
const namesVersion = (body: unknown): boolean =>
  property(property(body, 'extension'), 'davinci-crd.requestedVersion') !== undefined;
