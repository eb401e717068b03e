import type { ChartRecord } from '../fhir/chart.ts';
import { ageInYears, parseDate } from '../fhir/date.ts';
import { isObject, objects, text } from '../fhir/json.ts';
import { quantityInterval } from '../fhir/quantity.ts';
import type { AgeFact, MeasurementFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import type { Answer, Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, searchedType, type Scope } from './scope.ts';

/** Age in whole years on the day, or the days, that the fact asks for. */
export function ageAnswer(fact: AgeFact, threshold: Threshold | undefined, scope: Scope): Answer {
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
  const printed = chart.patient.resource['birthDate'];
  if (printed === undefined) return open('documentation', [], 'Birth date');
  const birth = parseDate(printed);
  const base = { reference: chart.patient.reference, path: 'Patient.birthDate', value: text(printed) ?? '' };
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
  const truths = ages.map(({ age }) => (age === null ? null : compare(age.low, age.high, threshold)));
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

/** An interval decides when the whole of it lies on one side of the limit (`clinical/facts.md` section 1). */
function compare(
  low: number,
  high: number,
  threshold: Threshold | undefined,
  lowOpen = false,
  highOpen = false,
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

/** The newest usable result decides; results that may be the newest and disagree leave it open (`clinical/facts.md` 2.4). */
export function measurementAnswer(
  fact: MeasurementFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  const searched = searchedBy([fact.retrieve], scope.chart);
  const found = hits(fact.retrieve);
  const measured = withoutSuperseded(proofOf(found)).map((hit) => {
    const interval = quantityInterval(valueElement(hit.record), fact.unit);
    const value = printedQuantity(hit.record);
    return 'unusable' in interval
      ? {
          hit,
          interval: null,
          evidence: {
            ...hit.evidence,
            path: 'Observation.value',
            value,
            note: `not usable: ${interval.unusable}`,
          },
        }
      : { hit, interval, evidence: { ...hit.evidence, path: 'Observation.value', value } };
  });
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
  const truths = tied.map(({ interval }) =>
    interval === null
      ? null
      : compare(interval.low, interval.high, threshold, interval.lowOpen, interval.highOpen),
  );
  const first = truths[0] ?? null;
  return truths.every((truth) => truth === first) && first !== null
    ? { truth: first, needs: undefined, evidence, missing: [], searched }
    : open('documentation');
}

/** Of one specimen and code, the result issued last stands for the others. */
function withoutSuperseded(list: readonly Hit[]): readonly Hit[] {
  const specimenOf = (hit: Hit): string | undefined => {
    const specimen = text(objects(hit.record.resource['specimen'])[0]?.['reference']);
    return specimen === undefined ? undefined : `${specimen} ${hit.record.codes[0]?.coding.key ?? ''}`;
  };
  const issued = (hit: Hit): number => {
    const instant = Date.parse(text(hit.record.resource['issued']) ?? '');
    return Number.isNaN(instant) ? -Infinity : instant;
  };
  return list.filter((hit) => {
    const specimen = specimenOf(hit);
    return !list.some(
      (other) => specimen !== undefined && specimenOf(other) === specimen && issued(other) > issued(hit),
    );
  });
}

const valueElement = ({ resource }: ChartRecord): unknown =>
  resource['valueQuantity'] ?? resource['valueRange'];

function printedQuantity(record: ChartRecord): string {
  const value = valueElement(record);
  if (!isObject(value)) return text(record.resource['valueString']) ?? '';
  const number =
    typeof value['value'] === 'number' || typeof value['value'] === 'string' ? String(value['value']) : '';
  return `${text(value['comparator']) ?? ''}${number} ${text(value['unit']) ?? text(value['code']) ?? ''}`.trim();
}
