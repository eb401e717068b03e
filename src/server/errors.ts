import type { ErrorRequestHandler, Request } from 'express';
import { setOutcome } from './outcome.ts';

/** What a caller may be told went wrong; each code has one HTTP status. */
const STATUS = {
  'not-json': 400,
  'invalid-request': 400,
  'wrong-hook': 400,
  'unsupported-hook': 400,
  'unsupported-version': 400,
  'no-coverage': 400,
  'invalid-as-of': 400,
  'token-missing': 401,
  'token-malformed': 401,
  'token-untrusted': 401,
  'token-incomplete': 401,
  'token-wrong-audience': 401,
  'token-wrong-tenant': 401,
  'token-expired': 401,
  'token-too-old': 401,
  'token-not-yet-valid': 401,
  'token-replayed': 401,
  'unknown-service': 404,
  'unknown-determination': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'missing-data': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  internal: 500,
  busy: 503,
  'not-evaluated': 503,
  'store-unavailable': 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** An answer other than 200: `{code, message, path}`, where `path` names the place in the request. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly path: string;
  /** True when the caller gets an OperationOutcome whatever it accepts. */
  readonly isFhir: boolean;

  constructor(code: ErrorCode, message: string, path: string, isFhir = false) {
    super(message);
    this.code = code;
    this.path = path;
    this.isFhir = isFhir;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** A mistake of whoever runs the service, in its settings or files: the message alone says what to do. */
export class OperatorMistake extends Error {}

/** The error as a value: a class does not survive the way between threads. */
export type ErrorData = Pick<ServiceError, 'code' | 'message' | 'path' | 'isFhir'>;

export const errorData = ({ code, message, path, isFhir }: ServiceError): ErrorData => ({
  code,
  message,
  path,
  isFhir,
});

export const errorOf = ({ code, message, path, isFhir }: ErrorData): ServiceError =>
  new ServiceError(code, message, path, isFhir);

/** Turns whatever was thrown into `{code, message, path}`; a caller never sees a stack trace. */
export function errorHandler(log: (error: unknown, request: Request) => void): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = serviceError(error);
    setOutcome(response, known.code);
    if (known.code === 'internal') log(error, request);
    if (response.headersSent) {
      // Express would print the error with its message, which may repeat data.
      response.destroy();
      return;
    }
    response.status(known.status).set('cache-control', 'no-store');
    if (known.status === 401) response.set('www-authenticate', challenge(known.code));
    if (known.code === 'busy') response.set('retry-after', String(RETRY_SECONDS));
    const asksForFhir =
      request.accepts(['application/json', 'application/fhir+json']) === 'application/fhir+json';
    if (asksForFhir || known.isFhir || request.path.startsWith('/fhir/'))
      response.type('application/fhir+json').send(JSON.stringify(operationOutcome(known)));
    else response.json({ code: known.code, message: known.message, path: known.path });
  };
}

/** RFC 6750, 3: a caller that sent no token is told the scheme alone. */
const challenge = (code: ErrorCode): string =>
  code === 'token-missing' ? 'Bearer' : `Bearer error="invalid_token", error_description="${code}"`;

/** A large chart is evaluated in less. */
const RETRY_SECONDS = 2;

const operationOutcome = ({ code, message, path, status }: ServiceError) => ({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: ISSUE_TYPES[status] ?? 'processing',
      details: { text: code },
      diagnostics: message,
      expression: [path],
    },
  ],
});

/** FHIR issue-type by HTTP status. */
const ISSUE_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'security',
  404: 'not-found',
  405: 'not-supported',
  412: 'incomplete',
  413: 'too-long',
  415: 'not-supported',
  429: 'throttled',
  500: 'exception',
  503: 'transient',
};

/** Where an unexpected error came from. Its message may repeat data: its name and place are enough to find it. */
export function errorPlace(error: unknown): { readonly name: string; readonly at: readonly string[] } {
  const { name, stack } = error instanceof Error ? error : { name: 'unknown', stack: undefined };
  const at = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { name, at: at.slice(0, 5).map((line) => line.trim()) };
}

function serviceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // body-parser and the router describe the caller's mistakes by `type` and `status`.
  const { type, status } = error as { readonly type?: unknown; readonly status?: unknown };
  if (type === 'entity.too.large')
    return new ServiceError('too-large', 'the request body is too large', '(body)');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new ServiceError('unsupported-media-type', 'send JSON in UTF-8', '(header) content-type');
  }
  if (error instanceof URIError)
    return new ServiceError('invalid-request', 'the URL cannot be decoded', '(url)');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ServiceError('not-json', 'the request cannot be read', '(body)');
  }
  return new ServiceError('internal', 'the service failed to answer; the failure was logged', '(service)');
}
