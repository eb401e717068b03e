/**
 * The checks of Inferno's CRD server suite (davinci-crd-test-kit, suite `crd_server`, CRD 2.0.1), one function for each
 * row, so that a finding can be looked up in the suite by its id.
 */

export type Version = '2.0.1' | '2.2.1';
export const VERSIONS: readonly Version[] = ['2.0.1', '2.2.1'];

export type Level = 'fail' | 'skip' | 'warning' | 'info';

/** What a row has to say, before it is known which row. */
export interface Problem {
  readonly message: string;
  readonly path: string;
  readonly level?: Level;
}

export interface Finding {
  readonly id: string;
  readonly level: Level;
  readonly message: string;
  readonly path: string;
}

/** One call of a hook and what came back. */
export interface Exchange {
  /** Which sample it was, for messages. */
  readonly name: string;
  readonly hook: string;
  /** The version whose wire form was asked for. */
  readonly version: Version;
  readonly request: unknown;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, undefined when it is none. */
  readonly body: unknown;
  readonly milliseconds: number;
}

export type ExchangeCheck = (exchange: Exchange) => readonly Problem[];
export type GroupCheck = (group: readonly Exchange[]) => readonly Problem[];

export const finding = (id: string, { message, path, level = 'fail' }: Problem): Finding => ({
  id,
  level,
  message,
  path,
});

/** Runs rows over one exchange; the sample's name goes in front of each path. */
export const findings = (
  checks: Readonly<Record<string, ExchangeCheck>>,
  exchange: Exchange,
): readonly Finding[] =>
  Object.entries(checks).flatMap(([id, check]) =>
    check(exchange).map((problem) => finding(id, { ...problem, path: `${exchange.name}: ${problem.path}` })),
  );

/** Runs rows over all exchanges of one hook. */
export const groupFindings = (
  checks: Readonly<Record<string, GroupCheck>>,
  group: readonly Exchange[],
): readonly Finding[] =>
  Object.entries(checks).flatMap(([id, check]) => check(group).map((problem) => finding(id, problem)));

export const failures = (found: readonly Finding[]): readonly Finding[] =>
  found.filter(({ level }) => level === 'fail');
