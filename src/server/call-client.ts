import type { HookRequest, Hook } from '../crd/hook-request.ts';
import type { Failure, FhirClient } from '../fhir/client.ts';
import type { Config } from './config.ts';
import { allowedServer, type FhirServer } from './fhir-base.ts';
import type { FhirAccess, QueryLog } from './fhir-client.ts';

/** Makes the client of one call over the connections that all calls share. */
export type MakeFhirClient = (access: FhirAccess, log: (query: QueryLog) => void) => FhirClient;

/**
 * Hooks for which CRD allows an answer 10 s ("Performance"); the others have 5. It allows them to order-sign and
 * order-dispatch too, a day after the last hook for the same order: what hooks there were, nobody here can tell.
 */
const SLOW_HOOKS: readonly Hook[] = ['appointment-book'];

/** Which FHIR servers may be called for a caller. */
export interface Callable {
  readonly fhirServers: readonly FhirServer[];
  /** True where any server on this machine may be called too. */
  readonly isSandbox: boolean;
}

/**
 * The client for the FHIR server that a request names; undefined when it names none. A server that is not one of the
 * caller's fails every query: `fhirServer` is the caller's word.
 * @param started `performance.now()` at which the call came in
 * @param signal ends its queries, when nobody waits for them any more
 */
export function clientFor(
  {
    hook,
    fhirServer,
    authorization,
    patientId,
  }: Pick<HookRequest, 'hook' | 'fhirServer' | 'authorization' | 'patientId'>,
  { fhirServers, isSandbox }: Callable,
  {
    config: { queryMilliseconds, longQueryMilliseconds = queryMilliseconds },
    fhirClient,
  }: {
    readonly config: Pick<Config, 'queryMilliseconds'> & Partial<Pick<Config, 'longQueryMilliseconds'>>;
    readonly fhirClient: MakeFhirClient;
  },
  started: number,
  signal: AbortSignal,
  log: (query: QueryLog) => void,
): FhirClient | undefined {
  if (fhirServer === undefined) return undefined;
  const server = allowedServer(fhirServer, fhirServers, { isSandbox });
  if (server === undefined)
    return unreadableServer({
      kind: 'forbidden',
      reason: 'the FHIR server is not one that this service may call',
    });
  const budget = SLOW_HOOKS.includes(hook) ? longQueryMilliseconds : queryMilliseconds;
  const milliseconds = Math.max(0, Math.round(started + budget - performance.now()));
  return fhirClient({ server, authorization, patientId, milliseconds, signal }, log);
}

/** In place of a server that is not asked: every query fails the same way. */
export const unreadableServer = (failure: Failure): FhirClient => ({
  read: () => Promise.resolve({ failure }),
  search: () => Promise.resolve({ intakes: [], failure }),
  pagesFrom: () => Promise.resolve({ intakes: [], failure }),
});
