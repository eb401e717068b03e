import { FHIR_PATH } from '../../src/server/config.ts';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { stringify } from 'yaml';
import { createApp } from '../../src/server/app.ts';
import { readClients, type RegisteredClient } from '../../src/server/client-file.ts';
import type { FetchKeys } from '../../src/server/client-keys.ts';
import type { TlsFiles } from '../../src/server/config.ts';
import type { Outcome } from '../../src/store/keeper.ts';
import type { RecordStore } from '../../src/store/records.ts';
import { createPatience, type Patience } from '../../src/store/time-limit.ts';
import { fixedPolicies } from '../support/fixed-policies.ts';
import { memoryRecords } from '../support/memory-records.ts';
import { createHttpServer, DEFAULT_HTTP_LIMITS } from '../../src/server/http-server.ts';
import { createLogger } from '../../src/server/log.ts';
import { createReplays } from '../../src/server/replay.ts';
import { registeredCallers } from '../../src/server/registered-callers.ts';
import { TODAY, library } from './service.ts';

/** The service in production mode, really listening, and clients that hold keys. */

export const PUBLIC_URL = 'https://cds.example.org/base';
export const ORDER_SIGN = '/cds-services/order-sign';
export const NOW = new Date('2026-03-02T10:00:00Z');
export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** A key pair; `jwk` is its public half. */
export interface KeyPair {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

export async function keyPair(alg: string, kid: string): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

let count = 0;
/** Claims of a good token for a URL of the service. */
export const claimsOf = (issuer: string, path: string = ORDER_SIGN): JWTPayload => ({
  iss: issuer,
  aud: `${PUBLIC_URL}${path}`,
  iat: seconds(NOW),
  exp: seconds(NOW) + 300,
  jti: `jti-${(count += 1)}`,
});

/** A token, with other headers and claims where a test says so; undefined takes one away. */
export const sign = (
  key: KeyPair,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.jwk.kid, typ: 'JWT', ...header })
    .sign(key.privateKey);

/** An order that no policy governs: the shortest call that is answered. */
export const SMALL_CALL = {
  hook: 'order-sign',
  hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
  context: {
    userId: 'Practitioner/one',
    patientId: 'someone',
    draftOrders: {
      resourceType: 'Bundle',
      entry: [
        {
          resource: {
            resourceType: 'MedicationRequest',
            id: 'one',
            status: 'draft',
            intent: 'order',
            subject: { reference: 'Patient/someone' },
          },
        },
      ],
    },
  },
};

export interface Production {
  readonly base: string;
  /** Lines of the log. */
  readonly log: readonly string[];
  /** How the store was asked for used tokens. */
  readonly replayOutcomes: readonly Outcome[];
  readonly records: RecordStore;
  readonly post: (
    token: string | undefined,
    path?: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly get: (
    token: string | undefined,
    path: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly replaceClients: (clients: Readonly<Record<string, unknown>>) => void;
  readonly close: () => Promise<void>;
}

export interface Options {
  readonly now?: () => Date;
  readonly fetchKeys?: FetchKeys;
  readonly tls?: TlsFiles;
  /** Where several services share one store. */
  readonly records?: RecordStore;
  readonly trustedProxies?: string;
  readonly patience?: Patience;
}

/** @param clients as in the clients file */
export async function startProduction(
  clients: Readonly<Record<string, unknown>>,
  {
    now = () => NOW,
    fetchKeys,
    tls,
    records = memoryRecords(),
    trustedProxies = 'loopback',
    patience = createPatience(),
  }: Options = {},
): Promise<Production> {
  const log: string[] = [];
  const replayOutcomes: Outcome[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const replays = createReplays(records, (outcome) => replayOutcomes.push(outcome), patience);
  const callers = registeredCallers(registered(clients), PUBLIC_URL, now, replays, fetchKeys);
  let ids = 0;
  const id = (): string => String((ids += 1)).padStart(12, '0');
  const app = createApp(
    {
      policies: fixedPolicies({ library }),
      config: { bodyLimit: 16 * 1024 * 1024, queryMilliseconds: 2000, trustedProxies },
      fhirBase: `${PUBLIC_URL}${FHIR_PATH}`,
      logger: createLogger('info', stream),
      today: () => TODAY,
      newUuid: () => `00000000-0000-4000-8000-${id()}`,
      newId: () => `determination${id()}`,
      callers,
      records,
      patience,
    },
    [],
  );
  const server = await listening(createHttpServer(app, DEFAULT_HTTP_LIMITS, tls));
  const base = server.base;
  const headersOf = (token: string | undefined): Readonly<Record<string, string>> =>
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    base,
    log,
    replayOutcomes,
    records,
    post: (token, path = ORDER_SIGN, body = SMALL_CALL, headers = {}) =>
      fetch(`${base}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersOf(token), ...headers },
        body: JSON.stringify(body),
      }),
    get: (token, path, headers = {}) =>
      fetch(`${base}${path}`, { headers: { ...headersOf(token), ...headers } }),
    replaceClients: (entries) => {
      callers.replace(registered(entries));
    },
    close: server.close,
  };
}

/** @throws Error with the problems of a clients file */
export function registered(clients: Readonly<Record<string, unknown>>): readonly RegisteredClient[] {
  const read = readClients('clients.yaml', stringify({ clients }), library);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read;
}

/** A server of a test's own, such as one that gives out keys. */
export const startServer = (handler: RequestListener) => listening(createServer(handler));

async function listening(
  server: ReturnType<typeof createHttpServer>,
): Promise<{ readonly base: string; readonly close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Reaches a server of the test, which has no TLS, under the https URL that the clients file names. */
export const fetchFrom =
  (base: string): FetchKeys =>
  (url, init) =>
    fetch(`${base}${new URL(url).pathname}`, init);
