import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';

const ids = new WeakMap<Request, string>();

/** What proxies and clients make as ids: a UUID, hexadecimal digits, a trace id. Nothing with room for a sentence. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/**
 * Names each request in its answer, in the log and in the audit trail: as `X-Request-ID` says where that is an id, so that
 * a call can be followed from the caller's log through a proxy's into ours; else by a name of ours.
 */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given !== undefined && SANE.test(given) ? given : randomUUID();
  ids.set(request, id);
  response.set('x-request-id', id);
  next();
};

export const requestIdOf = (request: Request): string | undefined => ids.get(request);
