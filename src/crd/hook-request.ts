import * as z from 'zod';
import { objects, property, text } from '../fhir/json.ts';

/**
 * CDS Hooks 2.0.1 request, core fields. Unknown fields pass (CH-G-05); FHIR content inside `context` and `prefetch`
 * is read with care later and never refused here.
 */

export const HOOKS = ['order-sign', 'order-select', 'order-dispatch', 'appointment-book'] as const;
export type Hook = (typeof HOOKS)[number];

const filled = z.string().trim().min(1, 'must not be empty');
const bundle = z.looseObject({ resourceType: z.literal('Bundle') });
const reference = z
  .string()
  .regex(/^(?:[A-Z][A-Za-z]+\/.+|urn:.+|https?:.+)$/, 'must be a reference such as "MedicationRequest/1"');
const userId = z.string().regex(/^[A-Z][A-Za-z]+\/.+$/, 'must be "Practitioner/…" or "PractitionerRole/…"');

const orders = { patientId: filled, encounterId: filled.nullish(), draftOrders: bundle };

/** Context by hook; order-dispatch accepts the names of both of its versions (CH-X-02). */
const CONTEXTS = {
  'order-sign': z.looseObject({ userId, ...orders }),
  'order-select': z.looseObject({ userId, ...orders, selections: z.array(reference) }),
  'order-dispatch': z
    .looseObject({ patientId: filled })
    .refine((context) => dispatchedOrders(context).length > 0, {
      path: ['dispatchedOrders'],
      error: 'must name at least one order',
    }),
  'appointment-book': z.looseObject({
    userId,
    patientId: filled,
    encounterId: filled.nullish(),
    appointments: bundle,
  }),
} as const;

const authorization = z.looseObject({
  access_token: filled,
  token_type: z.string(),
  expires_in: z.number(),
  scope: z.string(),
  subject: z.string(),
});

const requestSchema = z.looseObject({
  hook: z.string(),
  hookInstance: filled,
  context: z.looseObject({}),
  fhirServer: z.url({ protocol: /^https?$/ }).nullish(),
  fhirAuthorization: authorization.nullish(),
  prefetch: z.record(z.string(), z.unknown()).nullish(),
});

/** What we read of a request, whatever the hook. */
export interface HookRequest {
  readonly hook: Hook;
  readonly hookInstance: string;
  readonly patientId: string;
  readonly encounterId: string | undefined;
  readonly fhirServer: string | undefined;
  readonly accessToken: string | undefined;
  readonly prefetch: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** What is wrong with a request, at a JSON path. */
export interface RequestProblem {
  readonly code: 'invalid-request' | 'wrong-hook' | 'unsupported-hook';
  readonly message: string;
  readonly path: string;
}

/** @param expected the hook of the service that was called; any served hook when undefined */
export function readHookRequest(body: unknown, expected: Hook | undefined): HookRequest | RequestProblem {
  const request = requestSchema.safeParse(body);
  if (!request.success) return problemOf(request.error, []);
  const { hook } = request.data;
  if (expected !== undefined && hook !== expected) {
    return {
      code: 'wrong-hook',
      message: `this service answers ${expected}; the request is for another hook`,
      path: 'hook',
    };
  }
  const served = HOOKS.find((item) => item === hook);
  if (served === undefined) {
    return {
      code: 'unsupported-hook',
      message: `this hook is not served; served hooks: ${HOOKS.join(', ')}`,
      path: 'hook',
    };
  }
  const context = CONTEXTS[served].safeParse(request.data.context);
  if (!context.success) return problemOf(context.error, ['context']);
  const { hookInstance, fhirServer, fhirAuthorization, prefetch } = request.data;
  return {
    hook: served,
    hookInstance,
    patientId: context.data.patientId.replace(/^Patient\//, ''),
    encounterId: text(property(context.data, 'encounterId'))?.replace(/^Encounter\//, ''),
    fhirServer: fhirServer?.replace(/\/+$/, ''),
    accessToken: fhirAuthorization?.access_token,
    prefetch: prefetch ?? {},
    context: context.data,
  };
}

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
  const message = issue?.message ?? 'is not a CDS Hooks request';
  return {
    code: 'invalid-request',
    message: message.replace(
      /^Invalid input: expected (.+), received undefined$/,
      'is missing; a value of type $1 is needed',
    ),
    path: path === '' ? '(body)' : path,
  };
}
