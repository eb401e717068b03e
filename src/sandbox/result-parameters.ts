import { problem, quoted, type Problem } from './operation-outcome.ts';
import { searchParameters, type SearchParameter } from './search-parameters.ts';

export interface Include {
  readonly kind: 'include';
  readonly parameter: string;
  readonly targetType: string | undefined;
}

export interface SortKey {
  readonly kind: 'sort';
  readonly parameter: string;
  readonly direction: 'ascending' | 'descending';
}

export type ResultReading =
  | Include
  | SortKey
  | { readonly kind: 'count'; readonly number: number }
  | { readonly kind: 'offset'; readonly number: number }
  | Problem;

export type KnownParameters = ReadonlyMap<string, SearchParameter>;

type ReadResultParameter = (value: string, type: string, known: KnownParameters) => readonly ResultReading[];

const largestCount = 1_000;
const largestOffset = 1_000_000_000;

/**
 * Parameters that shape an answer, each with the reading of its value.
 * FHIR R4, "Search", "Search result parameters"; `_offset` is the sandbox's own, for `next` links.
 */
export const resultParameters: ReadonlyMap<string, ReadResultParameter> = new Map<
  string,
  ReadResultParameter
>([
  ['_include', includes],
  ['_sort', sortKeys],
  ['_count', (value) => [wholeNumber('_count', 'count', value, largestCount)]],
  ['_offset', (value) => [wholeNumber('_offset', 'offset', value, largestOffset)]],
  [
    '_summary',
    (value) =>
      value === 'count' ? [{ kind: 'count', number: 0 }] : oneOf('_summary', value, ['count', 'false']),
  ],
  ['_total', (value) => oneOf('_total', value, ['none', 'estimate', 'accurate'])],
  ['_format', () => []],
]);

/** Those that may be given once only. */
export const singleParameters: readonly string[] = [...resultParameters.keys()].filter(
  (name) => name !== '_include',
);

/** What an `_include` may name: every reference parameter of the type. */
export const includable = (type: string, known: KnownParameters): readonly string[] =>
  [...known.values()].flatMap(({ name, kind }) => (kind === 'reference' ? [`${type}:${name}`] : []));

/** A comma list is taken too: some clients merge a repeated parameter into one. */
function includes(value: string, type: string, known: KnownParameters): readonly ResultReading[] {
  return [...new Set(value.split(','))].map((text) => {
    const [, source, parameter = '', targetType] = /^([^:]*):([^:]*)(?::([^:]+))?$/.exec(text) ?? [];
    return source === type &&
      known.get(parameter)?.kind === 'reference' &&
      (targetType === undefined || searchParameters.has(targetType))
      ? { kind: 'include', parameter, targetType }
      : unsupportedValue('_include', text, includable(type, known));
  });
}

function sortKeys(value: string, _type: string, known: KnownParameters): readonly ResultReading[] {
  const texts = value.split(',');
  const names = texts.map((text) => text.replace(/^-/, ''));
  const sortable = [...known.values()].flatMap(({ name, kind }) =>
    kind === 'date' || name === '_id' ? [name] : [],
  );
  const unknown = names.findIndex((name, place) => !sortable.includes(name) || names.indexOf(name) < place);
  if (unknown >= 0) {
    return [
      unsupportedValue(
        '_sort',
        texts[unknown] ?? '',
        sortable.flatMap((name) => [name, `-${name}`]),
      ),
    ];
  }
  return names.map((parameter, place) => ({
    kind: 'sort',
    parameter,
    direction: texts[place] === parameter ? 'ascending' : 'descending',
  }));
}

function wholeNumber(name: string, kind: 'count' | 'offset', value: string, largest: number): ResultReading {
  return /^\d{1,10}$/.test(value) && Number(value) <= largest
    ? { kind, number: Number(value) }
    : problem('invalid', `Parameter "${name}" is a whole number from 0 to ${largest}, not ${quoted(value)}.`);
}

const oneOf = (name: string, value: string, supported: readonly string[]): readonly Problem[] =>
  supported.includes(value) ? [] : [unsupportedValue(name, value, supported)];

const unsupportedValue = (name: string, value: string, supported: readonly string[]): Problem =>
  problem(
    'not-supported',
    `Parameter "${name}": ${quoted(value)} is not supported. Supported: ${supported.join(', ')}.`,
  );
