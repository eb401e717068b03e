import { parseArgs } from 'node:util';
import type { RecordStore } from '../store/records.ts';
import type { NewRow } from '../store/tables.ts';
import { auditEventOf } from './audit-event.ts';
import { crdMetricOf } from './crd-metric.ts';
import { midnight, periodOf } from './period.ts';
import { reportCsv, reportText } from './report-text.ts';
import { reportOf } from './report.ts';

/** What the operator's command needs of its surroundings. */
export interface Surroundings {
  readonly open: () => RecordStore;
  /** Now, RFC 3339 in UTC. */
  readonly now: () => string;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

export const HELP = `Records of the service: what it said, and what it was told.

  npm run report -- [--from DAY] [--to DAY] [--format text|csv|json]
      how often each criterion was met, missing, not met; feedback; time to answer
  npm run records -- audit [--from DAY] [--to DAY]
      who asked what, as FHIR AuditEvents, one a line
  npm run records -- metrics [--from DAY] [--to DAY]
      hook calls as the CRD guide measures them (CRDMetricData), one a line
  npm run records -- find --assertion ID | --hook-instance ID | --suggestion ID
      the determinations of one answer, and who asked for them; a hook instance is a name that callers choose:
      where several clients used it, they come one after another
  npm run records -- purge --before DAY
      deletes what is older

DAY is a date such as 2026-03-01: --from with it, --to and --before without it. All times are UTC. What is read
or deleted here is recorded too. DATABASE_URL or DATA_FOLDER say where the records are, as for the service.
`;

class Mistake extends Error {}

/** @returns the exit code: 0, or 2 for a mistake in the arguments */
export async function recordsCommand(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await run(argv, surroundings);
    return 0;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    surroundings.error(`records: ${error.message}\n`);
    return 2;
  }
}

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  before: { type: 'string' },
  format: { type: 'string', default: 'text' },
  assertion: { type: 'string' },
  'hook-instance': { type: 'string' },
  suggestion: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : 'wrong arguments');
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  const { values, positionals } = readArguments(argv);
  const { out, now } = surroundings;
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    out(HELP);
    return;
  }
  if (rest.length > 0) throw new Mistake(`"${rest.join(' ')}" is not understood; --help`);
  const period = periodOf(instant('--from', values.from), instant('--to', values.to));
  switch (command) {
    case 'report': {
      const { format } = values;
      const write = FORMATS[format];
      if (write === undefined) throw new Mistake('--format must be text, csv or json');
      await using(surroundings, 'export', 'report', async (store) => {
        const to = values.to ?? now().slice(0, 10);
        out(write(await reportOf(store, period, values.from ?? 'the beginning', to)));
      });
      return;
    }
    case 'audit':
      await using(surroundings, 'export', 'audit', async (store) => {
        for await (const row of store.during('audit_event', period))
          out(`${JSON.stringify(auditEventOf(row))}\n`);
      });
      return;
    case 'metrics':
      await using(surroundings, 'export', 'metrics', async (store) => {
        for await (const row of store.during('audit_event', period)) {
          const metric = crdMetricOf(row);
          if (metric !== undefined) out(`${JSON.stringify(metric)}\n`);
        }
      });
      return;
    case 'find': {
      const { assertion, 'hook-instance': hookInstance, suggestion } = values;
      const key = { assertion, hookInstance, suggestion };
      if (Object.values(key).filter((value) => value !== undefined).length !== 1)
        throw new Mistake('find needs one of --assertion, --hook-instance, --suggestion');
      await using(surroundings, 'read', 'find', async (store) => {
        const { determinations, events } = await store.find(key);
        out(
          `${JSON.stringify(
            {
              determinations: determinations.map(({ body, ...row }) => ({
                ...row,
                body: JSON.parse(body) as unknown,
              })),
              events: events.map(auditEventOf),
            },
            null,
            2,
          )}\n`,
        );
        const clients = new Set([...determinations, ...events].map(({ client }) => client));
        if (clients.size > 1)
          surroundings.error(
            `records: ${clients.size} clients used this hook instance; each row names its client\n`,
          );
        const patients = [...determinations, ...events].flatMap(({ patient }) => patient ?? []);
        return { patients: [...new Set(patients)], details: { key } };
      });
      return;
    }
    case 'purge': {
      const before = instant('--before', values.before);
      if (before === undefined) throw new Mistake('purge needs --before, a date such as 2026-03-01');
      if (before > now()) throw new Mistake('--before must not be in the future');
      await using(surroundings, 'purge', before, async (store) => {
        const deleted = await store.purge(before);
        for (const [table, count] of deleted) out(`${String(count).padStart(8)}  ${table}\n`);
      });
      return;
    }
    default:
      throw new Mistake(`there is no command "${command}"; --help`);
  }
}

const FORMATS: Readonly<Record<string, (report: Parameters<typeof reportText>[0]) => string>> = {
  text: reportText,
  csv: reportCsv,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
};

/** @throws Mistake for what is no day */
function instant(option: string, day: string | undefined): string | undefined {
  if (day === undefined) return undefined;
  const at = midnight(day);
  if (at === undefined) throw new Mistake(`${option} must be a date such as 2026-03-01`);
  return at;
}

/** What the audit trail says of an operator's work beside what it was. */
interface Seen {
  /** `Patient/id`. */
  readonly patients: readonly string[];
  readonly details: object;
}

/** Opens the store, does the work, and records that the operator did it, and whose records were seen. */
async function using(
  { open, now }: Surroundings,
  action: 'export' | 'read' | 'purge',
  target: string,
  work: (store: RecordStore) => Promise<Seen | void>,
): Promise<void> {
  const store = open();
  const started = performance.now();
  try {
    const { patients = [], details = {} } = (await work(store)) ?? {};
    const event = (patient: string | null): NewRow<'audit_event'> => ({
      at: now(),
      client: 'operator',
      action,
      target,
      hook_instance: null,
      patient,
      status: 200,
      milliseconds: Math.round(performance.now() - started),
      details: JSON.stringify(details),
    });
    await store.keep({ audit_event: (patients.length === 0 ? [null] : patients).map(event) });
  } finally {
    await store.close();
  }
}
