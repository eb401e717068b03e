import type { ChartRecord } from '../fhir/chart.ts';
import type { DateInterval } from '../fhir/date.ts';
import { text } from '../fhir/json.ts';
import type { EventsFact, Retrieve } from '../policy/fact.ts';
import type { Truth } from '../fhir/truth.ts';
import { drugsOf, exposureOf, type Exposure, type Span } from './exposure.ts';
import { regimensOf, type Regimen } from './regimens.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { distinct, type Answer } from './result.ts';
import { searchedBy, type Scope } from './scope.ts';

/** When the latest regimen began, or the latest day on which it can have: a day number, `none` without any event, `unclear` when an undated one still runs. */
export type RegimenStart = number | 'none' | 'unclear';

/** What a chart holds of one therapy: regimens by date, and what cannot be placed among them. */
export interface Therapy {
  readonly regimens: readonly Regimen[];
  /** Every dose or course with a usable date. */
  readonly exposures: readonly Exposure[];
  /** Ingredients of records without a usable date. */
  readonly undated: readonly string[];
  readonly start: RegimenStart;
  /** Days of the transplants and infusions that doses prepare for. */
  readonly transplants: readonly number[];
  /** Records that count as doses: of a regimen, or undated. */
  readonly doses: ReadonlySet<ChartRecord>;
  /** Every record that counts as a dose. */
  readonly hits: readonly Hit[];
}

/** What a therapy's records say when they are asked for themselves. */
export function eventsAnswer(
  fact: EventsFact,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
): Answer {
  const found = fact.events.flatMap(hits);
  return {
    truth: proofOf(found).length > 0 ? true : null,
    needs: undefined,
    evidence: distinct(found.map(({ evidence }) => evidence)),
    missing: [],
    searched: searchedBy(fact.events, scope.chart),
  };
}

/** Whether something of these days is surely newer than the last dose; null where the dates leave it open. */
export function isNewerThanLastDose(on: Span, { exposures, start }: Therapy): Truth {
  if (exposures.some(({ last }) => last.low > on.high)) return false;
  return start !== 'unclear' && exposures.every(({ last }) => last.high <= on.low) ? true : null;
}

/** Whether therapy was begun after these days; null where the dates leave it open. */
export function isFollowedByTherapy(on: Span, { exposures, start }: Therapy): Truth {
  if (exposures.some(({ first }) => first.low > on.high)) return true;
  return start === 'unclear' || exposures.some(({ first }) => first.high > on.high) ? null : false;
}

/** Days in which collected cells are made and given: what is begun in between bridges to the ordered course. */
const MANUFACTURE = 180;

/** The therapy that a fact's events record. Doses that prepare for a transplant or infusion are no part of it. */
export function therapyOf(
  fact: EventsFact,
  hits: (retrieve: Retrieve) => readonly Hit[],
  scope: Scope,
): Therapy {
  const { ingredients } = scope.library;
  const found = [...new Map(proofOf(fact.events.flatMap(hits)).map((hit) => [hit.record, hit])).values()];
  const records = found.map(({ record }) => record);
  const exposures = records.map((record) => exposureOf(record, ingredients, scope.asOf.high));
  const undated = records.filter((_, index) => exposures[index] === null);
  const transplants = fact.apart.flatMap(({ before }) =>
    proofOf(before.flatMap(hits)).flatMap(({ record: { date } }) => date?.low ?? []),
  );
  const preparations = preparationsOf(fact, hits, scope);
  const regimens = regimensOf(
    exposures.flatMap((exposure) =>
      exposure === null || isPreparation(exposure, preparations, scope) ? [] : [exposure],
    ),
    transplants,
    bridgedFrom(fact, hits, scope),
  );
  return {
    regimens,
    exposures: exposures.filter((exposure) => exposure !== null),
    transplants,
    doses: new Set([
      ...undated,
      ...regimens.flatMap((regimen) => regimen.exposures.map(({ record }) => record)),
    ]),
    undated: [...new Set(undated.flatMap((record) => drugsOf(record, ingredients)))],
    start: latestRegimenStart(records, regimens),
    hits: found,
  };
}

/** Undated history is left out; an undated drug that is still being taken may be the latest, and then nobody can say. */
export function latestRegimenStart(
  records: readonly ChartRecord[],
  regimens: readonly Regimen[] = regimensOf(
    records.flatMap((record) => exposureOf(record, new Map(), Infinity) ?? []),
  ),
): RegimenStart {
  if (records.length === 0) return 'none';
  const isRunning = records.some(
    ({ date, resource }) =>
      date === null && ['active', 'in-progress'].includes(text(resource['status']) ?? ''),
  );
  return isRunning ? 'unclear' : (regimens.at(-1)?.first.high ?? 'unclear');
}

/** What drugs are given for in so many days before it: its dates, the infusion that is being ordered among them. */
interface Preparation {
  readonly drugs: readonly string[];
  readonly days: number;
  readonly dates: readonly DateInterval[];
}

const preparationsOf = (
  fact: EventsFact,
  hits: (retrieve: Retrieve) => readonly Hit[],
  { order }: Scope,
): readonly Preparation[] =>
  fact.apart.map(({ drugs, before, days }) => ({
    drugs,
    days,
    dates: [
      ...proofOf(before.flatMap(hits)).map(({ record }) => record.date),
      order.planned?.date ?? null,
    ].filter((date) => date !== null),
  }));

/** Conditioning, mobilization and lymphodepletion: the drug, in the days before what it prepares for. */
const isPreparation = (
  { record, first }: Exposure,
  preparations: readonly Preparation[],
  { library: { terminology } }: Scope,
): boolean =>
  preparations.some(
    ({ drugs, days, dates }) =>
      dates.some((date) => first.low >= date.low - days && first.low <= date.high) &&
      record.codes.some(({ coding }) => coding.key !== undefined && terminology.includes(drugs, coding.key)),
  );

function bridgedFrom(
  fact: EventsFact,
  hits: (retrieve: Retrieve) => readonly Hit[],
  { asOf }: Scope,
): number | undefined {
  const collected = proofOf(fact.bridging.flatMap(hits)).flatMap(({ record }) => record.date?.high ?? []);
  const latest = Math.max(...collected.filter((day) => day >= asOf.low - MANUFACTURE && day <= asOf.high));
  return Number.isFinite(latest) ? latest : undefined;
}
