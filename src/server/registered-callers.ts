import type { Caller, Callers, Identified } from './caller.ts';
import { verifyToken, type KnownClient, type Verified } from './client-auth.ts';
import type { RegisteredClient } from './client-file.ts';
import { keysOf, type FetchKeys } from './client-keys.ts';
import { Refusal } from './refusal.ts';
import { usedToken, type Replays } from './replay.ts';

export interface RegisteredCallers extends Callers {
  /** Puts other clients in the place of those before: keys are rotated so. What was used stays used. */
  readonly replace: (clients: readonly RegisteredClient[]) => void;
}

/**
 * Production mode: whoever holds a key of a registered client.
 * @param publicUrl where callers reach the service, without a trailing slash
 */
export function registeredCallers(
  clients: readonly RegisteredClient[],
  publicUrl: string,
  now: () => Date,
  replays: Replays,
  fetchKeys?: FetchKeys,
): RegisteredCallers {
  let known = byIssuer(clients, fetchKeys);
  /** @throws ServiceError when the token, or the body under it, was used before */
  const useOnce = async (
    { client, jti, until }: Verified,
    delivery: string,
    ...parts: readonly (string | Uint8Array)[]
  ): Promise<void> => {
    const token = usedToken({ issuer: client.issuer, jti, expires: until, delivery }, ...parts);
    const use = await replays.use(token, now().getTime() / 1000);
    if (use === 'again') throw new Refusal('token-replayed', 'used before', client.id);
  };
  return {
    isSandbox: false,
    origins: () => [...known.values()].flatMap(({ client }) => client.origins),
    replace(next) {
      known = byIssuer(next, fetchKeys);
    },
    async identify(authorization, paths, delivery): Promise<Identified> {
      const audiences = paths.map((path) => `${publicUrl}${path}`);
      const verified = await verifyToken(authorization, known, audiences, now());
      const { replay } = verified.client;
      return {
        caller: callerFrom(verified),
        // After the rate: a call too many takes no place among the tokens in use.
        admitBody: async (body) => {
          if (replay === 'strict') await useOnce(verified, delivery);
          // The path as the audience names it: other spellings of it make no other call.
          if (replay === 'per-body') await useOnce(verified, delivery, paths[0] ?? '', body);
        },
      };
    },
  };
}

const byIssuer = (
  clients: readonly RegisteredClient[],
  fetchKeys: FetchKeys | undefined,
): ReadonlyMap<string, KnownClient> =>
  new Map(clients.map((client) => [client.issuer, { client, keys: keysOf(client, fetchKeys) }]));

function callerFrom({ client, tenant }: Verified): Caller {
  const registered = tenant === undefined ? undefined : client.tenants.get(tenant);
  const { settings, fhirServers, isTest, requestsPerMinute } = registered ?? client;
  return {
    client: client.id,
    tenant,
    settings,
    fhirServers,
    isSandbox: false,
    isTest,
    // Tenants that are not registered share the client's.
    rate: {
      name: JSON.stringify(registered === undefined ? [client.id] : [client.id, tenant]),
      perMinute: requestsPerMinute,
    },
    origins: client.origins,
  };
}
