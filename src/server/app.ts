import express, { type Express } from 'express';
import { cdsServiceRoutes } from './cds-services.ts';
import type { Dependencies } from './call.ts';
import { determinationRoutes } from './determinations.ts';
import { errorHandler, ServiceError } from './errors.ts';
import { sandboxEhrRoutes, type SandboxFixture } from './sandbox.ts';

/** The whole service as an Express app that does not listen yet. */
export function createApp(dependencies: Dependencies, fixtures: readonly SandboxFixture[]): Express {
  const { library, logger } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(cdsServiceRoutes(dependencies));
  app.use(determinationRoutes(dependencies));
  app.use(sandboxEhrRoutes(fixtures));
  app.get('/healthz', (_request, response) => {
    response.json({
      status: 'ok',
      policies: library.policies.map(({ id, version, effective }) => ({ id, version, effective })),
      valueSets: [...library.terminology.valueSets.values()].map(({ id, version, concepts }) => ({
        id,
        version,
        codes: concepts.size,
      })),
    });
  });
  app.use((request, _response) => {
    throw new ServiceError(
      'not-found',
      `there is nothing at ${request.method} ${request.path}; start at GET /cds-services`,
      '(url)',
    );
  });
  app.use(
    errorHandler((error, request) => {
      // The message of an unexpected error may repeat data: its name and place are enough to find it.
      const { name, stack } = error instanceof Error ? error : { name: 'unknown', stack: undefined };
      logger.error(
        {
          path: request.path,
          name,
          at: stack
            ?.split('\n')
            .map((line) => line.trim())
            .filter((line) => line.startsWith('at '))
            .slice(0, 5),
        },
        'failed',
      );
    }),
  );
  return app;
}
