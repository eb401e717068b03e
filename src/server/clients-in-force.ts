import type { Logger } from 'pino';
import type { Library } from '../policy/library.ts';
import type { Outcome } from '../store/keeper.ts';
import type { RecordStore } from '../store/records.ts';
import type { Patience } from '../store/time-limit.ts';
import { ClientProblems, loadClients } from './client-file.ts';
import type { ProductionSettings } from './config.ts';
import { errorPlace } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { registeredCallers, type RegisteredCallers } from './registered-callers.ts';
import { createReplays } from './replay.ts';

/** The clients of the clients file, who call in production mode, and what reads that file again. @throws ClientProblems */
export function clientsInForce(
  { clients: file, publicUrl }: ProductionSettings,
  library: Library,
  records: RecordStore,
  patience: Patience,
  metrics: Metrics,
  logger: Logger,
): {
  readonly callers: RegisteredCallers;
  /** A file with a mistake changes nothing, and the log says so. */
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
  const replays = createReplays(records, report, patience);
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
