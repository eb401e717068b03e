import type { ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { isObject, property, text } from '../fhir/json.ts';
import { convert } from '../fhir/quantity.ts';

/** Day numbers between which something lies; an end that nobody knows is infinite. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** A drug that was given or taken, with the days on which its first and its last dose may lie. */
export interface Exposure {
  readonly record: ChartRecord;
  /** Ingredients; the code itself where its ingredient is not known. */
  readonly drugs: readonly string[];
  readonly first: Span;
  readonly last: Span;
}

/**
 * What a record of a drug says of its doses: a dispense may have been taken until its supply ended, an open period
 * until today (`clinical/facts.md` 2.3, F-MM-REFRACTORY).
 * @returns null where nothing says when it began
 */
export function exposureOf(
  record: ChartRecord,
  ingredients: ReadonlyMap<string, readonly string[]>,
  today: number,
): Exposure | null {
  const drugs = drugsOf(record, ingredients);
  const { resource } = record;
  const period = resource['effectivePeriod'] ?? resource['performedPeriod'];
  if (isObject(period)) {
    const start = parseDate(period['start']);
    if (start === null || record.date === null) return null;
    const end = period['end'] === undefined ? null : parseDate(period['end']);
    const last =
      end === null ? { low: start.low, high: Math.max(start.high, today) } : { low: end.low, high: end.high };
    return { record, drugs, first: spanOf(start), last };
  }
  const { date } = record;
  if (date === null || !Number.isFinite(date.low) || !Number.isFinite(date.high)) return null;
  if (record.type !== 'MedicationDispense') return { record, drugs, first: spanOf(date), last: spanOf(date) };
  const supply = suppliedDays(resource['daysSupply']);
  const high = supply === undefined ? Math.max(date.high, today) : date.high + supply;
  return { record, drugs, first: spanOf(date), last: { low: date.low, high } };
}

export const spanOf = ({ low, high }: DateInterval): Span => ({ low, high });

/** The codes of one drug are one ingredient: brand, product, billing and classification code alike. */
export function drugsOf(
  { codes }: ChartRecord,
  ingredients: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const known = new Set<string>();
  let first: string | undefined;
  for (const { coding } of codes) {
    if (coding.key === undefined) continue;
    first ??= coding.key;
    for (const drug of ingredients.get(coding.key) ?? []) known.add(drug);
  }
  return known.size === 0 && first !== undefined ? [first] : [...known];
}

/** Days of a `daysSupply`; undefined where it is not there or cannot be read. */
function suppliedDays(quantity: unknown): number | undefined {
  const value = property(quantity, 'value');
  if (typeof value !== 'number' || value < 0) return undefined;
  const printed = text(property(quantity, 'code')) ?? text(property(quantity, 'unit')) ?? 'd';
  const days = convert(value, /^days?$/i.test(printed) ? 'd' : printed, 'd');
  return typeof days === 'number' ? Math.ceil(days) : undefined;
}
