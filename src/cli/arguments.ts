import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseDate } from '../fhir/date.ts';
import { suggestion } from '../policy/suggestion.ts';
import { mayCarryToken, normalBase } from '../server/fhir-base.ts';
import { CommandError, EXIT } from './exit-code.ts';

/** Where the chart comes from. `request`: from the prefetch of the hook request given as order. */
export type ChartSource =
  | { readonly kind: 'files'; readonly names: readonly string[] }
  | { readonly kind: 'server'; readonly base: string; readonly tokenVariable: string | undefined }
  | { readonly kind: 'request' };

export interface Arguments {
  readonly chart: ChartSource;
  readonly patientId: string | undefined;
  /** As given; the fixture given as chart when undefined. */
  readonly order: string | undefined;
  readonly coverage: string | undefined;
  readonly asOf: string | undefined;
  readonly json: boolean;
}

const OPTIONS = {
  chart: { type: 'string', multiple: true },
  server: { type: 'string' },
  patient: { type: 'string' },
  'token-env': { type: 'string' },
  coverage: { type: 'string' },
  order: { type: 'string' },
  'as-of': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const usage = (message: string): CommandError =>
  new CommandError(EXIT.usage, `${message} (--help explains the options)`);

/** @throws CommandError that names the option which is not understood */
export function readArguments(argv: readonly string[]): Arguments | 'help' {
  const values = parsed(argv);
  if (values.help === true) return 'help';
  const { chart, server, patient, order, coverage } = values;
  for (const name of ['patient', 'coverage', 'order', 'token-env'] as const) {
    if (values[name]?.trim() === '') throw usage(`--${name} is empty`);
  }
  const asOf = values['as-of'];
  if (asOf !== undefined && !(/^\d{4}-\d{2}-\d{2}$/.test(asOf) && parseDate(asOf) !== null)) {
    throw usage(`--as-of ${asOf}: not a date such as 2026-03-02`);
  }
  return {
    chart: chartSource(chart, server, values['token-env'], patient, order),
    patientId: patient?.replace(/^Patient\//, ''),
    order,
    coverage,
    asOf,
    json: values.json === true,
  };
}

function chartSource(
  chart: readonly string[] | undefined,
  server: string | undefined,
  tokenVariable: string | undefined,
  patient: string | undefined,
  order: string | undefined,
): ChartSource {
  if (chart !== undefined && server !== undefined)
    throw usage('--chart and --server: give one of them, not both');
  if (server === undefined && tokenVariable !== undefined)
    throw usage('--token-env is for --server, which is missing');
  if (chart !== undefined) {
    if (chart.some((name) => name.trim() === '')) throw usage('--chart is empty');
    return { kind: 'files', names: chart };
  }
  if (server === undefined) {
    if (order === undefined) throw usage('--chart (or --server) is missing');
    return { kind: 'request' };
  }
  if (patient === undefined) throw usage('--server needs --patient <id>');
  if (order === undefined) throw usage('--server needs --order <file>');
  return { kind: 'server', base: serverBase(server, tokenVariable !== undefined), tokenVariable };
}

function serverBase(printed: string, hasToken: boolean): string {
  const url = URL.canParse(printed) ? new URL(printed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usage(`--server ${printed}: not a URL such as https://example.org/fhir`);
  if (url.username !== '' || url.password !== '')
    throw usage('--server: a name or password does not belong in the URL; --token-env names a token');
  if (url.search !== '' || url.hash !== '')
    throw usage(`--server ${printed}: the base URL of a FHIR server has no query`);
  const base = normalBase(printed);
  if (base === undefined) throw usage(`--server ${printed}: the path of a base URL has no dots or escapes`);
  if (hasToken && !mayCarryToken(base)) throw usage(`--server ${printed}: a token is sent over https only`);
  return base;
}

function parsed(argv: readonly string[]) {
  let tokens;
  try {
    tokens = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw usage(parseProblem(error));
  }
  const [stray] = tokens.positionals;
  if (stray !== undefined) {
    throw usage(
      `"${stray}" follows no option; write npm run determine -- --chart ${stray}, with "--" before the options`,
    );
  }
  return tokens.values;
}

/** What `parseArgs` says, in one sentence. */
function parseProblem(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  const option = /'(?:-\w, )?(--?[^' ]+)/.exec(message)?.[1] ?? '';
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const known = Object.keys(OPTIONS).map((name) => `--${name}`);
      return `${option}: there is no such option${suggestion(option, known)}`;
    }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return message.includes('does not take')
        ? `${option} takes no value`
        : `${option}: its value is missing`;
    default:
      throw error;
  }
}
