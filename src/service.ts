import { existsSync } from 'node:fs';
import { Server as TlsServer } from 'node:https';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Library } from './policy/library.ts';
import type { Service } from './server/app.ts';
import type { Callers } from './server/caller.ts';
import {
  FHIR_PATH,
  readConfig,
  WrongSettings,
  wrongSettings,
  type Config,
  type TlsFiles,
} from './server/config.ts';
import { errorPlace, OperatorMistake } from './server/errors.ts';
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
import { purgeRegularly } from './server/retention.ts';
import { startTracing } from './server/tracing.ts';
import type { Location } from './store/database.ts';
import { readableByOthers } from './store/file-rights.ts';
import type { RecordStore } from './store/records.ts';
import { createPatience, inTime, type Patience } from './store/time-limit.ts';
import { today } from './today.ts';

const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Where `npm run workbench` puts the page. */
const WORKBENCH = 'build/workbench';
const isWorkbenchBuilt = (): boolean => existsSync(folder(`${WORKBENCH}/index.html`));

/** Longer than the longest call may take. */
const SHUTDOWN_MILLISECONDS = 12_000;
/** For records that still wait then, and for closing their database. */
const CLOSING_MILLISECONDS = 2000;
/** How often at most the log says that connections are refused. */
const DROPS_TOLD_MILLISECONDS = 60_000;

try {
  await start(readConfig(process.env, process.execArgv));
} catch (error) {
  process.stderr.write(
    `Cartograph does not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  if (error instanceof Error && !(error instanceof OperatorMistake))
    process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = 1;
}

async function start(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const { access } = config;
  const publicUrl = access.mode === 'production' ? access.publicUrl : `http://localhost:${config.port}`;
  const fhirBase = `${publicUrl}${FHIR_PATH}`;
  const metrics = createMetrics(true);
  let isStopping = false;
  const policies = await createPolicies(
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
    getCompileCacheDir(),
  );
  // The threads load what they need from here on, the store's too, and this one what it needs.
  const [{ openDatabase }, { createRecordStore }] = await Promise.all([
    import('./store/database.ts'),
    import('./store/records.ts'),
  ]);
  const records = createRecordStore(() => openDatabase(config.records));
  const patience = createPatience(config.recordMilliseconds);
  const { library, edition, threads } = policies.current();
  const { callers, readAgain } = await callersOf(access, library, records, patience, metrics, logger);
  const [{ createApp }, { rehearse }, { readFixtures }] = await Promise.all([
    import('./server/app.ts'),
    import('./server/rehearsal.ts'),
    import('./server/sandbox.ts'),
    checkRecords(records, config.records, logger),
  ]);
  purgeRegularly(
    records,
    config.retentionDays,
    () => new Date(),
    (deleted) => {
      if (deleted instanceof Error) logger.error(errorPlace(deleted), 'old records were not purged');
      else logger.info({ deleted: Object.fromEntries(deleted) }, 'old records purged');
    },
  );
  const fixtures = access.mode === 'sandbox' ? readFixtures(folder('fhir-fixtures')) : [];
  const given = {
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
    patience,
    workbench: isWorkbenchBuilt() ? folder(WORKBENCH) : undefined,
  };
  const app = createApp(given, fixtures);
  await Promise.all([
    threads?.ready(),
    rehearse(given).catch((error: unknown) => {
      logger.error(errorPlace(error), 'a call could not be rehearsed: the first one takes longer');
    }),
  ]);
  if (access.mode === 'production' && config.records.kind === 'sqlite') {
    const open = readableByOthers(config.records.file);
    if (open.length > 0) logger.warn({ files: open }, 'other accounts of this machine can read the records');
  }
  // From here on: a rehearsal is nobody's call.
  const endTracing = await startTracing(process.env);
  const operators = access.mode === 'production' ? access.metricsListen : undefined;
  const metricsPort =
    operators === undefined ? undefined : await listen(createHttpServer(app.operatorsApp), operators);
  const tls = access.mode === 'production' ? access.tls : undefined;
  const server = createHttpServer(app, DEFAULT_HTTP_LIMITS, tls);
  let told = -Infinity;
  server.on('drop', () => {
    if (performance.now() - told < DROPS_TOLD_MILLISECONDS) return;
    told = performance.now();
    logger.warn({ most: server.maxConnections }, 'connections are refused: too many are open');
  });
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
    await Promise.allSettled([
      inTime(closeRecords(app, records, logger), CLOSING_MILLISECONDS).catch((error: unknown) => {
        logger.error(errorPlace(error), 'what still waited to be recorded may be lost');
      }),
      endTracing(),
    ]);
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

async function closeRecords({ flush }: Service, records: RecordStore, logger: Logger): Promise<void> {
  const lost = await flush();
  if (lost > 0) logger.error({ lost }, 'the store refuses what still waited to be recorded');
  await records.close();
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

/** Whoever calls in sandbox mode; in production mode the clients of the clients file. */
async function callersOf(
  access: Config['access'],
  library: Library,
  records: RecordStore,
  patience: Patience,
  metrics: Metrics,
  logger: Logger,
): Promise<{ readonly callers: Callers; readonly readAgain: (library: Library) => void }> {
  if (access.mode === 'sandbox') {
    const { sandboxCaller, sandboxCallers } = await import('./server/sandbox-caller.ts');
    return { callers: sandboxCallers(sandboxCaller(access, library)), readAgain: () => undefined };
  }
  const { clientsInForce } = await import('./server/clients-in-force.ts');
  return clientsInForce(access, library, records, patience, metrics, logger);
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
        ...(error instanceof OperatorMistake ? { problems: error.message.split('\n') } : errorPlace(error)),
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
