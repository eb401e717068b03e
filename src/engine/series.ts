import { objects, text } from '../fhir/json.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { Retrieve, SeriesFact } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import type { Interval } from './comparison.ts';
import { spanOf, type Span } from './exposure.ts';
import { decided, readingOf, rounded, withoutSuperseded, type Reading } from './reading.ts';
import type { Answer, Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, type Scope } from './scope.ts';
import type { RegimenStart } from './therapy.ts';

/** One result of a series, or the difference of two of one day. */
export interface Point {
  readonly interval: Interval;
  readonly on: Span;
  readonly readings: readonly Reading[];
}

/** What a series comes to against a limit. */
interface Outcome {
  readonly truth: boolean | null;
  readonly isDisputed: boolean;
  readonly isCompared: boolean;
  /** The result compared, and what it was compared with. */
  readonly points: readonly (readonly [Point, string])[];
  /** Since when it has been so. */
  readonly since: Span | undefined;
}

/**
 * Results since the start of the latest regimen, compared with each other: one code and laboratory with itself,
 * intervals throughout. Where several series of one quantity disagree, nothing is decided.
 * @param start when the therapy's latest regimen began
 * @param events retrieves that tell it: what they read must be read too
 */
export function seriesAnswer(
  fact: SeriesFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
  start: RegimenStart,
  events: readonly Retrieve[],
): Answer {
  const retrieves = [fact.retrieve, ...(fact.minus === undefined ? [] : [fact.minus])];
  const searched = searchedBy([...retrieves, ...events], scope.chart);
  const types = new Set([...retrieves, ...events].flatMap(({ resource }) => resource));
  const missing = fact.missing === undefined ? [] : [fact.missing];
  const found = retrieves.flatMap(hits);
  const signs = found.filter(({ standing }) => standing !== 'proof').map(({ evidence }) => evidence);
  const open = (needs: Answer['needs'], evidence: readonly Evidence[]): Answer => ({
    truth: null,
    needs,
    evidence: [...evidence, ...signs].slice(0, SHOWN),
    missing,
    searched,
  });
  const all = retrieves.flatMap((retrieve) => readingsOf(fact, retrieve, hits));
  const newest = all.map(({ evidence }) => evidence).toReversed();
  if (isUnread(types, scope.chart, BROKEN_SOURCES)) return { ...open('data-access', newest), isBroken: true };

  const outcomes = seriesSince(fact, hits, start)
    .map((series) => outcomeOf(fact, threshold, series))
    // A lone result has nothing to be compared with, and contradicts nothing.
    .filter((outcome, _, list) => outcome.truth !== null || outcome.isCompared || list.length === 1);
  const shown = outcomes.flatMap((outcome) =>
    outcome.points.flatMap(([{ readings: parts }, note]) =>
      parts.map(({ evidence }) => ({ ...evidence, note })),
    ),
  );
  const first = outcomes[0];
  if (first !== undefined && outcomes.some(({ isDisputed }) => isDisputed)) return open('review', shown);
  if (first !== undefined && first.truth !== null && outcomes.every(({ truth }) => truth === first.truth)) {
    return {
      truth: first.truth,
      needs: undefined,
      evidence: shown,
      missing: [],
      searched,
      dates: first.truth ? outcomes.flatMap(({ since }) => since ?? []) : [],
    };
  }
  if (isUnread(types, scope.chart, OPEN_SOURCES)) return open('data-access', [...shown, ...newest]);
  const why =
    dayOf(fact, start) !== undefined
      ? 'no other result since the latest regimen began to compare it with'
      : NO_REGIMEN;
  return open(
    'documentation',
    shown.length > 0 ? shown : newest.map((item) => ({ ...item, note: item.note ?? why })),
  );
}

/** Results that are shown where nothing is decided. */
const SHOWN = 6;
const NO_REGIMEN = 'the start of the latest therapy is not known';

