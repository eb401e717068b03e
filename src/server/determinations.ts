import { Router } from 'express';
import { jsonBody } from './body.ts';
import { answerCall, type Dependencies } from './call.ts';
import type { DeterminationStore } from './determination-store.ts';
import { ServiceError } from './errors.ts';

/** `determination.md`, "Where it is served". */
export function determinationRoutes(dependencies: Dependencies, store: DeterminationStore): Router {
  const router = Router();
  router.post('/determinations', ...jsonBody(dependencies.config.bodyLimit), async (request, response) => {
    const { evaluation, idOf } = await answerCall(request, undefined, dependencies, store);
    response.set('cache-control', 'no-store').json({
      determinations: evaluation.determinations.map(({ determination }) => ({
        id: idOf(determination),
        ...determination,
      })),
    });
  });
  router.get('/determinations/:id', (request, response) => {
    const determination = store.find(request.params.id);
    if (determination === undefined) {
      throw new ServiceError('unknown-determination', 'no determination with this id is kept', '(url)');
    }
    response.set('cache-control', 'no-store').json(determination);
  });
  return router;
}
