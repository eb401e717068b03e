import express, { type RequestHandler } from 'express';
import { parseJson } from '../fhir/number-text.ts';
import { identifiedOf } from './caller.ts';
import { ServiceError } from './errors.ts';

/** Objects and arrays inside each other; a chart nests about fifteen deep. */
const MAX_DEPTH = 200;

/**
 * JSON bodies of the API, as UTF-8 bytes read once: refused when they are not JSON by their content type (415), too
 * large (413), nested without measure, or not JSON at all (400).
 */
export function jsonBody(limit: string): readonly RequestHandler[] {
  return [
    (request, _response, next) => {
      const type = request.is(['json', '+json']);
      if (type === false || type === null) {
        throw new ServiceError('unsupported-media-type', 'send application/json', '(header) content-type');
      }
      next();
    },
    express.raw({ type: () => true, limit }),
    (request, _response, next) => {
      const bytes: unknown = request.body;
      identifiedOf(request).admitBody(Buffer.isBuffer(bytes) ? bytes : new Uint8Array());
      request.body = bodyValue(bytes);
      next();
    },
  ];
}

function bodyValue(bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes) || bytes.length === 0)
    throw new ServiceError('not-json', 'the body is empty', '(body)');
  if (nestsTooDeep(bytes)) {
    throw new ServiceError('invalid-request', `the body is nested more than ${MAX_DEPTH} deep`, '(body)');
  }
  try {
    return parseJson(bytes.toString('utf8').replace(/^\uFEFF/, ''));
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
