import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { FhirResource } from 'fhir/r4.js';
import { isObject } from '../fhir/json.ts';
import { operationOutcome, problem, quoted, type Problem } from './operation-outcome.ts';

export interface Answer {
  readonly status: number;
  readonly resource: FhirResource;
}

export const found = (resource: FhirResource): Answer => ({ status: 200, resource });

export const refusal = (status: number, ...problems: readonly Problem[]): Answer => ({
  status,
  resource: operationOutcome(problems),
});

export const formType = 'application/x-www-form-urlencoded';

const jsonTypes = [
  'application/fhir+json',
  'application/json',
  'application/json+fhir',
  'application/*',
  '*/*',
];

/** Answers a request whose parameters, of the query and of a form body together, can be read, in JSON. */
export const answering =
  (answer: (request: Request, query: URLSearchParams) => Answer): RequestHandler =>
  (request, response) => {
    const query = parametersOf(request);
    if (!(query instanceof URLSearchParams)) return send(response, query);
    const format = query.get('_format')?.replace(' ', '+');
    const media = format === 'json' ? 'application/json' : (format ?? request.get('accept') ?? '*/*');
    send(response, isJson(media) ? answer(request, query) : refusal(406, onlyJson(media)));
  };

export const notAllowed =
  (allowed: string): RequestHandler =>
  (request, response) => {
    response.set('Allow', allowed);
    const diagnostics = `${request.method} is not supported here: the sandbox is read-only. Supported: ${allowed}.`;
    send(response, refusal(405, problem('not-supported', diagnostics)));
  };

/** What Express or its body parser could not read is the caller's mistake; nothing of an error is repeated. */
export const failure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  switch (isObject(error) ? error['status'] : undefined) {
    case 400:
      return send(response, refusal(400, malformed));
    case 413:
      return send(response, refusal(413, problem('too-long', 'The body of the search is too long.')));
    case 415:
      return send(
        response,
        refusal(415, problem('not-supported', 'The encoding of the body is not supported.')),
      );
    default:
      return send(response, refusal(500, problem('exception', 'The sandbox could not answer.')));
  }
};

/** Without Express's ETag: in FHIR that is a version, and the sandbox keeps none. */
export function send(response: Response, { status, resource }: Answer): void {
  response
    .status(status)
    .set('Content-Type', 'application/fhir+json; charset=utf-8')
    .end(JSON.stringify(resource));
}

/** The URL under which the router is mounted, as the caller addressed it; no slash at the end. */
export const baseUrl = (request: Request): string =>
  `${request.protocol}://${request.host}${request.baseUrl}`;

const malformed = problem(
  'invalid',
  'The URL or the body cannot be read; its percent-encoding may be broken.',
);

function parametersOf(request: Request): URLSearchParams | Answer {
  const mark = request.url.indexOf('?');
  const body: unknown = request.body;
  if (request.method === 'POST' && typeof body !== 'string' && hasBody(request)) {
    return refusal(415, problem('not-supported', `The body of a search is ${formType}.`));
  }
  const text = [mark < 0 ? '' : request.url.slice(mark + 1), typeof body === 'string' ? body : '']
    .filter((part) => part !== '')
    .join('&');
  return isPercentEncoded(text) ? new URLSearchParams(text) : refusal(400, malformed);
}

const hasBody = (request: Request): boolean =>
  request.is('*/*') !== null && request.get('content-length') !== '0';

/** `URLSearchParams` lets a broken escape pass, `decodeURIComponent` does not. */
function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

const isJson = (media: string): boolean =>
  media.split(',').some((range) => jsonTypes.includes((range.split(';')[0] ?? '').trim().toLowerCase()));

const onlyJson = (media: string): Problem =>
  problem('not-supported', `Format ${quoted(media)} is not supported. Supported: application/fhir+json.`);
