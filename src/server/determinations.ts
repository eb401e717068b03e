import { createHash } from 'node:crypto';
import { Router, type Request, type RequestHandler } from 'express';
import { SUMMARY_STYLE } from '../pas/summary-style.ts';
import type { AuthorizationCall } from './authorization-answer.ts';
import { answerCall, type Dependencies } from './call.ts';
import { callerRecords } from './caller-records.ts';
import { callerOf, ownerOf } from './caller.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';
import { reply, requestCall, sendJson } from './reply.ts';

/** `determination.md`, "Where it is served". */
export function determinationRoutes(dependencies: Dependencies, gate: Gate): Router {
  const router = Router();
  router.post(
    '/determinations',
    gate.post(() => ['/determinations']),
    async (request, response) => {
      const body = request.body as Uint8Array;
      sendJson(response, await answerCall(request, response, body, undefined, dependencies));
    },
  );
  router.all('/determinations', allow('POST'));
  const ownPath = (request: Request): readonly string[] => [
    `/determinations/${String(request.params['id'])}`,
  ];
  router.get('/determinations/:id', gate.get(ownPath), async (request, response) => {
    // Another caller's is not told from one that never was.
    const records = callerRecords(dependencies.keeping, callerOf(request), response);
    const determination = await records.determination(String(request.params['id']));
    if (determination === undefined) {
      throw new ServiceError('unknown-determination', 'no determination with this id is kept', '(url)');
    }
    response.set('cache-control', 'no-store').json(determination);
  });
  router.all('/determinations/:id', allow('GET'));

  const requestPath = (request: Request): readonly string[] => [
    `/determinations/${String(request.params['id'])}/prior-authorization`,
  ];
  const authorization: RequestHandler = async (request, response) => {
    const { keeping } = dependencies;
    const caller = callerOf(request);
    const records = callerRecords(keeping, caller, response);
    const id = String(request.params['id']);
    const [determination, forms, asked] = await Promise.all([
      records.determination(id),
      records.forms(id),
      keeping.asked(id, ownerOf(caller)),
    ]);
    if (determination === undefined || forms === undefined || asked === undefined)
      throw new ServiceError('unknown-determination', 'no determination with this id is kept', '(url)', true);
    const call: AuthorizationCall = {
      ...requestCall(request, dependencies),
      form: isForPaper(request) ? 'summary' : 'bundle',
      isSent: request.method === 'POST',
      determination,
      forms,
      asked,
    };
    if (call.form === 'summary') response.set('content-security-policy', SUMMARY_POLICY);
    await reply('authorization', call, request, response, dependencies);
  };
  router.get('/determinations/:id/prior-authorization', gate.get(requestPath), authorization);
  router.post('/determinations/:id/prior-authorization', gate.post(requestPath), authorization);
  router.all('/determinations/:id/prior-authorization', allow('GET', 'POST'));
  return router;
}

/** The page holds one style and nothing else that a browser would load or run. */
const SUMMARY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(SUMMARY_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** FHIR's `_format`, else what the caller accepts; a program that accepts anything gets FHIR. */
function isForPaper(request: Request): boolean {
  const { _format: format } = request.query;
  if (format !== undefined) return format === 'html' || format === 'text/html';
  return request.accepts(['application/fhir+json', 'application/json', 'text/html']) === 'text/html';
}
