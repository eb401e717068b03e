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

/**
 * The same value, which remembers how numbers were written in the members that will be echoed: those are parsed again.
 * @param text the JSON that the whole was parsed from
 */
export function withNumbersAsWritten(whole: unknown, text: string, members: readonly string[]): unknown {
  if (!isObject(whole)) return whole;
  const names = members.filter((name) => holdsNumber(whole[name]));
  if (names.length === 0) return whole;
  const texts = memberTexts(text);
  const parsed = names.flatMap((name) => {
    const member = texts.get(name);
    return member === undefined || !isWorthRemembering(member) ? [] : [[name, remembered(member)] as const];
  });
  return parsed.length === 0 ? whole : { ...whole, ...Object.fromEntries(parsed) };
}

/** `JSON.parse` that remembers how all numbers were written. @throws SyntaxError */
export const parseJson = (text: string): unknown =>
  isWorthRemembering(text) ? remembered(text) : JSON.parse(text);

const isWorthRemembering = (text: string): boolean => text.length <= LIMIT && UNUSUAL.test(`${text},`);

const remembered = (text: string): unknown =>
  json.parse(text, function (name, value, { source }) {
    if (typeof value === 'number' && source !== undefined && source !== String(value)) {
      const known = spellings.get(this);
      if (known === undefined) spellings.set(this, new Map([[name, source]]));
      else known.set(name, source);
    }
    return value;
  });

const holdsNumber = (value: unknown): boolean =>
  typeof value === 'number' ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsNumber));

/** The members of a JSON object as they are written; of several with one name the last, as `JSON.parse` has it. */
function memberTexts(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let depth = 0;
  let name = '';
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text[index]) {
      case '"': {
        const from = index;
        index = endOfString(text, index);
        if (depth === 1 && start === 0) name = JSON.parse(text.slice(from, index + 1)) as string;
        break;
      }
      case '{':
      case '[':
        depth += 1;
        break;
      case ':':
        if (depth === 1) start = index + 1;
        break;
      case ',':
        if (depth === 1) {
          found.set(name, text.slice(start, index));
          start = 0;
        }
        break;
      case '}':
      case ']':
        depth -= 1;
        if (depth === 0 && start > 0) found.set(name, text.slice(start, index));
        break;
      default:
        break;
    }
  }
  return found;
}

/** Index of the quote that closes a string. */
function endOfString(text: string, open: number): number {
  for (let index = open + 1; ; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
}

/** Hands the spelling of an object's or array's numbers on to what was made of it, member by member. */
export function likewise<T extends object>(made: T, from: object): T {
  const known = spellings.get(from);
  if (known !== undefined) spellings.set(made, known);
  return made;
}

/** The value with its numbers as they were written, for `JSON.stringify` only; itself where it remembers no spelling. */
export const asWritten = <T>(value: T): T => (remembers(value) ? (written(value) as T) : value);

const remembers = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (spellings.has(value) || Object.values(value).some(remembers));

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
