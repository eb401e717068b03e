import { isObject, text } from './json.ts';

/**
 * The `Type/id` of a FHIR reference, whether relative, versioned or absolute; undefined for contained
 * (`#x`), logical (identifier only) and `urn:` references.
 */
export function relativeReference(value: unknown): string | undefined {
  const printed = text(isObject(value) ? value['reference'] : value);
  if (printed === undefined || printed.startsWith('#') || printed.startsWith('urn:')) return undefined;
  const path = printed.split('/_history/')[0] ?? printed;
  const parts = path.split('/');
  const id = parts.at(-1);
  const type = parts.at(-2);
  return id !== undefined && id !== '' && type !== undefined && /^[A-Z][A-Za-z]+$/.test(type)
    ? `${type}/${id}`
    : undefined;
}

/** A reference as printed, `Type/id` where it has one. */
export const referenceKey = (value: unknown): string | undefined =>
  relativeReference(value) ?? text(isObject(value) ? value['reference'] : value);
