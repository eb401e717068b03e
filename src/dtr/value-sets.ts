import type { ValueSet } from 'fhir/r4.js';
import { derived } from '../fhir/derived.ts';
import type { ListedCoding, Terminology } from '../fhir/terminology.ts';
import type { Form, FormItem } from '../policy/form.ts';

/** A value set that answers are chosen from. */
export interface AnswerValueSet {
  readonly id: string;
  readonly url: string;
  readonly version: string;
  readonly title: string;
  readonly codings: readonly ListedCoding[];
}

export const canonicalOf = ({ url, version }: Pick<AnswerValueSet, 'url' | 'version'>): string =>
  `${url}|${version}`;

/** The value set of an item: the one it names, or those it names together as one of their own. */
export const answerValueSet = (item: FormItem, terminology: Terminology): AnswerValueSet | undefined =>
  answerValueSets(terminology)(item);

const answerValueSets = derived((terminology: Terminology) =>
  derived((item: FormItem) => madeValueSet(item, terminology)),
);

function madeValueSet(item: FormItem, terminology: Terminology): AnswerValueSet | undefined {
  const sets = item.valueSets.flatMap((id) => terminology.valueSets.get(id) ?? []);
  const [first, ...others] = sets;
  if (first === undefined) return undefined;
  if (others.length === 0) return first;
  const id = `answers-${item.fact?.name ?? ''}`;
  const byKey = new Map(
    sets.flatMap(({ codings }) =>
      codings.map((coding) => [`${coding.system}|${coding.code}`, coding] as const),
    ),
  );
  return {
    id,
    url: `urn:cartograph:ValueSet:${id}`,
    version:
      sets
        .map(({ version }) => version)
        .toSorted()
        .at(-1) ?? '',
    title: item.fact?.ask ?? id,
    codings: [...byKey.values()],
  };
}

/** Every value set that a form's answers are chosen from, each once. */
export const valueSetsOf = ({ items }: Form, terminology: Terminology): readonly AnswerValueSet[] => [
  ...new Map(
    [...items.values()]
      .flatMap((item) => answerValueSet(item, terminology) ?? [])
      .map((set) => [set.url, set] as const),
  ).values(),
];

/** The part of an expansion that is asked for. */
export interface Page {
  readonly offset: number;
  readonly count: number;
  /** Words that a code or its display must hold. */
  readonly filter: string | undefined;
}

/**
 * A value set with its codes, as a definition and expanded.
 * @param timestamp when it was expanded, a FHIR date
 */
export function expanded(set: AnswerValueSet, timestamp: string, page?: Page): ValueSet {
  const wanted = page?.filter?.toLowerCase();
  const found = set.codings.filter(
    ({ code, display }) => wanted === undefined || `${code} ${display}`.toLowerCase().includes(wanted),
  );
  const contains = page === undefined ? found : found.slice(page.offset, page.offset + page.count);
  return {
    resourceType: 'ValueSet',
    id: set.id,
    url: set.url,
    version: set.version,
    title: set.title,
    status: 'active',
    compose: {
      include: [...Map.groupBy(set.codings, ({ system }) => system)].map(([system, codings]) => ({
        system,
        concept: codings.map(({ code, display }) => ({ code, display })),
      })),
    },
    expansion: {
      timestamp,
      total: found.length,
      ...(page === undefined ? {} : { offset: page.offset }),
      ...(contains.length === 0 ? {} : { contains: [...contains] }),
    },
  };
}
