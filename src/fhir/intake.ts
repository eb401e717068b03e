import { isObject, property, text, type JsonObject } from './json.ts';

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
 * One resource for each reference, whatever the order of arrival: an exact repeat is dropped, of dated versions the
 * latest is kept, and where nothing says which is later all are (`conflicting` holds the further ones).
 */
export function collect(intakes: readonly Intake[]): {
  readonly byReference: Map<string, Held>;
  readonly unreadable: number;
  readonly conflicting: readonly Held[];
} {
  const versions = new Map<string, JsonObject[]>();
  /** Of references that came more than once: what came, so that many repeats cost no more than few. */
  const printed = new Map<string, Set<string | undefined>>();
  const fullUrls = new Map<string, string>();
  let unreadable = 0;
  for (const intake of intakes) {
    const type = text(property(intake.resource, 'resourceType'));
    const fullUrl = text(intake.fullUrl);
    const id = text(property(intake.resource, 'id'));
    const reference = type === undefined ? undefined : id === undefined ? fullUrl : `${type}/${id}`;
    if (!isObject(intake.resource) || reference === undefined) {
      unreadable += 1;
      continue;
    }
    const resource = withoutEngineKeys(intake.resource);
    const known = versions.get(reference);
    if (known === undefined) versions.set(reference, [resource]);
    else {
      const texts = printed.get(reference) ?? new Set(known.map((other) => canonical(other)));
      printed.set(reference, texts);
      const text = canonical(resource);
      if (text === undefined || !texts.has(text)) known.push(resource);
      texts.add(text);
    }
    if (fullUrl !== undefined) fullUrls.set(fullUrl, reference);
  }
  const byReference = new Map<string, Held>();
  const conflicting: Held[] = [];
  for (const [reference, known] of versions) {
    const [first, ...others] = latestVersions(known).map((resource) => ({ reference, resource }));
    if (first !== undefined) byReference.set(reference, first);
    conflicting.push(...others);
  }
  for (const [fullUrl, reference] of fullUrls) {
    const held = byReference.get(reference);
    if (held !== undefined) byReference.set(fullUrl, held);
  }
  return { byReference, unreadable, conflicting };
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
