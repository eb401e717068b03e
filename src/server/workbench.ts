import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import express, { Router, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { RecordStore } from '../store/records.ts';
import type { Dependencies } from './call.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';
import { orderChoices } from './order-choices.ts';
import { reply, requestCall } from './reply.ts';
import { fixtureNamed, type SandboxFixture } from './sandbox.ts';
import { patientChoice, patientChoices, type PatientChoice } from './sandbox-patients.ts';
import { reportRoutes } from './report.ts';

/** Stands in the built page where the nonce of each answer goes (`vite.config.ts`). */
const NONCE_PLACE = '__NONCE__';

/**
 * What the page may load and do: from this service, and nothing inline, but for the style elements that the form's renderer
 * writes: they carry a nonce, new with each answer.
 */
const pagePolicy = (nonce: string): RequestHandler =>
  helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", `'nonce-${nonce}'`],
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
  records: Pick<RecordStore, 'during'>,
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
    router.get('/', async (request, response, next) => {
      const page = await readFile(`${folder}/index.html`, 'utf8');
      const nonce = randomBytes(16).toString('base64url');
      pagePolicy(nonce)(request, response, next);
      response.set('cache-control', 'no-cache').type('html').send(page.replaceAll(NONCE_PLACE, nonce));
    });
    router.all('/', allow('GET'));
  }
  // Of all that a caller may ask, this alone gives whole records away, or counts every caller's: pages of other origins are not to read them.
  router.use('/workbench', (_request, response, next) => {
    response.removeHeader('access-control-allow-origin');
    next();
  });
  router.post(
    '/workbench/chart',
    gate.post(() => ['/workbench/chart'], 64 * 1024),
    (request, response) =>
      reply('chart', requestCall(request, dependencies), request, response, dependencies),
  );
  router.all('/workbench/chart', allow('POST'));
  router.post(
    '/workbench/course',
    gate.post(() => ['/workbench/course']),
    (request, response) =>
      reply('course', requestCall(request, dependencies), request, response, dependencies),
  );
  router.all('/workbench/course', allow('POST'));
  const { library } = dependencies;
  router.get('/workbench/choices', (_request, response) => {
    response.json(
      orderChoices(
        fixtures.map(({ name }) => name),
        library,
      ),
    );
  });
  router.all('/workbench/choices', allow('GET'));
  // Read once for each edition of the policies, when they are first asked for.
  let patients: Promise<readonly PatientChoice[]> | undefined;
  router.get('/workbench/patients', async (_request, response) => {
    patients ??= patientChoices(fixtures, library);
    response.json({ patients: await patients });
  });
  router.all('/workbench/patients', allow('GET'));
  router.get('/workbench/patients/:name', async (request, response) => {
    response.json(await patientChoice(fixtureNamed(fixtures, request.params.name), library));
  });
  router.all('/workbench/patients/:name', allow('GET'));
  router.use(reportRoutes(records, dependencies, gate));
  return router;
}
