import { isObject, property, text, type JsonObject } from './json.ts';
import { referenceKey, relativeReference } from './reference.ts';

/** A resource as it came in, with the Bundle entry's `fullUrl` when it had one. */
export interface Intake {
  readonly resource: unknown;
  readonly fullUrl?: string | undefined;
}
/** A resource under the reference that it is known by. */
export interface Held {
  readonly reference: string;
  readonly resource: JsonObject;
}

/**
 * The resources of one call as they come in, each under one reference, whatever the order of arrival: an exact repeat is
 * dropped, of dated versions the latest is kept, and where nothing says which is later all are.
 */
export interface Holdings {
  readonly add: (intakes: readonly Intake[]) => void;
  /** The resource types that came. */
  readonly types: () => readonly string[];
  /** What came of a type, repeats included. */
  readonly ofType: (type: string) => readonly Intake[];
  /** What is at hand by `Type/id` or full URL. */
  readonly resolve: (reference: unknown) => JsonObject | undefined;
  /** Everything, for a chart: what conflicts with another under its reference first. */
  readonly held: () => {
    readonly all: readonly Held[];
    /** References under which different resources stand. */
    readonly conflicting: readonly string[];
    /** Entries without a type, or without anything to know them by. */
    readonly unreadable: number;
  };
}

interface Repeated {
  readonly versions: JsonObject[];
  readonly printed: Set<string | undefined>;
  /** Of the versions; undefined when another one has come since. */
  latest: readonly JsonObject[] | undefined;
}

export function createHoldings(intakes: readonly Intake[] = []): Holdings {
  const byReference = new Map<string, Held>();
  const byType = new Map<string, Intake[]>();
  /** References by full URL, where a reference can only name that. */
  const byFullUrl = new Map<string, string>();
  /** Of references that came more than once: what came, so that many repeats cost no more than few. */
  const repeated = new Map<string, Repeated>();
  let unreadable = 0;

  const repeat = (reference: string, first: JsonObject, resource: JsonObject): void => {
    const known: Repeated = repeated.get(reference) ?? {
      versions: [first],
      printed: new Set([canonical(first)]),
      latest: [first],
    };
    repeated.set(reference, known);
    const printed = canonical(resource);
    if (printed === undefined || !known.printed.has(printed)) {
      known.versions.push(resource);
      known.latest = undefined;
    }
    known.printed.add(printed);
  };
  const latestOf = (known: Repeated): readonly JsonObject[] =>
    (known.latest ??= latestVersions(known.versions));
  const add = (more: readonly Intake[]): void => {
    for (const intake of more) {
      const type = text(property(intake.resource, 'resourceType'));
      const fullUrl = text(intake.fullUrl);
      const id = text(property(intake.resource, 'id'));
      const reference = type === undefined ? undefined : id === undefined ? fullUrl : `${type}/${id}`;
      if (!isObject(intake.resource) || type === undefined || reference === undefined) {
        unreadable += 1;
        continue;
      }
      const ofType = byType.get(type);
      if (ofType === undefined) byType.set(type, [intake]);
      else ofType.push(intake);
      const resource = withoutEngineKeys(intake.resource);
      const known = byReference.get(reference);
      if (known === undefined) byReference.set(reference, { reference, resource });
      else repeat(reference, known.resource, resource);
      if (fullUrl !== undefined && isOwnKey(fullUrl)) byFullUrl.set(fullUrl, reference);
    }
  };
  const find = (key: string): JsonObject | undefined => {
    const reference = byFullUrl.get(key) ?? key;
    const known = repeated.get(reference);
    const resource = known === undefined ? undefined : latestOf(known)[0];
    return resource ?? byReference.get(reference)?.resource;
  };

  add(intakes);
  return {
    add,
    types: () => [...byType.keys()],
    ofType: (type) => byType.get(type) ?? [],
    resolve(reference) {
      const key = referenceKey(reference);
      return key === undefined ? undefined : find(key);
    },
    held() {
      if (repeated.size === 0) return { all: [...byReference.values()], conflicting: [], unreadable };
      const versions = [...byReference.values()].map((held) => {
        const known = repeated.get(held.reference);
        return known === undefined
          ? [held]
          : latestOf(known).map((resource) => ({ reference: held.reference, resource }));
      });
      const further = versions.flatMap((list) => list.slice(1));
      const first = versions.flatMap((list) => list.slice(0, 1));
      return {
        all: [...further, ...first],
        conflicting: further.map(({ reference }) => reference),
        unreadable,
      };
    },
  };
}

/** False for a URL that a reference is cut down from (`Type/id`) before it is looked up. */
function isOwnKey(fullUrl: string): boolean {
  const relative = relativeReference(fullUrl);
  return relative === undefined || relative === fullUrl;
}
/** fhirpath.js trusts an own property `__path__` on a resource (`fhirpath.md` 1.5). */
function withoutEngineKeys(resource: JsonObject): JsonObject {
  if (!Object.hasOwn(resource, '__path__') && !Object.hasOwn(resource, '__proto__')) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => key !== '__path__' && key !== '__proto__'),
  );
}

/** The latest of the dated versions and all undated ones, in an order of their own. */
function latestVersions(versions: readonly JsonObject[]): readonly JsonObject[] {
  if (versions.length === 1) return versions;
  const updated = ({ meta }: JsonObject): number => Date.parse(text(property(meta, 'lastUpdated')) ?? '');
  const latest = versions
    .map(updated)
    .filter((time) => !Number.isNaN(time))
    .reduce((a, b) => Math.max(a, b), -Infinity);
  return versions
    .filter((version) => Number.isNaN(updated(version)) || updated(version) === latest)
    .map((version) => ({ version, printed: JSON.stringify(version) }))
    .sort((a, b) => (a.printed < b.printed ? -1 : 1))
    .map(({ version }) => version);
}

/** JSON with the names of every object in order; undefined for what is nested deeper than any resource. */
function canonical(value: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > 32) return undefined;
  const members = Array.isArray(value)
    ? value.map((item) => canonical(item, depth + 1))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => {
          const text = canonical(item, depth + 1);
          return text === undefined ? undefined : `${JSON.stringify(name)}:${text}`;
        });
  return members.includes(undefined)
    ? undefined
    : Array.isArray(value)
      ? `[${members.join()}]`
      : `{${members.join()}}`;
}
