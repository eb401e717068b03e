import type { Threshold } from '../policy/policy.ts';

/** A number that is known to lie between two others; an open end is excluded itself. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen?: boolean;
  readonly highOpen?: boolean;
}

/** An interval decides when the whole of it lies on one side of the limit (`clinical/facts.md` section 1). */
export function compare(
  { low, high, lowOpen = false, highOpen = false }: Interval,
  threshold: Pick<Threshold, 'comparison' | 'value'> | undefined,
): boolean | null {
  if (threshold === undefined) return null;
  const limit = threshold.value;
  const above = low > limit || (low === limit && lowOpen);
  const below = high < limit || (high === limit && highOpen);
  switch (threshold.comparison) {
    case 'at-least':
      return low >= limit ? true : below ? false : null;
    case 'more-than':
      return above ? true : high <= limit ? false : null;
    case 'at-most':
      return high <= limit ? true : above ? false : null;
    case 'less-than':
      return below ? true : low >= limit ? false : null;
  }
}
