import type { Request, RequestHandler, Response } from 'express';
import { ownerOf, whoCalls } from './caller.ts';
import { requestIdOf } from './request-id.ts';
import type { AuditedRequest, RecordKeeping } from './record-keeping.ts';

/**
 * Who asked for what, and how it went, for every request that may concern a patient. A call that was answered says more
 * of itself (`RecordKeeping.keepCall`); the others are recorded here, refused and failed ones too (CRD-S-04, CRD-S-05).
 */
export const auditRequests =
  (keeping: RecordKeeping, now: () => Date): RequestHandler =>
  (request, response, next) => {
    const action = actionOf(request);
    if (action !== undefined) {
      const at = now().toISOString();
      const started = performance.now();
      response.once('close', () => {
        if (audited.has(response)) return;
        const caller = whoCalls(request);
        keeping.audit({
          client: caller === undefined ? 'unknown' : ownerOf(caller),
          action: response.statusCode === 401 ? 'refused' : action,
          target: targetOf(request),
          at,
          status: response.statusCode,
          milliseconds: Math.round(performance.now() - started),
          requestId: requestIdOf(request),
        });
      });
    }
    next();
  };

const audited = new WeakSet<Response>();

/** Says that the request's audit event is kept with what it was answered. */
export const wasAudited = (response: Response): void => {
  audited.add(response);
};

function actionOf({ method, path }: Request): AuditedRequest['action'] | undefined {
  if (method === 'POST' && /^\/cds-services\/[^/]+$/.test(path)) return 'call';
  if (method === 'POST' && /^\/cds-services\/[^/]+\/feedback$/.test(path)) return 'feedback';
  if (method === 'POST' && path === '/determinations') return 'call';
  if (method === 'POST' && /^\/workbench\/(chart|course)$/.test(path)) return 'read';
  if (method === 'POST' && path === '/fhir/Claim/$submit') return 'call';
  if (['GET', 'POST'].includes(method) && path.startsWith('/determinations/')) return 'read';
  if (method === 'POST' && path === '/fhir/QuestionnaireResponse') return 'answers';
  if (
    path.startsWith('/fhir/QuestionnaireResponse/') ||
    /\/\$(populate|questionnaire-package|inquire)$/.test(path)
  )
    return 'read';
  return undefined;
}

const MOST_TARGET = 200;

/** The route without what follows it: a path may be as long as its sender likes. */
const targetOf = ({ path }: Request): string => path.slice(1, MOST_TARGET);
