import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import express, { Router, type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { derived } from '../fhir/derived.ts';
import type { RecordStore } from '../store/records.ts';
import { createPatience, type Patience } from '../store/time-limit.ts';
import { admitStranger, requestAudit } from './audit.ts';
import { whoCalls } from './caller.ts';
import { answerHook, cdsServiceRoutes } from './cds-services.ts';
import type { Dependencies } from './call.ts';
import { cors } from './cors.ts';
import { determinationRoutes } from './determinations.ts';
import { dtrRoutes } from './dtr.ts';
import { errorHandler, errorPlace, ServiceError } from './errors.ts';
import { exchangeOf } from './exchange.ts';
import { feedbackRoutes } from './feedback.ts';
import { createFhirClients } from './fhir-clients.ts';
import { createGate, isRefusal, type Gate } from './gate.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { operationRoutes, type Operations } from './operations.ts';
import type { Edition, Policies } from './policies-in-force.ts';
import { policyReaderRoutes } from './policy-reader.ts';
import { createRecordKeeping, type RecordKeeping } from './record-keeping.ts';
import { nameRequest, requestIdOf } from './request-id.ts';
import { hookCalled, routeOf } from './route.ts';
import { sandboxPayerRoutes } from './sandbox-payer.ts';
import { sandboxEhrRoutes, type SandboxFixture } from './sandbox.ts';
import { workbenchRoutes } from './workbench.ts';

/** What the app is made of; what is optional has a default that needs no disk and no setting. */
export type Given = Omit<Dependencies, 'fhirClient' | 'keeping' | 'metrics' | 'now' | keyof Edition> &
  Partial<Pick<Dependencies, 'fhirClient' | 'now'>> & {
    readonly policies: Policies;
    readonly metrics?: Metrics;
    /** True once the process is about to end. */
    readonly isStopping?: () => boolean;
    readonly records: RecordStore;
    /** How long calls wait for the records, whatever part of the service asks. */
    readonly patience?: Patience;
    /** Folder of the built page, which sandbox mode serves; undefined: there is none. */
    readonly workbench?: string | undefined;
  };

export type Service = RequestListener & {
  /** For an address that only the operator reaches: health, readiness and counts. */
  readonly operatorsApp: Express;
  /** Writes what waits to be recorded. @returns how many writes the store refuses */
  readonly flush: RecordKeeping['flush'];
};

/**
 * The whole service, as what answers the requests of a server. A hook call is answered before the app's routing: there is
 * one for every order in a hospital, and nearly all of them are about other things.
 * @param fixtures patients of the sandbox EHR, which sandbox mode alone serves
 */
export function createApp(given: Given, fixtures: readonly SandboxFixture[]): Service {
  const { client } = createFhirClients();
  const {
    policies,
    records,
    patience = createPatience(),
    metrics = createMetrics(),
    isStopping = () => false,
    workbench,
    ...rest
  } = given;
  const keeping = createRecordKeeping(
    records,
    (outcome, error) => {
      const line = { outcome, ...(error === undefined ? {} : errorPlace(error)) };
      // One that came late may be kept all the same: the disk is slow, nothing is broken.
      if (outcome === 'late') given.logger.warn(line, 'a record came late');
      else given.logger.error(line, 'a record was not kept, or not read');
    },
    patience,
  );
  const dependencies: Omit<Dependencies, keyof Edition> = {
    now: () => new Date(),
    fhirClient: (access, log) =>
      client(access, (query) => {
        metrics.queried(query);
        log(query);
      }),
    ...rest,
    keeping,
    metrics,
  };
  metrics.watch({ policies, keeping });
  const operations: Operations = { policies, keeping, records, metrics, isStopping };
  const { logger, callers, config } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  if (config.trustedProxies !== undefined) app.set('trust proxy', config.trustedProxies);
  const gate = createGate(callers, config.bodyLimit, app.get('trust proxy fn') as TrustedProxies);
  const under = derived((edition: Edition): Dependencies => ({ ...dependencies, ...edition }));
  app.use((request, _response, next) => {
    next(exchangeOf(request).failure);
  });
  app.use(feedbackRoutes(gate, keeping, dependencies.now));
  app.use(
    byEdition((edition) => {
      const those = under(edition);
      return [
        cdsServiceRoutes(those, gate),
        determinationRoutes(those, gate),
        dtrRoutes(those, gate),
        ...(callers.isSandbox ? [sandboxPayerRoutes(those, gate)] : []),
        policyReaderRoutes(those.library, gate),
        ...(callers.isSandbox ? [workbenchRoutes(workbench, fixtures, records, those, gate)] : []),
      ];
    }),
  );
  if (callers.isSandbox) app.use(sandboxEhrRoutes(fixtures));
  app.use(operationRoutes(operations, callers.isSandbox));
  app.use(nothingHere);
  app.use(refusals(gate, callers.isSandbox, logger));
  const failures = errorHandler((error, request) => {
    logger.error(
      { requestId: requestIdOf(request), route: routeOf(request), ...errorPlace(error) },
      'failed',
    );
  });
  app.use(failures);
  const operatorsApp = express();
  operatorsApp.disable('x-powered-by');
  operatorsApp.use(operationRoutes(operations, true), nothingHere, failures);

  const always = securityHeaders(callers.isSandbox);
  const isPreflight = cors(callers.origins);
  const audit = requestAudit(keeping, dependencies.now);
  const service: RequestListener = (request, response) => {
    const at = dependencies.now();
    const started = performance.now();
    const { edition, leave } = policies.enter();
    response.once('close', () => {
      const milliseconds = performance.now() - started;
      metrics.requested(request, response, milliseconds);
      audit(request, response, at, milliseconds);
      leave();
    });
    for (const [name, value] of always) response.setHeader(name, value);
    nameRequest(request, response);
    if (isPreflight(request, response)) return;
    const exchange = exchangeOf(request);
    exchange.edition = edition;
    exchange.route = hookCalled(request);
    if (exchange.route === undefined) app(request, response);
    else
      answerHook(request, response, exchange.route.hook, under(edition), gate).catch((error: unknown) => {
        exchange.failure = error;
        app(request, response);
      });
  };
  return Object.assign(service, { operatorsApp, flush: () => keeping.flush() });
}

type TrustedProxies = Parameters<typeof createGate>[2];

const nothingHere: RequestHandler = (request) => {
  throw new ServiceError(
    'not-found',
    `there is nothing at ${request.method} ${request.path}; start at GET /cds-services`,
    '(url)',
  );
};

/** The routes that answer by policies: those of the request's edition. */
function byEdition(routes: (edition: Edition) => readonly Router[]): RequestHandler {
  const routerOf = derived((edition: Edition) => Router().use(...routes(edition)));
  return (request, response, next) => {
    const { edition } = exchangeOf(request);
    if (edition === undefined) throw new Error('this request is under no policies');
    routerOf(edition)(request, response, next);
  };
}

/**
 * Answers are JSON for programs: nothing of them is to be rendered, framed or guessed at. The page says its own.
 * @returns names and values, which are the same for every answer
 */
function securityHeaders(isSandbox: boolean): readonly (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Sandbox mode has no TLS to insist on.
    strictTransportSecurity: isSandbox ? false : { maxAge: 31_536_000, includeSubDomains: false },
  })(request, response, () => undefined);
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

/**
 * Refused tokens are logged with the cause, and strangers' requests are recorded, as long as their number allows it. The
 * sandbox, which knows nobody, refuses nobody either.
 */
const refusals =
  ({ refused }: Gate, isSandbox: boolean, logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    const isStranger = whoCalls(request) === undefined;
    if (!isRefusal(error) && (isSandbox || !isStranger)) {
      admitStranger(response);
      next(error);
      return;
    }
    return refused(request, response, (tooMany?: unknown) => {
      if (tooMany === undefined) admitStranger(response);
      if (tooMany === undefined && isRefusal(error)) {
        const { code, reason, claimed } = error;
        logger.warn(
          { requestId: requestIdOf(request), route: routeOf(request), code, reason, claimedClient: claimed },
          'refused',
        );
      }
      next(tooMany ?? error);
    });
  };
