import { readHookRequest, type HookRequest } from '../crd/hook-request.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { asWritten, withNumbersAsWritten } from '../fhir/number-text.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import { bundleIssues } from '../pas/request-check.ts';
import { requestBundle } from '../pas/request-bundle.ts';
import { requestSummary } from '../pas/summary.ts';
import { gatherAuthorization } from './authorization-input.ts';
import { readBody } from './body.ts';
import { clientFor } from './call-client.ts';
import type { Caller } from './caller.ts';
import { ServiceError } from './errors.ts';
import type { AskedOrder, CallScope } from './hook-call.ts';
import { statementFor } from './package-answer.ts';
import type { FormContext, IdentifiedDetermination } from './record-keeping.ts';
import { allowedServer } from './fhir-base.ts';
import type { JsonObject } from '../fhir/json.ts';

/** What is asked for: the request itself, or the same on paper. */
export interface AuthorizationCall {
  readonly form: 'bundle' | 'summary';
  readonly determination: IdentifiedDetermination;
  readonly context: FormContext;
  readonly asked: AskedOrder;
  /** Completed forms that were sent in for the patient. */
  readonly answers: readonly JsonObject[];
  /** A hook request that brings the records, or says with which token they can be read; undefined: neither. */
  readonly body: Uint8Array | undefined;
  readonly caller: Pick<Caller, 'fhirServers' | 'isSandbox'>;
  /** RFC 3339. */
  readonly at: string;
  /** `performance.now()` at which the call came in. */
  readonly started: number;
}

export interface Reply {
  readonly status: number;
  readonly type: 'fhir' | 'html';
  readonly text: string;
}

/**
 * The request for authorization that a determination leads to. Its records are read again, from the FHIR server that the
 * hook call named or from the hook request that comes with this one: the service keeps what it determined, not the chart.
 * @throws ServiceError when the hook request is none, or about another patient
 */
export async function authorizationAnswer(
  call: AuthorizationCall,
  scope: Pick<CallScope, 'library' | 'config' | 'fhirBase' | 'newUuid' | 'fhirClient'>,
  signal: AbortSignal,
): Promise<Reply> {
  const { determination, context, asked, answers, caller, at, started } = call;
  const { library, fhirBase, newUuid } = scope;
  const patientId = determination.patient.slice('Patient/'.length);
  const request = call.body === undefined ? undefined : hookRequest(call.body, patientId);
  const fhirServer = request?.fhirServer ?? asked.fhirServer;
  const authorization = request?.authorization;
  const client = clientFor(
    { hook: 'order-sign', fhirServer, authorization, patientId },
    caller,
    scope,
    started,
    signal,
    () => undefined,
  );
  const supplied = readPrefetch(
    { prefetch: request?.prefetch ?? {}, hook: 'order-sign', patientId },
    library,
  );
  const gathered = await gatherAuthorization(
    {
      determination,
      asked,
      statement: statementFor(context, context.version),
      answers,
      supplied,
      client,
    },
    library,
  );
  const { input, issues, urlOf } = gathered;
  if (call.form === 'summary')
    return {
      status: 200,
      type: 'html',
      text: requestSummary(
        input,
        issues.map(({ text }) => text),
      ),
    };
  const base =
    fhirServer === undefined
      ? undefined
      : allowedServer(fhirServer, caller.fhirServers, { isSandbox: caller.isSandbox })?.base;
  const bundle = requestBundle(input, {
    at,
    newUuid,
    urlOf: (reference) => urlOf(reference, base, fhirBase),
  });
  const lacking = [...issues, ...bundleIssues(bundle, 'request')];
  if (lacking.length > 0) return refused(lacking, call.body === undefined);
  return { status: 200, type: 'fhir', text: JSON.stringify(asWritten(bundle)) };
}

/** @param mayBring whether the caller can still send the records along */
const refused = (issues: readonly Issue[], mayBring: boolean): Reply => ({
  status: 422,
  type: 'fhir',
  text: JSON.stringify(
    operationOutcome([
      ...issues,
      ...(mayBring && issues.some(({ code }) => code === 'incomplete')
        ? [
            {
              severity: 'information',
              code: 'informational',
              text: 'POST the hook request here, with its prefetch or its FHIR server and token, where the records cannot be read without them',
            } as const,
          ]
        : []),
    ]),
  ),
});

function hookRequest(body: Uint8Array, patientId: string): HookRequest {
  const { value, text } = readBody(body);
  // The records of the chart go into the request as the client wrote them.
  const request = readHookRequest(withNumbersAsWritten(value, text, ['context', 'prefetch']), undefined);
  if ('code' in request) throw new ServiceError(request.code, request.message, request.path, true);
  if (request.patientId !== patientId)
    throw new ServiceError(
      'invalid-request',
      'the hook request is about another patient than the determination',
      'context.patientId',
      true,
    );
  return request;
}
