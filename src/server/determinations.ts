import { Router, type Request } from 'express';
import { answerCall, type Dependencies } from './call.ts';
import type { DeterminationStore } from './determination-store.ts';
import { callerOf, ownerOf } from './caller.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';

/** `determination.md`, "Where it is served". */
export function determinationRoutes(
  dependencies: Dependencies,
  gate: Gate,
  store: DeterminationStore,
): Router {
  const router = Router();
  router.post('/determinations', ...gate.post(() => ['/determinations']), async (request, response) => {
    const { text } = await answerCall(request, response, undefined, dependencies, store);
    response.set('cache-control', 'no-store').type('json').send(text);
  });
  router.all('/determinations', allow('POST'));
  const ownPath = (request: Request): readonly string[] => [
    `/determinations/${String(request.params['id'])}`,
  ];
  router.get('/determinations/:id', ...gate.get(ownPath), (request, response) => {
    // Another caller's is not told from one that never was.
    const determination = store.find(String(request.params['id']), ownerOf(callerOf(request)));
    if (determination === undefined) {
      throw new ServiceError('unknown-determination', 'no determination with this id is kept', '(url)');
    }
    response.set('cache-control', 'no-store').json(determination);
  });
  router.all('/determinations/:id', allow('GET'));
  return router;
}
