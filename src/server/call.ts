import type { Request } from 'express';
import type { Logger } from 'pino';
import type { FhirClient } from '../fhir/client.ts';
import { parseDate } from '../fhir/date.ts';
import { evaluateRequest, type Evaluation } from '../crd/evaluate.ts';
import { readHookRequest, type Hook, type HookRequest } from '../crd/hook-request.ts';
import type { Library } from '../policy/library.ts';
import type { Config } from './config.ts';
import { ServiceError } from './errors.ts';
import { createFhirClient, type FhirAccess, type QueryLog } from './fhir-client.ts';

/** What the routes stand on; tests put their own in place of any of it. */
export interface Dependencies {
  readonly library: Library;
  readonly config: Pick<Config, 'fhirServers' | 'bodyLimit' | 'queryMilliseconds'>;
  readonly logger: Logger;
  /** Today as a FHIR date. */
  readonly today: () => string;
  /** A UUID for a card. */
  readonly newUuid: () => string;
  /** 20 to 30 unguessable letters and digits for a determination. */
  readonly newId: () => string;
  readonly fhirClient?: (access: FhirAccess, log: (query: QueryLog) => void) => FhirClient;
}

/** Reads, checks and evaluates one hook call. */
export async function answerCall(
  request: Request,
  expected: Hook | undefined,
  dependencies: Dependencies,
): Promise<Evaluation> {
  const started = performance.now();
  const asOf = asOfDate(request, dependencies);
  const read = readHookRequest(request.body, expected);
  if ('code' in read) throw new ServiceError(read.code, read.message, read.path);
  const queries: QueryLog[] = [];
  const client = clientFor(read, dependencies, (query) => queries.push(query));
  const evaluation = await evaluateRequest(read, dependencies.library, client, asOf);
  dependencies.logger.info(
    {
      hook: read.hook,
      determinations: evaluation.determinations.map(({ determination: { policy, decision } }) => ({
        policy: policy.id,
        decision,
      })),
      ungoverned: evaluation.ungoverned.map(({ reason }) => reason),
      unreadOrders: evaluation.unreadOrders,
      queries: queries.map((query) => ({ ...query, milliseconds: Math.round(query.milliseconds) })),
      milliseconds: Math.round(performance.now() - started),
    },
    'answered',
  );
  return evaluation;
}

/** The day of the request: today, or in sandbox mode the day that the caller's `X-As-Of` header names. */
function asOfDate(request: Request, { today }: Dependencies): string {
  const header = request.get('x-as-of');
  if (header === undefined) return today();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(header) || parseDate(header) === null)
    throw new ServiceError('invalid-as-of', 'X-As-Of must be a date such as 2026-03-02', '(header) x-as-of');
  return header;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Only loopback servers, and those that the settings name, are called: `fhirServer` is the caller's word. */
function clientFor(
  { fhirServer, accessToken }: HookRequest,
  { config, fhirClient = createFhirClient }: Dependencies,
  log: (query: QueryLog) => void,
): FhirClient | undefined {
  if (fhirServer === undefined) return undefined;
  if (!LOOPBACK.test(new URL(fhirServer).hostname) && !config.fhirServers.includes(fhirServer))
    return refusedServer;
  return fhirClient(
    { base: fhirServer, accessToken, signal: AbortSignal.timeout(config.queryMilliseconds) },
    log,
  );
}

const refusal = {
  kind: 'forbidden',
  reason: 'the FHIR server is not one that this service may call',
} as const;
const refusedServer: FhirClient = {
  read: () => Promise.resolve({ failure: refusal }),
  search: () => Promise.resolve({ intakes: [], failure: refusal }),
  pagesFrom: () => Promise.resolve({ intakes: [], failure: refusal }),
};
