import type { ChartRecord } from '../fhir/chart.ts';
import { isObject, objects, text } from '../fhir/json.ts';
import { convert, quantityInterval } from '../fhir/quantity.ts';
import type { Molar } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare, type Interval } from './comparison.ts';
import { aside, type Evidence } from './result.ts';
import { valuePath } from './record-evidence.ts';
import type { Hit } from './retrieve.ts';

/** A laboratory result as a number. */
export interface Reading {
  readonly hit: Hit;
  /** In the fact's unit; null where the result cannot be used, and the evidence says why. */
  readonly interval: Interval | null;
  /** True when it was measured in the substance unit and turned into the fact's by the declared factor. */
  readonly isMolar: boolean;
  readonly evidence: Evidence;
}

/** Twelve significant digits hold every laboratory value; the rest is the conversion's rounding noise. */
export const rounded = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(12)) : value;

export const scaled = (interval: Interval, factor: number): Interval => ({
  ...interval,
  low: rounded(interval.low * factor),
  high: rounded(interval.high * factor),
});

/** A usable hit as a number in `unit`, by UCUM, else by the declared factor (`clinical/facts.md` 2.4). */
export function readingOf(hit: Hit, unit: string, molar: Molar | undefined): Reading {
  const element = valueElement(hit.record);
  const evidence = { ...hit.evidence, path: valuePath(hit.record), value: printedQuantity(hit.record) };
  const interval = quantityInterval(element, unit);
  if (!('unusable' in interval)) return { hit, interval, isMolar: false, evidence };
  const substance = molar === undefined ? interval : quantityInterval(element, molar.unit);
  if (molar !== undefined && !('unusable' in substance))
    return { hit, interval: scaled(substance, 1 / molar.per), isMolar: true, evidence };
  return {
    hit,
    interval: null,
    isMolar: false,
    evidence: aside(evidence, `not usable: ${interval.unusable}`),
  };
}

/**
 * A value against a limit, and against the same limit as the policy prints it in the unit of the measurement: where
 * the two disagree the policy's own text does not decide.
 */
export function decided(
  interval: Interval,
  threshold: Threshold | undefined,
  molar: Molar | undefined,
): { readonly truth: boolean | null; readonly isDisputed: boolean } {
  const truth = compare(interval, threshold);
  const printed = threshold?.alsoPrinted;
  if (threshold === undefined || printed === undefined || molar === undefined)
    return { truth, isDisputed: false };
  const limit = convert(printed.value, printed.unit, molar.unit);
  if (typeof limit !== 'number') return { truth, isDisputed: false };
  const second = compare(scaled(interval, molar.per), { comparison: threshold.comparison, value: limit });
  return second === truth ? { truth, isDisputed: false } : { truth: null, isDisputed: true };
}

/** Of one specimen and code, the result issued last stands for the others. */
export function withoutSuperseded(list: readonly Hit[]): readonly Hit[] {
  const specimenOf = (hit: Hit): string | undefined => {
    const specimen = text(objects(hit.record.resource['specimen'])[0]?.['reference']);
    return specimen === undefined ? undefined : `${specimen} ${hit.record.codes[0]?.coding.key ?? ''}`;
  };
  const issued = (hit: Hit): number => {
    const instant = Date.parse(text(hit.record.resource['issued']) ?? '');
    return Number.isNaN(instant) ? -Infinity : instant;
  };
  const latest = new Map<string, number>();
  for (const hit of list) {
    const specimen = specimenOf(hit);
    if (specimen !== undefined)
      latest.set(specimen, Math.max(latest.get(specimen) ?? -Infinity, issued(hit)));
  }
  return list.filter((hit) => {
    const specimen = specimenOf(hit);
    return specimen === undefined || issued(hit) >= (latest.get(specimen) ?? -Infinity);
  });
}

const valueElement = ({ resource }: ChartRecord): unknown =>
  resource['valueQuantity'] ?? resource['valueRange'];

function printedQuantity(record: ChartRecord): string {
  const value = valueElement(record);
  if (!isObject(value)) return text(record.resource['valueString']) ?? '';
  const number =
    typeof value['value'] === 'number' || typeof value['value'] === 'string' ? String(value['value']) : '';
  return `${text(value['comparator']) ?? ''}${number} ${text(value['unit']) ?? text(value['code']) ?? ''}`.trim();
}
