import type { Bundle, FhirResource, Resource } from 'fhir/r4.js';
import { property } from '../fhir/json.ts';
import { earliest, elementInterval, latest, type Interval } from './dates.ts';
import { referenceKeys, referenceTarget, tokenKeys } from './search-keys.ts';
import { searchParameters, type SearchParameter } from './search-parameters.ts';

export type StoredResource = FhirResource & { readonly id: string };

/**
 * One resource type; a position is a place in `resources`, which keep the order of the charts. Each index is made when a
 * search first asks for it: few of them are ever asked for.
 */
export interface TypeIndex {
  readonly resources: readonly StoredResource[];
  /** Positions by key of a parameter that is searched by token or reference. */
  readonly positions: (parameter: string) => ReadonlyMap<string, ReadonlySet<number>>;
  /** What a parameter's references name, by position. */
  readonly targets: (parameter: string) => readonly (readonly string[])[];
  /** By position. */
  readonly intervals: (parameter: string) => readonly (readonly Interval[])[];
  /** By position: the place in ascending and in descending order of a date parameter or of `_id`. */
  readonly ranks: (parameter: string) => Ranks;
}

interface Ranks {
  readonly ascending: Int32Array;
  readonly descending: Int32Array;
}

/** Every resource by `Type/id`, and the indexes of each type that the sandbox serves. */
export interface Store {
  readonly resources: ReadonlyMap<string, StoredResource>;
  readonly types: ReadonlyMap<string, TypeIndex>;
}

type LocalReference = (url: string) => string | undefined;

interface Entry {
  readonly resource: StoredResource;
  readonly localReference: LocalReference;
}

/**
 * Resources of several charts, to be read by type and id and found by every search parameter.
 * A resource that several charts have in common is kept once.
 * @throws Error naming every resource without an id, of a type that the sandbox does not serve, or that
 *   two charts describe differently
 */
export function createStore(charts: readonly Bundle[]): Store {
  const entries = new Map<string, Entry>();
  const problems: string[] = [];
  for (const chart of charts) {
    const localReference = localReferences(chart);
    for (const resource of (chart.entry ?? []).flatMap((entry) => entry.resource ?? [])) {
      if (!hasId(resource)) {
        problems.push(`${resource.resourceType} without an id`);
        continue;
      }
      const name = `${resource.resourceType}/${resource.id}`;
      const known = entries.get(name);
      if (!searchParameters.has(resource.resourceType)) {
        problems.push(`${name}: the type is not in search-parameter-definitions.ts`);
      } else if (known && JSON.stringify(known.resource) !== JSON.stringify(resource)) {
        problems.push(`${name}: two charts describe it differently`);
      } else if (!known) entries.set(name, { resource, localReference });
    }
  }
  if (problems.length > 0) throw new Error(`The sandbox cannot serve these charts:\n${problems.join('\n')}`);
  const byType = Map.groupBy(entries.values(), (entry) => entry.resource.resourceType as string);
  return {
    resources: new Map(Array.from(entries, ([name, entry]) => [name, entry.resource])),
    types: new Map(
      Array.from(searchParameters, ([type, parameters]) => [
        type,
        typeIndex(byType.get(type) ?? [], parameters),
      ]),
    ),
  };
}

const hasId = (resource: Resource): resource is StoredResource =>
  typeof resource.id === 'string' && resource.id !== '';

function localReferences(chart: Bundle): LocalReference {
  const names = new Map<string, string>();
  for (const { fullUrl, resource } of chart.entry ?? []) {
    if (fullUrl !== undefined && resource && hasId(resource)) {
      names.set(fullUrl, `${resource.resourceType}/${resource.id}`);
    }
  }
  return (url) => names.get(url);
}

function typeIndex(entries: readonly Entry[], parameters: ReadonlyMap<string, SearchParameter>): TypeIndex {
  const resources = entries.map((entry) => entry.resource);
  const found = (name: string): readonly (readonly unknown[])[] => {
    const paths = parameters.get(name)?.paths ?? [];
    return resources.map((resource) => paths.flatMap((path) => elements(resource, path)));
  };
  const targets = once((name) =>
    found(name).map((values, position) =>
      values
        .map((element) => referenceTarget(element, entries[position]?.localReference ?? nowhere))
        .filter((target) => target !== undefined)
        .filter((target) => name !== 'patient' || isPatient(target)),
    ),
  );
  const intervals = once((name) =>
    found(name).map((values) => values.map(elementInterval).filter((interval) => interval !== null)),
  );
  const positions = once((name) => {
    const keys =
      parameters.get(name)?.kind === 'reference'
        ? targets(name).map((all) => all.flatMap(referenceKeys))
        : found(name).map((values) => values.flatMap(tokenKeys));
    const byKey = new Map<string, Set<number>>();
    for (const [position, all] of keys.entries())
      for (const key of all) {
        const known = byKey.get(key);
        if (known) known.add(position);
        else byKey.set(key, new Set([position]));
      }
    return byKey;
  });
  const ranks = once((name) => {
    if (name !== '_id') return dateRanks(intervals(name));
    const ascending = inOrder(resources.map((resource) => resource.id));
    return { ascending, descending: ascending.map((rank) => -rank) };
  });
  return { resources, positions, targets, intervals, ranks };
}

/** What is found for a name, kept. */
function once<Found>(find: (name: string) => Found): (name: string) => Found {
  const kept = new Map<string, Found>();
  return (name) => {
    const known = kept.get(name) ?? find(name);
    kept.set(name, known);
    return known;
  };
}

const nowhere: LocalReference = () => undefined;

const isPatient = (target: string): boolean => /(?:^|\/)Patient\/[^/]+$/.test(target);

/** What stands at a path, through any lists on the way. */
const elements = (resource: unknown, path: readonly string[]): readonly unknown[] =>
  path.reduce<readonly unknown[]>(
    (parents, name) => parents.flatMap((parent) => property(parent, name) ?? []),
    [resource],
  );

/** FHIR R4, "Search", "Sorting": by the earliest value going up, by the latest going down; without a value, last. */
const dateRanks = (values: readonly (readonly Interval[])[]): Ranks => ({
  ascending: inOrder(values.map((some) => (some.length === 0 ? NaN : earliest(some)))),
  descending: inOrder(values.map((some) => (some.length === 0 ? NaN : -latest(some)))),
});

/** The rank of each value, equal values sharing one, NaN last. */
function inOrder<Value extends string | number>(values: readonly Value[]): Int32Array {
  const sorted = [...new Set(values)].sort((a, b) =>
    Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a < b ? -1 : 1,
  );
  const rankOf = new Map(sorted.map((value, rank) => [value, rank]));
  return Int32Array.from(values, (value) => rankOf.get(value) ?? 0);
}