const readingsOf = (
  fact: SeriesFact,
  retrieve: Retrieve,
  hits: (retrieve: Retrieve) => readonly Hit[],
): readonly Reading[] =>
  withoutSuperseded(proofOf(hits(retrieve))).map((hit) => readingOf(hit, fact.unit, fact.molar));

/** The day from which results are compared; undefined where it is not known. */
const dayOf = ({ orWithoutEvents }: SeriesFact, start: RegimenStart): number | undefined =>
  typeof start === 'number' ? start : start === 'none' && orWithoutEvents ? -Infinity : undefined;

/** Results since the start of the latest regimen, each series earliest first; none where the start is not known. */
export function seriesSince(
  fact: SeriesFact,
  hits: (retrieve: Retrieve) => readonly Hit[],
  start: RegimenStart,
): readonly (readonly Point[])[] {
  const from = dayOf(fact, start);
  if (from === undefined) return [];
  const { retrieve, minus } = fact;
  return seriesOf(readingsOf(fact, retrieve, hits), fact)
    .map((series) => points(series, minus === undefined ? undefined : readingsOf(fact, minus, hits), from))
    .filter((series) => series.length > 0);
}

/** What a result of a series is compared with: the lowest before it, for a fall the highest; undefined for the first. */
export function baseOf({ change }: SeriesFact, series: readonly Point[], point: Point): Interval | undefined {
  const before = series.filter(({ on }) => on.high < point.on.low).map(({ interval }) => interval);
  return before.length === 0 ? undefined : extreme(before, change === 'fall' ? Math.max : Math.min);
}

/** One series for each code and laboratory, unless the codes are of one kind. */
function seriesOf(readings: readonly Reading[], { isOneKind }: SeriesFact): readonly (readonly Reading[])[] {
  if (isOneKind) return [readings];
  const keyOf = ({ hit: { record } }: Reading): string => {
    const performer = objects(record.resource['performer'])
      .map((item) => referenceKey(item) ?? text(item['display']) ?? '')
      .toSorted();
    return `${record.codes[0]?.coding.key ?? ''} ${performer.join(' ')}`;
  };
  return [...Map.groupBy(readings, keyOf).values()];
}

/** Dated, usable results since a day, earliest first; with `minus`, each less the other of the same day. */
function points(
  series: readonly Reading[],
  minus: readonly Reading[] | undefined,
  from: number,
): readonly Point[] {
  return series.flatMap((reading): readonly Point[] => {
    const { interval, hit } = reading;
    const date = hit.record.date;
    if (interval === null || date === null || !Number.isFinite(date.low) || date.low < from) return [];
    const on = spanOf(date);
    if (minus === undefined) return [{ interval: notBelowZero(interval), on, readings: [reading] }];
    const others = minus.filter(
      (item) =>
        item.interval !== null &&
        item.hit.record.date?.low === on.low &&
        item.hit.record.date.high === on.high,
    );
    const [other] = others;
    if (other?.interval === undefined || other.interval === null || others.length > 1) return [];
    return [
      {
        interval: difference(notBelowZero(interval), notBelowZero(other.interval)),
        on,
        readings: [reading, other],
      },
    ];
  });
}

const notBelowZero = (interval: Interval): Interval => ({ ...interval, low: Math.max(0, interval.low) });

const difference = (a: Interval, b: Interval): Interval => ({
  low: rounded(a.low - b.high),
  high: rounded(a.high - b.low),
  lowOpen: a.lowOpen === true || b.highOpen === true,
  highOpen: a.highOpen === true || b.lowOpen === true,
});

/** The lowest, or highest, that a list of intervals can have come to. */
const extreme = (list: readonly Interval[], pick: (...values: number[]) => number): Interval => {
  const end = (side: 'low' | 'high', open: 'lowOpen' | 'highOpen') => {
    const value = pick(...list.map((item) => item[side]));
    return { value, open: list.filter((item) => item[side] === value).every((item) => item[open] === true) };
  };
  const low = end('low', 'lowOpen');
  const high = end('high', 'highOpen');
  return { low: low.value, high: high.value, lowOpen: low.open, highOpen: high.open };
};

