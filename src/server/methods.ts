import type { RequestHandler } from 'express';
import { ServiceError } from './errors.ts';

/** For every other method than those that a path has: 405, with `Allow`. OPTIONS is answered before (`cors.ts`). */
export const allow =
  (method: 'GET' | 'POST'): RequestHandler =>
  (request, response) => {
    response.set('allow', method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS');
    throw new ServiceError('method-not-allowed', `${request.method} is not for this path`, '(url)');
  };
