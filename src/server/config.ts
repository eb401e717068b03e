import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { PREFETCH_STYLES, type PrefetchStyle } from '../crd/prefetch.ts';
import type { Location } from '../store/database.ts';
import { WAIT_MILLISECONDS } from '../store/time-limit.ts';
import { locationOf } from '../store/location.ts';
import { OperatorMistake } from './errors.ts';
import { normalBase } from './fhir-base.ts';
import { uncheckedDatabase, unsafeSettings } from './unsafe-settings.ts';

/** Where the FHIR API of the service stands below its public URL. */
export const FHIR_PATH = '/fhir';

/** Settings from the environment; the README lists them. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Bytes. */
  readonly bodyLimit: number;
  /** Time for all queries of one call to the EHR's FHIR server. */
  readonly queryMilliseconds: number;
  /** The same for the hooks that CRD gives 10 s. */
  readonly longQueryMilliseconds: number;
  /** What a call waits for a record to be kept or read, at most. */
  readonly recordMilliseconds: number;
  /** Threads that evaluate CAR-T orders. */
  readonly evaluationThreads: number;
  readonly logLevel: string;
  /** Days for which records are kept. */
  readonly retentionDays: number;
  /** Where determinations, feedback, answers and the audit trail are kept. */
  readonly records: Location;
  /** The folder of the policies; undefined: the one that comes with the service. */
  readonly policyFolder: string | undefined;
  /** Seconds between two looks at that folder; 0: it is read again only when the process is told to. */
  readonly policyWatchSeconds: number;
  /** What the services ask ahead for. */
  readonly prefetch: PrefetchStyle;
  /** Proxies whose X-Forwarded-For is believed, in Express's words. */
  readonly trustedProxies: string | undefined;
  readonly access: SandboxSettings | ProductionSettings;
}

/** Unsigned calls from this machine; what the one caller is given. */
export interface SandboxSettings {
  readonly mode: 'sandbox';
  /** FHIR servers beside loopback ones that may be called, as `normalBase` gives them. */
  readonly fhirServers: readonly string[];
  /** Origins of browser clients that may call; undefined: any. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** Id of the payer whose CRD endpoint the caller takes this service for. */
  readonly crdPayer: string | undefined;
  /** A SMART app to offer, with its label. */
  readonly smartApp: { readonly label: string; readonly url: string } | undefined;
}

/** Signed calls of registered clients. */
export interface ProductionSettings {
  readonly mode: 'production';
  /** Where callers reach the service, without a trailing slash: tokens are for URLs under it. */
  readonly publicUrl: string;
  /** Path of the clients file. */
  readonly clients: string;
  /** Where the operator's tools read health and counts, over plain HTTP; undefined: nowhere. */
  readonly metricsListen: { readonly host: string; readonly port: number } | undefined;
  /** Paths of PEM files, when this process ends TLS itself; undefined: a proxy does. */
  readonly tls: TlsFiles | undefined;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates: then every caller must bring one (mutual TLS), beside its token. */
  readonly clientAuthorities: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const whole = (name: string, least: number, most: number, fallback: number) =>
  z.coerce
    .number(`${name} must be a number`)
    .int(`${name} must be a whole number`)
    .min(least, `${name} must be at least ${least}`)
    .max(most, `${name} must be at most ${most}`)
    .default(fallback);

const list = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''));

const common = {
  PORT: whole('PORT', 0, 65_535, 8080),
  BODY_LIMIT: z
    .string()
    .regex(/^\d+(kb|mb)$/, 'BODY_LIMIT must be a size such as 16mb')
    .default('16mb')
    .transform((size) => Number.parseInt(size) * (size.endsWith('mb') ? 1024 * 1024 : 1024)),
  QUERY_TIMEOUT_MS: whole('QUERY_TIMEOUT_MS', 100, 60_000, 4000),
  QUERY_TIMEOUT_LONG_MS: whole('QUERY_TIMEOUT_LONG_MS', 100, 60_000, 9000),
  RECORD_TIMEOUT_MS: whole('RECORD_TIMEOUT_MS', 50, 60_000, WAIT_MILLISECONDS),
  // One core is left to the thread that serves all calls.
  THREADS: whole('THREADS', 1, 64, Math.min(4, Math.max(1, availableParallelism() - 1))),
  POLICY_FOLDER: z.string().optional(),
  POLICY_WATCH_SECONDS: whole('POLICY_WATCH_SECONDS', 0, 86_400, 0),
  PREFETCH: z.enum(PREFETCH_STYLES, 'PREFETCH must be small, chart or guide').default('small'),
  RETENTION_DAYS: whole('RETENTION_DAYS', 1, 36_500, 400),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'LOG_LEVEL must be a pino level such as info',
    )
    .default('info'),
};

