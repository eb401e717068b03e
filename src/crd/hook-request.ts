import * as z from 'zod';
import type { FhirAuthorization } from '../fhir/client.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { DEFAULT_WIRE_VERSION, WIRE_VERSIONS, wireVersion, type WireVersion } from './wire-version.ts';

/**
 * CDS Hooks 2.0.1 request, core fields. Unknown fields pass (CH-G-05); FHIR content inside `context` and `prefetch`
 * is read with care later and never refused here.
 */

export const HOOKS = [
  'order-sign',
  'order-select',
  'order-dispatch',
  'appointment-book',
  'encounter-start',
  'encounter-discharge',
] as const;
export type Hook = (typeof HOOKS)[number];

/** Hooks that bring orders: those that `POST /determinations` takes. */
export const ORDER_HOOKS: readonly Hook[] = [
  'order-sign',
  'order-select',
  'order-dispatch',
  'appointment-book',
];

/** The members of a request that hold what may be echoed: what is written on is sent ahead where it is no draft. */
export const echoedMembers = (body: unknown): readonly string[] =>
  ['order-sign', 'order-select'].includes(text(property(body, 'hook')) ?? '')
    ? ['context']
    : ['context', 'prefetch'];

/** Longer than any id, reference or token seen (Epic's draft ids have 194 characters), and short enough to refuse. */
const MAX_LENGTH = 2000;
const MAX_TOKEN_LENGTH = 20_000;

const short = z
  .string()
  .max(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`)
  .refine((value) => !value.includes('\0'), 'must not contain the character U+0000');
const filled = short.trim().min(1, 'must not be empty');
const entries = z.union([z.array(z.unknown()), z.looseObject({})], 'must be a list of entries').nullish();
const bundle = z.looseObject({ resourceType: z.literal('Bundle'), entry: entries });
const reference = short.regex(
  /^(?:[A-Z][A-Za-z]+\/.+|urn:.+|https?:.+)$/,
  'must be a reference such as "MedicationRequest/1"',
);
/** Who may be the user, by hook (CDS Hooks Library): a patient books appointments, and signs no orders. */
const user = (...types: readonly string[]) =>
  short.regex(
    new RegExp(`^(?:${types.join('|')})/.+$`),
    `must be ${types.map((type) => `"${type}/…"`).join(' or ')}`,
  );
const userId = user('Practitioner', 'PractitionerRole');

const orders = { patientId: filled, encounterId: filled.nullish(), draftOrders: bundle };
const encounter = z.looseObject({ userId, patientId: filled, encounterId: filled });
const tasks = z
  .union([z.array(z.unknown()), z.looseObject({})], 'must be a Task or a list of them')
  .nullish();

/** Context by hook; order-dispatch accepts the names of both of its versions (CH-X-02). */
const CONTEXTS = {
  'order-sign': z.looseObject({ userId, ...orders }),
  'order-select': z.looseObject({ userId, ...orders, selections: z.array(reference) }),
  'order-dispatch': z
    .looseObject({
      patientId: filled,
      performer: reference,
      fulfillmentTasks: tasks,
      'fulfillment-tasks': tasks,
      task: tasks,
    })
    .refine((context) => dispatchedOrders(context).length > 0, {
      path: ['dispatchedOrders'],
      error: 'must name at least one order',
    }),
  'appointment-book': z.looseObject({
    userId: user('Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson'),
    patientId: filled,
    encounterId: filled.nullish(),
    appointments: bundle,
  }),
  'encounter-start': encounter,
  'encounter-discharge': encounter,
} as const;

const authorization = z.looseObject({
  access_token: z.string().trim().min(1, 'must not be empty').max(MAX_TOKEN_LENGTH, 'is too long'),
  // As OAuth 2.0 compares it (RFC 6749, 5.1): servers write it in either case.
  token_type: z.string().regex(/^bearer$/i, 'must be "Bearer"'),
  expires_in: z.number(),
  scope: z.string(),
  subject: z.string(),
  patient: short.nullish(),
});

const requestSchema = z
  .looseObject({
    hook: z.string(),
    hookInstance: filled,
    context: z.looseObject({}),
    fhirServer: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .max(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`)
      .nullish(),
    fhirAuthorization: authorization.nullish(),
    prefetch: z.record(z.string(), z.unknown()).nullish(),
    extension: z.looseObject({}).nullish(),
  })
  .refine(
    ({ fhirServer, fhirAuthorization }) => (fhirAuthorization ?? undefined) === undefined || fhirServer,
    {
      path: ['fhirServer'],
      error: 'is missing; fhirAuthorization is for it',
    },
  );

/** What we read of a request, whatever the hook. */
export interface HookRequest {
  readonly hook: Hook;
  readonly hookInstance: string;
  readonly patientId: string;
  readonly encounterId: string | undefined;
  /** `Type/id`; order-dispatch names none. */
  readonly userId: string | undefined;
  /** As sent: whether it may be called is another question. */
  readonly fhirServer: string | undefined;
  readonly authorization: FhirAuthorization | undefined;
  readonly prefetch: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** `davinci-crd.requestedVersion`, or the default. */
  readonly version: WireVersion;
  /** `davinci-crd.configuration`, as sent. */
  readonly configuration: unknown;
}

