import { isObject, property } from '../../../src/fhir/json.ts';
import type { Problem } from './finding.ts';

/** What the suite means by missing, blank and well-formed (inferno-crd-server-checks, section 0). */

export type FieldType = 'string' | 'integer' | 'array' | 'object' | 'URL';

/** Ruby's `blank?`: nothing, false, white space, an empty array or object. */
export const blank = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

export const present = (value: unknown): boolean => !blank(value);

/** Ruby takes everything but nil and false for true. */
const truthy = (value: unknown): boolean => value !== null && value !== undefined && value !== false;

const OF_TYPE: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  array: (value) => Array.isArray(value),
  object: isObject,
  URL: (value) => isUrl(value),
};

/** A field that must be there, of its type, and not blank. */
export function need(owner: unknown, field: string, type: FieldType, path: string): readonly Problem[] {
  const value = property(owner, field);
  const at = `${path}.${field}`;
  if (!truthy(value)) return [{ message: 'is missing', path: at }];
  return filled(value, type, at);
}

/** A field that, where it is there, must be of its type and not blank. */
export function opt(owner: unknown, field: string, type: FieldType, path: string): readonly Problem[] {
  const value = property(owner, field);
  return truthy(value) ? filled(value, type, `${path}.${field}`) : [];
}

function filled(value: unknown, type: FieldType, path: string): readonly Problem[] {
  if (!OF_TYPE[type](value)) return [{ message: `is not of type ${type}`, path }];
  return blank(value) ? [{ message: 'is blank', path }] : [];
}

/** http or https with a host. */
export function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, host } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && host !== '';
}

/** Ruby's String#length: code points. */
export const lengthOf = (value: string): number => [...value].length;

export const isUuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);

/** Non-empty parts before and after the slash. */
export const isReference = (value: unknown): value is string =>
  typeof value === 'string' && /^[^/]+\/[^/]+$/.test(value);

export const isPlainId = (value: unknown): boolean => typeof value === 'string' && !value.includes('/');

/** The items of an array, each with its path; nothing where there is no array. */
export const items = (value: unknown, path: string): readonly { item: unknown; path: string }[] =>
  Array.isArray(value)
    ? (value as readonly unknown[]).map((item, index) => ({ item, path: `${path}[${index}]` }))
    : [];
