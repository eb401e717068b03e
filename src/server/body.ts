import type { JsonObject } from '../fhir/json.ts';
import { ServiceError } from './errors.ts';

/** Objects and arrays inside each other; a chart nests about fifteen deep. */
const MAX_DEPTH = 200;

/**
 * Characters of a body from which its depth is looked at before it is parsed: `JSON.parse` takes a hundred times longer for
 * brackets inside brackets than for a chart of the same size. Looking costs a quarter of parsing, so that smaller bodies,
 * which take a second at worst, are looked at once they are parsed.
 */
const LARGE = 4_000_000;

/**
 * The JSON value of a body in UTF-8.
 * @throws ServiceError when it is empty, nested without measure, or not JSON
 */
export const bodyValue = (bytes: unknown): unknown => readBody(bytes).value;

/** The same with the text that it was parsed from. */
export function readBody(bytes: unknown): { readonly value: unknown; readonly text: string } {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw new ServiceError('not-json', 'the body is empty', '(body)');
  const text = new TextDecoder().decode(bytes);
  if (text.length > LARGE && opensTooDeep(text)) throw tooDeep();
  const value = parsed(text);
  if (nestsTooDeep(value)) throw tooDeep();
  return { value, text };
}

const tooDeep = (): ServiceError =>
  new ServiceError('invalid-request', `the body is nested more than ${MAX_DEPTH} deep`, '(body)');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether JSON text opens more than is allowed before it closes; of text that is not JSON, some answer. */
function opensTooDeep(json: string): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    switch (json.charCodeAt(index)) {
      case QUOTE:
        index = endOfText(json, index);
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        if (depth > MAX_DEPTH) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
      default:
        break;
    }
  }
  return false;
}

/** Where the text in quotes ends that begins at an index; a quote after an odd number of backslashes is part of it. */
function endOfText(json: string, begin: number): number {
  for (let end = json.indexOf('"', begin + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Node's message repeats the text around the mistake: only its position is passed on.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new ServiceError(
      'not-json',
      `the body is not JSON${position === undefined ? '' : ` at position ${position}`}`,
      '(body)',
    );
  }
}

/** `JSON.parse` does not recurse, whatever it is given; what reads its value may. */
export function nestsTooDeep(value: unknown, allowed = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (allowed === 0) return true;
  const below = allowed - 1;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && nestsTooDeep(item, below)) return true;
    return false;
  }
  for (const name in value) {
    const item = (value as JsonObject)[name];
    if (typeof item === 'object' && nestsTooDeep(item, below)) return true;
  }
  return false;
}
