import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { parseDate } from '../fhir/date.ts';
import type { Hook } from '../crd/hook-request.ts';
import { callerRecords } from './caller-records.ts';
import { callerOf, ownerOf, type Caller, type Callers } from './caller.ts';
import type { Config } from './config.ts';
import { ServiceError } from './errors.ts';
import { evaluateAside } from './evaluator.ts';
import { evaluateCall, unkeptAnswer, type CallScope, type HookCall } from './hook-call.ts';
import { targetOf, wasAudited } from './audit.ts';
import type { Edition } from './policies-in-force.ts';
import type { AuditedRequest, RecordKeeping } from './record-keeping.ts';
import { headerOf } from './header.ts';
import type { Metrics } from './metrics.ts';
import { setOutcome } from './outcome.ts';
import { requestIdOf } from './request-id.ts';
import { inSpan, underTrace, type CurrentSpan } from './tracing.ts';

/** What the routes stand on; tests put their own in place of any of it. */
export interface Dependencies extends Omit<CallScope, 'options'>, Edition {
  readonly config: Pick<Config, 'bodyLimit' | 'queryMilliseconds'> &
    Partial<Pick<Config, 'longQueryMilliseconds' | 'prefetch' | 'trustedProxies'>>;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Today as a FHIR date. */
  readonly today: () => string;
  readonly callers: Callers;
  readonly keeping: RecordKeeping;
  readonly metrics: Metrics;
}

/**
 * Answers one hook call, and keeps its determinations under the ids that it gives them; an answer that could not be kept
 * goes out without ids.
 * @param body as it came
 * @param expected the hook of the service that was called; undefined for determinations alone
 * @returns the JSON answer
 * @throws ServiceError when it gets another answer than 200
 */
export const answerCall = (
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  expected: Hook | undefined,
  dependencies: Dependencies,
): Promise<string> =>
  underTrace(request.headers, () =>
    inSpan(
      expected ?? 'determinations',
      { 'cartograph.request_id': requestIdOf(request) },
      (span) => answerInSpan(request, response, body, expected, dependencies, span),
      'server',
    ),
  );

async function answerInSpan(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  expected: Hook | undefined,
  dependencies: Dependencies,
  span: CurrentSpan,
): Promise<string> {
  const started = performance.now();
  const caller = callerOf(request);
  const { settings, fhirServers, isSandbox } = caller;
  const call: HookCall = {
    body,
    expected,
    asOf: asOfDate(request, caller, dependencies),
    caller: { settings, fhirServers, isSandbox },
    arrived: performance.timeOrigin + started,
  };
  const { threads, keeping, metrics } = dependencies;
  const owner = ownerOf(caller);
  const records = callerRecords(keeping, caller, response);
  const answered = await (threads === undefined
    ? evaluateCall(call, dependencies, records, leftSignal(response))
    : evaluateAside(call, dependencies, threads, records, () => leftSignal(response)));
  const milliseconds = Math.round(performance.now() - started);
  const asked: AuditedRequest = {
    client: owner,
    action: 'call',
    target: targetOf(request),
    at: new Date(call.arrived).toISOString(),
    status: 200,
    milliseconds,
    requestId: requestIdOf(request),
  };
  const isKept = await inSpan('store', {}, () => keeping.keepCall(answered, asked));
  wasAudited(response);
  metrics.answered(answered, isKept);
  span.setAttributes({
    'cartograph.decisions': answered.report.determinations.map(({ decision }) => decision),
    'cartograph.kept': isKept,
  });
  setOutcome(response, answered.determinations.length > 0 ? 'determined' : 'no-determination');
  for (const failure of answered.failures)
    dependencies.logger.error({ requestId: requestIdOf(request), ...failure }, 'an order failed');
  dependencies.logger.info(
    {
      requestId: requestIdOf(request),
      client: caller.client,
      tenant: caller.tenant,
      ...(caller.isTest ? { test: true } : {}),
      ...answered.report,
      ...(isKept ? {} : { unkept: true }),
      milliseconds,
    },
    'answered',
  );
  return isKept ? answered.text : unkeptAnswer(answered);
}

/** Aborted when the caller leaves before the answer. */
export function leftSignal(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  const closed = (): void => {
    if (!response.writableFinished) left.abort();
  };
  if (response.destroyed) closed();
  else response.once('close', closed);
  return left.signal;
}

/** The day of the request: today, or in sandbox mode the day that the caller's `X-As-Of` header names. */
export function asOfDate(
  request: IncomingMessage,
  { isSandbox }: Caller,
  { today }: Pick<Dependencies, 'today'>,
): string {
  const header = headerOf(request, 'x-as-of');
  if (header === undefined) return today();
  if (!isSandbox)
    throw new ServiceError('invalid-as-of', 'X-As-Of is for sandbox mode alone', '(header) x-as-of');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(header) || parseDate(header) === null)
    throw new ServiceError('invalid-as-of', 'X-As-Of must be a date such as 2026-03-02', '(header) x-as-of');
  return header;
}
