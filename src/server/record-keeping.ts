import type { Extension } from '../crd/coverage-information.ts';
import type { DtrVersion } from '../dtr/draft.ts';
import type { Determination } from '../engine/determination.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { createKeeper, type Health, type Outcome } from '../store/keeper.ts';
import type { RecordStore } from '../store/records.ts';
import { createPatience, Late, type Patience } from '../store/time-limit.ts';
import type { NewRow, Row } from '../store/tables.ts';
import { ServiceError } from './errors.ts';
import type { KeptFeedback } from './feedback.ts';
import type { Answered, NeededForm } from './hook-call.ts';

export interface IdentifiedDetermination extends Determination {
  /** 20 to 30 unguessable letters and digits: the `coverage-assertion-id` on the order. */
  readonly id: string;
  readonly policy: Determination['policy'] & {
    /** The policy files that it was made by: 12 hexadecimal digits. A policy may change without a new version. */
    readonly edition: string;
  };
}

/** What DTR asks for later under the determination's id. */
export interface KeptForms {
  readonly version: DtrVersion;
  /** The forms that ask for what is missing, by name, with what the chart held. */
  readonly forms: readonly NeededForm[];
  /** The coverage information on the order, in the form of `version`; undefined where none was made. */
  readonly statement?: Extension | undefined;
}

/** Who did what, of a call or any other request. `client`: `ownerOf` the caller. */
export interface AuditedRequest {
  readonly client: string;
  readonly action: 'call' | 'feedback' | 'answers' | 'read' | 'refused';
  readonly target: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly requestId: string | undefined;
}

/** Whom a request is about, as far as it says so or its records do. */
export interface Subject {
  /** `Patient/id`. */
  readonly patient?: string;
  readonly hookInstance?: string;
  /** Id of a determination that the request names. */
  readonly determination?: string;
}

/** What the service said and was told, each caller's its own. Reading and writing may fail: then 503. */
export interface RecordKeeping {
  /** @returns whether it is committed: only then may the answer carry the ids of its determinations */
  readonly keepCall: (answered: Answered, request: AuditedRequest) => Promise<boolean>;
  /**
   * @param subjects an event for each; one without a patient where there are none
   * @param details counts and codes
   */
  readonly audit: (request: AuditedRequest, subjects: readonly Subject[], details?: JsonObject) => void;
  readonly determination: (id: string, owner: string) => Promise<IdentifiedDetermination | undefined>;
  readonly forms: (id: string, owner: string) => Promise<KeptForms | undefined>;
  /** What it was asked for: an `AskedOrder` as JSON; undefined too where that was not kept yet. */
  readonly asked: (id: string, owner: string) => Promise<string | undefined>;
  /** Whom a card was about; undefined where the owner was given no such card. */
  readonly cardSubject: (card: string, owner: string) => Promise<Subject | undefined>;
  /** @throws ServiceError when it is not committed */
  readonly keepFeedback: (entries: readonly KeptFeedback[], at: string) => Promise<void>;
  /** @throws ServiceError when it is not committed */
  readonly keepResponse: (response: SentResponse, owner: string, at: string) => Promise<void>;
  readonly response: (id: string, owner: string) => Promise<JsonObject | undefined>;
  readonly responsesOf: (patient: string, owner: string) => Promise<readonly JsonObject[]>;
  /** The responses with the records of what the sandbox payer has answered about the patient. */
  readonly answersOf: (patient: string, owner: string) => Promise<readonly JsonObject[]>;
  /** @throws ServiceError when it is not committed */
  readonly keepPayerAnswer: (answer: PayerAnswer, owner: string) => Promise<void>;
  /** The earliest first. */
  readonly payerAnswers: (
    key: 'patient' | 'member' | 'request',
    value: string,
    owner: string,
  ) => Promise<readonly PayerAnswer[]>;
  /** Writes what waits to be recorded. @returns how many writes the store refuses */
  readonly flush: () => Promise<number>;
  readonly health: () => Health;
  /** Writes, and readings that were not had, since the start. */
  readonly counts: () => {
    readonly writes: Readonly<Record<Outcome, number>>;
    readonly readings: Readonly<Record<'late' | 'failed', number>>;
  };
}

/** What the sandbox payer has answered to one request. */
export interface PayerAnswer {
  /** Authorization number, or reference number of a pended request. */
  readonly id: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** `Patient/id`. */
  readonly patient: string;
  readonly member: string;
  /** `system|value` of the request's Bundle. */
  readonly request: string;
  /** Hash of what was sent. */
  readonly content: string;
  /** NPIs of those who asked. */
  readonly providers: readonly string[];
  /** `system|code` of what was asked for. */
  readonly services: readonly string[];
  /** The response Bundle. */
  readonly bundle: JsonObject;
  /** The ClaimResponse and its Claim, with references as `Type/id`. */
  readonly records: readonly JsonObject[];
}

/** A completed form that was sent in. */
export interface SentResponse {
  readonly resource: JsonObject & { readonly id: string };
  /** `Patient/id`. */
  readonly patient: string;
  readonly questionnaire: string;
}

/**
 * @param report told of each writing or reading that failed or came late, without its content
 * @param patience how long a call waits
 */
