import { isObject, text, type JsonObject } from './json.ts';

/**
 * A FHIR date at the precision that it has: whole days since 1970-01-01, both ends included.
 * `2025-03` runs from the first to the last day of March; an open period is unbounded (±Infinity).
 * A dateTime counts as the calendar day that it prints, in its own time zone.
 */
export interface DateInterval {
  readonly low: number;
  readonly high: number;
  /** As printed in the record. */
  readonly text: string;
}

const PATTERN =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;
const MILLISECONDS_PER_DAY = 86_400_000;

const dayNumber = (year: number, month: number, day: number): number =>
  Date.UTC(year, month - 1, day) / MILLISECONDS_PER_DAY;

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeapYear ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);
}

/** A FHIR date, dateTime or instant; null for anything that is not one, impossible dates included. */
export function parseDate(value: unknown): DateInterval | null {
  const printed = text(value);
  const match = printed === undefined ? null : PATTERN.exec(printed);
  if (printed === undefined || match === null) return null;
  const year = Number(match[1]);
  if (year < 1000) return null;
  if (match[2] === undefined)
    return { low: dayNumber(year, 1, 1), high: dayNumber(year, 12, 31), text: printed };
  const month = Number(match[2]);
  if (month < 1 || month > 12) return null;
  const lastDay = daysInMonth(year, month);
  if (match[3] === undefined) {
    return { low: dayNumber(year, month, 1), high: dayNumber(year, month, lastDay), text: printed };
  }
  const day = Number(match[3]);
  if (day < 1 || day > lastDay) return null;
  const number = dayNumber(year, month, day);
  return { low: number, high: number, text: printed };
}

/**
 * A FHIR Period. An end that is missing is unknown, not today (`clinical/facts.md` 2.3).
 * Null when neither end can be read, or when a printed end is not a date.
 */
export function parsePeriod(value: unknown): DateInterval | null {
  if (!isObject(value)) return null;
  const start = value['start'] === undefined ? undefined : parseDate(value['start']);
  const end = value['end'] === undefined ? undefined : parseDate(value['end']);
  if (start === null || end === null || (start === undefined && end === undefined)) return null;
  const low = start?.low ?? -Infinity;
  const high = end?.high ?? Infinity;
  if (low > high) return null;
  return { low, high, text: `${start?.text ?? ''}/${end?.text ?? ''}` };
}

/** A FHIR Timing: its events, else the bounds of its repeat. */
export function parseTiming(value: unknown): DateInterval | null {
  if (!isObject(value)) return null;
  const events = (Array.isArray(value['event']) ? value['event'] : [value['event']])
    .map(parseDate)
    .filter((event) => event !== null);
  const first = events[0];
  if (first !== undefined)
    return events.reduce((earliest, event) => (event.low < earliest.low ? event : earliest), first);
  const repeat = value['repeat'];
  return isObject(repeat) ? parsePeriod(repeat['boundsPeriod']) : null;
}

/**
 * Reads the date of a choice element, whatever its type: dateTime, instant, date, Period, Timing. Undefined where there is
 * none, null where it cannot be read.
 */
export function choiceDateReader(name: string): (resource: JsonObject) => DateInterval | null | undefined {
  const elements = [
    { element: `${name}DateTime`, parse: parseDate },
    { element: `${name}Period`, parse: parsePeriod },
    { element: `${name}Instant`, parse: parseDate },
    { element: `${name}Date`, parse: parseDate },
    { element: `${name}Timing`, parse: parseTiming },
  ];
  return (resource) => {
    for (const { element, parse } of elements) {
      const value = resource[element];
      if (value !== undefined) return parse(value);
    }
    return undefined;
  };
}

/** `2026-03-02` for a day number. */
export const formatDay = (day: number): string =>
  new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);

/** So many calendar months after a day: the same day of that month, or its last one where it has no such day. */
export function addMonths(day: number, months: number): number {
  const from = new Date(day * MILLISECONDS_PER_DAY);
  const month = from.getUTCMonth() + months;
  const year = from.getUTCFullYear() + Math.floor(month / 12);
  const inYear = (month % 12) + 1;
  return dayNumber(year, inYear, Math.min(from.getUTCDate(), daysInMonth(year, inYear)));
}

/**
 * Whole years from birth to a day, as CQL's CalculateAgeInYearsAt counts them: a birthday on 29 February
 * is reached on 1 March of an ordinary year.
 * @returns years (UCUM `a`), lowest and highest that the precision of both dates allows; null when the
 *   birth lies after the day
 */
export function ageInYears(
  birth: DateInterval,
  on: DateInterval,
): { readonly low: number; readonly high: number } | null {
  const youngest = yearsBetween(birth.high, on.low);
  const oldest = yearsBetween(birth.low, on.high);
  return oldest < 0 ? null : { low: Math.max(youngest, 0), high: oldest };
}

function yearsBetween(birth: number, on: number): number {
  const born = new Date(birth * MILLISECONDS_PER_DAY);
  const then = new Date(on * MILLISECONDS_PER_DAY);
  const years = then.getUTCFullYear() - born.getUTCFullYear();
  const reached =
    then.getUTCMonth() > born.getUTCMonth() ||
    (then.getUTCMonth() === born.getUTCMonth() && then.getUTCDate() >= born.getUTCDate());
  return reached ? years : years - 1;
}
