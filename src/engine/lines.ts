import type { ChartRecord } from '../fhir/chart.ts';
import { formatDay, parsePeriod } from '../fhir/date.ts';
import { objects, property, text } from '../fhir/json.ts';
import type { LinesFact, Retrieve } from '../policy/fact.ts';
import type { Threshold } from '../policy/policy.ts';
import { compare } from './comparison.ts';
import type { Span } from './exposure.ts';
import type { Regimen } from './regimens.ts';
import type { Answer, Evidence } from './result.ts';
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
  const retrieves = [...events, ...fact.progression];
  const assignedTypes = fact.assigned?.resource ?? [];
  const searched = [
    ...searchedBy(retrieves, chart),
    ...assignedTypes
      .filter((type) => !retrieves.some(({ resource }) => (resource as readonly string[]).includes(type)))
      .map((type) => searchedType(type, chart)),
  ];
  const types = new Set([...retrieves.flatMap(({ resource }) => resource), ...assignedTypes]);
  const progression = proofOf(fact.progression.flatMap(hits));
  const steps = stepsBetween(therapy.regimens, progression);
  const assigned = assignedLines(fact, scope);
  const grouped = lineCount(therapy, steps);
  const numbers = assigned.map(({ number }) => number);
  const count: LineCount =
    assigned.length === 0 ? grouped : { low: Math.max(...numbers), high: Math.max(...numbers) };
  const said = `${count.low === count.high ? count.low : `${count.low} to ${count.high}`} line(s) of therapy`;
  const evidence = [
    ...assigned.map((item) => item.evidence),
    ...therapy.regimens.flatMap((regimen, index) => regimenEvidence(regimen, index + 1, therapy.hits)),
    ...steps.flatMap((step) => (step === undefined ? [] : [noted(step.evidence, 'between two regimens')])),
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
  if (truth !== null && evidence.length > 0)
    return { truth, needs: undefined, evidence, missing: [], searched };
  return open(
    isUnread(new Set(retrieves.flatMap(({ resource }) => resource)), chart, OPEN_SOURCES)
      ? 'data-access'
      : 'documentation',
  );
}

const noted = (evidence: Evidence, note: string): Evidence => ({ ...evidence, note });

/**
 * A further line is certain where the disease is documented to have progressed after one regimen began and by the
 * time the next did, and the next holds a drug that the one before it did not; possible at every change.
 */
export function lineCount(
  therapy: Pick<Therapy, 'regimens' | 'undated'>,
  steps: readonly unknown[],
): LineCount {
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
): readonly { readonly number: number; readonly evidence: Evidence }[] {
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
