import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exchangeOf } from './exchange.ts';
import { headerOf } from './header.ts';

/** What proxies and clients make as ids: a UUID, hexadecimal digits, a trace id. Nothing with room for a sentence. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/**
 * Names each request in its answer, in the log and in the audit trail: as `X-Request-ID` says where that is an id, so that
 * a call can be followed from the caller's log through a proxy's into ours; else by a name of ours.
 */
export function nameRequest(request: IncomingMessage, response: ServerResponse): void {
  const given = headerOf(request, 'x-request-id');
  const id = given !== undefined && SANE.test(given) ? given : randomUUID();
  exchangeOf(request).requestId = id;
  response.setHeader('x-request-id', id);
}

/**
 * What the proxy before this process calls the request: the same when it sends one again that another replica broke off,
 * and otherwise never twice. Empty where there is none. Only a trusted proxy's word is taken, under a header that it sets
 * itself: a caller who could name a delivery could use a token twice.
 * @param isTrusted whether a proxy's address, so many hops away, is to be believed
 */
export function deliveryOf(
  request: IncomingMessage,
  isTrusted: (address: string, hop: number) => boolean,
): string {
  const given = headerOf(request, 'x-proxy-request-id');
  if (given === undefined || !SANE.test(given)) return '';
  return isTrusted(request.socket.remoteAddress ?? '', 0) ? given : '';
}

export const requestIdOf = (request: IncomingMessage): string | undefined => exchangeOf(request).requestId;
