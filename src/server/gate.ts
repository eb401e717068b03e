import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { callerOf, identifiedOf, remember, type Callers } from './caller.ts';
import { ServiceError } from './errors.ts';
import { Refusal } from './refusal.ts';
import { jsonBytes } from './request-body.ts';
import { deliveryOf } from './request-id.ts';

/** What stands before the routes: who calls, how often, and whether the body came before. */
export interface Gate {
  /**
   * A call with a JSON body, as bytes.
   * @param paths what its token may be for, under the public base URL
   * @param limit the largest body; undefined: that of hook calls
   */
  readonly post: (paths: Paths, limit?: string) => readonly RequestHandler[];
  readonly get: (paths: Paths) => readonly RequestHandler[];
  /** For what everyone may read: a token is checked when there is one. */
  readonly open: (paths: Paths) => readonly RequestHandler[];
  /** Refused tokens from one address: beyond a number they are counted, and no longer explained or logged. */
  readonly refused: RequestHandler;
}

type Paths = (request: Request) => readonly string[];

const MINUTE = 60_000;
const REFUSALS_PER_MINUTE = 60;

export function createGate(callers: Callers, bodyLimit: string): Gate {
  const identify =
    (paths: Paths): RequestHandler =>
    async (request, response, next) => {
      const found = await callers.identify(request.get('authorization'), paths(request), deliveryOf(request));
      remember(request, found);
      const { origins } = found.caller;
      // Which clients' pages may read answers at all, a preflight decides; this answer is for this client's alone.
      if (origins !== undefined && !origins.some((origin) => origin === request.get('origin')))
        response.removeHeader('access-control-allow-origin');
      next();
    };
  const ownRate = rateLimit({
    windowMs: MINUTE,
    limit: (request) => callerOf(request).rate?.perMinute ?? 0,
    skip: (request) => callerOf(request).rate === undefined,
    keyGenerator: (request) => callerOf(request).rate?.name ?? '',
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    validate: VALIDATIONS,
    handler: () => {
      throw tooMany();
    },
  });
  const refused = rateLimit({
    windowMs: MINUTE,
    limit: REFUSALS_PER_MINUTE,
    keyGenerator: ({ ip = '' }) => ipKeyGenerator(ip),
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    validate: VALIDATIONS,
    handler: () => {
      throw tooMany();
    },
  });
  const admitEmpty: RequestHandler = async (request, _response, next) => {
    await identifiedOf(request).admitBody(new Uint8Array());
    next();
  };
  const get: Gate['get'] = (paths) => [identify(paths), ownRate, admitEmpty];
  return {
    post: (paths, limit = bodyLimit) => [identify(paths), ownRate, ...jsonBytes(limit)],
    get,
    open: (paths) =>
      get(paths).map((handler) => (request, response, next) => {
        if (request.get('authorization') === undefined) next();
        else return handler(request, response, next);
      }),
    refused,
  };
}

/** The library's own checks write what they find to stderr, headers included. */
const VALIDATIONS = false;

const tooMany = (): ServiceError =>
  new ServiceError('too-many-requests', 'too many requests in a minute; Retry-After says when', '(service)');

/** Whether an answer tells of a refused token, which `Gate.refused` counts. */
export const isRefusal = (error: unknown): error is Refusal => error instanceof Refusal;
