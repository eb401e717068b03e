import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parseDate } from '../fhir/date.ts';
import { Mistake } from './mistake.ts';
import { FORMATS, type Format } from './report.ts';
import type { Named } from './settings.ts';

export type Arguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'worker'; readonly threads: number }
  | { readonly kind: 'purge'; readonly isQueued: boolean }
  | {
      readonly kind: 'compare';
      readonly policy: string;
      readonly charts: string;
      readonly named: Named;
      /** As given; the day on which the command runs when undefined. */
      readonly today: string | undefined;
      readonly format: Format;
      readonly output: string | undefined;
      readonly threads: number;
      readonly isQueued: boolean;
    };

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  policy: TEXT,
  charts: TEXT,
  product: { ...TEXT, multiple: true },
  setting: TEXT,
  date: TEXT,
  payer: TEXT,
  plan: TEXT,
  today: TEXT,
  format: { ...TEXT, default: 'text' },
  output: TEXT,
  threads: TEXT,
  queue: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Options that each command takes beside those that are always there. */
const ALWAYS = ['format', 'queue', 'help'];
const OF_A_WORKER = ['threads', ...ALWAYS];

/** @throws Mistake that names the option */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parsed(argv);
  if (values.help) return { kind: 'help' };
  const [command, ...rest] = positionals;
  const threads = threadsOf(values.threads);
  if (command === 'worker' && rest.length === 0) {
    const stray = Object.keys(values).find((name) => !OF_A_WORKER.includes(name));
    if (stray !== undefined)
      throw new Mistake(`--${stray} is not for a worker: it evaluates what it is given`);
    return { kind: 'worker', threads };
  }
  if (command === 'purge' && rest.length === 0) {
    const stray = Object.keys(values).find((name) => !ALWAYS.includes(name));
    if (stray !== undefined) throw new Mistake(`--${stray} is not for purge: it deletes all stopped runs`);
    return { kind: 'purge', isQueued: values.queue };
  }
  if (command !== undefined) throw new Mistake(`"${command}" is not understood; --help`);
  const { policy, charts, output, queue } = values;
  if (policy === undefined)
    throw new Mistake('--policy is missing: the folder of the changed policy; --help');
  if (charts === undefined)
    throw new Mistake('--charts is missing: an NDJSON file or a folder of them; --help');
  const format = FORMATS.find((name) => name === values.format);
  if (format === undefined) throw new Mistake(`--format must be one of ${FORMATS.join(', ')}`);
  return {
    kind: 'compare',
    policy,
    charts,
    named: namedOf(values),
    today: dayOf('--today', values.today),
    format,
    output,
    threads,
    isQueued: queue,
  };
}

function namedOf(values: ReturnType<typeof parsed>['values']): Named {
  const { product, setting, payer, plan } = values;
  const date = dayOf('--date', values.date);
  if (product === undefined && (setting !== undefined || date !== undefined))
    throw new Mistake('--setting and --date are of the order that --product names, which is missing');
  if (payer === undefined && plan !== undefined)
    throw new Mistake('--plan is of the payer that --payer names, which is missing');
  if (setting !== undefined && setting !== 'inpatient' && setting !== 'outpatient')
    throw new Mistake('--setting must be inpatient or outpatient');
  return {
    products: product ?? null,
    setting: setting ?? null,
    date: date ?? null,
    payer: payer ?? null,
    plan: plan ?? null,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : 'wrong arguments');
  }
}

function dayOf(option: string, day: string | undefined): string | undefined {
  if (day !== undefined && !(/^\d{4}-\d{2}-\d{2}$/.test(day) && parseDate(day) !== null))
    throw new Mistake(`${option} must be a date such as 2026-03-02`);
  return day;
}

function threadsOf(given: string | undefined): number {
  if (given === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(given)) throw new Mistake('--threads must be a number from 1 to 999');
  return Number(given);
}
