import express, { Router, type Request } from 'express';
import { capabilityStatement } from './capability-statement.ts';
import { answering, baseUrl, failure, formType, found, notAllowed, refusal, type Answer } from './http.ts';
import { problem, quoted, type Problem } from './operation-outcome.ts';
import { search } from './search.ts';
import { unknownType } from './search-request.ts';
import type { Store } from './store.ts';

/**
 * Read-only FHIR R4 API to mount at `/sandbox/fhir`, before anything that parses form bodies. Whatever it
 * does not support is answered with an OperationOutcome. FHIR R4, "RESTful API".
 */
export function sandboxRoutes(store: Store): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/metadata')
    .get(answering((request, query) => readRefusal(query) ?? found(capabilityStatement(baseUrl(request)))))
    .all(notAllowed('GET, HEAD'));
  router
    .route('/:type')
    .get(answering((request, query) => searched(store, request, query)))
    .all(notAllowed('GET, HEAD'));
  router
    .route('/:type/_search')
    .post(
      express.text({ type: formType, limit: '100kb' }),
      answering((request, query) => searched(store, request, query)),
    )
    .all(notAllowed('POST'));
  router
    .route('/:type/:id')
    .get(answering((request, query) => readRefusal(query) ?? read(store, request)))
    .all(notAllowed('GET, HEAD'));
  router.get(
    '/{*path}',
    answering((request) => refusal(404, notServed(request))),
  );
  router.use(notAllowed('GET, HEAD'));
  router.use(failure);
  return router;
}

function searched(store: Store, request: Request, query: URLSearchParams): Answer {
  const type = String(request.params['type']);
  if (!store.types.has(type)) return refusal(404, unknownType(type));
  const result = search(store, type, query, baseUrl(request));
  return result.kind === 'found' ? found(result.bundle) : refusal(400, ...result.problems);
}

function read(store: Store, request: Request): Answer {
  const type = String(request.params['type']);
  const id = String(request.params['id']);
  if (!store.types.has(type)) return refusal(404, unknownType(type));
  const resource = store.resources.get(`${type}/${id}`);
  return resource
    ? found(resource)
    : refusal(404, problem('not-found', `There is no ${type} ${quoted(id)}.`));
}

/** Where there is nothing to search, a parameter other than the format is refused. */
function readRefusal(query: URLSearchParams): Answer | undefined {
  const unknown = [...query.keys()].find((name) => name !== '_format');
  return unknown === undefined
    ? undefined
    : refusal(
        400,
        problem('not-supported', `Parameter ${quoted(unknown)} is not supported. Supported: _format.`),
      );
}

const notServed = (request: Request): Problem =>
  problem(
    'not-supported',
    `${quoted(request.path)} is not served. Supported: metadata, [type]?[parameters], [type]/_search, [type]/[id].`,
  );