const changeSince = (fact: SeriesFact, base: Interval, value: Interval): Interval => {
  if (fact.change === 'fall') return difference(base, value);
  const rise = difference(value, base);
  if (fact.change === 'rise') return rise;
  // From nothing, any rise is without bound: what decides then is the absolute change.
  const ratio = (amount: number, of: number): number =>
    of > 0 ? rounded((amount / of) * 100) : amount > 0 ? Infinity : 0;
  return {
    ...rise,
    low: ratio(rise.low, rise.low > 0 ? base.high : base.low),
    high: ratio(rise.high, base.low),
  };
};

function outcomeOf(fact: SeriesFact, threshold: Threshold | undefined, series: readonly Point[]): Outcome {
  const isMolar = (list: readonly Point[]): boolean =>
    list.some(({ readings }) => readings.some((reading) => reading.isMolar));
  const against = (interval: Interval, of: readonly Point[]) =>
    decided(interval, threshold, isMolar(of) ? fact.molar : undefined);
  const pick = fact.change === 'highest' || fact.change === 'fall' ? Math.max : Math.min;
  if (fact.change === 'highest' || fact.change === 'lowest') {
    const results = series.map((point) => ({ point, ...against(point.interval, [point]) }));
    const shown = results.find(({ truth }) => truth === true) ?? extremePoint(results, pick);
    return {
      truth: results.some(({ truth }) => truth === true)
        ? true
        : results.every(({ truth }) => truth === false)
          ? false
          : null,
      isDisputed: results.every(({ truth }) => truth !== true) && results.some((item) => item.isDisputed),
      isCompared: true,
      points: shown === undefined ? [] : [[shown.point, `the ${fact.change} since the latest regimen began`]],
      since: shown?.point.on,
    };
  }
  const latestDay = Math.max(...series.map(({ on }) => on.high));
  const results = series.map((point) => {
    const base = baseOf(fact, series, point);
    if (base === undefined) return { point, truth: null, isDisputed: false, base };
    const before = series.filter(({ on }) => on.high < point.on.low);
    const outcome = against(changeSince(fact, base, point.interval), [point, ...before]);
    return {
      point,
      ...outcome,
      base: before.find(
        (item) =>
          pick(item.interval.high, base.high) === item.interval.high && item.interval.high === base.high,
      ),
    };
  });
  const last = results.filter(({ point }) => point.on.high === latestDay);
  const [first] = last;
  const truth = first !== undefined && last.every((item) => item.truth === first.truth) ? first.truth : null;
  // Since when without a break: the first of the results at the end that all say so.
  const lastOther = results.findLastIndex((item) => item.truth !== true);
  return {
    truth,
    isDisputed: last.some((item) => item.isDisputed),
    isCompared: first?.base !== undefined,
    points: [
      ...last.map(
        ({ point }) =>
          [
            point,
            `the latest; ${first?.base === undefined ? 'nothing earlier to compare with' : 'compared with the ' + (fact.change === 'fall' ? 'highest' : 'lowest') + ' since the latest regimen began'}`,
          ] as const,
      ),
      ...(first?.base === undefined
        ? []
        : [
            [
              first.base,
              `the ${fact.change === 'fall' ? 'highest' : 'lowest'} since the latest regimen began`,
            ] as const,
          ]),
    ],
    since: results[lastOther + 1]?.point.on,
  };
}

const extremePoint = <T extends { readonly point: Point }>(
  results: readonly T[],
  pick: (...values: number[]) => number,
): T | undefined => {
  const value = pick(...results.map(({ point }) => point.interval.high));
  return results.find(({ point }) => point.interval.high === value);
};
