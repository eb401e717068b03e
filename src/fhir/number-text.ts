import { isObject } from './json.ts';

/**
 * Numbers as they were written. FHIR tells 1.0 from 1 (R4, "JSON representation", decimals) and JavaScript does not:
 * what is echoed to a client must keep the client's spelling.
 */

/** The spelling of members whose number is written otherwise than JavaScript would, by the object or array they stand in. */
const spellings = new WeakMap<object, Map<string, string>>();

/** ECMAScript's "JSON.parse source text access", which the types do not know yet. */
const json = JSON as unknown as {
  readonly parse: (
    text: string,
    reviver: (this: object, name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

/** A number that may not come back as it was written: a trailing zero after the point, an exponent, many digits, -0. */
const UNUSUAL = /(?:\d\.\d*0|\d[eE][+-]?\d|\d{16}|-0)\s*[,\]}]/;

/** Remembering costs about ten times the parsing: beyond this many characters the spelling is let go. */
const LIMIT = 1_000_000;

/** `JSON.parse` that remembers how numbers were written. @throws SyntaxError */
export function parseJson(text: string): unknown {
  if (text.length > LIMIT || !UNUSUAL.test(text)) return JSON.parse(text);
  return json.parse(text, function (name, value, { source }) {
    if (typeof value === 'number' && source !== undefined && source !== String(value)) {
      const known = spellings.get(this);
      if (known === undefined) spellings.set(this, new Map([[name, source]]));
      else known.set(name, source);
    }
    return value;
  });
}

/** Hands the spelling of an object's or array's numbers on to what was made of it, member by member. */
export function likewise<T extends object>(made: T, from: object): T {
  const known = spellings.get(from);
  if (known !== undefined) spellings.set(made, known);
  return made;
}

/** The value with its numbers as they were written, for `JSON.stringify` only. */
export function asWritten<T>(value: T): T {
  return written(value) as T;
}

function written(value: unknown): unknown {
  if (!Array.isArray(value) && !isObject(value)) return value;
  const known = spellings.get(value);
  const member = (item: unknown, name: string): unknown => {
    const source = known?.get(name);
    return source === undefined ? written(item) : json.rawJSON(source);
  };
  return Array.isArray(value)
    ? value.map((item: unknown, index) => member(item, String(index)))
    : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, member(item, name)]));
}
