import type { ChartRecord } from '../fhir/chart.ts';
import { formatDay } from '../fhir/date.ts';
import type { Retrieve } from '../policy/fact.ts';
import { bearingOn } from './authorization.ts';
import { positionToCourse } from './course.ts';
import { codePath, evidenceOf, names, wordsOf } from './record-evidence.ts';
import { aside, type Evidence } from './result.ts';
import type { Scope } from './scope.ts';
import { spanOf, type Span } from './exposure.ts';
import { aboutOf, isReported } from './references.ts';
import { givenFor } from './treatment-reason.ts';
import type { Truth } from '../fhir/truth.ts';
import type { Therapy } from './therapy.ts';
import { standingOf, type Standing } from './usability.ts';

/** A record that a retrieve found, and what it is worth to the question. */
export interface Hit {
  readonly record: ChartRecord;
  readonly standing: Worth['standing'];
  readonly evidence: Evidence;
}

/** What a record is worth to a question; the note says why it does not decide. */
export interface Worth {
  /** `undated`: what is asked for, but not dated well enough to say that it was before the course. */
  readonly standing: 'proof' | 'sign' | 'undated' | 'conflict' | 'unusable';
  readonly note?: string;
}

const PROOF: Worth = { standing: 'proof' };
const sign = (note: string): Worth => ({ standing: 'sign', note });
const unusable = (note: string): Worth => ({ standing: 'unusable', note: `not usable: ${note}` });

/** What a record shows, with the reason why it does not decide. */
export const evidenceWorth = (evidence: Evidence, { note }: Worth): Evidence =>
  note === undefined ? evidence : aside(evidence, note);

/** A record of the chart: what it shows is read when somebody is shown it. */
class ChartHit implements Hit {
  readonly record: ChartRecord;
  readonly #worth: Worth;
  readonly #retrieve: Retrieve;
  readonly #scope: Scope;
  #evidence: Evidence | undefined;

  constructor(record: ChartRecord, worth: Worth, retrieve: Retrieve, scope: Scope) {
    this.record = record;
    this.#worth = worth;
    this.#retrieve = retrieve;
    this.#scope = scope;
  }

  get standing(): Worth['standing'] {
    return this.#worth.standing;
  }

  get evidence(): Evidence {
    return (this.#evidence ??= evidenceWorth(
      evidenceOf(this.record, this.#retrieve, this.#scope),
      this.#worth,
    ));
  }
}

export const proofOf = (list: readonly Hit[]): readonly Hit[] =>
  list.filter(({ standing }) => standing === 'proof');

/** What the patient's therapies and the course of the disease say of the days of a record; by the name of the fact. */
export interface Timeline {
  therapy(events: string): Therapy;
  isNewerThanLastDose(events: string, on: Span): Truth;
  isUntreated(episodes: string, on: Span): Truth;
}

/** A record that a retrieve's code found; null when it says nothing to the question. */
export function hitOf(
  record: ChartRecord,
  type: string,
  retrieve: Retrieve,
  scope: Scope,
  timeline: Timeline,
): Hit | null {
  const worth = worthOf(record, type, retrieve, scope, timeline);
  return worth === null ? null : new ChartHit(record, worth, retrieve, scope);
}

function worthOf(
  record: ChartRecord,
  type: string,
  retrieve: Retrieve,
  scope: Scope,
  timeline: Timeline,
): Worth | null {
  if (record.reference === scope.order.reference) return null;
  if (retrieve['other-than'] !== undefined && isOrderedProduct(record, scope)) return null;

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
  const about = retrieve.focus === undefined ? 'disease' : aboutOf(record, retrieve.focus, scope);
  if (about === 'other') return null;
  const given = retrieve.for === undefined ? 'stated' : givenFor(record, retrieve.for, scope);
  if (given === 'other') return null;
  if (value === 'uncoded') return sign('its value is not coded; it was not interpreted');

  if (judged.standing === 'sign') return sign(judged.note ?? '');
  if (about === 'unknown') return sign('what it is about could not be told');
  if (given === 'earlier')
    return sign('given before the disease was first recorded, for a reason not stated');
  if (retrieve.reported !== undefined && !isReported(record, retrieve.reported, scope))
    return sign(
      type === 'Condition'
        ? 'no pathology report is given as its evidence'
        : 'not stated to be a pathology report',
    );
  if (retrieve['dose-of'] !== undefined && !timeline.therapy(retrieve['dose-of']).doses.has(record))
    return sign('prepares for a transplant or infusion, or bridges to it');
  if (type !== 'Condition' || scope.diseases.ofCondition(record).conflict === undefined) {
    if (retrieve.product === 'ordered') {
      const bearing = bearingOn(record, scope);
      if (bearing.kind === 'other') return null;
      if (bearing.kind === 'undecided') return sign(bearing.why);
    }
    if (
      retrieve.with !== undefined &&
      companionsOf(record, type, retrieve, retrieve.with, scope) === undefined
    )
      return sign('alone: what must stand beside it was not found on the same day');
  }
  return worthByTime(record, type, retrieve, scope, timeline);
}

