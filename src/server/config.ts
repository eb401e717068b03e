import * as z from 'zod';
import { PREFETCH_STYLES, type PrefetchStyle } from '../crd/prefetch.ts';
import { normalBase } from './fhir-base.ts';

/** Settings from the environment; the README lists them. */
export interface Config {
  readonly port: number;
  /** FHIR servers beside loopback ones that may be called, as `normalBase` gives them. */
  readonly fhirServers: readonly string[];
  readonly bodyLimit: string;
  /** Time for all queries of one call to the EHR's FHIR server. */
  readonly queryMilliseconds: number;
  /** The same for the hooks that CRD gives 10 s. */
  readonly longQueryMilliseconds: number;
  readonly logLevel: string;
  /** Origins of browser clients that may call; undefined: any. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** Id of the payer whose CRD endpoint the sandbox client takes this service for. */
  readonly crdPayer: string | undefined;
  /** What the services ask ahead for. */
  readonly prefetch: PrefetchStyle;
  /** A SMART app to offer, with its label. */
  readonly smartApp: { readonly label: string; readonly url: string } | undefined;
}

const whole = (name: string, least: number, most: number, fallback: number) =>
  z.coerce
    .number(`${name} must be a number`)
    .int(`${name} must be a whole number`)
    .min(least, `${name} must be at least ${least}`)
    .max(most, `${name} must be at most ${most}`)
    .default(fallback);

const schema = z.object({
  PORT: whole('PORT', 0, 65_535, 8080),
  FHIR_SERVERS: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((item) => item !== ''))
    .pipe(
      z.array(
        z
          .string()
          .transform(normalBase)
          .pipe(z.string('FHIR_SERVERS must be base URLs, separated by commas')),
      ),
    ),
  BODY_LIMIT: z
    .string()
    .regex(/^\d+(kb|mb)$/, 'BODY_LIMIT must be a size such as 16mb')
    .default('16mb'),
  QUERY_TIMEOUT_MS: whole('QUERY_TIMEOUT_MS', 100, 60_000, 4000),
  QUERY_TIMEOUT_LONG_MS: whole('QUERY_TIMEOUT_LONG_MS', 100, 60_000, 9000),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((item) => item !== ''))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^https?:\/\/[^/]+$/,
            'ALLOWED_ORIGINS must be origins such as https://sandbox.cds-hooks.org',
          ),
      ),
    ),
  PREFETCH: z.enum(PREFETCH_STYLES, 'PREFETCH must be small, chart or guide').default('small'),
  CRD_PAYER: z.string().min(1).optional(),
  SMART_APP_URL: z.url({ protocol: /^https?$/, error: 'SMART_APP_URL must be a URL' }).optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'LOG_LEVEL must be a pino level such as info',
    )
    .default('info'),
});

/** @throws Error that lists every wrong setting */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = schema.safeParse(environment);
  if (!read.success) {
    throw new Error(
      `wrong settings in the environment:\n${read.error.issues.map(({ message }) => `  ${message}`).join('\n')}`,
    );
  }
  return {
    port: read.data.PORT,
    fhirServers: read.data.FHIR_SERVERS,
    bodyLimit: read.data.BODY_LIMIT,
    queryMilliseconds: read.data.QUERY_TIMEOUT_MS,
    longQueryMilliseconds: read.data.QUERY_TIMEOUT_LONG_MS,
    logLevel: read.data.LOG_LEVEL,
    allowedOrigins: read.data.ALLOWED_ORIGINS.length === 0 ? undefined : read.data.ALLOWED_ORIGINS,
    prefetch: read.data.PREFETCH,
    crdPayer: read.data.CRD_PAYER,
    smartApp:
      read.data.SMART_APP_URL === undefined
        ? undefined
        : { label: 'Open the coverage criteria', url: read.data.SMART_APP_URL },
  };
}