const sandboxOnly = {
  FHIR_SERVERS: list.pipe(
    z.array(
      z.string().transform(normalBase).pipe(z.string('FHIR_SERVERS must be base URLs, separated by commas')),
    ),
  ),
  ALLOWED_ORIGINS: list.pipe(
    z.array(
      z
        .string()
        .regex(/^https?:\/\/[^/]+$/, 'ALLOWED_ORIGINS must be origins such as https://sandbox.cds-hooks.org'),
    ),
  ),
  CRD_PAYER: z.string().min(1).optional(),
  SMART_APP_URL: z.url({ protocol: /^https?$/, error: 'SMART_APP_URL must be a URL' }).optional(),
};

/** Not half of all addresses: whoever is trusted says who the caller is. */
const network = z
  .union([z.cidrv4(), z.cidrv6()])
  .refine((text) => Number(text.split('/')[1]) >= 8, 'too large a network');

const productionOnly = {
  PUBLIC_URL: z
    .string(
      'PUBLIC_URL is missing: the https URL under which callers reach the service, which their tokens name in aud',
    )
    .refine(
      isPublicUrl,
      'PUBLIC_URL must be an https URL without user, query and fragment, such as https://cds.example.org',
    )
    .transform((url) => url.replace(/\/+$/, '')),
  CLIENTS: z
    .string('CLIENTS is missing: the path of the clients file; clients.example.yaml is one')
    .min(1, 'CLIENTS must be the path of the clients file'),
  LISTEN_HOST: z.string().default('127.0.0.1'),
  METRICS_LISTEN: z
    .string()
    .transform(listenAddress)
    .pipe(
      z.object(
        { host: z.string(), port: z.number() },
        'METRICS_LISTEN must be an address and a port such as 127.0.0.1:9464',
      ),
    )
    .optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TLS_CLIENT_CA: z.string().optional(),
  TRUSTED_PROXIES: list
    .pipe(
      z.array(
        z.union(
          [z.enum(['loopback', 'linklocal', 'uniquelocal']), z.ipv4(), z.ipv6(), network],
          'TRUSTED_PROXIES must be addresses or networks, or loopback; no network larger than /8',
        ),
      ),
    )
    .transform((proxies) => (proxies.length === 0 ? 'loopback' : proxies.join(','))),
};

function listenAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === 'https:' && [username, password, search, hash].every((part) => part === '');
}

const sandboxSchema = z.object({ ...common, ...sandboxOnly });
const productionSchema = z.object({ ...common, ...productionOnly });

/**
 * @param nodeArguments what Node itself was started with
 * @throws WrongSettings that lists every wrong setting, and in production mode every unsafe one
 */
export function readConfig(environment: Environment, nodeArguments: readonly string[] = []): Config {
  // Compose files and shells pass a variable that is not set as an empty one.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const mode = given['SERVICE_MODE'] ?? 'sandbox';
  if (mode !== 'sandbox' && mode !== 'production')
    throw wrongSettings(['SERVICE_MODE must be sandbox or production']);
  return mode === 'sandbox' ? readSandbox(given) : readProduction(given, nodeArguments);
}