/** What a record that says what is asked is worth by its time: to the request, the ordered course, the latest therapy. */
export function worthByTime(
  record: ChartRecord,
  type: string,
  retrieve: Retrieve,
  scope: Scope,
  timeline: Timeline,
): Worth {
  if (isAfterRequest(record, scope)) return sign('dated after the request');
  if (type === 'Condition') {
    const { conflict } = scope.diseases.ofCondition(record);
    if (conflict !== undefined) return { standing: 'conflict', note: conflict };
  }
  if (retrieve.before === 'course') {
    switch (positionToCourse(record, scope.order, scope.asOf, scope.library.terminology)) {
      case 'course':
        return sign('belongs to the ordered course');
      case 'undecided':
        return record.problem === undefined
          ? { standing: 'undated', note: 'not dated well enough to say that it was before this course' }
          : unusable('its date cannot be read');
      case 'before':
        break;
    }
  }
  if (retrieve.since !== undefined) {
    const { start } = timeline.therapy(retrieve.since);
    if (start === 'unclear') return sign('the start of the latest therapy is not known');
    if (start === 'none') {
      if (retrieve['or-without-events'] !== true)
        return sign('the chart holds no therapy that it could follow');
    } else if (record.stated === null) {
      return record.problem === undefined ? sign('not dated') : unusable('its date cannot be read');
    } else if (record.stated.high <= start) {
      return sign(`not after the latest therapy (begun by ${formatDay(start)})`);
    } else if (
      record.stated.low <= start &&
      record.stated.high - record.stated.low > 0 &&
      Number.isFinite(record.stated.low)
    ) {
      return sign(`not dated well enough to follow the latest therapy (begun by ${formatDay(start)})`);
    }
  }
  const on: Span = record.stated === null ? { low: -Infinity, high: Infinity } : spanOf(record.stated);
  const events = retrieve['newer-than'];
  if (events !== undefined && timeline.isNewerThanLastDose(events, on) !== true)
    return sign('not known to be newer than the last dose of a therapy that can have changed it');
  if (retrieve.untreated !== undefined && timeline.isUntreated(retrieve.untreated, on) !== true)
    return sign('not known to have been found before treatment');
  if (retrieve['on-first'] !== undefined) {
    const note = offFirstRegimen(record, timeline.therapy(retrieve['on-first']));
    if (note !== undefined) return sign(note);
  }
  return PROOF;
}

const isOrderedProduct = ({ codes }: ChartRecord, { order: { product }, library }: Scope): boolean =>
  product !== null &&
  codes.some(
    ({ coding }) => coding.key !== undefined && library.terminology.includes(product.codes, coding.key),
  );
/** The records that must stand beside one, of its type and day; undefined where one of them is not there. */
function companionsOf(
  { date }: ChartRecord,
  type: string,
  retrieve: Retrieve,
  valueSets: readonly string[],
  { chart }: Scope,
): readonly ChartRecord[] | undefined {
  const found = valueSets.map((id) =>
    chart
      .coded(codePath(type, retrieve), [id])
      .find(
        (other) =>
          date !== null &&
          other.date?.low === date.low &&
          other.date.high === date.high &&
          standingOf(other, retrieve).standing === 'proof',
      ),
  );
  return found.every((record) => record !== undefined) ? found : undefined;
}

/** Records of a type that a retrieve's codes or words find. */
export function candidates(type: string, retrieve: Retrieve, { chart }: Scope): readonly ChartRecord[] {
  const coded = chart.coded(codePath(type, retrieve), retrieve.code);
  const { words } = retrieve;
  if (words === undefined) return coded;
  const byCode = new Set(coded);
  const isNamed = names(words);
  return chart
    .of(type)
    .filter((record) => byCode.has(record) || wordsOf(record, type, retrieve).some(isNamed));
}

/** Why a record does not speak of the first regimen; undefined where it does. */
function offFirstRegimen({ stated }: ChartRecord, { regimens, undated }: Therapy): string | undefined {
  const [first, next] = regimens;
  if (first === undefined || undated.length > 0) return 'the first regimen is not known';
  if (stated === null || !Number.isFinite(stated.low)) return 'not dated';
  if (stated.low <= first.first.high) return 'not surely after the start of the first regimen';
  return next !== undefined && stated.high > next.first.low ? 'after the next regimen began' : undefined;
}

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

/** A record of what has not happened yet: a mistake, or a chart whose dates were moved. */
const isAfterRequest = ({ date }: ChartRecord, { asOf }: Scope): boolean =>
  date !== null && date.low > asOf.high;
