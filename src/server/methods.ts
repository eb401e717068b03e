import type { RequestHandler } from 'express';
import { ServiceError } from './errors.ts';

/** For every other method than those that a path has: 405, with `Allow`. OPTIONS is answered before (`cors.ts`). */
export const allow =
  (...methods: readonly ('GET' | 'POST')[]): RequestHandler =>
  (request, response) => {
    const served = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    response.set('allow', [...served, 'OPTIONS'].join(', '));
    throw new ServiceError('method-not-allowed', `${request.method} is not for this path`, '(url)');
  };
