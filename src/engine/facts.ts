import { CONDITION_MORPHOLOGY, type Chart, type ChartRecord } from '../fhir/chart.ts';
import { ageInYears, formatDay, parseDate, type DateInterval } from '../fhir/date.ts';
import { isObject, objects, text } from '../fhir/json.ts';
import { quantityInterval } from '../fhir/quantity.ts';
import {
  retrievesOf,
  type AgeFact,
  type EventsFact,
  type Fact,
  type MeasurementFact,
  type Question,
  type Retrieve,
  type SettingFact,
} from '../policy/fact.ts';
import type { Library } from '../policy/library.ts';
import type { Threshold } from '../policy/policy.ts';
import { positionToCourse } from './course.ts';
import type { DiseaseReader } from './disease.ts';
import type { Answer, Evidence, PlannedOrder, Searched } from './result.ts';
import { latestRegimenStart, type RegimenStart } from './therapy.ts';
import { shownValue, standingOf, type Standing } from './usability.ts';

/** What a fact is asked of: one chart, one order, one day. */
export interface Scope {
  readonly library: Library;
  readonly diseases: DiseaseReader;
  readonly chart: Chart;
  readonly order: PlannedOrder;
  readonly asOf: DateInterval;
}

interface Hit {
  readonly record: ChartRecord;
  readonly standing: 'proof' | 'sign' | 'conflict' | 'unusable';
  readonly evidence: Evidence;
}