function readSandbox(given: Environment): Config {
  const misplaced = Object.keys(productionOnly)
    .filter((name) => name in given)
    .map((name) => `${name} is of production mode: set SERVICE_MODE=production, or take it away`);
  const read = sandboxSchema.safeParse(given);
  const records = locationOf(given);
  const unusable = 'problems' in records ? records.problems : [];
  if (!read.success || 'problems' in records || misplaced.length > 0)
    throw wrongSettings([...messages(read), ...misplaced, ...unusable]);
  const { FHIR_SERVERS, ALLOWED_ORIGINS, CRD_PAYER, SMART_APP_URL } = read.data;
  return {
    ...commonSettings(read.data),
    records,
    // Unsigned calls are accepted, so only this machine may make them.
    host: '127.0.0.1',
    trustedProxies: undefined,
    access: {
      mode: 'sandbox',
      fhirServers: FHIR_SERVERS,
      allowedOrigins: ALLOWED_ORIGINS.length === 0 ? undefined : ALLOWED_ORIGINS,
      crdPayer: CRD_PAYER,
      smartApp:
        SMART_APP_URL === undefined ? undefined : { label: 'Open the coverage criteria', url: SMART_APP_URL },
    },
  };
}

function readProduction(given: Environment, nodeArguments: readonly string[]): Config {
  const misplaced = Object.keys(sandboxOnly)
    .filter((name) => name in given)
    .map((name) => `${name} is of sandbox mode: the clients file says it for each client`);
  const read = productionSchema.safeParse(given);
  const records = locationOf(given);
  const problems = [
    ...messages(read),
    ...misplaced,
    ...unsafeSettings(given, nodeArguments),
    ...incompleteTls(given),
    ...uncheckedDatabase(given),
    ...('problems' in records ? records.problems : []),
  ];
  if (!read.success || 'problems' in records || problems.length > 0) throw wrongSettings(problems);
  const {
    PUBLIC_URL,
    CLIENTS,
    LISTEN_HOST,
    METRICS_LISTEN,
    TRUSTED_PROXIES,
    TLS_CERT,
    TLS_KEY,
    TLS_CLIENT_CA,
  } = read.data;
  return {
    ...commonSettings(read.data),
    records,
    host: LISTEN_HOST,
    trustedProxies: TRUSTED_PROXIES,
    access: {
      mode: 'production',
      publicUrl: PUBLIC_URL,
      clients: CLIENTS,
      metricsListen: METRICS_LISTEN,
      tls:
        TLS_CERT === undefined || TLS_KEY === undefined
          ? undefined
          : { certificate: TLS_CERT, key: TLS_KEY, clientAuthorities: TLS_CLIENT_CA },
    },
  };
}

const incompleteTls = (given: Environment): readonly string[] => {
  const isCertified = 'TLS_CERT' in given && 'TLS_KEY' in given;
  const isNamed = ['TLS_CERT', 'TLS_KEY', 'TLS_CLIENT_CA'].some((name) => name in given);
  return isNamed && !isCertified ? ['TLS_CERT and TLS_KEY go together: paths of PEM files'] : [];
};

const commonSettings = (
  read: z.output<typeof sandboxSchema> | z.output<typeof productionSchema>,
): Omit<Config, 'host' | 'records' | 'trustedProxies' | 'access'> => ({
  port: read.PORT,
  bodyLimit: read.BODY_LIMIT,
  queryMilliseconds: read.QUERY_TIMEOUT_MS,
  longQueryMilliseconds: read.QUERY_TIMEOUT_LONG_MS,
  recordMilliseconds: read.RECORD_TIMEOUT_MS,
  evaluationThreads: read.THREADS,
  logLevel: read.LOG_LEVEL,
  retentionDays: read.RETENTION_DAYS,
  prefetch: read.PREFETCH,
  policyFolder: read.POLICY_FOLDER,
  policyWatchSeconds: read.POLICY_WATCH_SECONDS,
});

const messages = (read: z.ZodSafeParseResult<unknown>): readonly string[] =>
  read.error?.issues.map(({ message }) => message) ?? [];

/** Settings that the service does not start with. */
export class WrongSettings extends OperatorMistake {}

export const wrongSettings = (lines: readonly string[]): WrongSettings =>
  new WrongSettings(`wrong settings in the environment:\n${lines.map((line) => `  ${line}`).join('\n')}`);
