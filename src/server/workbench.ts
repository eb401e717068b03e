import express, { Router } from 'express';
import helmet from 'helmet';
import { chartRoute } from './chart-reading.ts';
import type { Dependencies } from './call.ts';
import { courseRoute } from './course-reading.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';
import { orderChoicesRoute } from './order-choices.ts';
import type { SandboxFixture } from './sandbox.ts';

/** What the page may load and do: from this service, and nothing inline. */
const pagePolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    frameAncestors: ["'none'"],
    formAction: ["'none'"],
    baseUri: ["'none'"],
  },
});

/**
 * The workbench at `/`, for sandbox mode alone, and what only it asks for.
 * @param folder the built page; undefined: it is not built, and there is nothing at `/`
 */
export function workbenchRoutes(
  folder: string | undefined,
  fixtures: readonly SandboxFixture[],
  dependencies: Dependencies,
  gate: Gate,
): Router {
  const router = Router();
  if (folder !== undefined) {
    // The names of assets change with their content; the page that names them is asked for anew.
    router.use(
      '/assets',
      express.static(`${folder}/assets`, { immutable: true, maxAge: '1y', index: false }),
    );
    router.get('/', pagePolicy, (_request, response) => {
      response.sendFile('index.html', {
        root: folder,
        cacheControl: false,
        headers: { 'cache-control': 'no-cache' },
      });
    });
    router.all('/', allow('GET'));
  }
  // Of all that a caller may ask, these alone give records away: pages of other origins are not to read them.
  router.use('/workbench', (_request, response, next) => {
    response.removeHeader('access-control-allow-origin');
    next();
  });
  router.post('/workbench/chart', ...gate.post(() => ['/workbench/chart'], '64kb'), chartRoute(dependencies));
  router.all('/workbench/chart', allow('POST'));
  router.post('/workbench/course', ...gate.post(() => ['/workbench/course']), courseRoute(dependencies));
  router.all('/workbench/course', allow('POST'));
  router.get('/workbench/choices', orderChoicesRoute(fixtures, dependencies.library));
  router.all('/workbench/choices', allow('GET'));
  return router;
}
