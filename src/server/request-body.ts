import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { bodyValue } from './body.ts';
import { ServiceError } from './errors.ts';
import { step } from './step.ts';

/**
 * JSON bodies of the API, as bytes: refused when they are not JSON by their content type (415) or too large (413).
 * Nothing is parsed yet: a large body is parsed in another thread.
 * @param limit bytes
 */
export function bodyReader(
  limit: number,
): (request: IncomingMessage, response: ServerResponse) => Promise<Uint8Array> {
  const raw = express.raw({ type: () => true, limit });
  return async (request, response) => {
    if (!hasJson(request))
      throw new ServiceError('unsupported-media-type', 'send application/json', '(header) content-type');
    if (isPlain(request, limit)) return received(request);
    await step(raw, request, response);
    const { body } = request as { readonly body?: unknown };
    return body instanceof Uint8Array ? body : new Uint8Array();
  };
}

/** `application/json`, or what ends in `+json`, with or without parameters (RFC 9110, 8.3.1; RFC 6839, 3.1). */
const JSON_TYPE = /^ *(?:application\/json|[a-z\d][\w!#$&^-]*\/[a-z\d][\w!#$&^.+-]*\+json) *(?:;|$)/i;

/** Whether there is a body (RFC 9112, 6.3) that calls itself JSON. */
const hasJson = ({ headers }: IncomingMessage): boolean =>
  (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) &&
  JSON_TYPE.test(headers['content-type'] ?? '');

/** As nearly all bodies are: neither encoded nor in chunks, and of a length that is allowed. */
const isPlain = ({ headers }: IncomingMessage, limit: number): boolean =>
  headers['transfer-encoding'] === undefined &&
  headers['content-encoding'] === undefined &&
  Number(headers['content-length']) <= limit;

/** A plain body: Node ends a request whose body is shorter than it says, and takes no byte beyond. */
const received = (request: IncomingMessage): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const brokenOff = (): void => {
      reject(new ServiceError('not-json', 'the request cannot be read', '(body)'));
    };
    if (request.destroyed) {
      brokenOff();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const [first] = chunks;
      if (first !== undefined && chunks.length === 1) resolve(first);
      else {
        resolve(Buffer.concat(chunks));
        chunks.forEach(free);
      }
      // The request lives as long as its answer takes: it is not to hold the body twice.
      chunks.length = 0;
    });
    request.once('error', brokenOff);
  });

/**
 * Gives the memory of a chunk back at once. It stands outside of V8's heap, where little happens while large bodies are
 * received: V8 would come to collect it by searching the whole heap, for every twenty bodies of 2,000 resources.
 */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** For routes whose bodies are small: the body as its value. */
export const parsedBody: RequestHandler = (request, _response, next) => {
  request.body = bodyValue(request.body);
  next();
};
