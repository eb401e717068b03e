import type { Request, RequestHandler, Response } from 'express';
import { ownerOf, whoCalls } from './caller.ts';
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
export const auditRequests = (keeping: Pick<RecordKeeping, 'audit'>, now: () => Date): RequestHandler => {
  const countOnly = strangersCount(keeping, now);
  return (request, response, next) => {
    const at = now().toISOString();
    const started = performance.now();
    response.once('close', () => {
      const action = actionOf(request);
      if (action === undefined || audited.has(response)) return;
      const caller = whoCalls(request);
      if (caller === undefined && !admitted.has(response)) {
        countOnly();
        return;
      }
      keeping.audit(
        {
          client: caller === undefined ? STRANGER : ownerOf(caller),
          action: caller === undefined || response.statusCode === 429 ? 'refused' : action,
          target: targetOf(request),
          at,
          status: response.statusCode,
          milliseconds: Math.round(performance.now() - started),
          requestId: requestIdOf(request),
        },
        distinct(concerned.get(response) ?? []),
      );
    });
    next();
  };
};

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

const admitted = new WeakSet<Response>();

/** Says that a stranger's request is to be recorded by itself. */
export const admitStranger = (response: Response): void => {
  admitted.add(response);
};

const actionOf = (request: Request): AuditedRequest['action'] | undefined => {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return ACTIONS[`${method} ${routeOf(request) ?? ''}`];
};

/** The route, a hook by its name. The path itself is the caller's word, as long as the caller likes. */
export const targetOf = (request: Request): string => routeLabel(request).slice(1);

const audited = new WeakSet<Response>();

/** Says that the request's audit event is kept with what it was answered. */
export const wasAudited = (response: Response): void => {
  audited.add(response);
};

const concerned = new WeakMap<Response, Subject[]>();

/** Says whom a request is about, as soon as that is known: it may fail afterwards. */
export function concerns(response: Response, subjects: readonly Subject[]): void {
  const known = concerned.get(response) ?? [];
  known.push(...subjects);
  concerned.set(response, known);
}

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