export function createRecordKeeping(
  store: RecordStore,
  report: (outcome: Outcome, error?: unknown) => void,
  patience: Patience = createPatience(),
): RecordKeeping {
  const keeper = createKeeper(store, report, patience);
  const readings = { late: 0, failed: 0 };
  /** The cause is the operator's business; nobody waits longer for a record than to keep one. */
  const read = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await patience.wait(reading);
    } catch (error) {
      const outcome = error instanceof Late ? 'late' : 'failed';
      readings[outcome] += 1;
      report(outcome, error);
      throw unavailable();
    }
  };
  const committed = async (isKept: Promise<boolean>): Promise<void> => {
    if (!(await isKept)) throw unavailable();
  };
  return {
    async keepCall(answered, request) {
      const { determinations, edition, cards, patient, hookInstance, metric } = answered;
      const { client, at } = request;
      const event = auditEvent(request, {
        patient,
        hookInstance,
        details: {
          determinations: determinations.length,
          metric: { ...metric },
          outcomes: determinations.map(
            ({ policy, policy_version: version, decision }) =>
              `${policy} ${version} (${edition}): ${decision}`,
          ),
        },
      });
      const records = {
        determination: determinations.map((row) => ({ ...row, client, asked_at: at })),
        card: cards.map(({ uuid, topic, suggestions }) => ({
          uuid,
          client,
          issued_at: at,
          service: answered.report.hook,
          topic: topic ?? null,
          hook_instance: hookInstance,
          patient,
          suggestions: JSON.stringify(suggestions),
        })),
        audit_event: [event],
      };
      if (determinations.length > 0) return keeper.keep(records);
      // Nothing in the answer depends on it, so that the clinician does not wait for the disk.
      keeper.keepLater(records);
      return true;
    },
    audit(request, subjects, details) {
      keeper.keepLater({
        audit_event: (subjects.length === 0 ? [{}] : subjects).map(({ determination, ...about }: Subject) =>
          auditEvent(request, {
            ...about,
            details: { ...details, ...(determination === undefined ? {} : { determination }) },
          }),
        ),
      });
    },
    async determination(id, owner) {
      const row = await read(store.determination(id, owner));
      return row === undefined
        ? undefined
        : { id, ...(JSON.parse(row.body) as Omit<IdentifiedDetermination, 'id'>) };
    },
    async forms(id, owner) {
      const row = await read(store.determination(id, owner));
      return row === undefined ? undefined : (JSON.parse(row.forms) as KeptForms);
    },
    async asked(id, owner) {
      const row = await read(store.determination(id, owner));
      return row?.request ?? undefined;
    },
    async cardSubject(card, owner) {
      const row = await read(store.card(card, owner));
      return row === undefined
        ? undefined
        : { hookInstance: row.hook_instance, ...(row.patient === null ? {} : { patient: row.patient }) };
    },
    keepFeedback: (entries, at) =>
      committed(
        keeper.keep({
          feedback: entries.map(({ owner, service, card, outcome, ...body }) => ({
            client: owner,
            received_at: at,
            service,
            card,
            outcome,
            body: JSON.stringify(body),
          })),
        }),
      ),
    keepResponse: ({ resource, patient, questionnaire }, owner, at) =>
      committed(
        keeper.keep({
          answers: [
            {
              id: resource.id,
              client: owner,
              received_at: at,
              patient,
              questionnaire,
              body: JSON.stringify(resource),
            },
          ],
        }),
      ),
    async response(id, owner) {
      const row = await read(store.answers(id, owner));
      return row === undefined ? undefined : resourceOf(row.body);
    },
    responsesOf: async (patient, owner) =>
      (await read(store.answersOf(patient, owner))).map(({ body }) => resourceOf(body)),
    async answersOf(patient, owner) {
      const { forms, payer } = await read(store.allAnswersOf(patient, owner));
      return [
        ...forms.map(({ body }) => resourceOf(body)),
        ...payer.flatMap((row) => payerAnswerOf(row).records),
      ];
    },
    keepPayerAnswer: ({ id, at, patient, member, request, ...body }, owner) =>
      committed(
        keeper.keep({
          payer_answer: [
            { id, client: owner, answered_at: at, patient, member, request, body: JSON.stringify(body) },
          ],
        }),
      ),
    payerAnswers: async (key, value, owner) =>
      (await read(store.payerAnswers(key, value, owner))).map(payerAnswerOf),
    flush: () => keeper.flush(),
    health: () => keeper.health(),
    counts: () => ({ writes: keeper.counts(), readings: { ...readings } }),
  };
}

const unavailable = (): ServiceError =>
  new ServiceError('store-unavailable', 'records can be neither kept nor read at the moment', '(service)');

const auditEvent = (
  { client, action, target, at, status, milliseconds, requestId }: AuditedRequest,
  of: { readonly patient?: string; readonly hookInstance?: string; readonly details?: JsonObject },
): NewRow<'audit_event'> => ({
  at,
  client,
  action,
  target,
  hook_instance: of.hookInstance ?? null,
  patient: of.patient ?? null,
  status,
  milliseconds,
  details: JSON.stringify({ ...(requestId === undefined ? {} : { requestId }), ...of.details }),
});

/** Its body was written by `keepPayerAnswer`. */
const payerAnswerOf = ({
  id,
  answered_at: at,
  patient,
  member,
  request,
  body,
}: Row<'payer_answer'>): PayerAnswer => ({
  id,
  at,
  patient,
  member,
  request,
  ...(JSON.parse(body) as Pick<PayerAnswer, 'content' | 'providers' | 'services' | 'bundle' | 'records'>),
});

function resourceOf(body: string): JsonObject {
  const resource: unknown = JSON.parse(body);
  if (!isObject(resource)) throw new Error('a stored resource is no object');
  return resource;
}
