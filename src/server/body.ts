import express, { type RequestHandler } from 'express';
import { parseJson } from '../fhir/number-text.ts';
import { identifiedOf } from './caller.ts';
import { ServiceError } from './errors.ts';

/** Objects and arrays inside each other; a chart nests about fifteen deep. */
const MAX_DEPTH = 200;

/**
 * JSON bodies of the API, as bytes: refused when they are not JSON by their content type (415) or too large (413).
 * Nothing is parsed yet: a large body is parsed in another thread.
 */
export function jsonBytes(limit: string): readonly RequestHandler[] {
  return [
    (request, _response, next) => {
      const type = request.is(['json', '+json']);
      if (type === false || type === null) {
        throw new ServiceError('unsupported-media-type', 'send application/json', '(header) content-type');
      }
      next();
    },
    express.raw({ type: () => true, limit }),
    async (request, _response, next) => {
      const bytes: unknown = request.body;
      await identifiedOf(request).admitBody(Buffer.isBuffer(bytes) ? bytes : new Uint8Array());
      next();
    },
  ];
}

/**
 * The JSON value of a body in UTF-8.
 * @throws ServiceError when it is empty, nested without measure, or not JSON
 */
export function bodyValue(bytes: unknown): unknown {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw new ServiceError('not-json', 'the body is empty', '(body)');
  if (nestsTooDeep(bytes)) {
    throw new ServiceError('invalid-request', `the body is nested more than ${MAX_DEPTH} deep`, '(body)');
  }
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    // Node's message repeats the text around the mistake: only its position is passed on.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new ServiceError(
      'not-json',
      `the body is not JSON${position === undefined ? '' : ` at position ${position}`}`,
      '(body)',
    );
  }
}

/** For routes whose bodies are small: the body as its value. */
export const parsedBody: RequestHandler = (request, _response, next) => {
  request.body = bodyValue(request.body);
  next();
};

/** One pass over the bytes: strings are skipped, brackets counted. */
export function nestsTooDeep(bytes: Uint8Array): boolean {
  const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [
    0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d,
  ];
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (isInString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === closeBrace || byte === closeBracket) depth -= 1;
  }
  return false;
}
