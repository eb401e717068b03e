import { isObject, text } from './json.ts';

/**
 * The `Type/id` of a FHIR reference, whether relative, versioned or absolute; undefined for contained
 * (`#x`), logical (identifier only) and `urn:` references.
 */
export function relativeReference(value: unknown): string | undefined {
  const printed = text(isObject(value) ? value['reference'] : value);
  if (printed === undefined || RELATIVE.test(printed)) return printed;
  if (printed.startsWith('#') || printed.startsWith('urn:')) return undefined;
  const version = printed.indexOf('/_history/');
  const path = version === -1 ? printed : printed.slice(0, version);
  const last = path.lastIndexOf('/');
  if (last <= 0 || last === path.length - 1) return undefined;
  const before = path.lastIndexOf('/', last - 1);
  return RESOURCE_TYPE.test(path.slice(before + 1, last)) ? path.slice(before + 1) : undefined;
}

/** The usual spelling, of which nothing is cut off. */
const RELATIVE = /^[A-Z][A-Za-z]+\/[^/]+$/;
const RESOURCE_TYPE = /^[A-Z][A-Za-z]+$/;

/** A reference as printed, `Type/id` where it has one. */
export const referenceKey = (value: unknown): string | undefined =>
  relativeReference(value) ?? text(isObject(value) ? value['reference'] : value);
