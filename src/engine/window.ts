import { addMonths, formatDay } from '../fhir/date.ts';
import type { WithinFirst, WithinLatest } from '../policy/policy.ts';
import type { Span } from './exposure.ts';
import { periodWords } from './lines.ts';
import type { Regimen } from './regimens.ts';
import type { Evidence, Needs } from './result.ts';
import type { Terminology } from '../fhir/terminology.ts';
import type { Therapy } from './therapy.ts';

/** Whether something took place from the start of a regimen to so long after it. */
export interface Placed {
  readonly truth: boolean | null;
  readonly needs: Needs | undefined;
  readonly evidence: readonly Evidence[];
  readonly missing: string | undefined;
}

/**
 * Places findings at the latest regimen of a therapy; both ends count (`clinical/facts.md` F-MM-REFRACTORY). The last
 * dose is an interval: a supply that was handed out may have been taken to its end or not.
 * @param dates when the findings took place
 */
export function placed(
  { days, drugs }: WithinLatest,
  dates: readonly Span[],
  therapy: Therapy,
  terminology: Terminology,
): Placed {
  const latest = therapy.regimens.at(-1);
  if (latest === undefined || therapy.start === 'unclear')
    return open('documentation', 'First and last dose of the latest regimen');
  const isOf = ({ record }: Regimen['exposures'][number]): boolean =>
    drugs.length === 0 ||
    record.codes.some(({ coding }) => coding.key !== undefined && terminology.includes(drugs, coding.key));
  const counted = latest.exposures.filter(isOf);
  if (counted.length === 0) {
    const before = therapy.regimens.flatMap(({ exposures }) => exposures).filter(isOf);
    return before.length === 0
      ? open('documentation', 'First and last dose of the drug')
      : open(
          'review',
          'The drug was given in an earlier regimen than the latest, which the policy speaks of',
          evidenceOf(before, therapy, 'given in an earlier regimen'),
        );
  }
  const last: Span = {
    low: Math.max(...counted.map((item) => item.last.low)),
    high: Math.max(...counted.map((item) => item.last.high)),
  };
  const note = `last dose counted in the latest regimen, ${periodWords(latest.first, last)}`;
  const evidence = evidenceOf(
    counted.filter((item) => item.last.high === last.high),
    therapy,
    note,
  );
  const truths = dates.map((date) => placeOf(date, latest.first, last, days));
  if (truths.includes('inside')) return { truth: true, needs: undefined, evidence, missing: undefined };
  if (
    truths.length > 0 &&
    truths.includes('after') &&
    truths.every((place) => place === 'after' || place === 'before')
  )
    return { truth: false, needs: undefined, evidence, missing: undefined };
  return open('documentation', `Exact dates of the last dose and of the progression`, evidence);
}

const open = (needs: Needs, missing: string, evidence: readonly Evidence[] = []): Placed => ({
  truth: null,
  needs,
  evidence,
  missing,
});

/**
 * Places findings at the first regimen of a therapy (`clinical/facts.md` F-FIRSTLINE-12M). Where the text does not say
 * what the months are counted from, they are counted from the first dose, the last dose (a transplant in between
 * included) and the remission that followed: inside by all of them or by none; otherwise a person must say.
 * @param dates when the findings took place
 * @param remissions when remissions were found
 */
export function placedAtFirst(
  { months }: WithinFirst,
  dates: readonly Span[],
  remissions: readonly Span[],
  therapy: Therapy,
): Placed {
  const [first, next] = therapy.regimens;
  if (first === undefined || therapy.undated.length > 0)
    return open('documentation', 'First and last dose of the first regimen');
  const until = next?.first.low ?? Infinity;
  const isAtFirst = (day: number): boolean => day > first.first.high && day <= until;
  const remission = remissions.find(({ low }) => isAtFirst(low));
  const ends = [
    first.last.high,
    ...therapy.transplants.filter(isAtFirst),
    ...(remission === undefined ? [] : [remission.high]),
  ];
  const earliest = addMonths(first.first.low, months);
  const latest = addMonths(Math.max(...ends), months);
  const evidence = evidenceOf(
    first.exposures,
    therapy,
    `first regimen, ${periodWords(first.first, first.last)}`,
  );
  const later = dates.filter(({ high }) => high > first.first.high);
  if (later.some(({ low, high }) => low > first.first.high && high <= earliest))
    return { truth: true, needs: undefined, evidence, missing: undefined };
  if (later.length === 0)
    return open('documentation', 'Date of the relapse after the first regimen', evidence);
  if (later.every(({ low }) => low > latest))
    return { truth: false, needs: undefined, evidence, missing: undefined };
  return later.some(({ low, high }) => low !== high)
    ? open('documentation', 'Exact date of the relapse', evidence)
    : open(
        'review',
        `From when the ${months} months are counted: they end between ${formatDay(earliest)} and ${formatDay(latest)}`,
        evidence,
      );
}

function placeOf(date: Span, first: Span, last: Span, days: number): 'inside' | 'before' | 'after' | 'open' {
  // Found on the very day that the regimen began, it may be what the regimen was begun for.
  if (date.low > first.high && date.high <= last.low + days) return 'inside';
  if (date.low > last.high + days) return 'after';
  return date.high < first.low ? 'before' : 'open';
}

function evidenceOf(exposures: Regimen['exposures'], therapy: Therapy, note: string): readonly Evidence[] {
  const newest = exposures.at(-1);
  const hit = therapy.hits.find(({ record }) => record === newest?.record);
  return hit === undefined ? [] : [{ ...hit.evidence, note }];
}
