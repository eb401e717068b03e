import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { parseDate } from '../fhir/date.ts';
import type { Hook } from '../crd/hook-request.ts';
import type { FilledForm } from '../dtr/package.ts';
import { formsOf } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { callerOf, ownerOf, type Caller, type Callers } from './caller.ts';
import type { Config } from './config.ts';
import type { DeterminationStore } from './determination-store.ts';
import { ServiceError } from './errors.ts';
import type { EvaluationThreads } from './evaluation-threads.ts';
import { evaluateAside } from './evaluator.ts';
import type { FeedbackStore } from './feedback-store.ts';
import {
  evaluateCall,
  type Answered,
  type AnswersOf,
  type CallScope,
  type HookCall,
  type NeededForm,
} from './hook-call.ts';
import { requestIdOf } from './request-id.ts';
import type { ResponseStore } from './response-store.ts';

/** What the routes stand on; tests put their own in place of any of it. */
export interface Dependencies extends Omit<CallScope, 'options'> {
  readonly config: Pick<Config, 'bodyLimit' | 'queryMilliseconds'> &
    Partial<Pick<Config, 'longQueryMilliseconds' | 'prefetch' | 'trustedProxies'>>;
  readonly logger: Logger;
  /** Today as a FHIR date. */
  readonly today: () => string;
  /** Where calls are evaluated that would hold up others; undefined: all on the thread that serves them. */
  readonly threads?: EvaluationThreads;
  readonly callers: Callers;
  readonly determinations?: DeterminationStore;
  readonly feedback?: FeedbackStore;
  /** Answers to forms that were sent in. */
  readonly responses?: ResponseStore;
  /** URL under which clients reach the service, without a trailing slash: canonical URLs begin with it. */
  readonly publicUrl?: string;
}

/**
 * Answers one hook call, and keeps its determinations under the ids that it gives them.
 * @param expected the hook of the service that was called; undefined for determinations alone
 * @throws ServiceError when it gets another answer than 200
 */
export async function answerCall(
  request: Request,
  response: Response,
  expected: Hook | undefined,
  dependencies: Dependencies,
  store: DeterminationStore,
): Promise<Answered> {
  const started = performance.now();
  const caller = callerOf(request);
  const { settings, fhirServers, isSandbox } = caller;
  const call: HookCall = {
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    expected,
    asOf: asOfDate(request, caller, dependencies),
    caller: { settings, fhirServers, isSandbox },
    arrived: performance.timeOrigin + started,
  };
  const left = new AbortController();
  response.once('close', () => {
    left.abort();
  });
  const { threads, responses, library } = dependencies;
  const owner = ownerOf(caller);
  const answersOf: AnswersOf = (patient) => Promise.resolve(responses?.of(patient, owner) ?? []);
  const answered = await (threads === undefined
    ? evaluateCall(call, dependencies, answersOf, left.signal)
    : evaluateAside(call, dependencies, threads, answersOf, left.signal));
  for (const determination of answered.determinations) {
    const forms = answered.forms
      .filter((form) => form.determination === determination.id)
      .map((form) => filledForm(form, library));
    store.keep(determination, owner, { version: answered.version, forms });
  }
  for (const failure of answered.failures) dependencies.logger.error(failure, 'an order failed');
  dependencies.logger.info(
    {
      requestId: requestIdOf(request),
      client: caller.client,
      tenant: caller.tenant,
      ...(caller.isTest ? { test: true } : {}),
      ...answered.report,
      milliseconds: Math.round(performance.now() - started),
    },
    'answered',
  );
  return answered;
}

/** The form that a thread named. @throws Error when this process has other policies than the thread */
function filledForm({ policy, indication, answers }: NeededForm, { policies, facts }: Library): FilledForm {
  const form = policies
    .filter(({ id, version }) => id === policy.id && version === policy.version)
    .flatMap((found) => formsOf(found, facts))
    .find((item) => item.indication.id === indication);
  if (form === undefined) throw new Error(`${policy.id} ${policy.version} has no form for ${indication}`);
  return { form, answers };
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
