import { fileURLToPath } from 'node:url';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import express from 'express';
import { pino, type Logger } from 'pino';
import type { ClientSettings } from '../../src/crd/client-settings.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import type { Library } from '../../src/policy/library.ts';
import { createApp } from '../../src/server/app.ts';
import { sandboxCaller, sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { FHIR_PATH, readConfig } from '../../src/server/config.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { readFixtures } from '../../src/server/sandbox.ts';
import type { RecordStore } from '../../src/store/records.ts';
import { fixedPolicies } from '../support/fixed-policies.ts';
import { memoryRecords } from '../support/memory-records.ts';
import type { Exchange, Version } from './checks/finding.ts';

/** The service as `service.ts` starts it, on a free port, with what a test changes of it. */
export interface Started {
  readonly base: string;
  readonly call: (call: Call) => Promise<Exchange>;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface Call {
  readonly name: string;
  readonly hook: string;
  readonly version: Version;
  readonly request: unknown;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The day on which the fixtures' orders are signed. */
export const ORDER_DAY = '2026-03-02';

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const library = loadLibrary(folder('cds-services'));

export const FHIR_BASE = `http://localhost:8080${FHIR_PATH}`;

export const fixtures = readFixtures(folder('fhir-fixtures'));

/** The policies on file with their text changed: what none of them has yet must be shown all the same. */
function changedLibrary(change: (text: string) => string): Library {
  const files = dataFiles(folder('cds-services'));
  const made = createLibrary(
    files.map(({ path, text }) => ({ path, text: path.endsWith('/policy.yaml') ? change(text) : text })),
  );
  if ('problems' in made) throw new Error(JSON.stringify(made.problems));
  return made;
}

/** A policy for two products, one for each of two diseases: the alternate cards need one. */
export const withAlternate = (policy: string): string =>
  policy.includes('\nproducts: [aucatzyl]\n')
    ? `${policy.replace('\nproducts: [aucatzyl]\n', '\nproducts: [aucatzyl, tecartus]\n')}
  - id: mantle-cell
    title: Mantle cell lymphoma
    products: [tecartus]
    diseases: [mantle-cell-lymphoma]
    criteria:
      - id: m.1
        title: Diagnosis of mantle cell lymphoma
        locator: written for this test
        fact: diagnosis-mantle-cell-lymphoma
        missing: Diagnosis of mantle cell lymphoma
`
    : policy;

export interface Options {
  readonly environment?: Readonly<Record<string, string>>;
  /** Path under which the service is mounted, such as `/r4`. */
  readonly mount?: string;
  readonly logger?: Logger;
  readonly records?: RecordStore;
  readonly client?: Partial<ClientSettings>;
  /** Changes the text of each policy file. */
  readonly policies?: (text: string) => string;
}

/** The client of a payer's CRD endpoint, with all that can be sent: every order is answered. */
export const PAYERS_CLIENT: Options = {
  environment: { CRD_PAYER: 'carepartners-ct', SMART_APP_URL: 'https://app.example.org/launch' },
};

export async function startServer({
  environment = {},
  mount = '',
  logger,
  records = memoryRecords(),
  client = {},
  policies,
}: Options = {}): Promise<Started> {
  const config = readConfig({ LOG_LEVEL: 'silent', ...environment });
  if (config.access.mode !== 'sandbox') throw new Error('these tests are of sandbox mode');
  const inForce = policies === undefined ? library : changedLibrary(policies);
  const caller = sandboxCaller(config.access, inForce);
  const app = createApp(
    {
      policies: fixedPolicies({ library: inForce }),
      config,
      fhirBase: FHIR_BASE,
      logger: logger ?? pino({ level: 'silent' }),
      records,
      today: () => ORDER_DAY,
      newUuid: randomUUID,
      newId: () => randomUUID().replaceAll('-', '').slice(0, 24),
      callers: sandboxCallers({ ...caller, settings: { ...caller.settings, ...client } }),
    },
    fixtures,
  );
  const root = mount === '' ? app : express().use(mount, app);
  const server = createServer(root).listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => {
    server.once('listening', resolve).once('error', reject);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${mount}`;
  const send = (path: string, init?: RequestInit): Promise<Response> => fetch(`${base}${path}`, init);
  return {
    base,
    fetch: send,
    async call({ name, hook, version, request, path = `/cds-services/${hook}`, headers = {} }) {
      const started = performance.now();
      const response = await send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof request === 'string' ? request : JSON.stringify(request),
      });
      const text = await response.text();
      const milliseconds = performance.now() - started;
      return {
        name,
        hook,
        version,
        request,
        status: response.status,
        headers: response.headers,
        text,
        body: parsed(text),
        milliseconds,
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
