import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';

/**
 * Takes a step that is written for Express as part of ours.
 * @param handler of a library that asks nothing more of request and response than Node has given them
 * @throws what it passes on as an error
 */
export function step(
  handler: (request: Request, response: Response, next: NextFunction) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void handler(request as Request, response as Response, (error?: unknown) => {
    if (error === undefined) resolve();
    else reject(error);
  });
  return promise;
}
