import { Router, type Request } from 'express';
import * as z from 'zod';
import { HOOKS } from '../crd/hook-request.ts';
import { concerns } from './audit.ts';
import { bodyValue } from './body.ts';
import { callerOf, ownerOf } from './caller.ts';
import { ServiceError } from './errors.ts';
import type { RecordKeeping } from './record-keeping.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';

/** One entry of a feedback call, as it came. `userComment` may tell of a patient: it is kept, never logged. */
export interface KeptFeedback {
  /** `ownerOf` the caller. */
  readonly owner: string;
  readonly service: string;
  readonly card: string;
  /** False when the owner was given no card of that id: counted apart (CH-F-03). */
  readonly isKnownCard: boolean;
  readonly outcome: 'accepted' | 'overridden';
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReasons: readonly OverrideReason[];
  /** RFC 3339. */
  readonly outcomeTimestamp: string;
}

export interface OverrideReason {
  readonly reason?: { readonly code: string; readonly system?: string; readonly display?: string };
  readonly userComment?: string;
}

/** CDS Hooks 2.0.1, "Feedback". Unknown fields pass; a reason may be the client's own (CH-F-08). */

const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);
const coding = z.looseObject({
  code: text(200),
  system: text(500).optional(),
  display: z.string().max(1000).optional(),
});
const overrideReason = z.looseObject({
  reason: coding.nullish(),
  userComment: z.string().max(10_000, 'must have at most 10000 characters').nullish(),
});

const common = {
  card: text(200),
  outcomeTimestamp: z.iso.datetime({
    offset: true,
    error: 'must be a date and time such as 2026-11-16T10:05:31Z',
  }),
};
const entrySchema = z.discriminatedUnion(
  'outcome',
  [
    z.looseObject({
      ...common,
      outcome: z.literal('accepted'),
      acceptedSuggestions: z.array(z.looseObject({ id: text(200) })).min(1, 'must name a suggestion'),
    }),
    z.looseObject({
      ...common,
      outcome: z.literal('overridden'),
      overrideReason: overrideReason.nullish(),
      /** Epic's spelling: one or many, with or without a coded reason. */
      overrideReasons: z.union([overrideReason, z.array(overrideReason)]).nullish(),
    }),
  ],
  'must be "accepted" or "overridden"',
);
type Entry = z.output<typeof entrySchema>;

/** `aud` is the URL called, or in some clients the service's (CH-F-05). */
const audiences = ({ params }: Request): readonly string[] => {
  const service = `/cds-services/${String(params['id'])}`;
  return [`${service}/feedback`, service];
};

/** What became of 1,000 cards; larger bodies are refused, since this one is parsed on the thread that serves all calls. */
const BODY_LIMIT = 1024 * 1024;

export function feedbackRoutes(gate: Gate, keeping: RecordKeeping, now: () => Date): Router {
  const router = Router();
  router.all('/cds-services/:id/feedback', (request, _response, next) => {
    if (!HOOKS.some((hook) => hook === request.params.id))
      throw new ServiceError(
        'unknown-service',
        'there is no such service; GET /cds-services lists them',
        '(url)',
      );
    next();
  });
  router.post('/cds-services/:id/feedback', gate.post(audiences, BODY_LIMIT), async (request, response) => {
    const entries = readFeedback(bodyValue(request.body));
    const owner = ownerOf(callerOf(request));
    const service = String(request.params['id']);
    const subjects = await Promise.all(entries.map(({ card }) => keeping.cardSubject(card, owner)));
    concerns(
      response,
      subjects.filter((subject) => subject !== undefined),
    );
    await keeping.keepFeedback(
      entries.map((entry, index) =>
        kept({ service, owner, isKnownCard: subjects[index] !== undefined }, entry),
      ),
      now().toISOString(),
    );
    response.set('cache-control', 'no-store').json({});
  });
  router.all('/cds-services/:id/feedback', allow('POST'));
  return router;
}

/** Each entry by itself, so that the first bad one is named by its index (CH-F-04); none is kept then. */
function readFeedback(body: unknown): readonly Entry[] {
  const list = z
    .looseObject({
      feedback: z
        .array(z.unknown())
        .min(1, 'must hold at least one entry')
        .max(1000, 'must hold at most 1000 entries'),
    })
    .safeParse(body);
  if (!list.success) throw refusal(list.error, []);
  return list.data.feedback.map((item, index) => {
    const entry = entrySchema.safeParse(item);
    if (!entry.success) throw refusal(entry.error, ['feedback', index]);
    return entry.data;
  });
}

function refusal(error: z.ZodError, prefix: readonly PropertyKey[]): ServiceError {
  const issue = error.issues[0];
  const path = [...prefix, ...(issue?.path ?? [])].map(String).join('.');
  return new ServiceError(
    'invalid-request',
    issue?.message ?? 'is not feedback',
    path === '' ? '(body)' : path,
  );
}

function kept(about: Pick<KeptFeedback, 'service' | 'owner' | 'isKnownCard'>, entry: Entry): KeptFeedback {
  const base = {
    ...about,
    card: entry.card,
    outcomeTimestamp: entry.outcomeTimestamp,
  };
  if (entry.outcome === 'accepted') {
    const acceptedSuggestions = entry.acceptedSuggestions.map(({ id }) => id);
    return { ...base, outcome: 'accepted', acceptedSuggestions, overrideReasons: [] };
  }
  const reasons = [entry.overrideReason, entry.overrideReasons]
    .flat()
    .filter((reason) => reason !== null && reason !== undefined);
  return { ...base, outcome: 'overridden', acceptedSuggestions: [], overrideReasons: reasons.map(reasonOf) };
}

const reasonOf = ({ reason, userComment }: z.output<typeof overrideReason>): OverrideReason => ({
  ...(reason === null || reason === undefined
    ? {}
    : {
        reason: {
          code: reason.code,
          ...(reason.system === undefined ? {} : { system: reason.system }),
          ...(reason.display === undefined ? {} : { display: reason.display }),
        },
      }),
  ...(userComment === null || userComment === undefined ? {} : { userComment }),
});
