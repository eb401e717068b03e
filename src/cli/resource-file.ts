import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';

/** What a file of FHIR JSON holds, whatever form it is in. */
export type Values = { readonly values: readonly unknown[] } | { readonly problem: string };

/** JSON, an array of it counting as its items, or NDJSON: one value to a line. */
export function jsonValues(content: string): Values {
  const source = content.replace(/^\uFEFF/, '');
  if (source.trim() === '') return { problem: 'is empty' };
  const whole = parse(source);
  if ('value' in whole) return { values: Array.isArray(whole.value) ? whole.value : [whole.value] };
  if (source.trimStart().startsWith('<')) return { problem: 'is XML; only FHIR JSON is read' };
  const lines = source
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => ({ number, ...parse(line) }));
  // Of NDJSON, the first line is a value by itself; of other JSON that fails, it hardly ever is one.
  const [first] = lines;
  if (first === undefined || !('value' in first) || lines.length === 1)
    return { problem: `is not JSON${whole.place}` };
  const values: unknown[] = [];
  for (const line of lines) {
    if (!('value' in line)) return { problem: `is not NDJSON: line ${line.number} is not JSON` };
    values.push(line.value);
  }
  return { values };
}

/** Node's message repeats the text around a mistake, which may be a patient's: only its place is told. */
function parse(source: string): { readonly value: unknown } | { readonly place: string } {
  try {
    return { value: JSON.parse(source) as unknown };
  } catch (error) {
    const place = /\(?(line \d+ column \d+)\)?/.exec(error instanceof Error ? error.message : '')?.[1];
    return { place: place === undefined ? '' : ` (${place})` };
  }
}

/**
 * The resources of Bundles (of any type, also inside each other) and of bare values, as one Bundle, and as a server
 * would have them that took them in: a resource without an id gets one (from its `urn:uuid:`, else `prefix` and its
 * place), and references by `urn:uuid:` become `Type/id` (FHIR R4, "Transaction Processing Rules").
 */
export function bundleOf(values: readonly unknown[], prefix: string): JsonObject {
  const entries = values
    .flatMap(entriesOf)
    .map((entry, index) => identified(entry, `${prefix}-${index + 1}`));
  const targets = new Map(entries.flatMap(urnTarget));
  const next = openPages(values);
  return {
    resourceType: 'Bundle',
    type: 'collection',
    ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
    entry: targets.size === 0 ? entries : entries.map((entry) => withTargets(entry, targets)),
  };
}

const isBundle = (value: unknown): value is JsonObject =>
  isObject(value) && value['resourceType'] === 'Bundle';

/** The file is the chart, so a search's include is as good as its match; an outcome stands for what failed. */
function entriesOf(value: unknown): readonly unknown[] {
  if (!isBundle(value)) return [{ resource: value }];
  const { entry } = value;
  return (Array.isArray(entry) ? (entry as readonly unknown[]) : []).flatMap((item) => {
    const resource = property(item, 'resource') ?? property(property(item, 'response'), 'outcome');
    if (isBundle(resource)) return entriesOf(resource);
    const fullUrl = text(property(item, 'fullUrl'));
    return resource === undefined ? [item] : [{ ...(fullUrl === undefined ? {} : { fullUrl }), resource }];
  });
}

/** A page that follows one of these Bundles and is not among them: the chart is cut short. */
function openPages(values: readonly unknown[]): string | undefined {
  const links = (relation: string): readonly string[] =>
    values
      .flatMap((value) => objects(property(value, 'link')))
      .filter((link) => link['relation'] === relation)
      .flatMap((link) => text(link['url']) ?? []);
  const held = new Set(links('self'));
  return links('next').find((url) => !held.has(url));
}

function identified(entry: unknown, fallback: string): unknown {
  const resource = property(entry, 'resource');
  const hasType = text(property(resource, 'resourceType')) !== undefined;
  if (!isObject(entry) || !isObject(resource) || !hasType || text(resource['id']) !== undefined) return entry;
  const fullUrl = text(entry['fullUrl']);
  const id =
    /^urn:(?:uuid|oid):(.+)$/.exec(fullUrl ?? '')?.[1] ??
    relativeReference(fullUrl)?.split('/')[1] ??
    fallback;
  return { ...entry, resource: { ...resource, id } };
}

function urnTarget(entry: unknown): readonly (readonly [string, string])[] {
  const fullUrl = text(property(entry, 'fullUrl'));
  const type = text(property(property(entry, 'resource'), 'resourceType'));
  const id = text(property(property(entry, 'resource'), 'id'));
  return fullUrl?.startsWith('urn:') === true && type !== undefined && id !== undefined
    ? [[fullUrl, `${type}/${id}`]]
    : [];
}

function withTargets(value: unknown, targets: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withTargets(item, targets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'reference' && typeof item === 'string'
        ? (targets.get(item) ?? item)
        : withTargets(item, targets),
    ]),
  );
}

/** The resources of a Bundle made by `bundleOf`. */
export const resourcesOf = (bundle: JsonObject): readonly JsonObject[] =>
  objects(bundle['entry'])
    .map(({ resource }) => resource)
    .filter(isObject)
    .filter((resource) => text(resource['resourceType']) !== undefined);

export const idsOf = (bundle: JsonObject, type: string): readonly string[] => [
  ...new Set(
    resourcesOf(bundle)
      .filter((resource) => resource['resourceType'] === type)
      .flatMap((resource) => text(resource['id']) ?? []),
  ),
];
