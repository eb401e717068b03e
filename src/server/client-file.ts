import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { CARD_TYPE_CODES } from '../crd/card-types.ts';
import type { ClientSettings } from '../crd/client-settings.ts';
import type { Library } from '../policy/library.ts';
import { parseYaml, type Problem } from '../policy/parse.ts';
import { suggestion } from '../policy/suggestion.ts';
import { OperatorMistake } from './errors.ts';
import { normalBase, type FhirServer } from './fhir-base.ts';

/** The clients file: who may call in production mode, with which keys, and how each is answered. */

/** JWS algorithms that a client may be given; `none` and the shared secrets of HMAC are none of them. */
export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** How one client, or one tenant of it, is answered. */
export interface AnswerSettings {
  readonly settings: ClientSettings;
  readonly fhirServers: readonly FhirServer[];
  readonly isTest: boolean;
  readonly requestsPerMinute: number;
}

export type Jwk = Readonly<Record<string, unknown>> & { readonly kty: string; readonly kid: string };

export interface RegisteredClient extends AnswerSettings {
  readonly id: string;
  readonly issuer: string;
  /** Where its keys are: a JWK Set that is fetched, or the keys themselves. */
  readonly keys:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'inline'; readonly keys: readonly Jwk[] };
  /** The only `jku` that its tokens may name. */
  readonly jku: string | undefined;
  readonly algorithms: readonly Algorithm[];
  /** `strict`: a `jti` counts once; `per-body`: once for each body; `off`: any number of times. */
  readonly replay: 'strict' | 'per-body' | 'off';
  readonly origins: readonly string[];
  /** Empty: the client has none registered, and each that it names is kept apart. */
  readonly tenants: ReadonlyMap<string, AnswerSettings>;
}

/** Without user, fragment and query; a path is kept without its last slash. */
const httpsUrl = (what: string) =>
  z
    .string(`${what} must be an https URL`)
    .refine(isPlainHttps, `${what} must be an https URL without user, query and fragment`);

function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === 'https:' && [username, password, search, hash].every((part) => part === '');
}

