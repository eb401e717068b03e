import { isObject, type JsonObject } from '../../fhir/json.ts';
import type { Evidence } from '../../engine/result.ts';

/** A place in a JSON value: property names and indices from the top. */
export type Place = readonly (string | number)[];

/**
 * The elements of a resource that evidence is about: by its FHIR path, and of several the ones that hold its value. An
 * element of a choice type (`Observation.value`) stands in JSON under its name and type (`valueQuantity`).
 * @param criterion id: of the items of a QuestionnaireResponse, the one with this linkId
 */
export function markedElements(
  resource: JsonObject,
  { path, value }: Pick<Evidence, 'path' | 'value'>,
  criterion?: string,
): readonly Place[] {
  const segments = path.split('.').slice(1);
  const found = walk(resource, segments, []);
  const asked = found.filter((place) => linkIdOf(resource, place) === criterion);
  const candidates = criterion !== undefined && asked.length > 0 ? asked : found;
  const holding = candidates.filter((place) => holds(valueAt(resource, place), value));
  return holding.length > 0 ? holding : candidates;
}

function walk(value: unknown, segments: readonly string[], place: Place): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, segments, [...place, index]));
  const [segment, ...rest] = segments;
  if (segment === undefined) return [place];
  if (!isObject(value)) return [];
  const here = Object.keys(value)
    .filter((key) => isNamed(key, segment))
    .flatMap((key) => walk(value[key], rest, [...place, key]));
  // Items of a form nest as deep as its author likes, below items and below answers.
  const nested = segment === 'item' ? below(value, segments, place) : [];
  return [...here, ...nested];
}

const below = (value: JsonObject, segments: readonly string[], place: Place): readonly Place[] =>
  ['item', 'answer'].flatMap((key) => {
    const items: readonly unknown[] = Array.isArray(value[key]) ? value[key] : [];
    return items.flatMap((item, index) =>
      isObject(item) ? walk(item, segments, [...place, key, index]) : [],
    );
  });

/** `value` names `valueQuantity`; `extension(url)` names the extensions. */
const isNamed = (key: string, segment: string): boolean => {
  const name = segment.replace(/\(.*$/, '');
  return key === name || (key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)));
};

function valueAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (at, step) =>
      typeof step === 'number'
        ? Array.isArray(at)
          ? at[step]
          : undefined
        : isObject(at)
          ? at[step]
          : undefined,
    value,
  );
}

/** The linkId of the nearest item around a place. */
function linkIdOf(resource: JsonObject, place: Place): unknown {
  const end = place.findLastIndex((step) => step === 'item');
  if (end === -1) return undefined;
  const item = valueAt(resource, place.slice(0, end + 2));
  return isObject(item) ? item['linkId'] : undefined;
}

/** True when a value is printed somewhere in an element: alone, or a number with its unit. */
function holds(element: unknown, value: string): boolean {
  if (value === '') return false;
  if (Array.isArray(element)) return element.some((item) => holds(item, value));
  if (!isObject(element)) return String(element) === value;
  const { value: number, unit, code, comparator } = element;
  const printed = typeof number === 'number' || typeof number === 'string' ? String(number) : undefined;
  const mark = typeof comparator === 'string' ? comparator : '';
  const units = [unit, code].filter((item) => typeof item === 'string');
  if (printed !== undefined && units.some((item) => `${mark}${printed} ${item}` === value)) return true;
  return Object.values(element).some((item) => holds(item, value));
}
