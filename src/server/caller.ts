import type { IncomingMessage } from 'node:http';
import type { ClientSettings } from '../crd/client-settings.ts';
import { derived } from '../fhir/derived.ts';
import { exchangeOf } from './exchange.ts';
import type { FhirServer } from './fhir-base.ts';

/** Who calls, once that is known: what is answered, and to whom it belongs, depends on nothing else of the caller. */
export interface Caller {
  /** Id of the client's entry in the clients file. */
  readonly client: string;
  /** The customer of the client that the call is made for, where the client names one. */
  readonly tenant: string | undefined;
  readonly settings: ClientSettings;
  /** The FHIR servers that may be called for it. */
  readonly fhirServers: readonly FhirServer[];
  /** Sandbox mode: loopback FHIR servers are called too, and `X-As-Of` is taken. */
  readonly isSandbox: boolean;
  /** Its calls are tests: the log marks them. */
  readonly isTest: boolean;
  /** How many requests in a minute, counted under a name that the caller cannot choose; undefined: any number. */
  readonly rate: { readonly name: string; readonly perMinute: number } | undefined;
  /** Origins of its browser pages; undefined: any. */
  readonly origins: readonly string[] | undefined;
}

/** Whose a determination or a card is: one client, and one tenant of it. */
export const ownerOf = derived(({ client, tenant }: Caller): string => JSON.stringify([client, tenant]));

/** A caller whose token holds. */
export interface Identified {
  readonly caller: Caller;
  /**
   * To be asked once the body is there: the same body under the same token may be a replay.
   * @throws ServiceError 401
   */
  readonly admitBody: (body: Uint8Array) => Promise<void>;
}

/** How callers are told apart; one implementation for each mode. */
export interface Callers {
  /** False: nobody is answered without a token. */
  readonly isSandbox: boolean;
  /** Origins of browser pages that may call; undefined: any. */
  readonly origins: () => readonly string[] | undefined;
  /**
   * @param authorization the header of that name
   * @param paths what the token may be for (`aud`), as paths under the public base URL; the first is the call's own
   * @param delivery `deliveryOf` the request: a token may come again with the delivery that it came with
   * @throws ServiceError 401
   */
  readonly identify: (
    authorization: string | undefined,
    paths: readonly string[],
    delivery: string,
  ) => Promise<Identified>;
}

export const remember = (request: IncomingMessage, found: Identified): void => {
  exchangeOf(request).identified = found;
};

/** @throws Error on a route that does not ask who calls */
export function identifiedOf(request: IncomingMessage): Identified {
  const { identified } = exchangeOf(request);
  if (identified === undefined) throw new Error('this route does not ask who calls');
  return identified;
}

export const callerOf = (request: IncomingMessage): Caller => identifiedOf(request).caller;

/** Undefined until the caller is identified, and where no route asked. */
export const whoCalls = (request: IncomingMessage): Caller | undefined =>
  exchangeOf(request).identified?.caller;
