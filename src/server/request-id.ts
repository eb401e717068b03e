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

/**
 * What the proxy before this process calls the request: the same when it sends one again that another replica broke off,
 * and otherwise never twice. Empty where there is none. Only a trusted proxy's word is taken, under a header that it sets
 * itself: a caller who could name a delivery could use a token twice.
 */
export function deliveryOf(request: Request): string {
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const given = request.get('x-proxy-request-id');
  if (given === undefined || !SANE.test(given)) return '';
  return isTrusted(request.socket.remoteAddress ?? '', 0) ? given : '';
}

export const requestIdOf = (request: Request): string | undefined => ids.get(request);
