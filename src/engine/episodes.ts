import type { Truth } from '../fhir/truth.ts';
import type { EpisodesFact, Retrieve, Returned } from '../policy/fact.ts';
import { compare } from './comparison.ts';
import { spanOf, type Span } from './exposure.ts';
import { readingOf } from './reading.ts';
import { proofOf, type Hit } from './retrieve.ts';
import type { Therapy } from './therapy.ts';

/** A disease that went into remission and came back: which part of its course a finding belongs to. */
export interface Episodes {
  /** Whether a finding of these days belongs to the present episode; null where the dates leave it open. */
  isCurrent(on: Span): Truth;
  /** Whether these days lie after a remission that no other followed: what is found again then has come back. */
  isSinceRemission(on: Span): boolean;
  /** Whether the disease was untreated on these days, at its beginning or at a recurrence. */
  isUntreated(on: Span): Truth;
}

const ALWAYS: Span = { low: -Infinity, high: Infinity };

export function episodesOf(
  fact: EpisodesFact,
  hits: (retrieve: Retrieve) => readonly Hit[],
  therapy: Therapy,
): Episodes {
  const days = (retrieves: readonly Retrieve[]): readonly Span[] =>
    retrieves.flatMap((retrieve) => proofOf(hits(retrieve)).map((hit) => dayOf(hit, retrieve)));
  const remissions = days(fact.remission);
  const isSinceRemission = (on: Span): boolean =>
    remissions.length > 0 && remissions.every(({ high }) => high < on.low);
  const shownBy =
    fact.returned === undefined
      ? Infinity
      : Math.min(
          ...returnedOn(fact.returned, hits)
            .filter(isSinceRemission)
            .map(({ high }) => high),
        );
  const recurrences = days(fact.recurrence).map((day) =>
    Number.isFinite(day.low) ? day : { low: day.low, high: Math.min(day.high, shownBy) },
  );
  return {
    isCurrent: (on) => isCurrent(on, remissions, recurrences),
    isSinceRemission,
    isUntreated: (on) =>
      therapy.start === 'unclear'
        ? null
        : isUntreated(on, [...remissions, ...therapy.exposures.map(({ first }) => first)], recurrences),
  };
}

/** When it was so: for a Condition that dates the disease itself, known by the day of its recording. */
function dayOf({ record }: Hit, retrieve: Retrieve): Span {
  if (retrieve.dated === undefined) return record.date === null ? ALWAYS : spanOf(record.date);
  const { stated, date } = record;
  return stated === null || stated === date ? ALWAYS : { low: -Infinity, high: stated.high };
}

/** The days of the results that are high enough. */
const returnedOn = (
  { retrieve, unit, molar, atLeast }: Returned,
  hits: (retrieve: Retrieve) => readonly Hit[],
): readonly Span[] =>
  proofOf(hits(retrieve))
    .map((hit) => readingOf(hit, unit, molar))
    .flatMap(({ hit: { record }, interval }) =>
      interval !== null &&
      record.date !== null &&
      compare(interval, { comparison: 'at-least', value: atLeast }) === true
        ? [spanOf(record.date)]
        : [],
    );

/** A remission ends an episode, a recurrence begins one: a finding is of the present one when it is older than neither. */
function isCurrent(on: Span, remissions: readonly Span[], recurrences: readonly Span[]): Truth {
  if ([...remissions, ...recurrences].some(({ low }) => low > on.high)) return false;
  return remissions.every(({ high }) => high < on.low) && recurrences.every(({ high }) => high <= on.low)
    ? true
    : null;
}

/** Nothing that treats or ends the disease lies between the beginning of the episode and the finding. */
function isUntreated(on: Span, treated: readonly Span[], recurrences: readonly Span[]): Truth {
  const before = treated.filter(({ low }) => low < on.high);
  const begun = Math.max(
    ...recurrences.filter(({ low, high }) => Number.isFinite(low) && high <= on.low).map(({ low }) => low),
  );
  if (before.every(({ high }) => high < begun)) return true;
  return before.some(({ low, high }) => high < on.low && low >= begun) ? false : null;
}
