import type { ErrorRequestHandler, Request } from 'express';
import { MissingData } from '../crd/evaluate.ts';

/** What a caller may be told went wrong; each code has one HTTP status. */
const STATUS = {
  'not-json': 400,
  'invalid-request': 400,
  'wrong-hook': 400,
  'unsupported-hook': 400,
  'invalid-as-of': 400,
  'unknown-service': 404,
  'unknown-determination': 404,
  'not-found': 404,
  'missing-data': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** An answer other than 200: `{code, message, path}`, where `path` names the place in the request. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly path: string;

  constructor(code: ErrorCode, message: string, path: string) {
    super(message);
    this.code = code;
    this.path = path;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** Turns whatever was thrown into `{code, message, path}`; a caller never sees a stack trace. */
export function errorHandler(log: (error: unknown, request: Request) => void): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = serviceError(error);
    if (known.code === 'internal') log(error, request);
    response.status(known.status).json({ code: known.code, message: known.message, path: known.path });
  };
}

function serviceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof MissingData) return new ServiceError('missing-data', error.message, 'prefetch');
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
