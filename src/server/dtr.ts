import { Router, type Request, type RequestHandler, type Response } from 'express';
import { capabilityStatement } from '../dtr/capability-statement.ts';
import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import { formNamed } from '../dtr/package.ts';
import { parametersOf, textValue, wrongParameter } from '../dtr/parameters.ts';
import { questionnaire } from '../dtr/questionnaire.ts';
import { responseIssues } from '../dtr/response-check.ts';
import { expanded, valueSetsOf } from '../dtr/value-sets.ts';
import { objects, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Form } from '../policy/form.ts';
import { concerns } from './audit.ts';
import { asOfDate, type Dependencies } from './call.ts';
import { callerRecords } from './caller-records.ts';
import { callerOf, ownerOf } from './caller.ts';
import { FHIR_PATH } from './config.ts';
import type { Gate } from './gate.ts';
import { allForms } from './kept-forms.ts';
import type { PopulateCall } from './populate-answer.ts';
import { reply, requestCall } from './reply.ts';
import { parsedBody } from './request-body.ts';
import { sandboxBase } from './sandbox.ts';
import { SANDBOX_PAYER } from './sandbox-payer.ts';
import { subjectsNamed } from './subjects-named.ts';

/** DTR as a payer serves it: forms, packages, drafts, and the completed forms, each caller's its own. */
export function dtrRoutes(dependencies: Dependencies, gate: Gate): Router {
  const { library, newId, logger, keeping, now, callers, fhirBase: base } = dependencies;
  const own = ({ path }: Request): readonly string[] => [path, FHIR_PATH];
  const read = gate.get(own);
  const bytes = gate.post(own);
  const body = [bytes, parsedBody];
  const dayOf = (request: Request): string => asOfDate(request, callerOf(request), dependencies);
  const forms = (): readonly Form[] => allForms(library);
  const router = Router();

  router.get(`${FHIR_PATH}/metadata`, gate.open(own), (_request, response) => {
    send(
      response,
      200,
      capabilityStatement(base, dependencies.today(), callers.isSandbox ? [SANDBOX_PAYER] : []),
    );
  });

  router.get(`${FHIR_PATH}/Questionnaire`, read, (request, response) => {
    const { url, version } = request.query;
    const found = forms().filter(
      (form) =>
        (url === undefined || (typeof url === 'string' && formNamed(url, [form]) !== undefined)) &&
        (version === undefined || version === form.policy.version),
    );
    send(response, 200, {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      link: [{ relation: 'self', url: `${base}${request.url.slice(FHIR_PATH.length)}` }],
      entry: found.map((form) => ({
        fullUrl: `${base}/Questionnaire/${form.id}`,
        resource: questionnaire(form, library, base),
        search: { mode: 'match' },
      })),
    });
  });
  router.get(`${FHIR_PATH}/Questionnaire/:id`, read, (request, response) => {
    const form = formNamed(String(request.params['id']), forms());
    if (form === undefined) refuse(response, 404, [notFound('Questionnaire')]);
    else send(response, 200, questionnaire(form, library, base));
  });

  router.post(`${FHIR_PATH}/Questionnaire/$questionnaire-package`, bytes, (request, response) =>
    reply('package', requestCall(request, dependencies), request, response, dependencies),
  );

  const populate: RequestHandler = (request, response) => {
    const call: PopulateCall = {
      ...requestCall(request, dependencies),
      questionnaire: text(request.params['id']),
      ownEhr: callerOf(request).isSandbox ? sandboxBase(request) : undefined,
    };
    return reply('populate', call, request, response, dependencies);
  };
  router.post(`${FHIR_PATH}/Questionnaire/$populate`, bytes, populate);
  router.post(`${FHIR_PATH}/Questionnaire/:id/$populate`, bytes, populate);

  router.post(`${FHIR_PATH}/Questionnaire/$log-questionnaire-errors`, ...body, (request, response) => {
    const parameters = parametersOf(request.body) ?? [];
    const canonicals = parameters
      .filter(({ name }) => name === 'questionnaire')
      .flatMap((item) => textValue(item) ?? []);
    const outcomes = parameters
      .filter(({ name }) => name === 'operationOutcome' || name === 'outcome')
      .flatMap(({ resource }) => objects(resource));
    if (canonicals.length === 0 || outcomes.length === 0) {
      refuse(response, 400, [
        wrongParameter('questionnaire', 'questionnaire and operationOutcome are needed'),
      ]);
      return;
    }
    // What a client says about its patient is not kept: which form, and what kind of trouble.
    logger.warn(
      {
        questionnaires: canonicals.flatMap((canonical) => formNamed(canonical, forms())?.id ?? []),
        issues: outcomes.flatMap((outcome) => objects(outcome['issue'])).length,
      },
      'a client reports trouble with a questionnaire',
    );
    send(
      response,
      200,
      operationOutcome([{ severity: 'information', code: 'informational', text: 'noted' }]),
    );
  });

  const valueSets = () =>
    new Map(
      forms()
        .flatMap((form) => valueSetsOf(form, library.terminology))
        .map((set) => [set.url, set]),
    );
  router.get(`${FHIR_PATH}/ValueSet/:id`, read, (request, response) => {
    const set = [...valueSets().values()].find(({ id }) => id === String(request.params['id']));
    if (String(request.params['id']) === '$expand')
      expand(request, response, (name) => text(request.query[name]));
    else if (set === undefined) refuse(response, 404, [notFound('ValueSet')]);
    else send(response, 200, expanded(set, dayOf(request)));
  });
  router.post(`${FHIR_PATH}/ValueSet/$expand`, ...body, (request, response) => {
    const parameters = parametersOf(request.body) ?? [];
    expand(request, response, (wanted) => {
      const parameter = parameters.find(({ name }) => name === wanted);
      const whole = parameter?.['valueInteger'];
      return parameter === undefined
        ? undefined
        : typeof whole === 'number'
          ? String(whole)
          : textValue(parameter);
    });
  });
  function expand(
    request: Request,
    response: Response,
    parameter: (name: string) => string | undefined,
  ): void {
    const [url, pinned] = (parameter('url') ?? '').split('|');
    const version = pinned ?? parameter('valueSetVersion');
    const set = valueSets().get(url ?? '');
    const [offset, count] = [
      parameter('offset') ?? '0',
      parameter('count') ?? String(Number.MAX_SAFE_INTEGER),
    ];
    if (!/^\d{1,16}$/.test(offset) || !/^\d{1,16}$/.test(count))
      refuse(response, 400, [wrongParameter('count', 'offset and count are whole numbers')]);
    else if (set === undefined || (version !== undefined && version !== set.version))
      refuse(response, 404, [notFound('ValueSet')]);
    else {
      const page = { offset: Number(offset), count: Number(count), filter: parameter('filter') };
      send(response, 200, expanded(set, dayOf(request), page));
    }
  }

  router.post(`${FHIR_PATH}/QuestionnaireResponse`, ...body, async (request, response) => {
    const caller = callerOf(request);
    const records = callerRecords(keeping, caller, response);
    await records.concerns(subjectsNamed(request.body));
    const context = text(request.query['context']);
    const determination = context === undefined ? undefined : await records.determination(context);
    if (context !== undefined && determination === undefined) {
      refuse(response, 404, [
        { severity: 'error', code: 'not-found', text: 'no determination with this context is kept' },
      ]);
      return;
    }
    const expected =
      determination === undefined
        ? undefined
        : {
            patient: determination.patient,
            order: determination.order,
            policy: determination.policy.id,
          };
    const issues = responseIssues(request.body, { forms: forms(), library, asOf: dayOf(request) }, expected);
    if (issues.length > 0) {
      refuse(response, 422, issues);
      return;
    }
    const sent = request.body as JsonObject;
    const resource = { ...sent, id: newId() };
    await keeping.keepResponse(
      {
        resource,
        patient: relativeReference(sent['subject']) ?? '',
        questionnaire: text(sent['questionnaire']) ?? '',
      },
      ownerOf(caller),
      now().toISOString(),
    );
    response.set('location', `${base}/QuestionnaireResponse/${resource.id}`);
    send(response, 201, resource);
  });
  router.get(`${FHIR_PATH}/QuestionnaireResponse/:id`, read, async (request, response) => {
    const resource = await keeping.response(String(request.params['id']), ownerOf(callerOf(request)));
    if (resource === undefined) refuse(response, 404, [notFound('QuestionnaireResponse')]);
    else {
      concerns(response, subjectsNamed(resource));
      send(response, 200, resource);
    }
  });
  return router;
}

const notFound = (type: string): Issue => ({
  severity: 'error',
  code: 'not-found',
  text: `there is no such ${type}`,
});

function send(response: Response, status: number, resource: object): void {
  response
    .status(status)
    .set('cache-control', 'no-store')
    .type('application/fhir+json')
    .send(JSON.stringify(resource));
}

const refuse = (response: Response, status: number, issues: readonly Issue[]): void => {
  send(response, status, operationOutcome(issues));
};
