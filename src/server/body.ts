import express, { type RequestHandler } from 'express';
import type { JsonObject } from '../fhir/json.ts';
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
export const bodyValue = (bytes: unknown): unknown => readBody(bytes).value;

/** The same with the text that it was parsed from. */
export function readBody(bytes: unknown): { readonly value: unknown; readonly text: string } {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw new ServiceError('not-json', 'the body is empty', '(body)');
  const text = new TextDecoder().decode(bytes);
  const value = parsed(text);
  if (nestsTooDeep(value)) {
    throw new ServiceError('invalid-request', `the body is nested more than ${MAX_DEPTH} deep`, '(body)');
  }
  return { value, text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
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

/** `JSON.parse` does not recurse, whatever it is given; what reads its value may. */
export function nestsTooDeep(value: unknown, allowed = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (allowed === 0) return true;
  const below = allowed - 1;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && nestsTooDeep(item, below)) return true;
    return false;
  }
  for (const name in value) {
    const item = (value as JsonObject)[name];
    if (typeof item === 'object' && nestsTooDeep(item, below)) return true;
  }
  return false;
}
