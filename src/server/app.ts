import express, { type Express } from 'express';
import { cdsServiceRoutes } from './cds-services.ts';
import type { Dependencies } from './call.ts';
import { determinationRoutes } from './determinations.ts';
import { createDeterminationStore } from './determination-store.ts';
import { errorHandler, errorPlace, ServiceError } from './errors.ts';
import { cors } from './cors.ts';
import { createFeedbackStore } from './feedback-store.ts';
import { feedbackRoutes } from './feedback.ts';
import { createFhirClient } from './fhir-client.ts';
import { createFhirConnections } from './fhir-connections.ts';
import { sandboxEhrRoutes, type SandboxFixture } from './sandbox.ts';

/** The whole service as an Express app that does not listen yet. */
export function createApp(
  given: Omit<Dependencies, 'fhirClient'> & Partial<Pick<Dependencies, 'fhirClient'>>,
  fixtures: readonly SandboxFixture[],
): Express {
  const connections = createFhirConnections();
  const dependencies: Dependencies = {
    fhirClient: (access, log) => createFhirClient(access, connections, log),
    ...given,
  };
  const { library, logger } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(cors(dependencies.config.allowedOrigins));
  const determinations = dependencies.determinations ?? createDeterminationStore();
  const feedback = dependencies.feedback ?? createFeedbackStore();
  app.use(cdsServiceRoutes(dependencies, determinations, feedback));
  app.use(feedbackRoutes(dependencies.config.bodyLimit, feedback));
  app.use(determinationRoutes(dependencies, determinations));
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
      logger.error({ path: request.path, ...errorPlace(error) }, 'failed');
    }),
  );
  return app;
}
