import { likewise } from './number-text.ts';
import { isObject, objects, text, texts, type JsonObject } from './json.ts';
import { referenceKey, relativeReference } from './reference.ts';

/** References from resource to resource, wherever in a resource they stand. */

/** What a resource refers to, each once: `Type/id`, or as printed where it has none; contained resources are left out. */
export function linksOf(resource: JsonObject): readonly string[] {
  const found = new Set<string>();
  walk(resource, (link) => {
    const key = referenceKey(link);
    if (key !== undefined && !key.startsWith('#')) found.add(key);
    return undefined;
  });
  return [...found];
}

/** References as printed, each once; those to contained resources are left out. */
export function printedLinks(resource: JsonObject): readonly string[] {
  const found = new Set<string>();
  walk(resource, (link) => {
    if (!link.startsWith('#')) found.add(link);
    return undefined;
  });
  return [...found];
}

/**
 * The resource with its references written otherwise.
 * @param written the new spelling for `Type/id`, or for what is printed where it has none; undefined leaves it as it is
 */
export const relinked = (
  resource: JsonObject,
  written: (reference: string) => string | undefined,
): JsonObject =>
  walk(resource, (link) => {
    const key = referenceKey(link);
    return key === undefined || key.startsWith('#') ? undefined : written(key);
  }) as JsonObject;

/**
 * The resource with every reference but those to its contained resources either literal, to an entry of the Bundle it is
 * to stand in, or logical: its type, what is displayed, and the record's address as an identifier.
 * @param urlOf the URL of the entry that a reference leads to; undefined where there is none
 * @param addressOf where the record can be asked for, if it is anywhere
 */
export const closed = (
  resource: JsonObject,
  urlOf: (reference: string) => string | undefined,
  addressOf: (reference: string) => string | undefined,
): JsonObject =>
  walk(resource, (link, whole) => {
    const key = referenceKey(link);
    if (key === undefined || key.startsWith('#')) return undefined;
    const url = urlOf(key);
    if (url !== undefined) return url;
    const address = /^(?:https?|urn):/.test(link) ? link : addressOf(key);
    const type = relativeReference(link)?.split('/')[0];
    return {
      ...(type === undefined ? {} : { type }),
      identifier: address === undefined ? { value: link } : { system: 'urn:ietf:rfc:3986', value: address },
      ...Object.fromEntries(Object.entries(whole).filter(([name]) => name !== 'reference')),
    };
  }) as JsonObject;

/** A Bundle's entries under one spelling of their references, whatever URLs they came under. */
export interface Unbundled {
  /** Resources with an id each and references as `Type/id`, in the order of the Bundle. */
  readonly resources: readonly JsonObject[];
  /** The resource that a reference of the Bundle leads to; undefined when the Bundle does not hold it. */
  readonly find: (reference: unknown) => JsonObject | undefined;
  /** The URL under which the Bundle has a resource. @param reference `Type/id` */
  readonly urlOf: (reference: string) => string | undefined;
  /** True of what the Bundle holds, Bundles inside it included. */
  readonly holds: (reference: unknown) => boolean;
}

/** Reads a Bundle, and those inside it: FHIR R4, "Resolving references in Bundles". */
export function unbundled(bundle: JsonObject): Unbundled {
  const { entries, bundles } = entriesWithin(bundle);
  const keys = new Map<string, string>();
  const urls = new Map<string, string>();
  const named = entries.map(({ fullUrl, resource }) => {
    const type = text(resource['resourceType']) ?? 'Resource';
    const id = text(resource['id']) ?? fullUrl?.split(/[/:]/).at(-1) ?? '';
    const key = `${type}/${id}`;
    if (fullUrl !== undefined) {
      keys.set(fullUrl, key);
      urls.set(key, fullUrl);
    }
    const relative = relativeReference(fullUrl);
    if (relative !== undefined) keys.set(relative, key);
    return { key, resource: { ...resource, id } };
  });
  const resources = new Map(
    named.map(({ key, resource }) => [key, relinked(resource, (link) => keys.get(link))]),
  );
  const find: Unbundled['find'] = (reference) => {
    const key = referenceKey(reference);
    return key === undefined ? undefined : resources.get(keys.get(key) ?? key);
  };
  return {
    resources: [...resources.values()],
    find,
    urlOf: (reference) => urls.get(reference),
    holds: (reference) => find(reference) !== undefined || bundles.has(referenceKey(reference) ?? ''),
  };
}

interface Within {
  readonly entries: readonly { readonly fullUrl: string | undefined; readonly resource: JsonObject }[];
  /** The fullUrls of Bundles. */
  readonly bundles: ReadonlySet<string>;
}

function entriesWithin(bundle: JsonObject): Within {
  const entries: Within['entries'][number][] = [];
  const bundles = new Set<string>();
  for (const entry of objects(bundle['entry'])) {
    const resource = entry['resource'];
    if (!isObject(resource)) continue;
    const fullUrl = text(entry['fullUrl']);
    if (resource['resourceType'] !== 'Bundle') {
      entries.push({ fullUrl, resource });
      continue;
    }
    const within = entriesWithin(resource);
    entries.push(...within.entries);
    for (const url of [...texts(fullUrl), ...within.bundles]) bundles.add(url);
  }
  return { entries, bundles };
}

/**
 * Every Reference, at any depth.
 * @param visit gives the new spelling, or the Reference that is to stand in its place; undefined leaves it
 */
function walk(
  value: unknown,
  visit: (link: string, whole: JsonObject) => string | JsonObject | undefined,
): unknown {
  if (Array.isArray(value))
    return likewise(
      value.map((item) => walk(item, visit)),
      value,
    );
  if (!isObject(value)) return value;
  const link = value['reference'];
  const seen = typeof link === 'string' ? visit(link, value) : undefined;
  if (isObject(seen)) return seen;
  const made = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'reference' && seen !== undefined ? seen : walk(item, visit),
    ]),
  );
  return likewise(made, value);
}
