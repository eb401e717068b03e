import type { ChartRecord } from '../fhir/chart.ts';
import { formatDay, parsePeriod } from '../fhir/date.ts';
import { objects, property, text } from '../fhir/json.ts';
import { retrievesOf, type LinesFact, type Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import type { Span } from './exposure.ts';
import type { Regimen } from './regimens.ts';
import { aside, type Answer, type Evidence } from './result.ts';
import { proofOf, type Hit } from './retrieve.ts';
import { BROKEN_SOURCES, isUnread, OPEN_SOURCES, searchedBy, searchedType, type Scope } from './scope.ts';
import type { Therapy } from './therapy.ts';

/** Fewest and most lines that the chart allows. */
export interface LineCount {
  readonly low: number;
  readonly high: number;
}

/**
 * Lines of therapy (`clinical/facts.md` F-LINES). Too few is never a no: nobody has agreed on a code for a complete
 * count, and treatment elsewhere is missing from most charts (`determination.md`, "Settled questions").
 */
export function linesAnswer(
  fact: LinesFact,
  threshold: Threshold | undefined,
  scope: Scope,
  hits: (retrieve: Retrieve) => readonly Hit[],
  therapy: Therapy,
  events: readonly Retrieve[],
): Answer {
  const { chart } = scope;
  const retrieves = [...events, ...retrievesOf(fact)];
  const assignedTypes = fact.assigned?.resource ?? [];
  const searched = [
    ...searchedBy(retrieves, chart),
    ...assignedTypes
      .filter((type) => !retrieves.some(({ resource }) => (resource as readonly string[]).includes(type)))
      .map((type) => searchedType(type, chart)),
  ];
  const types = new Set([...retrieves.flatMap(({ resource }) => resource), ...assignedTypes]);
  const progression = proofOf(fact.progression.flatMap(hits));
  const counted = countedOf(fact, therapy, hits, scope);
  const steps = stepsBetween(counted.regimens, progression);
  const assigned = assignedLines(fact, scope);
  const all = lineCount(counted, steps);
  const grouped =
    fact.progressed === undefined
      ? all
      : { low: progressedLines(counted.regimens, steps, progression), high: all.high };
  const numbers = assigned.map(({ number, from }) =>
    fact.progressed === undefined || progression.some((hit) => isStatedAfter(hit, from))
      ? number
      : number - 1,
  );
  const count: LineCount =
    assigned.length === 0 ? grouped : { low: Math.max(...numbers), high: Math.max(...numbers) };
  const responses = proofOf((fact.progressed?.response ?? []).flatMap(hits)).filter(
    (hit) => !progression.some((later) => isSurelyEarlier(hit, later)),
  );
  const said = `${count.low === count.high ? count.low : `${count.low} to ${count.high}`} line(s) of therapy`;
  const evidence = [
    ...assigned.map((item) => item.evidence),
    ...counted.regimens.flatMap((regimen) =>
      regimenEvidence(regimen, therapy.regimens.indexOf(regimen) + 1, therapy.hits),
    ),
    ...steps.flatMap((step) => (step === undefined ? [] : [noted(step.evidence, 'between two regimens')])),
    ...(fact.progressed === undefined ? [] : progression.slice(-1).map(({ evidence: last }) => last)),
    ...responses.map((hit) =>
      aside(hit.evidence, 'a response that is not surely older than the progression'),
    ),
  ];
  const missing =
    fact.missing === undefined
      ? []
      : [{ ...fact.missing, what: `${fact.missing.what} (the chart shows ${said})` }];
  const open = (needs: Answer['needs']): Answer => ({ truth: null, needs, evidence, missing, searched });
  if (isUnread(types, chart, BROKEN_SOURCES)) return { ...open('data-access'), isBroken: true };
  // A clinician's number that the regimens contradict must be looked at.
  if (assigned.length > 0 && grouped.low > count.high) return open('review');
  const truth = compare({ low: count.low, high: Infinity }, threshold);
  if (truth !== null && evidence.length > 0 && responses.length === 0)
    return { truth, needs: undefined, evidence, missing: [], searched };
  return open(
    isUnread(new Set(retrieves.flatMap(({ resource }) => resource)), chart, OPEN_SOURCES)
      ? 'data-access'
      : 'documentation',
  );
}

const noted = (evidence: Evidence, note: string): Evidence => ({ ...evidence, note });

type Counted = Pick<Therapy, 'regimens' | 'undated'>;

/** The regimens that a fact counts: where it asks for some of them, what is not dated cannot be told to be one. */
function countedOf(
  fact: LinesFact,
  therapy: Therapy,
  hits: (retrieve: Retrieve) => readonly Hit[],
  { library: { terminology } }: Scope,
): Counted {
  const isSome = fact.isFirst || fact.holding.length > 0 || [...fact.after, ...fact.until].length > 0;
  if (!isSome) return therapy;
  if (fact.isFirst && therapy.undated.length > 0) return { regimens: [], undated: [] };
  const earliest = (retrieves: readonly Retrieve[]): Span | undefined =>
    proofOf(retrieves.flatMap(hits))
      .flatMap(({ record: { date } }) => (date === null ? [] : [{ low: date.low, high: date.high }]))
      .reduce<Span | undefined>(
        (least, date) =>
          least === undefined
            ? date
            : { low: Math.min(least.low, date.low), high: Math.min(least.high, date.high) },
        undefined,
      );
  const after = earliest(fact.after);
  const until = earliest(fact.until);
  const holds = ({ exposures }: Regimen, group: readonly string[]): boolean =>
    exposures.some(({ record }) =>
      record.codes.some(({ coding }) => coding.key !== undefined && terminology.includes(group, coding.key)),
    );
  const regimens = (fact.isFirst ? therapy.regimens.slice(0, 1) : therapy.regimens).filter(
    (regimen) =>
      (fact.after.length === 0 || (after !== undefined && regimen.first.low >= after.high)) &&
      (until === undefined || regimen.first.high < until.low) &&
      fact.holding.every((group) => holds(regimen, group)),
  );
  return { regimens, undated: [] };
}

const isStatedAfter = ({ record: { stated } }: Hit, day: number): boolean =>
  stated !== null && stated.low > day;

/** By the day on which each was stated; undated is never surely earlier. */
const isSurelyEarlier = (a: Hit, b: Hit): boolean =>
  a.record.stated !== null && isStatedAfter(b, a.record.stated.high);

/** Lines after which the disease is documented to have progressed: each that a further line followed for it, and the last. */
export function progressedLines(
  regimens: readonly Regimen[],
  steps: readonly (Hit | undefined)[],
  progression: readonly Hit[],
): number {
  const last = regimens[steps.findLastIndex((step) => step !== undefined) + 1];
  if (last === undefined) return 0;
  const isProgressed = progression.some((hit) => isStatedAfter(hit, last.first.high));
  return steps.filter((step) => step !== undefined).length + (isProgressed ? 1 : 0);
}

/**
 * A further line is certain where the disease is documented to have progressed after one regimen began and by the
 * time the next did, and the next holds a drug that the one before it did not; possible at every change.
 */
export function lineCount(therapy: Counted, steps: readonly unknown[]): LineCount {
  const { regimens, undated } = therapy;
  const isAny = regimens.length > 0 || undated.length > 0;
  return {
    low: isAny ? 1 + steps.filter((step) => step !== undefined).length : 0,
    high: regimens.length + undated.length,
  };
}

/** For each pair of regimens, the progression that makes the second a line of its own. */
export function stepsBetween(
  regimens: readonly Regimen[],
  progression: readonly Hit[],
): readonly (Hit | undefined)[] {
  return regimens.slice(1).map((next, index) => {
    const previous = regimens[index];
    if (previous === undefined || next.drugs.every((drug) => previous.drugs.includes(drug))) return undefined;
    return progression.find(
      ({ record: { stated } }) =>
        stated !== null && stated.low > previous.first.high && stated.high <= next.first.low,
    );
  });
}

function regimenEvidence(regimen: Regimen, number: number, hits: readonly Hit[]): readonly Evidence[] {
  const note = `regimen ${number}, ${periodWords(regimen.first, regimen.last)}: ${regimen.drugs.join(', ')}`;
  return regimen.drugs.flatMap((drug) => {
    const earliest = regimen.exposures.find(({ drugs }) => drugs.includes(drug));
    const hit = hits.find(({ record }) => record === earliest?.record);
    return hit === undefined ? [] : [noted(hit.evidence, note)];
  });
}

export const periodWords = (first: Span, last: Span): string => `${dayWords(first)} to ${dayWords(last)}`;

const dayWords = ({ low, high }: Span): string =>
  low === high
    ? formatDay(low)
    : `${Number.isFinite(low) ? formatDay(low) : '?'}/${Number.isFinite(high) ? formatDay(high) : '?'}`;

const STARTED = new Set(['active', 'completed', 'revoked', 'on-hold', 'finished', 'onhold']);

/** Numbers that a clinician has put on a plan or episode which began before the order. */
function assignedLines(
  { assigned }: LinesFact,
  scope: Scope,
): readonly { readonly number: number; readonly from: number; readonly evidence: Evidence }[] {
  if (assigned === undefined) return [];
  return assigned.resource.flatMap((type) =>
    scope.chart.of(type).flatMap((record) => {
      const number = extensionNumber(record, assigned.extension);
      const period = parsePeriod(record.resource['period']);
      const isStarted =
        record.hasSubject &&
        STARTED.has(text(record.resource['status']) ?? '') &&
        period !== null &&
        Number.isFinite(period.low) &&
        period.low < (scope.order.planned?.date.low ?? scope.asOf.high + 1) &&
        period.low <= scope.asOf.high;
      if (number === undefined || !isStarted || !isFor(record, assigned.diseases, scope)) return [];
      const title = text(record.resource['title']);
      return [
        {
          number,
          from: period.low,
          evidence: {
            reference: record.reference,
            path: `${type}.extension(${assigned.extension})`,
            value: String(number),
            date: period.text,
            note: `line number assigned by a clinician${title === undefined ? '' : `: ${title}`}`,
          },
        },
      ];
    }),
  );
}

function extensionNumber({ resource }: ChartRecord, end: string): number | undefined {
  const extension = objects(resource['extension']).find((item) => text(item['url'])?.endsWith(end) === true);
  const value =
    extension?.['valuePositiveInt'] ??
    extension?.['valueUnsignedInt'] ??
    extension?.['valueInteger'] ??
    property(extension?.['valueQuantity'], 'value');
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** A plan that says what it is for must be for the disease. */
function isFor({ resource }: ChartRecord, diseases: readonly string[], scope: Scope): boolean {
  const conditions = [
    ...objects(resource['addresses']),
    ...objects(resource['diagnosis']).flatMap((item) => objects(item['condition'])),
  ]
    .map((reference) => scope.chart.find(reference))
    .filter((record) => record !== undefined);
  return (
    conditions.length === 0 ||
    conditions.some((record) =>
      scope.diseases
        .ofCondition(record)
        .diseases.some((disease) => diseases.some((wanted) => scope.diseases.agree(disease, wanted))),
    )
  );
}
