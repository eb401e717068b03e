import { existsSync } from 'node:fs';
import { Server as TlsServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Library } from './policy/library.ts';
import { createApp } from './server/app.ts';
import { ClientProblems, loadClients } from './server/client-file.ts';
import {
  readConfig,
  WrongSettings,
  wrongSettings,
  type Config,
  type ProductionSettings,
  type TlsFiles,
} from './server/config.ts';
import { FHIR_PATH } from './server/dtr.ts';
import { errorPlace } from './server/errors.ts';
import { createEvaluationThreads } from './server/evaluation-threads.ts';
import {
  closeGracefully,
  createHttpServer,
  DEFAULT_HTTP_LIMITS,
  secureOptions,
} from './server/http-server.ts';
import { newId, newUuid } from './server/identifiers.ts';
import { createLogger } from './server/log.ts';
import { createMetrics, type Metrics } from './server/metrics.ts';
import { createPolicies, type Reload } from './server/policies-in-force.ts';
import { PolicyProblems } from './server/policies.ts';
import { createReplays } from './server/replay.ts';
import { purgeRegularly } from './server/retention.ts';
import { registeredCallers, type RegisteredCallers } from './server/registered-callers.ts';
import { sandboxCaller, sandboxCallers } from './server/sandbox-caller.ts';
import { readFixtures } from './server/sandbox.ts';
import { startTracing } from './server/tracing.ts';
import { openDatabase, type Location } from './store/database.ts';
import type { Outcome } from './store/keeper.ts';
import { createRecordStore, type RecordStore } from './store/records.ts';
import { today } from './today.ts';

const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Where `npm run workbench` puts the page. */
const WORKBENCH = 'build/workbench';
const isWorkbenchBuilt = (): boolean => existsSync(folder(`${WORKBENCH}/index.html`));

/** Longer than the longest call may take. */
const SHUTDOWN_MILLISECONDS = 12_000;

try {
  await start(readConfig(process.env, process.execArgv));
} catch (error) {
  const isTold = [WrongSettings, ClientProblems, PolicyProblems].some((kind) => error instanceof kind);
  process.stderr.write(
    `Cartograph does not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  if (!isTold && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = 1;
}

async function start(config: Config): Promise<void> {
  const endTracing = await startTracing(process.env);
  const records = createRecordStore(() => openDatabase(config.records));
  const logger = createLogger(config.logLevel);
  const { access } = config;
  const publicUrl = access.mode === 'production' ? access.publicUrl : `http://localhost:${config.port}`;
  const fhirBase = `${publicUrl}${FHIR_PATH}`;
  const metrics = createMetrics(true);
  let isStopping = false;
  const policies = createPolicies(
    config.policyFolder ?? folder('cds-services'),
    (files) =>
      createEvaluationThreads(
        config.evaluationThreads,
        { policies: files, config, fhirBase },
        {
          error: (error) => {
            logger.error(errorPlace(error), 'an evaluation thread failed');
          },
          query: metrics.queried,
          failure: metrics.threadFailed,
          circuit: ({ server, isOpen }) => {
            logger.warn(
              { server, isOpen },
              'a FHIR server that fails too often is left alone, or asked again',
            );
          },
        },
      ),
    () => new Date(),
    (reload) => {
      metrics.reloaded(reload);
      logReload(reload, policies.current().edition, logger);
    },
  );
  const { library, edition, threads } = policies.current();
  const { callers, readAgain } =
    access.mode === 'sandbox'
      ? { callers: sandboxCallers(sandboxCaller(access, library)), readAgain: () => undefined }
      : productionCallers(access, library, records, config.recordMilliseconds, metrics, logger);
  const fixtures = access.mode === 'sandbox' ? readFixtures(folder('fhir-fixtures')) : [];
  const app = createApp(
    {
      policies,
      metrics,
      isStopping: () => isStopping,
      config,
      fhirBase,
      logger,
      today,
      newUuid,
      newId,
      callers,
      records,
      workbench: isWorkbenchBuilt() ? folder(WORKBENCH) : undefined,
    },
    fixtures,
  );
  await threads?.ready();
  await checkRecords(records, config.records, logger);
  purgeRegularly(
    records,
    config.retentionDays,
    () => new Date(),
    (deleted) => {
      if (deleted instanceof Error) logger.error(errorPlace(deleted), 'old records were not purged');
      else logger.info({ deleted: Object.fromEntries(deleted) }, 'old records purged');
    },
  );
  const operators = access.mode === 'production' ? access.metricsListen : undefined;
  const metricsPort =
    operators === undefined ? undefined : await listen(createHttpServer(app.operatorsApp), operators);
  const tls = access.mode === 'production' ? access.tls : undefined;
  const server = createHttpServer(app, DEFAULT_HTTP_LIMITS, tls);
  process.on('SIGHUP', () => {
    if (tls !== undefined && server instanceof TlsServer) renewCertificate(server, tls, logger);
    // Clients are checked against the policies that are in force then: they name payers.
    void policies.reload().then(() => {
      readAgain(policies.current().library);
    });
  });
  if (config.policyWatchSeconds > 0) policies.watch(config.policyWatchSeconds * 1000);
  const port = await listen(server, config);
  if (access.mode === 'sandbox') sayHello(port, library, fixtures.length);
  else
    logger.info(
      {
        mode: access.mode,
        host: config.host,
        port,
        tls: tls !== undefined,
        publicUrl: access.publicUrl,
        ...(operators === undefined ? {} : { metrics: { host: operators.host, port: metricsPort } }),
        policies: edition,
        pid: process.pid,
      },
      'listening',
    );
  const stop = async (why: string): Promise<void> => {
    isStopping = true;
    logger.info({ why }, 'stopping');
    const isFinished = await closeGracefully(server, SHUTDOWN_MILLISECONDS);
    await Promise.allSettled([records.close(), endTracing()]);
    logger.info({ isFinished }, 'stopped');
    process.exit(isFinished && why !== 'failure' ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // A second one ends the process at once, as Node does by itself.
      void stop(signal);
    });
  }
  // Node would print the error with its message, which may repeat a patient's data.
  process.on('uncaughtException', (error) => {
    logger.fatal(errorPlace(error), 'failed outside of any request');
    void stop('failure');
  });
}

