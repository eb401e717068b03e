import { isObject } from '../fhir/json.ts';

/** Milliseconds since 1970-01-01T00:00Z, `high` excluded: `2025-03` is all of March. Open ends are ±Infinity. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const dateTime =
  /^(?!0000)(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/;

const millisecondsPer = { fraction: 1, second: 1_000, minute: 60_000, day: 86_400_000 };

/**
 * The time that a FHIR date, dateTime or instant covers at the precision it is written in; null for
 * anything else, impossible dates included. Without a time zone it is read as UTC.
 */
export function dateInterval(text: string): Interval | null {
  const match = dateTime.exec(text);
  if (!match) return null;
  const [, year = '', month, day, hour = '00', minute, second, fraction, zone = 'Z'] = match;
  const date = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const midnight = new Date(`${date}T00:00:00Z`);
  if (midnight.getUTCDate() !== Number(day ?? 1)) return null;
  if (month === undefined) return { low: +midnight, high: midnight.setUTCFullYear(Number(year) + 1) };
  if (day === undefined) return { low: +midnight, high: midnight.setUTCMonth(Number(month)) };
  const milliseconds = (fraction ?? '').padEnd(3, '0').slice(0, 3);
  const low = Date.parse(`${date}T${hour}:${minute ?? '00'}:${second ?? '00'}.${milliseconds}${zone}`);
  if (minute === undefined) return { low, high: low + millisecondsPer.day };
  if (second === undefined) return { low, high: low + millisecondsPer.minute };
  return { low, high: low + millisecondsPer[fraction === undefined ? 'second' : 'fraction'] };
}

/**
 * The time that an element covers: a date, dateTime or instant, a Period, or the outer limits of a Timing.
 * Null where there is none or it cannot be read. FHIR R4, "Search", "date".
 */
export function elementInterval(element: unknown): Interval | null {
  if (typeof element === 'string') return dateInterval(element);
  if (!isObject(element)) return null;
  if (element['event'] === undefined && element['repeat'] === undefined) return periodInterval(element);
  const events: readonly unknown[] = Array.isArray(element['event']) ? element['event'] : [element['event']];
  const bounds = isObject(element['repeat']) ? element['repeat']['boundsPeriod'] : undefined;
  const covered = [...events, bounds].map(elementInterval).filter((interval) => interval !== null);
  return covered.length === 0 ? null : { low: earliest(covered), high: latest(covered) };
}

export const earliest = (intervals: readonly Interval[]): number =>
  intervals.reduce((low, interval) => Math.min(low, interval.low), Infinity);

export const latest = (intervals: readonly Interval[]): number =>
  intervals.reduce((high, interval) => Math.max(high, interval.high), -Infinity);

function periodInterval(period: { readonly start?: unknown; readonly end?: unknown }): Interval | null {
  const start = period.start === undefined ? undefined : elementInterval(period.start);
  const end = period.end === undefined ? undefined : elementInterval(period.end);
  if (start === null || end === null || (!start && !end)) return null;
  return { low: start?.low ?? -Infinity, high: end?.high ?? Infinity };
}

type Comparison = (element: Interval, asked: Interval) => boolean;

const within: Comparison = (element, asked) => asked.low <= element.low && element.high <= asked.high;
const beginsBefore: Comparison = (element, asked) => element.low < asked.low;
const endsAfter: Comparison = (element, asked) => element.high > asked.high;

/** The comparators that a date search may begin with. FHIR R4, "Search", "Prefixes"; `ap` is not supported. */
export const dateComparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['eq', within],
  ['ne', (element, asked) => !within(element, asked)],
  ['lt', beginsBefore],
  ['le', (element, asked) => beginsBefore(element, asked) || within(element, asked)],
  ['gt', endsAfter],
  ['ge', (element, asked) => endsAfter(element, asked) || within(element, asked)],
  ['sa', (element, asked) => element.low >= asked.high],
  ['eb', (element, asked) => element.high <= asked.low],
]);