/** Asks facts of one chart; each answer is found once and kept for the call. */
export function createFactReader(scope: Scope): (fact: Fact, threshold: Threshold | undefined) => Answer {
  const regimens = new Map<string, RegimenStart>();
  const hitsOf = new Map<Retrieve, readonly Hit[]>();

  const regimenStart = (name: string): RegimenStart => {
    const known = regimens.get(name);
    if (known !== undefined) return known;
    const fact = scope.library.facts.get(name);
    const events = fact?.kind === 'events' ? proofOf(fact.events.flatMap(hits)) : [];
    const start = latestRegimenStart([...new Set(events.map(({ record }) => record))]);
    regimens.set(name, start);
    return start;
  };

  const hits = (retrieve: Retrieve): readonly Hit[] => {
    const known = hitsOf.get(retrieve);
    if (known !== undefined) return known;
    const found = retrieve.resource.flatMap((type) =>
      scope.chart
        .coded(type, codePath(type, retrieve), retrieve.code)
        .flatMap((record) => hitOf(record, type, retrieve, scope, regimenStart) ?? []),
    );
    hitsOf.set(retrieve, found);
    return found;
  };

  const kept = new Map<string, Answer>();
  return (fact, threshold) => {
    const key = `${fact.name} ${threshold === undefined ? '' : `${threshold.comparison} ${threshold.value} ${threshold.unit}`}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = answerTo(fact, threshold, scope, hits);
    kept.set(key, answer);
    return answer;
  };
}

function answerTo(
  fact: Fact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  switch (fact.kind) {
    case 'question':
      return questionAnswer(fact, scope, hits);
    case 'age':
      return ageAnswer(fact, threshold, scope);
    case 'setting':
      return settingAnswer(fact, scope);
    case 'measurement':
      return measurementAnswer(fact, threshold, scope, hits);
    case 'events':
      return eventsAnswer(fact, scope, hits);
  }
}

const proofOf = (list: readonly Hit[]): readonly Hit[] => list.filter(({ standing }) => standing === 'proof');

const CODE_ELEMENTS: Readonly<Record<string, string>> = {
  MedicationStatement: 'medication',
  MedicationRequest: 'medication',
  MedicationAdministration: 'medication',
  MedicationDispense: 'medication',
  DocumentReference: 'type',
};

function codePath(type: string, { element }: Retrieve): string {
  if (element === 'morphology') return CONDITION_MORPHOLOGY;
  return `${type}.${element ?? CODE_ELEMENTS[type] ?? 'code'}`;
}

/** A record that a retrieve's code found: what it is worth, or null when it says nothing to the question. */
function hitOf(
  record: ChartRecord,
  type: string,
  retrieve: Retrieve,
  scope: Scope,
  regimenStart: (events: string) => RegimenStart,
): Hit | null {
  if (record.reference === scope.order.reference) return null;
  const evidence = evidenceOf(record, type, retrieve, scope);
  const unusable = (note: string): Hit => ({
    record,
    standing: 'unusable',
    evidence: { ...evidence, note: `not usable: ${note}` },
  });
  const sign = (note: string): Hit => ({ record, standing: 'sign', evidence: { ...evidence, note } });

  const judged: Standing = standingOf(record, retrieve);
  if (judged.standing === 'none') return null;

  const value = retrieve.value === undefined ? 'in' : codedValue(record, retrieve.value, scope);
  if (value === 'other') return null;
  const condition = retrieve.conditions.get(type);
  if (condition !== undefined) {
    try {
      if (condition.holds(record.resource, scope.asOf.text) !== true) return null;
    } catch {
      return unusable('an element it is asked for has an unexpected form');
    }
  }
  if (retrieve.focus !== undefined && !isAbout(record, retrieve.focus, scope)) return null;
  if (retrieve.for !== undefined && !isGivenFor(record, retrieve.for, scope)) return null;
  if (value === 'uncoded') return sign('its value is not coded; it was not interpreted');

  if (judged.standing === 'sign') return sign(judged.note ?? '');
  if (type === 'Condition') {
    const { conflict } = scope.diseases.ofCondition(record);
    if (conflict !== undefined)
      return { record, standing: 'conflict', evidence: { ...evidence, note: conflict } };
  }
  if (retrieve.before === 'course') {
    switch (positionToCourse(record, scope.order, scope.asOf, scope.library.terminology)) {
      case 'course':
        return sign('belongs to the ordered course');
      case 'undecided':
        return record.problem === undefined
          ? sign('not dated well enough to say that it was before this course')
          : unusable('its date cannot be read');
      case 'before':
        break;
    }
  }
  if (retrieve.since !== undefined) {
    const start = regimenStart(retrieve.since);
    if (start === 'unclear') return sign('the start of the latest therapy is not known');
    if (start === 'none') {
      if (retrieve['or-without-events'] !== true)
        return sign('the chart holds no therapy that it could follow');
    } else if (record.stated === null) {
      return record.problem === undefined ? sign('not dated') : unusable('its date cannot be read');
    } else if (record.stated.high < start) {
      return sign(`before the latest therapy began on ${formatDay(start)}`);
    } else if (
      record.stated.low < start &&
      record.stated.high - record.stated.low > 0 &&
      Number.isFinite(record.stated.low)
    ) {
      return sign(`not dated well enough to follow the latest therapy, begun on ${formatDay(start)}`);
    }
  }
  return { record, standing: 'proof', evidence };
}

function evidenceOf(record: ChartRecord, type: string, retrieve: Retrieve, scope: Scope): Evidence {
  const base = {
    reference: record.reference,
    ...(record.date === null ? {} : { date: record.date.text }),
  };
  if (retrieve.shows !== undefined) {
    return {
      ...base,
      path: `${type}.${retrieve.shows}`,
      value: shownValue(record.resource, retrieve.shows) ?? '',
    };
  }
  if (retrieve.value !== undefined) {
    const concept = objects(record.resource['valueCodeableConcept'])[0];
    const coding = scope.library.terminology.codings(concept)[0];
    const words = coding?.display ?? text(concept?.['text']) ?? displayOf(coding?.key, scope);
    return {
      ...base,
      path: 'Observation.value',
      value: coding?.code ?? text(record.resource['valueString']) ?? text(concept?.['text']) ?? '',
      ...(words === undefined ? {} : { display: words }),
    };
  }
  const path = codePath(type, retrieve);
  const matched = record.codes.find(
    (item) =>
      item.path === path &&
      item.coding.key !== undefined &&
      scope.library.terminology.includes(retrieve.code, item.coding.key),
  );
  const display = matched?.coding.display ?? displayOf(matched?.coding.key, scope);
  return { ...base, path, value: matched?.coding.code ?? '', ...(display === undefined ? {} : { display }) };
}

const displayOf = (key: string | undefined, scope: Scope): string | undefined =>
  key === undefined ? undefined : scope.library.terminology.display(key);

function codedValue(
  record: ChartRecord,
  valueSets: readonly string[],
  scope: Scope,
): 'in' | 'other' | 'uncoded' {
  const concept = record.resource['valueCodeableConcept'];
  const codings = scope.library.terminology.codings(concept);
  if (codings.some(({ key }) => key !== undefined && scope.library.terminology.includes(valueSets, key)))
    return 'in';
  return codings.some(({ key }) => key !== undefined) ? 'other' : 'uncoded';
}

/** An Observation that says what it is about must be about the disease; one that does not is taken as it stands. */
function isAbout(record: ChartRecord, valueSets: readonly string[], scope: Scope): boolean {
  const focuses = objects(record.resource['focus'])
    .map((reference) => scope.chart.find(reference))
    .filter((focus) => focus !== undefined);
  return (
    focuses.length === 0 ||
    focuses.some(({ codes }) =>
      codes.some(
        ({ coding }) => coding.key !== undefined && scope.library.terminology.includes(valueSets, coding.key),
      ),
    )
  );
}

/** A treatment that states a reason which is understood must have been given for the disease. */
function isGivenFor(record: ChartRecord, diseases: readonly string[], scope: Scope): boolean {
  const codings = [
    ...scope.library.terminology.codings(record.resource['reasonCode']),
    ...objects(record.resource['reasonReference']).flatMap((reference) =>
      (scope.chart.find(reference)?.codes ?? []).map(({ coding }) => coding),
    ),
  ].filter(({ key }) => key !== undefined);
  if (codings.length === 0) return true;
  const named = codings.flatMap((coding) => scope.diseases.named([coding], []).diseases);
  return named.some((disease) => diseases.some((wanted) => scope.diseases.agree(disease, wanted)));
}

function questionAnswer(fact: Question, scope: Scope, hits: (retrieve: Retrieve) => readonly Hit[]): Answer {
  const yesHits = fact.yes.flatMap(hits);
  const noHits = fact.no.flatMap(hits);
  const doubtHits = fact.doubt.flatMap(hits);
  const yes = proofOf(yesHits);
  const no = proofOf(noHits);
  const doubtful = proofOf(doubtHits);
  const doubt = doubtful.filter((hit) => !yes.some((item) => isSurelyEarlier(hit, item)));
  const undecided = [...yesHits, ...noHits].filter(({ standing }) => standing !== 'proof');
  const conflicts = undecided.filter(({ standing }) => standing === 'conflict');
  const contrary = doubtful.map((hit) =>
    noted(
      hit,
      doubt.includes(hit)
        ? 'contradicts, and is not surely older than what it contradicts'
        : 'older, and followed by the evidence above',
    ),
  );
  const shown = [...yes, ...no, ...contrary, ...undecided, ...fact.signs.flatMap(hits).map(asSign)];
  const read = {
    evidence: distinct(shown.map(({ evidence }) => evidence)),
    missing: [] as Answer['missing'],
    searched: searchedBy([...fact.yes, ...fact.no, ...fact.doubt, ...fact.signs], scope.chart),
  };
  const deciding = decidingTypes(fact, scope);
  if (isUnread(deciding, scope.chart, BROKEN_SOURCES)) {
    return { ...read, truth: null, needs: 'data-access', isBroken: true };
  }
  if (yes.length > 0 && no.length === 0 && doubt.length === 0)
    return { ...read, truth: true, needs: undefined };
  if (no.length > 0 && yes.length === 0) return { ...read, truth: false, needs: undefined };
  const missing = fact.missing === undefined ? [] : [fact.missing];
  if ((yes.length > 0 && no.length > 0) || conflicts.length > 0) {
    return { ...read, truth: null, needs: 'review', missing };
  }
  if (yes.length > 0) return { ...read, truth: null, needs: 'documentation', missing };
  if (isUnread(deciding, scope.chart, OPEN_SOURCES)) return { ...read, truth: null, needs: 'data-access' };
  return { ...read, truth: null, needs: undefined, missing };
}

/** Sources that take back an answer, and sources that only leave an open one open (`determination.md`, rule 4). */
export const BROKEN_SOURCES = ['failed', 'incomplete'] as const;
const OPEN_SOURCES = ['not-asked', 'unresolved'] as const;

const noted = (hit: Hit, note: string): Hit => ({ ...hit, evidence: { ...hit.evidence, note } });

const asSign = (hit: Hit): Hit =>
  hit.standing === 'proof' ? noted(hit, 'shown to the reader; it does not decide') : hit;

/** By the day on which each was stated; undated is never surely earlier. */
const isSurelyEarlier = (a: Hit, b: Hit): boolean =>
  a.record.stated !== null && b.record.stated !== null && lowOf(b.record.stated) > a.record.stated.high;

/** A statement "known by" a day was made on that day. */
const lowOf = (interval: DateInterval): number =>
  Number.isFinite(interval.low) ? interval.low : interval.high;

function decidingTypes(fact: Question, scope: Scope): ReadonlySet<string> {
  const retrieves = [...fact.yes, ...fact.no, ...fact.doubt];
  const since = retrieves.flatMap(({ since: name }) => {
    const events = name === undefined ? undefined : scope.library.facts.get(name);
    return events === undefined ? [] : retrievesOf(events);
  });
  return new Set([...retrieves, ...since].flatMap(({ resource }) => resource));
}

const isUnread = (types: ReadonlySet<string>, chart: Chart, states: readonly string[]): boolean =>
  [...types].some((type) => states.includes(chart.source(type).state));

function searchedBy(retrieves: readonly Retrieve[], chart: Chart): readonly Searched[] {
  return [...new Set(retrieves.flatMap(({ resource }) => resource))].map((type) => searchedType(type, chart));
}

export function searchedType(type: string, chart: Chart): Searched {
  const { state, reason } = chart.source(type);
  return {
    resourceType: type,
    count: chart.of(type).length,
    ...(state === 'complete' ? {} : { status: state === 'unresolved' ? 'incomplete' : state }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The same datum is named once, however many retrieves found it; a decisive reading stands before a sign. */
function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Map<string, Evidence>();
  for (const item of evidence) {
    const key = `${item.reference} ${item.path} ${item.value}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function ageAnswer(fact: AgeFact, threshold: Threshold | undefined, scope: Scope): Answer {
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
  if (truths.includes(null)) return open('documentation', evidence, 'Full birth date');
  if (truths.some((truth) => truth !== first)) return open('review', evidence);
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

function settingAnswer(fact: SettingFact, { order: { setting } }: Scope): Answer {
  return {
    truth: setting.value === 'unknown' ? null : setting.value === fact.setting,
    needs: setting.value !== 'unknown' ? undefined : setting.isUnread ? 'data-access' : 'documentation',
    evidence: setting.evidence,
    missing:
      setting.value === 'unknown' && !setting.isUnread
        ? [{ what: 'Planned place of the infusion: inpatient or outpatient' }]
        : [],
    searched: [],
  };
}

/** The newest usable result decides; equal newest results that disagree leave it open (`clinical/facts.md` 2.4). */
function measurementAnswer(
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
  const newest = measured.at(-1);
  if (newest === undefined) {
    return open(
      isUnread(new Set(['Observation']), scope.chart, OPEN_SOURCES) ? 'data-access' : 'documentation',
    );
  }
  const tied = measured.filter(
    ({ hit }) => (hit.record.date?.high ?? null) === (newest.hit.record.date?.high ?? null),
  );
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
  const issued = (hit: Hit): string => text(hit.record.resource['issued']) ?? '';
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

function eventsAnswer(fact: EventsFact, scope: Scope, hits: (retrieve: Retrieve) => readonly Hit[]): Answer {
  const found = fact.events.flatMap(hits);
  return {
    truth: proofOf(found).length > 0 ? true : null,
    needs: undefined,
    evidence: distinct(found.map(({ evidence }) => evidence)),
    missing: [],
    searched: searchedBy(fact.events, scope.chart),
  };
}
