import type { ChartRecord } from '../fhir/chart.ts';
import { ageInYears, parseDate, type DateInterval } from '../fhir/date.ts';
import { text } from '../fhir/json.ts';
import type { AgeFact, MeasurementFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import { spanOf } from './exposure.ts';
import type { FormAnswer } from './form-answers.ts';
import { decided, readingOf, withoutSuperseded } from './reading.ts';
import type { Answer, Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, searchedType, type Scope } from './scope.ts';

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
    return open('documentation', [{ ...base, note: 'not usable: not a FHIR date' }], 'Birth date');

  const infusion =
    order.planned === null
      ? { date: asOf, name: 'day of the request; no infusion date is planned' }
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
      birth.low === birth.high ? 'Exact planned infusion date' : 'Full birth date',
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

/** The newest usable result decides; results that may be the newest and disagree leave it open (`clinical/facts.md` 2.4). */
export function measurementAnswer(
  fact: MeasurementFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  const searched = searchedBy([fact.retrieve], scope.chart);
  const found = hits(fact.retrieve);
  const measured = withoutSuperseded(proofOf(found)).map((hit) => readingOf(hit, fact.unit, fact.molar));
  const signs = found.filter(({ standing }) => standing !== 'proof').map(({ evidence }) => evidence);
  const evidence = [...measured.map((item) => item.evidence).reverse(), ...signs];
  const missing = fact.missing === undefined ? [] : [fact.missing];
  const open = (needs: Answer['needs']): Answer => ({ truth: null, needs, evidence, missing, searched });
  if (isUnread(new Set(['Observation']), scope.chart, BROKEN_SOURCES))
    return { ...open('data-access'), isBroken: true };
  if (measured.length === 0) {
    return open(
      isUnread(new Set(['Observation']), scope.chart, OPEN_SOURCES) ? 'data-access' : 'documentation',
    );
  }
  // Undated, or dated by its year, a result may be newer than the one that is printed last.
  const latest = Math.max(...measured.map(({ hit }) => hit.record.date?.low ?? -Infinity));
  const tied = measured.filter(({ hit }) => (hit.record.date?.high ?? Infinity) >= latest);
  const results = tied.map(({ interval, isMolar }) =>
    interval === null
      ? { truth: null, isDisputed: false }
      : decided(interval, threshold, isMolar ? fact.molar : undefined),
  );
  const first = results[0]?.truth ?? null;
  if (results.some(({ isDisputed }) => isDisputed)) return open('review');
  return results.every(({ truth }) => truth === first) && first !== null
    ? {
        truth: first,
        needs: undefined,
        evidence,
        missing: [],
        searched,
        dates: tied.flatMap(({ hit: { record } }) => (record.date === null ? [] : [spanOf(record.date)])),
      }
    : open('documentation');
}
