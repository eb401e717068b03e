import express, { type RequestHandler } from 'express';
import { bodyValue } from './body.ts';
import { identifiedOf } from './caller.ts';
import { ServiceError } from './errors.ts';

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

/** For routes whose bodies are small: the body as its value. */
export const parsedBody: RequestHandler = (request, _response, next) => {
  request.body = bodyValue(request.body);
  next();
};
