import type { Request } from 'express';
import type { Logger } from 'pino';
import { parseDate } from '../fhir/date.ts';
import { wantedOf, type Wanted } from '../crd/card-types.ts';
import type { ClientSettings } from '../crd/client-settings.ts';
import { evaluateRequest } from '../crd/evaluate.ts';
import type { Evaluation } from '../crd/evaluation.ts';
import type { Determination } from '../engine/determination.ts';
import { ORDER_HOOKS, readHookRequest, type Hook, type HookRequest } from '../crd/hook-request.ts';
import type { Library } from '../policy/library.ts';
import { neededForms } from '../dtr/needed-forms.ts';
import { callerOf, ownerOf, type Caller, type Callers } from './caller.ts';
import type { Config } from './config.ts';
import type { DeterminationStore } from './determination-store.ts';
import { errorPlace, ServiceError } from './errors.ts';
import type { FeedbackStore } from './feedback-store.ts';
import { clientFor, type MakeFhirClient } from './call-client.ts';
import type { QueryLog } from './fhir-client.ts';
import { requestIdOf } from './request-id.ts';
import type { ResponseStore } from './response-store.ts';

/** What the routes stand on; tests put their own in place of any of it. */
export interface Dependencies {
  readonly library: Library;
  readonly config: Pick<Config, 'bodyLimit' | 'queryMilliseconds'> &
    Partial<Pick<Config, 'longQueryMilliseconds' | 'prefetch' | 'trustedProxies'>>;
  readonly logger: Logger;
  /** Today as a FHIR date. */
  readonly today: () => string;
  /** A UUID for a card. */
  readonly newUuid: () => string;
  /** 20 to 30 unguessable letters and digits for a determination. */
  readonly newId: () => string;
  /** The client of one call; its connections are shared by all calls. */
  readonly fhirClient: MakeFhirClient;
  readonly callers: Callers;
  readonly determinations?: DeterminationStore;
  readonly feedback?: FeedbackStore;
  /** Answers to forms that were sent in. */
  readonly responses?: ResponseStore;
  /** URL under which clients reach the service, without a trailing slash: canonical URLs begin with it. */
  readonly publicUrl?: string;
}

/** One call, read and evaluated. */
export interface Call {
  readonly request: HookRequest;
  readonly asOf: string;
  readonly client: ClientSettings;
  readonly wanted: Wanted;
  readonly evaluation: Evaluation;
  /** The id of a determination, or a new one for a statement without one. */
  readonly idOf: (determination: Determination | undefined) => string;
}

/** Reads, checks and evaluates one hook call, and keeps its determinations under the ids that it gives them. */
export async function answerCall(
  request: Request,
  expected: Hook | undefined,
  dependencies: Dependencies,
  store: DeterminationStore,
): Promise<Call> {
  const started = performance.now();
  const caller = callerOf(request);
  const asOf = asOfDate(request, caller, dependencies);
  const read = readHookRequest(request.body, expected);
  if ('code' in read) throw new ServiceError(read.code, read.message, read.path);
  const queries: QueryLog[] = [];
  const fhirClient = clientFor(read, caller, dependencies, started, (query) => queries.push(query));
  const client = caller.settings;
  const wanted = wantedOf(read.configuration, client, read.hook);
  const isPayerEndpoint = client.crdPayer !== undefined;
  const { library, responses } = dependencies;
  const evaluation = await evaluateRequest(read, library, fhirClient, asOf, {
    isPayerEndpoint,
    answers: responses?.of(`Patient/${read.patientId}`, ownerOf(caller)) ?? [],
  });
  const { determinations, failed, ungoverned, coverages, chart } = evaluation;
  // Where an order needs an answer, CRD 2.1 and 2.2 refuse a call that brings no coverage at all (hook-13).
  if (read.version !== '2.0' && ORDER_HOOKS.includes(read.hook) && coverages?.length === 0)
    throw new ServiceError(
      'no-coverage',
      'no Coverage of the patient was sent or found',
      'prefetch.coverage',
    );
  const ids = new Map(determinations.map(({ determination }) => [determination, dependencies.newId()]));
  for (const { determination, governed } of determinations) {
    const forms =
      chart === undefined
        ? []
        : neededForms(determination, governed.policy, { chart, order: governed.order, library, asOf });
    const id = ids.get(determination) ?? '';
    store.keep({ id, ...determination }, ownerOf(caller), { version: read.version, forms });
  }
  for (const { error } of failed) dependencies.logger.error(errorPlace(error), 'an order failed');
  dependencies.logger.info(
    {
      requestId: requestIdOf(request),
      client: caller.client,
      tenant: caller.tenant,
      ...(caller.isTest ? { test: true } : {}),
      hook: read.hook,
      version: read.version,
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
      milliseconds: Math.round(performance.now() - started),
    },
    'answered',
  );
  const idOf = (determination: Determination | undefined): string =>
    (determination === undefined ? undefined : ids.get(determination)) ?? dependencies.newId();
  return { request: read, asOf, client, wanted, evaluation, idOf };
}

/** The day of the request: today, or in sandbox mode the day that the caller's `X-As-Of` header names. */
export function asOfDate(
  request: Request,
  { isSandbox }: Caller,
  { today }: Pick<Dependencies, 'today'>,
): string {
  const header = request.get('x-as-of');
  if (header === undefined) return today();
  if (!isSandbox)
    throw new ServiceError('invalid-as-of', 'X-As-Of is for sandbox mode alone', '(header) x-as-of');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(header) || parseDate(header) === null)
    throw new ServiceError('invalid-as-of', 'X-As-Of must be a date such as 2026-03-02', '(header) x-as-of');
  return header;
}
