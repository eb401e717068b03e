import {
  bulkhead,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  retry,
  SamplingBreaker,
  wrap,
  type IPolicy,
} from 'cockatiel';
import { Pool } from 'undici';
import type { FhirServer } from './fhir-base.ts';
import { guardedConnector, type Resolve } from './guarded-connector.ts';

export interface ConnectionSettings {
  /** Servers that are remembered; the one that was not called for longest makes room. */
  readonly servers: number;
  /** Queries to one server at the same time, over all calls. */
  readonly queriesAtOnce: number;
  /** Queries that may wait for one server. */
  readonly queriesWaiting: number;
  /** Further tries of one query. */
  readonly retries: number;
  /** How long a server is left alone once it failed too often. */
  readonly pauseMilliseconds: number;
  /** Told when a server is left alone from now on, and when it is asked as ever again. */
  readonly onCircuit?: (base: string, isOpen: boolean) => void;
  /** In place of the system's name resolution. */
  readonly resolve?: Resolve;
}

export const DEFAULT_CONNECTIONS: ConnectionSettings = {
  servers: 200,
  queriesAtOnce: 16,
  queriesWaiting: 512,
  retries: 3,
  pauseMilliseconds: 10_000,
};

/** The outcome of one try, as the policies see it. */
export interface Try {
  /** True when it speaks against the server. */
  readonly isFault: boolean;
  /** Milliseconds after which to try again; undefined: this is final. */
  readonly retryIn: number | undefined;
}

/** The way to one server: its pool of connections, and the policies that all calls to it share. */
export interface Connection {
  readonly pool: Pool;
  /** Runs a query: circuit breaker around retry around bulkhead. */
  readonly policy: IPolicy;
}

/** Everything about FHIR servers that outlives a call; made once, at start. */
export interface FhirConnections {
  readonly to: (server: FhirServer) => Connection;
  /** Ends when the queries under way have ended. */
  readonly close: () => Promise<void>;
}

/** The breaker opens when more than half of the queries failed in the last seconds in which there were any. */
const SAMPLED = { threshold: 0.5, duration: 30_000, minimumRps: 1 } as const;

export function createFhirConnections(settings: Partial<ConnectionSettings> = {}): FhirConnections {
  const all = { ...DEFAULT_CONNECTIONS, ...settings };
  /** The least recently used first. */
  const known = new Map<string, Connection>();
  return {
    to(server) {
      const key = `${server.base} ${server.networks.join(' ')}`;
      const connection = known.get(key) ?? connectionTo(server, all);
      known.delete(key);
      known.set(key, connection);
      for (const [oldest, { pool }] of known) {
        if (known.size <= all.servers) break;
        known.delete(oldest);
        void pool.close();
      }
      return connection;
    },
    close: async () => {
      await Promise.all([...known.values()].map(({ pool }) => pool.close()));
      known.clear();
    },
  };
}

function connectionTo({ base, networks }: FhirServer, settings: ConnectionSettings): Connection {
  const { queriesAtOnce, queriesWaiting, retries, pauseMilliseconds, onCircuit, resolve } = settings;
  const breaker = circuitBreaker(
    handleWhenResult((tried) => (tried as Try).isFault),
    { breaker: new SamplingBreaker(SAMPLED), halfOpenAfter: pauseMilliseconds },
  );
  breaker.onBreak(() => onCircuit?.(base, true));
  breaker.onReset(() => onCircuit?.(base, false));
  return {
    // Of one origin: whatever is asked of it goes there and nowhere else.
    pool: new Pool(new URL(base).origin, {
      connections: queriesAtOnce,
      connect: guardedConnector(networks, resolve),
    }),
    policy: wrap(
      breaker,
      retry(
        handleWhenResult((tried) => (tried as Try).retryIn !== undefined),
        {
          maxAttempts: retries,
          backoff: new DelegateBackoff(
            ({ result }) => ('value' in result ? (result.value as Try).retryIn : 0) ?? 0,
          ),
        },
      ),
      bulkhead(queriesAtOnce, queriesWaiting),
    ),
  };
}
