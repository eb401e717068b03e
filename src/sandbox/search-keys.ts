import { isObject } from '../fhir/json.ts';

/**
 * Tokens and references as index keys. An element has one key for each way of asking for it, so that a
 * search is a look-up of exactly what it asks. Codes and systems are compared as they are written: no
 * aliases, no folding of case.
 */

const tokenSeparator = '\t';

/** The keys of a Coding, CodeableConcept, Identifier, code or boolean. */
export function tokenKeys(element: unknown): readonly string[] {
  if (typeof element === 'string' || typeof element === 'boolean')
    return codeKeys(undefined, String(element));
  if (!isObject(element)) return [];
  if (element['coding'] !== undefined) {
    return (Array.isArray(element['coding']) ? element['coding'] : [element['coding']]).flatMap(tokenKeys);
  }
  const code = element['code'] ?? element['value'];
  return codeKeys(element['system'], typeof code === 'string' ? code : undefined);
}

function codeKeys(system: unknown, code: string | undefined): readonly string[] {
  const inSystem = typeof system === 'string' ? system : '';
  return [
    ...(code === undefined ? [] : [code, inSystem + tokenSeparator + code]),
    ...(inSystem === '' ? [] : [inSystem + tokenSeparator]),
  ];
}

/**
 * The key that `code`, `system|code`, `system|` or `|code` asks for, and the system if it names one;
 * null for anything else. FHIR R4, "Search", "token".
 */
export function askedTokenKey(
  text: string,
): { readonly key: string; readonly system: string | undefined } | null {
  const [first = '', second, ...rest] = text.split(unescapedBar).map(unescaped);
  if (rest.length > 0 || (first === '' && (second ?? '') === '')) return null;
  return second === undefined
    ? { key: first, system: undefined }
    : { key: first + tokenSeparator + second, system: first === '' ? undefined : first };
}

/**
 * The resource that a Reference names: `Type/id`, or its URL where that is elsewhere. Contained and
 * logical references name none.
 * @param localReference the `Type/id` of a URL that the chart itself explains (`Bundle.entry.fullUrl`)
 */
export function referenceTarget(
  element: unknown,
  localReference: (url: string) => string | undefined,
): string | undefined {
  const printed = isObject(element) ? element['reference'] : undefined;
  if (typeof printed !== 'string' || printed.startsWith('#')) return undefined;
  const [unversioned = printed] = printed.split('/_history/');
  return localReference(unversioned) ?? unversioned;
}

/** `Patient/x` is found as such and as `x`, a URL only as such. */
export const referenceKeys = (target: string): readonly string[] =>
  /^[A-Z][A-Za-z]*\/[^/]+$/.test(target) ? [target, target.slice(target.indexOf('/') + 1)] : [target];

/** @param base the URL of this server: what is below it is `Type/id` */
export function askedReferenceKey(text: string, base: string): string {
  const reference = unescaped(text);
  return reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
}

/** The alternatives of a parameter value, still escaped. FHIR R4, "Search", "Escaping Search Parameters". */
export const alternatives = (value: string): readonly string[] => value.split(unescapedComma);

// A separator counts unless an odd number of backslashes stands before it.
const unescapedComma = /(?<!(?<!\\)(?:\\\\)*\\),/;
const unescapedBar = /(?<!(?<!\\)(?:\\\\)*\\)\|/;

const unescaped = (text: string): string => text.replace(/\\([\\,|$])/g, '$1');
