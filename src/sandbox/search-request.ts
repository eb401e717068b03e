import { dateComparisons, dateInterval, type Interval } from './dates.ts';
import { problem, quoted, type Problem } from './operation-outcome.ts';
import {
  resultParameters,
  singleParameters,
  type Include,
  type KnownParameters,
  type ResultReading,
  type SortKey,
} from './result-parameters.ts';
import { alternatives, askedReferenceKey, askedTokenKey } from './search-keys.ts';
import { searchParameters, type SearchParameter } from './search-parameters.ts';

export interface DateCondition {
  readonly holds: (element: Interval) => boolean;
}

/** One occurrence of a parameter: any of its keys or conditions satisfies it. */
export type Criterion =
  | { readonly kind: 'keys'; readonly parameter: string; readonly keys: readonly string[] }
  | { readonly kind: 'dates'; readonly parameter: string; readonly conditions: readonly DateCondition[] };

export interface SearchRequest {
  readonly kind: 'request';
  readonly criteria: readonly Criterion[];
  readonly includes: readonly Include[];
  readonly sort: readonly SortKey[];
  /** Zero asks for the total alone. */
  readonly count: number;
  readonly offset: number;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly problems: readonly Problem[];
}

type Reading = Criterion | ResultReading;

const defaultCount = 50;
const mostParameters = 30;
const mostDates = 20;

/**
 * What a query asks of one resource type, or everything in it that the sandbox does not support:
 * a parameter that is not understood is refused, never ignored.
 * @param base the URL of this server, without a slash at the end
 */
export function readSearch(type: string, query: URLSearchParams, base: string): SearchRequest | Refusal {
  const known = searchParameters.get(type);
  if (!known) return refused([unknownType(type)]);
  if (query.size > mostParameters) {
    return refused([
      problem('too-costly', `A search may have ${mostParameters} parameters, not ${query.size}.`),
    ]);
  }
  const readings = [...query].flatMap(([name, value]): readonly Reading[] => {
    const parameter = known.get(name);
    const readResult = resultParameters.get(name);
    if (!parameter && !readResult) return [unknownParameter(type, name, known)];
    if (value === '') return [problem('invalid', `Parameter "${name}" has no value.`)];
    return parameter ? [criterion(parameter, value, base)] : (readResult?.(value, type, known) ?? []);
  });
  const criteria = readings.filter((reading) => reading.kind === 'keys' || reading.kind === 'dates');
  const dates = criteria.reduce((sum, one) => sum + (one.kind === 'dates' ? one.conditions.length : 0), 0);
  const problems = [
    ...readings.filter((reading) => reading.kind === 'problem'),
    ...singleParameters
      .filter((name) => query.getAll(name).length > 1)
      .map((name) => problem('invalid', `Parameter "${name}" is given more than once.`)),
    ...(dates > mostDates
      ? [problem('too-costly', `A search may have ${mostDates} dates, not ${dates}.`)]
      : []),
  ];
  if (problems.length > 0) return refused(problems);
  const counts = readings.flatMap((reading) => (reading.kind === 'count' ? [reading.number] : []));
  return {
    kind: 'request',
    criteria,
    includes: readings.filter((reading) => reading.kind === 'include'),
    sort: readings.filter((reading) => reading.kind === 'sort'),
    count: counts.length === 0 ? defaultCount : Math.min(...counts),
    offset: readings.find((reading) => reading.kind === 'offset')?.number ?? 0,
  };
}

export const unknownType = (type: string): Problem =>
  problem(
    'not-supported',
    `Resource type ${quoted(type)} is not supported. Supported: ${[...searchParameters.keys()].join(', ')}.`,
  );

const refused = (problems: readonly Problem[]): Refusal => ({ kind: 'refused', problems });

function unknownParameter(type: string, name: string, known: KnownParameters): Problem {
  const [plain = name] = name.split(/[:.]/);
  const reason =
    plain !== name && (known.has(plain) || resultParameters.has(plain))
      ? `Parameter ${quoted(name)}: modifiers and chains are not supported.`
      : `Parameter ${quoted(name)} is not supported.`;
  const supported = [...known.keys(), ...resultParameters.keys()].join(', ');
  return problem('not-supported', `${reason} Supported for ${type}: ${supported}.`);
}

function criterion(parameter: SearchParameter, value: string, base: string): Criterion | Problem {
  const { name, kind } = parameter;
  const texts = alternatives(value);
  if (texts.includes('')) return problem('invalid', `Parameter "${name}" has an empty value in its list.`);
  if (kind === 'date') {
    const conditions = texts.map((text) => dateCondition(name, text));
    return (
      conditions.find((read) => 'kind' in read) ?? {
        kind: 'dates',
        parameter: name,
        conditions: conditions.filter((read) => 'holds' in read),
      }
    );
  }
  const asked = texts.map((text) =>
    kind === 'reference' ? askedReferenceKey(text, base) : tokenKey(parameter, text),
  );
  return (
    asked.find((read) => typeof read === 'object') ?? {
      kind: 'keys',
      parameter: name,
      keys: [...new Set(asked.filter((read) => typeof read === 'string'))],
    }
  );
}

function tokenKey({ name, kind }: SearchParameter, text: string): string | Problem {
  const asked = askedTokenKey(text);
  if (asked === null) {
    return problem(
      'invalid',
      `Parameter "${name}": ${quoted(text)} is not code, system|code, system| or |code.`,
    );
  }
  return kind === 'code' && asked.system !== undefined
    ? problem('invalid', `Parameter "${name}" is a plain code: ${quoted(text)} may not name a system.`)
    : asked.key;
}

function dateCondition(name: string, text: string): DateCondition | Problem {
  const [, prefix = 'eq', date = ''] = /^([a-z]{2})?(.*)$/s.exec(text) ?? [];
  const compare = dateComparisons.get(prefix);
  if (!compare) {
    const supported = [...dateComparisons.keys()].join(', ');
    return problem(
      'not-supported',
      `Parameter "${name}": prefix "${prefix}" is not supported. Supported: ${supported}.`,
    );
  }
  const asked = dateInterval(date);
  return asked
    ? { holds: (element) => compare(element, asked) }
    : problem(
        'invalid',
        `Parameter "${name}": ${quoted(text)} is not a date such as 2026, 2026-03, ge2026-03-02 or ` +
          'lt2026-03-02T10:00:00Z (in a URL the + of a time zone is written %2B).',
      );
}
