import type { Bundle, BundleEntry, BundleLink } from 'fhir/r4.js';
import type { SortKey } from './result-parameters.ts';
import { readSearch, type Criterion, type Refusal, type SearchRequest } from './search-request.ts';
import type { Store, StoredResource, TypeIndex } from './store.ts';

export type SearchResult = { readonly kind: 'found'; readonly bundle: Bundle } | Refusal;

/**
 * One page of the resources of a type that a query asks for, with those it includes: a searchset Bundle
 * whose `total` counts every match and whose `next` link leads to the following page.
 * @param base the URL of this server, without a slash at the end
 */
export function search(store: Store, type: string, query: URLSearchParams, base: string): SearchResult {
  const request = readSearch(type, query, base);
  if (request.kind === 'refused') return request;
  const index = store.types.get(type);
  const matches = index ? inOrder(index, matching(index, request.criteria), request.sort) : [];
  const page = matches.slice(request.offset, request.offset + request.count);
  const found = new Set(index ? page.flatMap((position) => index.resources[position] ?? []) : []);
  const entry = [
    ...Array.from(found, (resource) => bundleEntry(resource, 'match', base)),
    ...(index ? included(store, index, page, request) : [])
      .filter((resource) => !found.has(resource))
      .map((resource) => bundleEntry(resource, 'include', base)),
  ];
  return {
    kind: 'found',
    bundle: {
      resourceType: 'Bundle',
      type: 'searchset',
      total: matches.length,
      link: links(type, query, base, request, matches.length),
      ...(entry.length > 0 ? { entry } : {}),
    },
  };
}

/** The positions that satisfy every criterion, found through the criterion with the fewest. */
function matching(index: TypeIndex, criteria: readonly Criterion[]): readonly number[] {
  const [fewest, ...others] = criteria
    .flatMap((criterion) =>
      criterion.kind === 'keys' ? [positionsOf(index, criterion.parameter, criterion.keys)] : [],
    )
    .sort((a, b) => a.size - b.size);
  const dates = criteria.flatMap((criterion) =>
    criterion.kind === 'dates'
      ? [{ intervals: index.intervals(criterion.parameter), conditions: criterion.conditions }]
      : [],
  );
  return [...(fewest ?? index.resources.keys())].filter(
    (position) =>
      others.every((positions) => positions.has(position)) &&
      dates.every(({ intervals, conditions }) =>
        (intervals[position] ?? []).some((interval) => conditions.some(({ holds }) => holds(interval))),
      ),
  );
}

const none: ReadonlySet<number> = new Set();

function positionsOf(index: TypeIndex, parameter: string, keys: readonly string[]): ReadonlySet<number> {
  const positions = index.positions(parameter);
  const [only = none, ...more] = keys.flatMap((key) => positions.get(key) ?? []);
  return more.length === 0 ? only : new Set([only, ...more].flatMap((positions) => [...positions]));
}

/** Resources that the keys do not tell apart stay in the order of the charts. */
function inOrder(
  index: TypeIndex,
  positions: readonly number[],
  sort: readonly SortKey[],
): readonly number[] {
  const ranks = sort.map(({ parameter, direction }) => index.ranks(parameter)[direction]);
  return positions.toSorted((a, b) => {
    for (const rank of ranks) {
      const difference = (rank[a] ?? 0) - (rank[b] ?? 0);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

/** What the page refers to, once each; a reference that leads out of the sandbox brings nothing. */
function included(
  store: Store,
  index: TypeIndex,
  page: readonly number[],
  { includes }: SearchRequest,
): readonly StoredResource[] {
  const targets = page.flatMap((position) =>
    includes.flatMap(({ parameter, targetType }) =>
      (index.targets(parameter)[position] ?? []).filter(
        (target) => targetType === undefined || target.startsWith(`${targetType}/`),
      ),
    ),
  );
  return [...new Set(targets)].flatMap((target) => store.resources.get(target) ?? []);
}

const bundleEntry = (resource: StoredResource, mode: 'match' | 'include', base: string): BundleEntry => ({
  fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
  resource,
  search: { mode },
});

function links(
  type: string,
  query: URLSearchParams,
  base: string,
  { count, offset }: SearchRequest,
  total: number,
): BundleLink[] {
  const link = (relation: string, parameters: URLSearchParams): BundleLink => ({
    relation,
    url: `${base}/${type}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`,
  });
  if (count === 0 || offset + count >= total) return [link('self', query)];
  const next = new URLSearchParams(query);
  next.set('_offset', String(offset + count));
  return [link('self', query), link('next', next)];
}
