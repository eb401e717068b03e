/**
 * FHIR JSON as it really arrives: any element may be missing or of the wrong type.
 * Readers give what can be read and nothing else; they never throw.
 */
export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own property, so that `__proto__` and inherited names read as absent. */
export const property = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** The objects in an element that may be an array, one object in place of an array, or neither. */
export const objects = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];

/** A non-empty string, trimmed; anything else is absent. */
export const text = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
};

export const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map(text).filter((item) => item !== undefined);

/** The value of a choice element (`effective[x]`): its suffix and value, or undefined when none is there. */
export function choice(
  resource: JsonObject,
  name: string,
): { readonly type: string; readonly value: unknown } | undefined {
  for (const key of Object.keys(resource)) {
    if (key.length > name.length && key.startsWith(name)) {
      const suffix = key.slice(name.length);
      if (suffix[0] === suffix[0]?.toUpperCase()) return { type: suffix, value: resource[key] };
    }
  }
  return undefined;
}
