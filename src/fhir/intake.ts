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
    const known = versions.get(reference) ?? [];
    if (!known.some((other) => sameJson(other, resource))) known.push(resource);
    versions.set(reference, known);
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
  const latest = Math.max(...versions.map(updated).filter((time) => !Number.isNaN(time)));
  return versions
    .filter((version) => Number.isNaN(updated(version)) || updated(version) === latest)
    .map((version) => ({ version, printed: JSON.stringify(version) }))
    .sort((a, b) => (a.printed < b.printed ? -1 : 1))
    .map(({ version }) => version);
}

function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (depth > 32 || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, (b as JsonObject)[key], depth + 1))
  );
}
