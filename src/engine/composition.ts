import { all, any } from '../fhir/truth.ts';
import type { Criterion } from '../policy/policy.ts';
import { evidenceKey, union, type Evaluated } from './evaluated.ts';
import type { Span } from './exposure.ts';
import { mostPressing } from './result.ts';

/** What the parts of a criterion come to together, in Kleene's three values. */
export function compose(
  kind: 'all' | 'any' | 'none',
  parts: readonly Evaluated[],
  { open, missing: summary }: Criterion,
): Evaluated {
  const truths = parts.map(({ truth }) => truth);
  // The parts of a `none` are stated as exclusions already: true is "shown or attested to be absent".
  const truth = kind === 'any' ? any(truths) : all(truths);
  const unknown = parts.filter((part) => part.truth === null);
  const supported = unknown.filter(({ isSupported }) => isSupported);
  const worthCompleting = kind === 'any' && supported.length > 0 ? supported : unknown;
  // Of alternatives that nothing speaks for, the policy file says in one line what would do.
  const isSummed = kind === 'any' && truth === null && supported.length === 0 && summary !== undefined;
  // One part settles an `any` that is true and an `all` that is false; otherwise every part had its say.
  const deciding =
    truth !== null && (kind === 'any') === truth ? parts.filter((part) => part.truth === truth) : parts;
  return {
    truth,
    needs:
      truth === null
        ? unknown.every(({ needs }) => needs === undefined)
          ? open
          : mostPressing(unknown.flatMap(({ needs }) => needs ?? []))
        : undefined,
    results: parts.flatMap(({ results }) => results),
    evidence: union(
      deciding.map(({ evidence }) => evidence),
      evidenceKey,
    ),
    missing: isSummed
      ? [{ what: summary }]
      : union(
          worthCompleting.map(({ missing }) => missing),
          ({ what }) => what,
        ),
    searched: union(
      parts.map(({ searched }) => searched),
      ({ resourceType }) => resourceType,
    ),
    // What is settled against it is not worth completing, whatever else speaks for it.
    isSupported: truth !== false && parts.some(({ isSupported }) => isSupported),
    isBarred: unknown.some(({ isBarred }) => isBarred),
    contested: unknown.map(({ contested }) => contested).find((contested) => contested !== undefined),
    anomalies: parts.flatMap(({ anomalies }) => anomalies),
    dates: truth === true ? datesOf(kind, parts) : [],
  };
}

/** What every reading of an unclear text comes to; a person decides where some are settled and others are not, or not alike. */
export function agreed(readings: readonly Evaluated[], criterion: Criterion): Evaluated {
  const whole = compose('all', readings, criterion);
  const isUnread = readings.some(({ needs }) => needs === 'data-access');
  const [first, ...rest] = readings;
  if (first === undefined || rest.every(({ truth }) => truth === first.truth))
    return whole.truth === null && !isUnread
      ? { ...whole, needs: first?.needs, missing: first?.missing ?? [] }
      : whole;
  return {
    ...whole,
    truth: null,
    needs: isUnread ? 'data-access' : 'review',
    evidence: union(
      readings.map(({ evidence }) => evidence),
      evidenceKey,
    ),
    missing: union(
      readings.map(({ missing }) => missing),
      ({ what }) => what,
    ),
    isSupported: readings.some(({ isSupported }) => isSupported),
    isBarred: true,
    dates: [],
  };
}

/** An `any` is true on the days of each part that is; an `all` once the last of its parts is. */
function datesOf(kind: 'all' | 'any' | 'none', parts: readonly Evaluated[]): readonly Span[] {
  const dated = parts
    .filter(({ truth, dates }) => truth === true && dates.length > 0)
    .map(({ dates }) => dates);
  if (kind !== 'all') return dated.flat();
  const firstDay = (dates: readonly Span[]): number => Math.min(...dates.map(({ low }) => low));
  return dated.toSorted((a, b) => firstDay(b) - firstDay(a))[0] ?? [];
}