const key = z
  .looseObject({
    kty: z.enum(['EC', 'RSA'], 'must be EC or RSA: a shared secret is no key here'),
    kid: z.string('every key needs a kid').min(1, 'every key needs a kid').max(200),
    use: z.literal('sig', 'must be sig').optional(),
    alg: z.enum(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}`).optional(),
  })
  .superRefine((jwk, context) => {
    const report = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].filter((name) => name in jwk);
    if (secret.length > 0) {
      report(
        `holds the private part (${secret.join(', ')}): make a new key pair, and put only the public key here`,
      );
      return;
    }
    try {
      const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
      const bits = asymmetricKeyDetails?.modulusLength;
      if (bits !== undefined && bits < 2048) report(`has ${bits} bits: an RSA key needs 2048 or more`);
    } catch {
      report('is no public key in JWK form');
    }
  });

const payerOf = ({ payers }: Library) =>
  z
    .string()
    .superRefine((id, context) => {
      if (!payers.has(id))
        context.addIssue({
          code: 'custom',
          message: `there is no payer "${id}"${suggestion(id, payers.keys())}`,
        });
    })
    .transform((id) => {
      const payer = payers.get(id);
      return payer === undefined ? undefined : { id: payer.id, name: payer.name };
    });

/** A base in the one spelling that bases are compared in. */
const fhirBase = z
  .string('a FHIR base must be an https URL')
  .transform(normalBase)
  .pipe(
    z
      .string('a FHIR base must be an https URL without user, query, fragment and dots in its path')
      .startsWith('https:', 'a FHIR base must be an https URL'),
  );

/** What a tenant may be given another value of. */
const answerKeys = (library: Library) => ({
  'fhir-servers': z.array(fhirBase).optional(),
  'private-fhir-servers': z.array(fhirBase).optional(),
  'crd-payer': payerOf(library).optional(),
  'cards-off': z.array(z.enum(CARD_TYPE_CODES, `must be one of ${CARD_TYPE_CODES.join(', ')}`)).optional(),
  'repeat-in-card': z.boolean().optional(),
  'no-auth-with-not-covered': z.boolean().optional(),
  'without-doc-purpose': z.boolean().optional(),
  'smart-app': z.strictObject({ label: z.string().min(1).max(80), url: httpsUrl('an app') }).optional(),
  'requests-per-minute': z.int().min(1).max(100_000).optional(),
  test: z.boolean().optional(),
});
type AnswerKeys = z.output<z.ZodObject<ReturnType<typeof answerKeys>>>;

const entrySchema = (library: Library) =>
  z
    .strictObject({
      issuer: z.string('the iss of its tokens').min(1).max(500),
      'jwks-url': httpsUrl('jwks-url').optional(),
      keys: z.array(key).min(1, 'must hold a key').optional(),
      jku: httpsUrl('jku').optional(),
      algorithms: z
        .array(z.enum(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}; none and HMAC never are`))
        .min(1, 'must hold one')
        .default(['ES384', 'RS384']),
      replay: z.enum(['strict', 'per-body', 'off'], 'must be strict, per-body or off').default('strict'),
      origins: z
        .array(
          z
            .string()
            .regex(/^https:\/\/[^/*\s?#@]+$/, 'must be an https origin such as https://ehr.example.org'),
        )
        .default([]),
      tenants: z
        .record(z.string().min(1).max(200), z.strictObject(answerKeys(library)).nullable())
        .refine((tenants) => Object.keys(tenants).length > 0, 'must hold a tenant, or be left out')
        .optional(),
      ...answerKeys(library),
    })
    .superRefine((entry, context) => {
      const report = (path: string, message: string): void => {
        context.addIssue({ code: 'custom', path: [path], message });
      };
      if (entry.keys === undefined && entry['jwks-url'] === undefined)
        report('issuer', 'has neither a jwks-url nor keys: one of them is needed');
      if (entry.keys !== undefined && entry['jwks-url'] !== undefined)
        report('keys', 'stands beside a jwks-url: leave out one of them');
      if (entry.jku !== undefined && entry['jwks-url'] !== undefined)
        report('jku', 'is for keys that stand here; the jku of a client with a jwks-url is that URL');
      const ids = (entry.keys ?? []).map(({ kid }) => kid);
      for (const kid of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
        report('keys', `two keys have the kid "${kid}"`);
      for (const { alg, kid } of entry.keys ?? [])
        if (alg !== undefined && !entry.algorithms.includes(alg))
          report('keys', `key "${kid}" is for ${alg}, which this client's algorithms do not list`);
    });

const fileSchema = (library: Library) =>
  z
    .strictObject({
      clients: z.record(
        z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id has small letters, digits and hyphens'),
        entrySchema(library),
      ),
    })
    .superRefine(({ clients }, context) => {
      if (Object.keys(clients).length === 0)
        context.addIssue({ code: 'custom', path: ['clients'], message: 'must hold a client' });
      const first = new Map<string, string>();
      for (const [id, { issuer }] of Object.entries(clients)) {
        const other = first.get(issuer);
        if (other !== undefined)
          context.addIssue({
            code: 'custom',
            path: ['clients', id, 'issuer'],
            message: `is also the issuer of "${other}": tokens must tell them apart`,
          });
        first.set(issuer, other ?? id);
      }
    });

/** Mistakes in the clients file: nothing of it is used, and all of them are listed. */
export class ClientProblems extends OperatorMistake {}

/** @throws ClientProblems with one line for each problem: file, line, what is wrong */
export function loadClients(file: string, library: Library): readonly RegisteredClient[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new ClientProblems(`the clients file ${file} cannot be read: ${reason}`);
  }
  const read = readClients(file, text, library);
  if (!('problems' in read)) return read;
  const lines = read.problems.map(({ line, message }) => `  ${file}:${line} ${message}`);
  throw new ClientProblems(`${lines.length} problem(s) in the clients file:\n${lines.join('\n')}`);
}

export function readClients(
  file: string,
  text: string,
  library: Library,
): readonly RegisteredClient[] | { readonly problems: readonly Problem[] } {
  const parsed = parseYaml(file, text, fileSchema(library));
  if ('problems' in parsed) return { problems: parsed.problems.toSorted((a, b) => a.line - b.line) };
  return Object.entries(parsed.value.clients).map(([id, entry]) => ({
    id,
    issuer: entry.issuer,
    keys:
      entry['jwks-url'] === undefined
        ? { kind: 'inline', keys: entry.keys ?? [] }
        : { kind: 'url', url: entry['jwks-url'] },
    jku: entry['jwks-url'] ?? entry.jku,
    algorithms: entry.algorithms,
    replay: entry.replay,
    origins: entry.origins,
    ...answerSettings(entry),
    tenants: new Map(
      Object.entries(entry.tenants ?? {}).map(([tenant, own]) => [
        tenant,
        answerSettings({ ...entry, ...withoutUndefined(own ?? {}) }),
      ]),
    ),
  }));
}

const withoutUndefined = (keys: Partial<AnswerKeys>): Partial<AnswerKeys> =>
  Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));

const answerSettings = (keys: AnswerKeys): AnswerSettings => ({
  settings: {
    crdPayer: keys['crd-payer'],
    repeatInCard: keys['repeat-in-card'] ?? true,
    noAuthWithNotCovered: keys['no-auth-with-not-covered'] ?? false,
    withoutDocPurpose: keys['without-doc-purpose'] ?? false,
    cardTypesOff: keys['cards-off'] ?? [],
    smartApp: keys['smart-app'],
  },
  fhirServers: [
    ...(keys['fhir-servers'] ?? []).map((base) => ({ base, networks: ['public'] as const })),
    ...(keys['private-fhir-servers'] ?? []).map((base) => ({ base, networks: ['private'] as const })),
  ],
  isTest: keys.test ?? false,
  requestsPerMinute: keys['requests-per-minute'] ?? 600,
});
