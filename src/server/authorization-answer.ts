import { contextEntries, readHookRequest, type HookRequest } from '../crd/hook-request.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import type { Intake } from '../fhir/intake.ts';
import { property, text as textOf } from '../fhir/json.ts';
import { asWritten, parseJson, withNumbersAsWritten } from '../fhir/number-text.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import { bundleIssues } from '../pas/request-check.ts';
import { requestBundle } from '../pas/request-bundle.ts';
import { requestSummary } from '../pas/summary.ts';
import { gatherAuthorization } from './authorization-input.ts';
import { readBody } from './body.ts';
import { clientFor } from './call-client.ts';
import type { CallerRecords } from './caller-records.ts';
import { ServiceError } from './errors.ts';
import type { AskedOrder, CallScope } from './hook-call.ts';
import { statementFor } from './kept-forms.ts';
import type { IdentifiedDetermination, KeptForms } from './record-keeping.ts';
import { fhirReply, refusedReply, type Reply, type RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';
import { allowedServer } from './fhir-base.ts';

/** What is asked for: the request itself, or the same on paper. */
export interface AuthorizationCall extends RequestCall {
  readonly form: 'bundle' | 'summary';
  /** Whether a hook request came, which brings the records, or says with which token they can be read. */
  readonly isSent: boolean;
  readonly determination: IdentifiedDetermination;
  readonly forms: KeptForms;
  /** JSON of the `AskedOrder`, as text for the sake of its numbers. */
  readonly asked: string;
}

/**
 * The request for authorization that a determination leads to. Its records are read again, from the FHIR server that the
 * hook call named or from the hook request that comes with this one: the service keeps what it determined, not the chart.
 * @throws ServiceError when the hook request is none, or about another patient
 */
export async function authorizationAnswer(
  call: AuthorizationCall,
  scope: CallScope,
  records: Pick<CallerRecords, 'responsesOf' | 'concerns'>,
  signal: AbortSignal,
): Promise<Reply> {
  const { determination, forms, isSent, caller, at, arrived } = call;
  const { library, fhirBase, newUuid } = scope;
  const asked = parseJson(call.asked) as AskedOrder;
  const patientId = determination.patient.slice('Patient/'.length);
  const request = isSent ? await hookRequest(call.body, patientId, records) : undefined;
  const fhirServer = request?.fhirServer ?? asked.fhirServer;
  const authorization = request?.authorization;
  const client = clientFor(
    { hook: 'order-sign', fhirServer, authorization, patientId },
    caller,
    scope,
    arrived - performance.timeOrigin,
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
      statement: statementFor(forms, forms.version),
      answers: await records.responsesOf(determination.patient),
      supplied,
      drafts: request === undefined ? [] : draftsOf(request, determination.order),
      client,
    },
    library,
  );
  const { input, issues, urlOf } = gathered;
  if (call.form === 'summary')
    return {
      status: 200,
      type: 'html',
      report: { issues: issues.map(({ code }) => code) },
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
  if (lacking.length > 0) return refused(lacking, !isSent);
  return fhirReply(200, asWritten(bundle));
}

/** The drafts of a hook request beside the order itself, which stands as it was evaluated. */
const draftsOf = ({ context }: HookRequest, order: string): readonly Intake[] =>
  contextEntries(context, 'draftOrders')
    .filter(
      ({ resource }) =>
        order !==
        `${textOf(property(resource, 'resourceType')) ?? ''}/${textOf(property(resource, 'id')) ?? ''}`,
    )
    .map(({ resource, fullUrl }) => ({ resource, fullUrl: textOf(fullUrl) }));

/** @param mayBring whether the caller can still send the records along */
const refused = (issues: readonly Issue[], mayBring: boolean): Reply =>
  refusedReply(422, [
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
  ]);

async function hookRequest(
  body: Uint8Array,
  patientId: string,
  records: Pick<CallerRecords, 'concerns'>,
): Promise<HookRequest> {
  const { value, text } = readBody(body);
  await records.concerns(subjectsNamed(value));
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