/** @returns the port, which 0 leaves to the system */
async function listen(
  server: ReturnType<typeof createHttpServer>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  server.once('error', (error) => {
    process.stderr.write(`Cartograph cannot listen on ${host}:${port}: ${error.message}\n`);
    process.exit(1);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A file that cannot be written is a mistake in the settings; a database that is down may come up later. */
async function checkRecords(records: RecordStore, location: Location, logger: Logger): Promise<void> {
  try {
    await records.check();
  } catch (error) {
    if (location.kind !== 'postgres')
      throw wrongSettings([
        `DATA_FOLDER: ${error instanceof Error ? error.message : 'the record store cannot be opened'}`,
      ]);
    logger.error(errorPlace(error), 'the database of records is not reachable: answers go out without ids');
  }
}

/** Production: the clients file. */
function productionCallers(
  { clients: file, publicUrl }: ProductionSettings,
  library: Library,
  records: RecordStore,
  recordMilliseconds: number,
  metrics: Metrics,
  logger: Logger,
): {
  readonly callers: RegisteredCallers;
  readonly readAgain: (library: Library) => void;
} {
  const clients = loadClients(file, library);
  const report = (outcome: Outcome, error?: unknown): void => {
    metrics.tokenChecked(outcome);
    if (outcome !== 'kept')
      logger.warn(
        { outcome, ...(error === undefined ? {} : errorPlace(error)) },
        'whether a token was used before is known of this process alone',
      );
  };
  const replays = createReplays(records, report, recordMilliseconds);
  const callers = registeredCallers(clients, publicUrl, () => new Date(), replays);
  logger.info({ clients: clients.map(({ id }) => id) }, 'clients file read');
  const readAgain = (inForce: Library): void => {
    try {
      const next = loadClients(file, inForce);
      callers.replace(next);
      logger.info({ clients: next.map(({ id }) => id) }, 'clients file read again');
    } catch (error) {
      if (!(error instanceof ClientProblems)) throw error;
      logger.error(
        { problems: error.message.split('\n') },
        'the clients file is refused; the one before stays in force',
      );
    }
  };
  return { callers, readAgain };
}

/** New connections get the certificate, open ones go on. */
function renewCertificate(server: TlsServer, files: TlsFiles, logger: Logger): void {
  try {
    server.setSecureContext(secureOptions(files));
    logger.info('certificate read again');
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    logger.error(
      { problems: error.message.split('\n') },
      'the certificate is refused; the one before stays in force',
    );
  }
}

function logReload({ outcome, error }: Reload, edition: string, logger: Logger): void {
  if (outcome !== 'refused') logger.info({ outcome, edition }, 'policy files read again');
  else
    logger.error(
      {
        edition,
        ...(error instanceof PolicyProblems ? { problems: error.message.split('\n') } : errorPlace(error)),
      },
      'the policy files are refused; those before stay in force',
    );
}

function sayHello(port: number, library: Library, patients: number): void {
  const base = `http://localhost:${port}`;
  process.stdout.write(
    [
      `Cartograph in sandbox mode: unsigned calls, loopback only. ${library.policies.length} policies.`,
      `  workbench  ${isWorkbenchBuilt() ? `${base}/` : 'not built: npm run workbench'}`,
      `  services   ${base}/cds-services/{hook}  (order-sign, order-select, order-dispatch, appointment-book, …)`,
      `  discovery  ${base}/cds-services`,
      `  sandbox    ${base}/sandbox/fhir  (${patients} patients; hook requests: ${base}/sandbox/hooks)`,
      '',
      'Try it:',
      `  curl -s ${base}/sandbox/hooks/b-all-second-relapse-outpatient | curl -s -H 'content-type: application/json' -d @- ${base}/cds-services/order-sign`,
      '',
    ].join('\n'),
  );
}