/** What is wrong with a request, at a JSON path. */
export interface RequestProblem {
  readonly code: 'invalid-request' | 'wrong-hook' | 'unsupported-hook' | 'unsupported-version';
  readonly message: string;
  readonly path: string;
}

/** @param expected the hook of the service that was called; any hook that brings orders when undefined */
export function readHookRequest(body: unknown, expected: Hook | undefined): HookRequest | RequestProblem {
  const request = requestSchema.safeParse(outline(body), { error: inWords });
  if (!request.success) return problemOf(request.error, []);
  const { hook } = request.data;
  if (expected !== undefined && hook !== expected) {
    return {
      code: 'wrong-hook',
      message: `this service answers ${expected}; the request is for another hook`,
      path: 'hook',
    };
  }
  const served = (expected === undefined ? ORDER_HOOKS : HOOKS).find((item) => item === hook);
  if (served === undefined) {
    return {
      code: 'unsupported-hook',
      message: `this hook is not served; served hooks: ${ORDER_HOOKS.join(', ')}`,
      path: 'hook',
    };
  }
  const sent = property(body, 'context');
  const context = CONTEXTS[served].safeParse(contextOutline(sent), { error: inWords });
  if (!context.success) return problemOf(context.error, ['context']);
  const { hookInstance, fhirServer, fhirAuthorization } = request.data;
  const [prefetch, extension] = [property(body, 'prefetch'), property(body, 'extension')];
  const requested = property(extension, 'davinci-crd.requestedVersion') ?? undefined;
  const version = requested === undefined ? DEFAULT_WIRE_VERSION : wireVersion(requested);
  if (version === undefined) {
    return {
      code: 'unsupported-version',
      message: `this version of CRD is not spoken here; supported: ${WIRE_VERSIONS.join(', ')}`,
      path: 'extension.davinci-crd.requestedVersion',
    };
  }
  return {
    hook: served,
    hookInstance,
    patientId: context.data.patientId.replace(/^Patient\//, ''),
    encounterId: text(property(context.data, 'encounterId'))?.replace(/^Encounter\//, ''),
    userId: text(property(context.data, 'userId')),
    fhirServer: fhirServer ?? undefined,
    authorization:
      fhirAuthorization === null || fhirAuthorization === undefined
        ? undefined
        : {
            accessToken: fhirAuthorization.access_token,
            expiresInSeconds: fhirAuthorization.expires_in,
            scope: fhirAuthorization.scope,
            patientId: text(fhirAuthorization.patient)?.replace(/^Patient\//, ''),
          },
    prefetch: isObject(prefetch) ? prefetch : {},
    context: isObject(sent) ? sent : {},
    version,
    configuration: property(extension, 'davinci-crd.configuration'),
  };
}

/**
 * What the schemas are shown of a body: of FHIR content what kind of value it is. They would only copy it, and V8 makes
 * objects of code that has long-lived ones, as the schemas of policies do, in a part of the heap where a whole chart
 * would be kept alive by them until the next full collection.
 */
const outline = (body: unknown): unknown =>
  isObject(body)
    ? {
        hook: body['hook'],
        hookInstance: body['hookInstance'],
        context: emptied(body['context']),
        fhirServer: body['fhirServer'],
        fhirAuthorization: body['fhirAuthorization'],
        prefetch: emptied(body['prefetch']),
        extension: emptied(body['extension']),
      }
    : body;

/** The same of a context: a Bundle without its entries, the items of a list without what they hold. */
const contextOutline = (context: unknown): unknown =>
  isObject(context)
    ? members(context, (value) => (isObject(value) ? members(value, emptied) : items(value)))
    : context;

const members = (object: JsonObject, of: (value: unknown) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, of(value)]));

const items = (value: unknown): unknown => (Array.isArray(value) ? value.map(emptied) : value);

const emptied = (value: unknown): unknown => (Array.isArray(value) ? [] : isObject(value) ? {} : value);

/** The references of an order-dispatch context, under the names of hook versions 1.1 and 1.0. */
export function dispatchedOrders(context: Readonly<Record<string, unknown>>): readonly string[] {
  const named = context['dispatchedOrders'] ?? context['dispatched-orders'] ?? context['order'];
  return (Array.isArray(named) ? named : [named]).map(text).filter((item) => item !== undefined);
}

/** The entries of a Bundle in the context. */
export const contextEntries = (context: Readonly<Record<string, unknown>>, name: string) =>
  objects(property(context[name], 'entry'));

function problemOf(error: z.ZodError, prefix: readonly PropertyKey[]): RequestProblem {
  const issue = error.issues[0];
  const path = [...prefix, ...(issue?.path ?? [])].map(String).join('.');
  return {
    code: 'invalid-request',
    message: issue?.message ?? 'is not a CDS Hooks request',
    path: path === '' ? '(body)' : path,
  };
}

/** What zod found in plain words, where the schema has none of its own. */
const inWords: z.core.$ZodErrorMap = (issue) => {
  const missing = issue.input === undefined ? 'is missing; it ' : '';
  switch (issue.code) {
    case 'invalid_type':
      return `${missing}must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${missing}must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    default:
      return undefined;
  }
};
const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
};
