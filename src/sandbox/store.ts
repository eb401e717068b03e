import type { Bundle, FhirResource, Resource } from 'fhir/r4.js';
import { property } from '../fhir/json.ts';
import { earliest, elementInterval, latest, type Interval } from './dates.ts';
import { indexKey, referenceKeys, referenceTarget, tokenKeys } from './search-keys.ts';
import { searchParameters, type SearchParameter } from './search-parameters.ts';

export type StoredResource = FhirResource & { readonly id: string };

/** One resource type; a position is a place in `resources`, which keep the order of the charts. */
export interface TypeIndex {
  readonly resources: readonly StoredResource[];
  /** Positions by `indexKey`. */
  readonly positions: ReadonlyMap<string, ReadonlySet<number>>;
  /** By parameter, then by position. */
  readonly targets: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly intervals: ReadonlyMap<string, readonly (readonly Interval[])[]>;
  /** By what can be sorted by, then by position: the place in ascending and in descending order. */
  readonly ranks: ReadonlyMap<string, Ranks>;
}

interface Ranks {
  readonly ascending: Int32Array;
  readonly descending: Int32Array;
}

/** Every resource by `Type/id`, and an index of each type that the sandbox serves. */
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
 * Resources of several charts, indexed by type and id and by every search parameter.
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
        typeIndex(byType.get(type) ?? [], [...parameters.values()]),
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

function typeIndex(entries: readonly Entry[], parameters: readonly SearchParameter[]): TypeIndex {
  const positions = new Map<string, Set<number>>();
  const targets = new Map<string, (readonly string[])[]>();
  const intervals = new Map<string, (readonly Interval[])[]>();
  const resources = entries.map((entry) => entry.resource);

  const record = (position: number, parameter: string, keys: readonly string[]): void => {
    for (const key of keys) {
      const name = indexKey(parameter, key);
      const known = positions.get(name);
      if (known) known.add(position);
      else positions.set(name, new Set([position]));
    }
  };

  for (const parameter of parameters) {
    const found = resources.map((resource) => parameter.paths.flatMap((path) => elements(resource, path)));
    if (parameter.kind === 'date') {
      intervals.set(
        parameter.name,
        found.map((values) => values.map(elementInterval).filter((interval) => interval !== null)),
      );
    } else if (parameter.kind === 'reference') {
      const named = entries.map(({ localReference }, position) =>
        (found[position] ?? [])
          .map((element) => referenceTarget(element, localReference))
          .filter((target) => target !== undefined)
          .filter((target) => parameter.name !== 'patient' || isPatient(target)),
      );
      targets.set(parameter.name, named);
      named.forEach((all, position) => record(position, parameter.name, all.flatMap(referenceKeys)));
    } else found.forEach((values, position) => record(position, parameter.name, values.flatMap(tokenKeys)));
  }
  return { resources, positions, targets, intervals, ranks: ranks(resources, intervals) };
}

const isPatient = (target: string): boolean => /(?:^|\/)Patient\/[^/]+$/.test(target);

/** What stands at a path, through any lists on the way. */
const elements = (resource: unknown, path: readonly string[]): readonly unknown[] =>
  path.reduce<readonly unknown[]>(
    (parents, name) => parents.flatMap((parent) => property(parent, name) ?? []),
    [resource],
  );

/** FHIR R4, "Search", "Sorting": by the earliest value going up, by the latest going down; without a value, last. */
function ranks(
  resources: readonly StoredResource[],
  intervals: TypeIndex['intervals'],
): ReadonlyMap<string, Ranks> {
  const byId = inOrder(resources.map((resource) => resource.id));
  const all = new Map<string, Ranks>([['_id', { ascending: byId, descending: byId.map((rank) => -rank) }]]);
  for (const [parameter, values] of intervals) {
    all.set(parameter, {
      ascending: inOrder(values.map((some) => (some.length === 0 ? NaN : earliest(some)))),
      descending: inOrder(values.map((some) => (some.length === 0 ? NaN : -latest(some)))),
    });
  }
  return all;
}

/** The rank of each value, equal values sharing one, NaN last. */
function inOrder<Value extends string | number>(values: readonly Value[]): Int32Array {
  const sorted = [...new Set(values)].sort((a, b) =>
    Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a < b ? -1 : 1,
  );
  const rankOf = new Map(sorted.map((value, rank) => [value, rank]));
  return Int32Array.from(values, (value) => rankOf.get(value) ?? 0);
}
