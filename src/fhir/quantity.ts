import ucum from '@lhncbc/ucum-lhc';
import { isObject, property, text } from './json.ts';

/** A measured value as an interval in one unit: a comparator or a range leaves one end open or wide. */
export interface QuantityInterval {
  readonly low: number;
  readonly high: number;
  /** True when the end itself is excluded (`<5` excludes 5). */
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
  /** UCUM code. */
  readonly unit: string;
}

/** Why a value cannot be used, as a sentence; its text never repeats a patient's free text. */
export interface Unusable {
  readonly unusable: string;
}

const converter = ucum.UcumLhcUtils.getInstance();

/** Units that laboratories write beside UCUM; each stands for exactly one UCUM code. Never guessed from magnitude. */
const UNIT_ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'mg/24h': 'mg/(24.h)',
    'mg/24 h': 'mg/(24.h)',
    'mg/24 hr': 'mg/(24.h)',
    'g/24h': 'g/(24.h)',
    'g/24 h': 'g/(24.h)',
    '/mcL': '/uL',
    'cells/uL': '/uL',
    'cells/mcL': '/uL',
    years: 'a',
    percent: '%',
  }),
);

/** A UCUM code has no blanks; ucum-lhc would print one that has, and with it whatever a patient's record holds. */
const UCUM_CODE = /^[!-~]{1,60}$/;

/** ucum-lhc throws on a unit that is the name of an object's member, such as "constructor". */
function attempted<T>(unit: string, read: () => T): T | undefined {
  if (!UCUM_CODE.test(unit)) return undefined;
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Converts by UCUM alone: mass does not become substance, nor substance a count. */
export function convert(value: number, from: string, to: string): number | Unusable {
  const unit = UNIT_ALIASES.get(from) ?? from;
  if (unit === to) return value;
  const result = attempted(unit, () => converter.convertUnitTo(unit, value, to));
  return result?.status === 'succeeded' && typeof result.toVal === 'number' && Number.isFinite(result.toVal)
    ? // Twelve significant digits hold every laboratory value; the rest is the conversion's rounding noise.
      Number(result.toVal.toPrecision(12))
    : { unusable: `${UCUM_CODE.test(from) ? `unit "${from}"` : 'its unit'} does not convert to ${to}` };
}

/** True for a unit that UCUM has. */
export const isUcum = (unit: string): boolean =>
  attempted(unit, () => converter.validateUnitString(unit))?.status === 'valid';

/** The unit of a FHIR Quantity: its UCUM code, else a printed unit that UCUM or the alias table knows. */
function unitOf(quantity: unknown): string | undefined {
  const system = text(property(quantity, 'system'));
  const code = text(property(quantity, 'code'));
  const printed = text(property(quantity, 'unit'));
  const ucumCode = system === undefined || system === 'http://unitsofmeasure.org' ? code : undefined;
  const candidate = ucumCode ?? printed;
  if (candidate === undefined) return undefined;
  const unit = UNIT_ALIASES.get(candidate) ?? candidate;
  return isUcum(unit) ? unit : candidate;
}

/** A FHIR Quantity or Range as an interval in `unit` (`clinical/facts.md` 2.4). */
export function quantityInterval(element: unknown, unit: string): QuantityInterval | Unusable {
  if (!isObject(element)) return { unusable: 'the value is not a quantity' };
  if (element['low'] !== undefined || element['high'] !== undefined) {
    const low = element['low'] === undefined ? undefined : quantityInterval(element['low'], unit);
    const high = element['high'] === undefined ? undefined : quantityInterval(element['high'], unit);
    if (low !== undefined && 'unusable' in low) return low;
    if (high !== undefined && 'unusable' in high) return high;
    if ((low?.low ?? -Infinity) > (high?.high ?? Infinity))
      return { unusable: 'the range ends below its start' };
    return {
      low: low?.low ?? -Infinity,
      high: high?.high ?? Infinity,
      lowOpen: false,
      highOpen: false,
      unit,
    };
  }
  const value = element['value'];
  if (typeof value !== 'number' || !Number.isFinite(value)) return { unusable: 'the value is not a number' };
  const from = unitOf(element);
  if (from === undefined) return { unusable: 'the value has no unit' };
  const converted = convert(value, from, unit);
  if (typeof converted !== 'number') return converted;
  switch (text(element['comparator'])) {
    case undefined:
      return { low: converted, high: converted, lowOpen: false, highOpen: false, unit };
    case '<':
      return { low: -Infinity, high: converted, lowOpen: false, highOpen: true, unit };
    case '<=':
      return { low: -Infinity, high: converted, lowOpen: false, highOpen: false, unit };
    case '>':
      return { low: converted, high: Infinity, lowOpen: true, highOpen: false, unit };
    case '>=':
      return { low: converted, high: Infinity, lowOpen: false, highOpen: false, unit };
    default:
      return { unusable: 'the comparator is not understood' };
  }
}
