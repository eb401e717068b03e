import type { RequestHandler } from 'express';

/**
 * CORS for browser clients, the public CDS Hooks sandbox for one (CH-W-01): every endpoint, errors and preflight
 * included. Thirty lines of ours: no cookies, one set of methods and headers, a list of origins.
 * @param origins of all callers, since a preflight has no token; undefined: any origin (sandbox mode)
 */
export function cors(origins: () => readonly string[] | undefined): RequestHandler {
  return (request, response, next) => {
    const origin = request.get('origin');
    const allowedOrigins = origins();
    if (allowedOrigins !== undefined) response.vary('Origin');
    const allowed = allowedOrigins === undefined ? '*' : allowedOrigins.find((listed) => listed === origin);
    if (allowed !== undefined) {
      response.set('access-control-allow-origin', allowed);
      response.set(
        'access-control-expose-headers',
        'ETag, Location, Date, Retry-After, WWW-Authenticate, X-Request-Id',
      );
    }
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    if (allowed !== undefined) {
      response.set('access-control-allow-methods', 'GET, POST, OPTIONS');
      response.set('access-control-allow-headers', 'Authorization, Content-Type, Accept');
      response.set('access-control-max-age', '600');
      // Chrome asks before a public page may call a server on this machine.
      if (request.get('access-control-request-private-network') === 'true')
        response.set('access-control-allow-private-network', 'true');
    }
    response.status(204).end();
  };
}
