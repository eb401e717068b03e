import type { ChartRecord } from '../fhir/chart.ts';
import { addMonths, ageInYears, formatDay, parseDate, type DateInterval } from '../fhir/date.ts';
import { text } from '../fhir/json.ts';
import type { AgeFact, MeasurementFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import type { Episodes } from './episodes.ts';
import { spanOf, type Span } from './exposure.ts';
import type { FormAnswer } from './form-answers.ts';
import { EARLIER } from './paired.ts';
import { decided, readingOf, withoutSuperseded, type Reading } from './reading.ts';
import { aside, type Answer, type Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import {
  BROKEN_SOURCES,
  isUnread,
  OPEN_SOURCES,
  referredRetrieves,
  searchedBy,
  searchedType,
  type Scope,
} from './scope.ts';
import { isFollowedByTherapy, type Therapy } from './therapy.ts';

/** Age in whole years on the day, or the days, that the fact asks for. */
export function ageAnswer(
  fact: AgeFact,
  threshold: Threshold | undefined,
  scope: Scope,
  answers: readonly FormAnswer[] = [],
): Answer {
  const { chart, order, asOf } = scope;
  const searched = [searchedType('Patient', chart)];
  const open = (needs: Answer['needs'], evidence: readonly Evidence[], what?: string): Answer => ({
    truth: null,
    needs,
    evidence,
    missing: what === undefined ? [] : [{ what }],
    searched,
  });
  if (chart.patient === null) return { ...open('data-access', []), isBroken: true };
  const { birth, evidence: base, isDisputed } = birthOf(chart.patient, answers);
  if (base === undefined) return open('documentation', [], 'Birth date');
  if (isDisputed)
    return open(
      'review',
      [base, ...answers.map((answer) => answer.evidence)],
      'Birth date: the chart and the answers to the form differ',
    );
  if (birth === null)
    return open('documentation', [aside(base, 'not usable: not a FHIR date')], 'Birth date');

  const infusion =
    order.planned === null
      ? unplanned(asOf, fact.unplannedMonths)
      : { date: order.planned.date, name: `planned infusion date, ${order.planned.from}` };
  const days = fact.at === 'infusion' ? [infusion] : [{ date: asOf, name: 'day of the request' }, infusion];
  const ages = days.map(({ date, name }) => ({ age: ageInYears(birth, date), on: date, name }));
  const note = ages
    .map(
      ({ age, on, name }) =>
        `${age === null ? 'not yet born' : `age ${age.low === age.high ? age.low : `${age.low} to ${age.high}`}`} on ${on.text} (${name})`,
    )
    .join('; ');
  const evidence = [{ ...base, note }];
  const truths = ages.map(({ age }) => (age === null ? null : compare(age, threshold)));
  const first = truths[0] ?? null;
  if (truths.includes(null)) {
    return open(
      'documentation',
      evidence,
      birth.low !== birth.high
        ? 'Full birth date'
        : order.planned === null
          ? 'Planned infusion date'
          : 'Exact planned infusion date',
    );
  }
  if (truths.some((truth) => truth !== first)) return open('review', evidence);
  if (order.statesUnreadableDate && first !== true) {
    return open('documentation', evidence, 'Planned infusion date that can be read');
  }
  return { truth: first, needs: undefined, evidence, missing: [], searched };
}

/** The birth date of the Patient; an answer to a form stands in where there is none, or where it says it more exactly. */
function birthOf(patient: ChartRecord, answers: readonly FormAnswer[]) {
  const recorded = patient.resource['birthDate'];
  const all = [
    ...(recorded === undefined
      ? []
      : [{ reference: patient.reference, path: 'Patient.birthDate', value: text(recorded) ?? '' }]),
    ...answers.map(({ evidence }) => evidence),
  ].map((evidence) => ({ evidence, birth: parseDate(evidence.value) }));
  const read = all.flatMap(({ birth }) => birth ?? []);
  const narrowest = all
    .filter(({ birth }) => birth !== null)
    .toSorted((a, b) => width(a.birth) - width(b.birth))[0];
  const isDisputed = read.some((a) => read.some((b) => a.low > b.high));
  return { ...(narrowest ?? all[0] ?? { birth: null, evidence: undefined }), isDisputed };
}
const width = (date: DateInterval | null): number => (date === null ? Infinity : date.high - date.low);

/** The day of the request stands in for an infusion date; where the fact says so, any day in the months after it. */
function unplanned(asOf: DateInterval, months: number): { date: DateInterval; name: string } {
  if (months === 0) return { date: asOf, name: 'day of the request; no infusion date is planned' };
  const high = addMonths(asOf.high, months);
  return {
    date: { low: asOf.low, high, text: `${asOf.text} to ${formatDay(high)}` },
    name: 'day of the request and the months after it; no infusion date is planned',
  };
}

/** What places a result: the course of the disease, and the therapy that makes it stale. */
interface Placing {
  readonly episodes: Episodes | undefined;
  readonly therapy: Therapy | undefined;
}

/** The newest usable result decides; results that may be the newest and disagree leave it open (`clinical/facts.md` 2.4). */
export function measurementAnswer(
  fact: MeasurementFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
  { episodes, therapy }: Placing,
): Answer {
  const retrieves = [fact.retrieve, ...fact.doubt, ...referredRetrieves(fact, scope.library)];
  const types = new Set(retrieves.flatMap(({ resource }) => resource));
  const found = hits(fact.retrieve);
  const all = withoutSuperseded(proofOf(found)).map((hit) => readingOf(hit, fact.unit, fact.molar));
  const outcomeOf = ({ interval, isMolar }: Reading) =>
    interval === null
      ? { truth: null, isDisputed: false }
      : decided(interval, threshold, isMolar ? fact.molar : undefined);
  // What reaches the limit after a remission is what came back, although it is recorded to have done so later.
  const isOfEpisode = (reading: Reading): boolean =>
    episodes === undefined ||
    episodes.isCurrent(daysOf(reading.hit)) === true ||
    (outcomeOf(reading).truth === true && episodes.isSinceRemission(daysOf(reading.hit)));
  const measured = all.filter(isOfEpisode);
  // Undated, or dated by its year, a result may be newer than the one that is printed last.
  const latest = Math.max(...measured.map(({ hit }) => hit.record.date?.low ?? -Infinity));
  const tied = measured.filter(({ hit }) => (hit.record.date?.high ?? Infinity) >= latest);
  const isStale = ({ hit }: Reading): boolean =>
    therapy !== undefined && isFollowedByTherapy(daysOf(hit), therapy) !== false;
  const signs = found.filter(({ standing }) => standing !== 'proof').map((hit) => hit.evidence);
  const doubts = proofOf(fact.doubt.flatMap(hits)).map((hit) =>
    aside(hit.evidence, 'leaves open what the result is of'),
  );
  const evidence = [
    ...measured
      .map((item) =>
        isStale(item) && item.interval !== null
          ? aside(item.evidence, 'not known to be newer than the therapy begun last')
          : tied.includes(item)
            ? item.evidence
            : aside(item.evidence),
      )
      .reverse(),
    ...all.filter((item) => !isOfEpisode(item)).map((item) => aside(item.evidence, EARLIER)),
    ...doubts,
    ...signs,
  ];
  const searched = searchedBy(retrieves, scope.chart);
  const missing = fact.missing === undefined ? [] : [fact.missing];
  const open = (needs: Answer['needs']): Answer => ({ truth: null, needs, evidence, missing, searched });
  if (isUnread(types, scope.chart, BROKEN_SOURCES)) return { ...open('data-access'), isBroken: true };
  if (measured.length === 0)
    return open(isUnread(types, scope.chart, OPEN_SOURCES) ? 'data-access' : 'documentation');
  const results = tied.map(outcomeOf);
  const first = results[0]?.truth ?? null;
  if (results.some(({ isDisputed }) => isDisputed)) return open('review');
  if (
    results.some(({ truth }) => truth !== first) ||
    first === null ||
    tied.some(isStale) ||
    doubts.length > 0
  )
    return open('documentation');
  const isOtherEarlier = measured.some((reading) => outcomeOf(reading).truth === true);
  if (!first && fact.isReviewedWithEarlier && isOtherEarlier) return open('review');
  return {
    truth: first,
    needs: undefined,
    evidence,
    missing: [],
    searched,
    dates: tied.flatMap(({ hit: { record } }) => (record.date === null ? [] : [spanOf(record.date)])),
  };
}

const daysOf = ({ record: { date } }: Hit): Span =>
  date === null ? { low: -Infinity, high: Infinity } : spanOf(date);
