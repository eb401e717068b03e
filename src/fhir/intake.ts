import { isObject, property, text, type JsonObject } from './json.ts';
import { referenceKey, relativeReference } from './reference.ts';

/** A resource as it came in: an entry of a Bundle, or one that stood alone. */
export interface Intake {
  readonly resource: unknown;
  readonly fullUrl?: unknown;
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
  /** Shows everything in the order of arrival: of different versions of a resource the one that it resolves to last. */
  readonly visit: (see: (resource: JsonObject, type: string, reference: string) => void) => {
    /** References under which different resources stand. */
    readonly conflicting: readonly string[];
    /** Entries without a type, or without anything to know them by. */
    readonly unreadable: number;
  };
}

/** What came under one reference. */
interface Held {
  readonly type: string;
  readonly reference: string;
  readonly resource: JsonObject;
}

interface OfType {
  /** What a reference has before the id. */
  readonly path: string;
  readonly intakes: Intake[];
  readonly byId: Map<string, Held>;
}

interface Repeated {
  readonly versions: JsonObject[];
  readonly printed: Set<string | undefined>;
  /** Of the versions; undefined when another one has come since. */
  latest: readonly JsonObject[] | undefined;
}

export function createHoldings(intakes: readonly Intake[] = []): Holdings {
  const byType = new Map<string, OfType>();
  /** What can only be known by the URL of its entry. */
  const unnamed = new Map<string, Held>();
  /** By full URL, where a reference can only name that. */
  const byFullUrl = new Map<string, Held>();
  /** In the order of arrival. */
  const all: Held[] = [];
  /** What came more than once under its reference, so that many repeats cost no more than few. */
  const repeated = new Map<Held, Repeated>();
  let unreadable = 0;

  const repeat = (held: Held, resource: JsonObject): void => {
    const known: Repeated = repeated.get(held) ?? {
      versions: [held.resource],
      printed: new Set([canonical(held.resource)]),
      latest: [held.resource],
    };
    repeated.set(held, known);
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
      if (!isObject(intake.resource)) {
        unreadable += 1;
        continue;
      }
      const type = text(property(intake.resource, 'resourceType'));
      const id = text(property(intake.resource, 'id'));
      const fullUrl = text(intake.fullUrl);
      const key = id ?? fullUrl;
      if (type === undefined || key === undefined) {
        unreadable += 1;
        continue;
      }
      let ofType = byType.get(type);
      if (ofType === undefined)
        byType.set(type, (ofType = { path: `${type}/`, intakes: [], byId: new Map() }));
      ofType.intakes.push(intake);
      const resource = withoutEngineKeys(intake.resource);
      const known = id === undefined ? unnamed : ofType.byId;
      let held = known.get(key);
      if (held === undefined) {
        held = { type, reference: id === undefined ? key : ofType.path + id, resource };
        known.set(key, held);
        all.push(held);
      } else repeat(held, resource);
      if (fullUrl !== undefined && isOwnKey(fullUrl)) byFullUrl.set(fullUrl, held);
    }
  };
  const find = (key: string): Held | undefined => {
    const slash = key.indexOf('/');
    const named = slash === -1 ? undefined : byType.get(key.slice(0, slash))?.byId.get(key.slice(slash + 1));
    return byFullUrl.get(key) ?? named ?? unnamed.get(key);
  };

  add(intakes);
  return {
    add,
    types: () => [...byType.keys()],
    ofType: (type) => byType.get(type)?.intakes ?? [],
    resolve(reference) {
      const key = referenceKey(reference);
      const held = key === undefined ? undefined : find(key);
      const known = held === undefined ? undefined : repeated.get(held);
      return known === undefined ? held?.resource : latestOf(known)[0];
    },
    visit(see) {
      const conflicting: string[] = [];
      for (const held of all) {
        const known = repeated.get(held);
        if (known === undefined) {
          see(held.resource, held.type, held.reference);
          continue;
        }
        const [first, others] = [latestOf(known).slice(0, 1), latestOf(known).slice(1)];
        for (const version of [...others, ...first]) see(version, held.type, held.reference);
        conflicting.push(...others.map(() => held.reference));
      }
      return { conflicting, unreadable };
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
