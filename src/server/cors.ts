import type { IncomingMessage, ServerResponse } from 'node:http';
import { headerOf } from './header.ts';

/**
 * CORS for browser clients, the public CDS Hooks sandbox for one (CH-W-01): every endpoint, errors and preflight
 * included. Thirty lines of ours: no cookies, one set of methods and headers, a list of origins.
 * @param origins of all callers, since a preflight has no token; undefined: any origin (sandbox mode)
 * @returns a step that tells whether the request was a preflight, which it has answered then
 */
export const cors =
  (origins: () => readonly string[] | undefined) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    const allowedOrigins = origins();
    if (allowedOrigins !== undefined) response.setHeader('vary', 'Origin');
    const allowed =
      allowedOrigins === undefined
        ? '*'
        : allowedOrigins.find((listed) => listed === headerOf(request, 'origin'));
    if (allowed !== undefined) {
      response.setHeader('access-control-allow-origin', allowed);
      response.setHeader(
        'access-control-expose-headers',
        'ETag, Location, Date, Retry-After, WWW-Authenticate, X-Request-Id',
      );
    }
    if (request.method !== 'OPTIONS') return false;
    if (allowed !== undefined) {
      response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
      response.setHeader('access-control-allow-headers', 'Authorization, Content-Type, Accept');
      response.setHeader('access-control-max-age', '600');
      // Chrome asks before a public page may call a server on this machine.
      if (headerOf(request, 'access-control-request-private-network') === 'true')
        response.setHeader('access-control-allow-private-network', 'true');
    }
    response.writeHead(204).end();
    return true;
  };
