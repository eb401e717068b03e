import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';

const ids = new WeakMap<Request, string>();

/** Names each answer, so that its line can be found in the log. Ours: a caller's own may hold anything. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const id = randomUUID();
  ids.set(request, id);
  response.set('x-request-id', id);
  next();
};

export const requestIdOf = (request: Request): string | undefined => ids.get(request);
