import type { IncomingMessage, ServerResponse } from 'node:http';
import { ownerOf, whoCalls } from './caller.ts';
import { exchangeOf } from './exchange.ts';
import { requestIdOf } from './request-id.ts';
import type { AuditedRequest, RecordKeeping, Subject } from './record-keeping.ts';
import { routeLabel, routeOf } from './route.ts';

/** What is done on the routes that may concern a patient. */
const ACTIONS: Readonly<Record<string, AuditedRequest['action']>> = {
  'POST /cds-services/:id': 'call',
  'POST /cds-services/:id/feedback': 'feedback',
  'POST /determinations': 'call',
  'GET /determinations/:id': 'read',
  'GET /determinations/:id/prior-authorization': 'read',
  'POST /determinations/:id/prior-authorization': 'read',
  'POST /fhir/Claim/$submit': 'call',
  'POST /fhir/Claim/$inquire': 'read',
  'POST /fhir/Questionnaire/$questionnaire-package': 'read',
  'POST /fhir/Questionnaire/$populate': 'read',
  'POST /fhir/Questionnaire/:id/$populate': 'read',
  'POST /fhir/QuestionnaireResponse': 'answers',
  'GET /fhir/QuestionnaireResponse/:id': 'read',
  'POST /workbench/chart': 'read',
  'POST /workbench/course': 'read',
};

/**
 * Who asked for what, about whom, and how it went, for every request that may concern a patient. A call that was answered
 * says more of itself (`RecordKeeping.keepCall`); the others are recorded here, refused and failed ones too (CRD-S-04,
 * CRD-S-05). Of strangers, whom no token names, those that are admitted; the others are counted, in a record a minute at
 * most.
 */
export const requestAudit = (
  keeping: Pick<RecordKeeping, 'audit'>,
  now: () => Date,
): ((request: IncomingMessage, response: ServerResponse, at: Date, milliseconds: number) => void) => {
  const countOnly = strangersCount(keeping, now);
  return (request, response, at, milliseconds) => {
    const { isAudited, isAdmitted, concerned } = exchangeOf(request);
    if (isAudited) return;
    const action = actionOf(request);
    if (action === undefined) return;
    const caller = whoCalls(request);
    if (caller === undefined && !isAdmitted) {
      countOnly();
      return;
    }
    keeping.audit(
      {
        client: caller === undefined ? STRANGER : ownerOf(caller),
        action: caller === undefined || response.statusCode === 429 ? 'refused' : action,
        target: targetOf(request),
        at: at.toISOString(),
        status: statusOf(request, response),
        milliseconds: Math.round(milliseconds),
        requestId: requestIdOf(request),
      },
      distinct(concerned),
    );
  };
};

/** A caller who left in the middle of his request has sent a bad one: nobody could answer it. */
const statusOf = ({ complete }: IncomingMessage, { headersSent, statusCode }: ServerResponse): number =>
  complete || headersSent ? statusCode : 400;

const STRANGER = 'unknown';
const MINUTE = 60_000;

/** Counts requests, and records their number once a minute has passed since the first. */
function strangersCount(keeping: Pick<RecordKeeping, 'audit'>, now: () => Date): () => void {
  let requests = 0;
  return () => {
    requests += 1;
    if (requests > 1) return;
    const at = now().toISOString();
    setTimeout(() => {
      const summary = {
        client: STRANGER,
        action: 'refused',
        target: '',
        at,
        status: 429,
        milliseconds: MINUTE,
      } as const;
      keeping.audit({ ...summary, requestId: undefined }, [], { requests });
      requests = 0;
    }, MINUTE).unref();
  };
}

/** Says that a stranger's request is to be recorded by itself. */
export const admitStranger = (response: ServerResponse): void => {
  exchangeOf(response.req).isAdmitted = true;
};

const actionOf = (request: IncomingMessage): AuditedRequest['action'] | undefined => {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return ACTIONS[`${method} ${routeOf(request) ?? ''}`];
};

/** The route, a hook by its name. The path itself is the caller's word, as long as the caller likes. */
export const targetOf = (request: IncomingMessage): string => routeLabel(request).slice(1);

/** Says that the request's audit event is kept with what it was answered. */
export const wasAudited = (response: ServerResponse): void => {
  exchangeOf(response.req).isAudited = true;
};

/** Says whom a request is about, as soon as that is known: it may fail afterwards. */
export const concerns = (response: ServerResponse, subjects: readonly Subject[]): void => {
  exchangeOf(response.req).concerned.push(...subjects);
};

/** Without those that another says more of. */
function distinct(subjects: readonly Subject[]): readonly Subject[] {
  return subjects.filter(
    (subject, index) =>
      !subjects.some(
        (other, place) =>
          other !== subject && says(other, subject) && (!says(subject, other) || place < index),
      ),
  );
}

const says = (more: Subject, less: Subject): boolean =>
  (less.patient === undefined || less.patient === more.patient) &&
  (less.hookInstance === undefined || less.hookInstance === more.hookInstance) &&
  (less.determination === undefined || less.determination === more.determination);
