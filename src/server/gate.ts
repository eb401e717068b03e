import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { callerOf, identifiedOf, remember, type Callers } from './caller.ts';
import { ServiceError } from './errors.ts';
import { headerOf } from './header.ts';
import { Refusal } from './refusal.ts';
import { bodyReader } from './request-body.ts';
import { deliveryOf } from './request-id.ts';
import { step } from './step.ts';

/** What stands before the routes: who calls, how often, and whether the body came before. */
export interface Gate {
  /**
   * Lets a call with a JSON body in.
   * @param paths what its token may be for, under the public base URL
   * @returns the body, as bytes
   * @throws ServiceError
   */
  readonly admit: (
    request: IncomingMessage,
    response: ServerResponse,
    paths: readonly string[],
  ) => Promise<Uint8Array>;
  /**
   * The same for a route of the app, which finds the bytes as the request's body.
   * @param limit bytes of the largest body; undefined: that of hook calls
   */
  readonly post: (paths: Paths, limit?: number) => RequestHandler;
  readonly get: (paths: Paths) => RequestHandler;
  /** For what everyone may read: a token is checked when there is one. */
  readonly open: (paths: Paths) => RequestHandler;
  /** Refused tokens from one address: beyond a number they are counted, and no longer explained or logged. */
  readonly refused: RequestHandler;
}

type Paths = (request: Request) => readonly string[];

const MINUTE = 60_000;
const REFUSALS_PER_MINUTE = 60;

/**
 * @param bodyLimit bytes
 * @param isTrusted whether a proxy's address, so many hops away, is to be believed
 */
export function createGate(
  callers: Callers,
  bodyLimit: number,
  isTrusted: (address: string, hop: number) => boolean,
): Gate {
  const ownRate = rateLimit({
    windowMs: MINUTE,
    limit: (request) => callerOf(request).rate?.perMinute ?? 0,
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
  /** Who calls, as often as he may. */
  const identify = async (
    request: IncomingMessage,
    response: ServerResponse,
    paths: readonly string[],
  ): Promise<void> => {
    const delivery = deliveryOf(request, isTrusted);
    const found = await callers.identify(headerOf(request, 'authorization'), paths, delivery);
    remember(request, found);
    const { origins, rate } = found.caller;
    // Which clients' pages may read answers at all, a preflight decides; this answer is for this client's alone.
    if (origins !== undefined && !origins.some((origin) => origin === headerOf(request, 'origin')))
      response.removeHeader('access-control-allow-origin');
    if (rate !== undefined) await step(ownRate, request, response);
  };
  const admitting = (limit: number): Gate['admit'] => {
    const read = bodyReader(limit);
    return async (request, response, paths) => {
      await identify(request, response, paths);
      const body = await read(request, response);
      await identifiedOf(request).admitBody(body);
      return body;
    };
  };
  const admit = admitting(bodyLimit);
  const get: Gate['get'] = (paths) => async (request, response, next) => {
    await identify(request, response, paths(request));
    await identifiedOf(request).admitBody(new Uint8Array());
    next();
  };
  return {
    admit,
    post(paths, limit) {
      const admitHere = limit === undefined ? admit : admitting(limit);
      return async (request, response, next) => {
        request.body = await admitHere(request, response, paths(request));
        next();
      };
    },
    get,
    open(paths) {
      const known = get(paths);
      return (request, response, next) => {
        if (request.get('authorization') === undefined) next();
        else return known(request, response, next);
      };
    },
    refused,
  };
}

/** The library's own checks write what they find to stderr, headers included. */
const VALIDATIONS = false;

const tooMany = (): ServiceError =>
  new ServiceError('too-many-requests', 'too many requests in a minute; Retry-After says when', '(service)');

/** Whether an answer tells of a refused token, which `Gate.refused` counts. */
export const isRefusal = (error: unknown): error is Refusal => error instanceof Refusal;
