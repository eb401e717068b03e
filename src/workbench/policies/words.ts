import type { PolicySummary } from '../../policy/policy-description.ts';
import type { Within, Threshold } from '../../policy/policy.ts';

/** What policy data says, in words. */

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

export const daysInForce = ({ effective, until }: Pick<PolicySummary, 'effective' | 'until'>): string =>
  until === undefined ? `in force since ${effective}` : `in force from ${effective} to ${until}`;

const COMPARISONS: Readonly<Record<Threshold['comparison'], string>> = {
  'at-least': 'at least',
  'more-than': 'more than',
  'at-most': 'at most',
  'less-than': 'less than',
};

/** UCUM codes that nobody reads; any other stands as it is. */
const UNITS: Readonly<Record<string, string>> = {
  a: ' years',
  d: ' days',
  mo: ' months',
  '1': '',
  '%': ' %',
};
const unitWords = (unit: string): string => UNITS[unit] ?? ` ${unit}`;

export function thresholdWords({ comparison, value, unit, alsoPrinted }: Threshold): string {
  const also =
    alsoPrinted === undefined ? '' : `, also printed as ${alsoPrinted.value}${unitWords(alsoPrinted.unit)}`;
  return `${COMPARISONS[comparison]} ${value}${unitWords(unit)}${also}`;
}

export const withinWords = (within: Within): string =>
  'days' in within
    ? `Only from the start of the latest regimen of ${within.therapy} to ${within.days} days after its last dose`
    : `Only from the start of the first regimen of ${within.therapy} to ${within.months} months after it`;

/** How the parts of a criterion make up the whole. */
export const PARTS: Readonly<Record<'all' | 'any' | 'none' | 'readings', string>> = {
  all: 'All of these:',
  any: 'At least one of these:',
  none: 'None of these:',
  readings: 'The text can be read in these ways; it is decided where all of them agree:',
};

/** Names of data are words with hyphens. */
export const spaced = (name: string): string => name.replaceAll('-', ' ');
