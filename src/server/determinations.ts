import { Router } from 'express';
import type { Determination } from '../engine/determination.ts';
import { jsonBody } from './body.ts';
import { answerCall, type Dependencies } from './call.ts';
import { ServiceError } from './errors.ts';

/** Determinations kept for `GET /determinations/{id}`: the newest, in memory, while the process lives. */
const KEPT = 1000;

/** `determination.md`, "Where it is served". */
export function determinationRoutes(dependencies: Dependencies): Router {
  const kept = new Map<string, Determination>();
  const router = Router();
  router.post('/determinations', ...jsonBody(dependencies.config.bodyLimit), async (request, response) => {
    const { determinations } = await answerCall(request, undefined, dependencies);
    const identified = determinations.map(({ determination }) => ({
      id: dependencies.newId(),
      ...determination,
    }));
    for (const { id, ...determination } of identified) kept.set(id, determination);
    for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(id);
    response.set('cache-control', 'no-store').json({ determinations: identified });
  });
  router.get('/determinations/:id', (request, response) => {
    const { id } = request.params;
    const determination = kept.get(id);
    if (determination === undefined) {
      throw new ServiceError('unknown-determination', 'no determination with this id is kept', '(url)');
    }
    response.set('cache-control', 'no-store').json({ id, ...determination });
  });
  return router;
}
