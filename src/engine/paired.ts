import { all, type Truth } from '../fhir/truth.ts';
import { objects, text } from '../fhir/json.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { PairedFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import type { Episodes } from './episodes.ts';
import { spanOf, type Span } from './exposure.ts';
import { decided, readingOf, withoutSuperseded, type Reading } from './reading.ts';
import { aside, type Answer, type Evidence } from './result.ts';
import { valuePath } from './record-evidence.ts';
import { proofOf, type Hit } from './retrieve.ts';
import {
  BROKEN_SOURCES,
  isUnread,
  OPEN_SOURCES,
  referredRetrieves,
  searchedBy,
  type Scope,
} from './scope.ts';

/** One specimen: its count, and whether what is looked for is in it. */
interface Specimen {
  readonly readings: readonly Reading[];
  readonly truth: Truth;
}

/**
 * A count against a limit, and in the same specimen something that must be there as well; the newest specimen decides
 * (`clinical/facts.md` F-CNS-ALL). Results of one day are of one specimen unless they name two.
 */
export function pairedAnswer(
  fact: PairedFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
  episodes: Episodes | undefined,
): Answer {
  const retrieves = [fact.count, fact.with];
  const reads = [...retrieves, ...referredRetrieves(fact, scope.library)];
  const types = new Set(reads.flatMap(({ resource }) => resource));
  const read = (retrieve: Retrieve, unit: string): readonly Reading[] =>
    withoutSuperseded(proofOf(hits(retrieve))).map((hit) =>
      codedAsSuch(readingOf(hit, unit, undefined), scope),
    );
  const isEach = (readings: readonly Reading[], is: (on: Span) => boolean): boolean =>
    readings.every(({ hit: { record } }) => record.date !== null && is(spanOf(record.date)));
  // What reaches the limit after a remission is what came back, although it is recorded to have done so later.
  const isOfEpisode = ({ readings, truth }: Specimen): boolean =>
    episodes === undefined ||
    isEach(readings, (on) => episodes.isCurrent(on) === true) ||
    (truth === true && isEach(readings, (on) => episodes.isSinceRemission(on)));
  const found = specimensOf(
    read(fact.count, fact.unit),
    read(fact.with, fact.withUnit),
    ({ interval }) => (interval === null ? null : decided(interval, threshold, undefined).truth),
    (reading) => presence(reading, fact, scope),
  );
  const specimens = found.filter(isOfEpisode);
  const earlier = found.filter((specimen) => !isOfEpisode(specimen)).flatMap(({ readings }) => readings);
  const signs = retrieves
    .flatMap(hits)
    .filter(({ standing }) => standing !== 'proof')
    .map(({ evidence }) => evidence);
  const days = specimens.map(({ readings }) => readings[0]?.hit.record.date ?? null);
  const latest = Math.max(...days.map((day) => day?.low ?? -Infinity));
  const newest = specimens.filter((_, index) => (days[index]?.high ?? Infinity) >= latest);
  const evidence: readonly Evidence[] = [
    ...specimens
      .flatMap((specimen) =>
        specimen.readings.map((reading) =>
          newest.includes(specimen) ? reading.evidence : aside(reading.evidence),
        ),
      )
      .toReversed(),
    ...earlier.map((reading) => aside(reading.evidence, EARLIER)),
    ...signs,
  ];
  const base = { evidence, searched: searchedBy(reads, scope.chart) };
  const missing = fact.missing === undefined ? [] : [fact.missing];
  if (isUnread(types, scope.chart, BROKEN_SOURCES))
    return { ...base, truth: null, needs: 'data-access', isBroken: true, missing };
  const [first] = newest;
  if (first !== undefined && first.truth !== null && newest.every(({ truth }) => truth === first.truth))
    return { ...base, truth: first.truth, needs: undefined, missing: [] };
  if (isUnread(types, scope.chart, OPEN_SOURCES))
    return { ...base, truth: null, needs: 'data-access', missing };
  return { ...base, truth: null, needs: newest.length > 0 ? 'documentation' : undefined, missing };
}

export const EARLIER = 'not known to be of the present course of the disease';

function specimensOf(
  counts: readonly Reading[],
  others: readonly Reading[],
  limit: (reading: Reading) => Truth,
  present: (reading: Reading) => Truth,
): readonly Specimen[] {
  const together = (a: Reading, b: Reading): boolean => {
    const [one, other] = [specimenOf(a), specimenOf(b)];
    if (one !== undefined && other !== undefined) return one === other;
    const [day, otherDay] = [a.hit.record.date, b.hit.record.date];
    return day !== null && day.low === otherDay?.low && day.high === otherDay.high && day.low === day.high;
  };
  const agreed = (truths: readonly Truth[]): Truth =>
    truths.every((truth) => truth === truths[0]) ? (truths[0] ?? null) : null;
  const alone = others.filter((other) => !counts.some((count) => together(count, other)));
  return [
    ...counts.map((count) => {
      const partners = others.filter((other) => together(count, other));
      return { readings: [count, ...partners], truth: all([limit(count), agreed(partners.map(present))]) };
    }),
    ...alone.map((other) => ({ readings: [other], truth: all([null, present(other)]) })),
  ];
}

const specimenOf = ({ hit: { record } }: Reading): string | undefined => {
  const specimen = objects(record.resource['specimen'])[0];
  return specimen === undefined ? undefined : (referenceKey(specimen) ?? text(specimen['display']));
};

/** A coded result is shown by its code: that it is no quantity is no fault of it. */
function codedAsSuch(reading: Reading, scope: Scope): Reading {
  const { record, evidence } = reading.hit;
  const [coding] = scope.library.terminology.codings(record.resource['valueCodeableConcept']);
  return coding === undefined
    ? reading
    : { ...reading, evidence: { ...evidence, path: valuePath(record), value: coding.code } };
}

function presence(
  { hit: { record }, interval }: Reading,
  { present, absent }: PairedFact,
  scope: Scope,
): Truth {
  if (interval !== null)
    return compare({ ...interval, low: Math.max(0, interval.low) }, { comparison: 'more-than', value: 0 });
  const { terminology } = scope.library;
  const codings = terminology.codings(record.resource['valueCodeableConcept']);
  const is = (sets: readonly string[]): boolean =>
    codings.some(({ key }) => key !== undefined && terminology.includes(sets, key));
  return is(present) === is(absent) ? null : is(present);
}
