import type { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { asOfDate, leftSignal, type Dependencies } from './call.ts';
import { callerRecords } from './caller-records.ts';
import { callerOf } from './caller.ts';
import { workElsewhere } from './evaluator.ts';
import type { RequestCall } from './request-call.ts';
import { requestIdOf } from './request-id.ts';
import { inSpan, underTrace } from './tracing.ts';
import type { Work, Works } from './work.ts';

/** A request for other work than a hook call's, as plain data. */
export function requestCall(request: Request, dependencies: Dependencies): RequestCall {
  const caller = callerOf(request);
  const { settings, fhirServers, isSandbox } = caller;
  return {
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    asOf: asOfDate(request, caller, dependencies),
    at: dependencies.now().toISOString(),
    caller: { settings, fhirServers, isSandbox },
    arrived: performance.timeOrigin + performance.now(),
  };
}

/**
 * Has a request answered by an evaluation thread, as every request that may bring a chart or read one, and sends the answer.
 * @throws ServiceError when there is none
 */
export async function reply<Name extends Exclude<Work, 'hook'>>(
  name: Name,
  input: Works[Name]['input'],
  request: Request,
  response: Response,
  dependencies: Dependencies,
): Promise<void> {
  const requestId = requestIdOf(request);
  const records = callerRecords(dependencies.keeping, callerOf(request), response);
  const { status, type, text, report } = await underTrace(request.headers, () =>
    inSpan(
      name,
      { 'cartograph.request_id': requestId },
      () => workElsewhere(name, input, dependencies, records, leftSignal(response)),
      'server',
    ),
  );
  dependencies.logger.info({ requestId, operation: name, status, ...report }, 'answered');
  response.status(status).set('cache-control', 'no-store').type(TYPES[type]).send(text);
}

/** Sends the answer to a hook call, or its determinations, as JSON text. */
export function sendJson(response: ServerResponse, text: string): void {
  const headers = {
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  };
  response.writeHead(200, headers).end(text);
}

const TYPES = { fhir: 'application/fhir+json', html: 'html', json: 'json' } as const;
