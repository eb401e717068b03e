import { formatDay } from '../fhir/date.ts';
import type { Change, Fact, MeasurementFact, PairedFact, Retrieve, SeriesFact } from '../policy/fact.ts';
import type { Criterion, Threshold } from '../policy/policy.ts';
import type { FactReader } from './facts.ts';
import { readingOf, withoutSuperseded, type Reading } from './reading.ts';
import { proofOf } from './retrieve.ts';
import type { Scope } from './scope.ts';
import { baseOf, seriesSince, type Point } from './series.ts';

/** The results of one quantity over time, as criteria read them, with the limits that these set. */
export interface LabPanel {
  /** Value sets of the results, and the unit. */
  readonly id: string;
  readonly title: string;
  /** UCUM code of values and limits. */
  readonly unit: string;
  readonly series: readonly LabSeries[];
  readonly limits: readonly LabLimit[];
}

export interface LabSeries {
  readonly title: string;
  /** Earliest first. */
  readonly points: readonly LabPoint[];
}

/** A result; with a comparator, a range or a date by its year, the ends between which it lies. */
export interface LabPoint {
  /** The Observations that it comes from: two for a difference. */
  readonly references: readonly string[];
  /** As the chart has it. */
  readonly value: string;
  /** In the panel's unit; null where it is open. */
  readonly low: number | null;
  readonly high: number | null;
  /** FHIR dates. */
  readonly from: string;
  readonly to: string;
}

/** A limit of a criterion as a level in the panel's unit. */
export interface LabLimit {
  /** Id of the criterion. */
  readonly criterion: string;
  readonly comparison: Threshold['comparison'];
  readonly level: number;
  /** As the policy states it: for a change, its size. */
  readonly value: number;
  /** UCUM code. */
  readonly unit: string;
  /** The same limit as the policy prints it in another unit. */
  readonly alsoPrinted?: { readonly value: number; readonly unit: string };
  /** What is compared: the newest result, or a change since the latest regimen began. */
  readonly of: 'latest' | Change;
  /** What a change is counted from. */
  readonly base?: number;
  /** First day on which it applies, where it does not apply to all results. */
  readonly since?: string;
}

type LabFact = MeasurementFact | SeriesFact | PairedFact;
const isLab = (fact: Fact): fact is LabFact =>
  fact.kind === 'measurement' || fact.kind === 'series' || fact.kind === 'paired';

/** @param facts those that the criteria ask */
export function labPanels(
  criteria: readonly Criterion[],
  facts: readonly Fact[],
  reader: FactReader,
  scope: Scope,
): readonly LabPanel[] {
  const tests = limitTests(criteria, undefined);
  return [...Map.groupBy(facts.filter(isLab), panelId)].flatMap(([id, members]): readonly LabPanel[] => {
    const retrieves = [
      ...new Map(members.flatMap(retrievesOf).map((retrieve) => [codesOf(retrieve), retrieve])).values(),
    ];
    const [first] = members;
    if (first === undefined) return [];
    const read = (retrieve: Retrieve): readonly Reading[] =>
      withoutSuperseded(proofOf(reader.hits(retrieve))).map((hit) =>
        readingOf(hit, first.unit, molarOf(first)),
      );
    const differences = members.flatMap((fact) =>
      fact.kind === 'series' && fact.minus !== undefined ? [fact] : [],
    );
    const results = retrieves.map((retrieve) => ({
      title: titleOf(retrieve, scope),
      points: read(retrieve).flatMap((reading) => resultPoint(reading)),
    }));
    const series = [
      ...results,
      // Each pair of facts asks for the difference both ways: the chain in excess is the one to draw.
      ...differencesIn(differences, reader).map(({ fact, points }) => ({
        title: `${titleOf(fact.retrieve, scope)}, less the other`,
        points: points.map(pointOf),
      })),
    ].filter(({ points }) => points.length > 0);
    const limits = tests.flatMap(({ criterion, fact, threshold }) =>
      members
        .filter(({ name }) => name === fact)
        .flatMap((member) => limitsOf(member, threshold, reader).map((limit) => ({ criterion, ...limit }))),
    );
    return series.length === 0
      ? []
      : [
          {
            id,
            title: retrieves.map((retrieve) => titleOf(retrieve, scope)).join('; '),
            unit: first.unit,
            series,
            limits: [...new Map(limits.map((limit) => [JSON.stringify(limit), limit])).values()],
          },
        ];
  });
}

interface LimitTest {
  readonly criterion: string;
  readonly fact: string;
  readonly threshold: Threshold;
}

/** The comparisons of criteria, each under the nearest criterion with an id. */
const limitTests = (criteria: readonly Criterion[], above: string | undefined): readonly LimitTest[] =>
  criteria.flatMap(({ id = above, test }) => {
    if ('parts' in test) return limitTests(test.parts, id);
    return test.kind === 'fact' && test.comparison !== undefined && id !== undefined
      ? [{ criterion: id, fact: test.fact, threshold: test.comparison }]
      : [];
  });

const retrievesOf = (fact: LabFact): readonly Retrieve[] =>
  fact.kind === 'paired'
    ? [fact.count]
    : fact.kind === 'series' && fact.minus !== undefined
      ? [fact.retrieve, fact.minus]
      : [fact.retrieve];
const codesOf = ({ code }: Retrieve): string => code.toSorted().join(' ');
const panelId = (fact: LabFact): string =>
  `${retrievesOf(fact).map(codesOf).toSorted().join(' ')} ${fact.unit}`;
const molarOf = (fact: LabFact) => (fact.kind === 'paired' ? undefined : fact.molar);
const titleOf = ({ code }: Retrieve, { library: { terminology } }: Scope): string =>
  code.map((id) => terminology.valueSets.get(id)?.title ?? id).join(', ');

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function resultPoint({ hit, interval, evidence }: Reading): readonly LabPoint[] {
  const { date } = hit.record;
  return interval === null || date === null || !Number.isFinite(date.low) || !Number.isFinite(date.high)
    ? []
    : [
        {
          references: [evidence.reference],
          value: evidence.value,
          low: finite(interval.low),
          high: finite(interval.high),
          from: formatDay(date.low),
          to: formatDay(date.high),
        },
      ];
}

const pointOf = ({ interval, on, readings }: Point): LabPoint => ({
  references: readings.map(({ evidence }) => evidence.reference),
  value: readings.map(({ evidence }) => evidence.value).join(' less '),
  low: finite(interval.low),
  high: finite(interval.high),
  from: formatDay(on.low),
  to: formatDay(on.high),
});

function differencesIn(facts: readonly SeriesFact[], reader: FactReader) {
  const byCode = new Map(facts.map((fact) => [codesOf(fact.retrieve), fact]));
  return [...byCode.values()].flatMap((fact) =>
    seriesSince(fact, reader.hits, reader.therapy(fact.since).start)
      .filter((points) => (points.at(-1)?.interval.low ?? 0) > 0)
      .map((points) => ({ fact, points })),
  );
}

function limitsOf(
  fact: LabFact,
  { comparison, value, unit, alsoPrinted }: Threshold,
  reader: FactReader,
): readonly Omit<LabLimit, 'criterion'>[] {
  const stated = { comparison, value, unit, ...(alsoPrinted === undefined ? {} : { alsoPrinted }) };
  if (fact.kind !== 'series') return [{ ...stated, of: 'latest', level: value }];
  const { start } = reader.therapy(fact.since);
  const since = typeof start === 'number' ? { since: formatDay(start) } : {};
  const { change } = fact;
  if (change === 'highest' || change === 'lowest') return [{ ...stated, of: change, level: value, ...since }];
  return seriesSince(fact, reader.hits, start).flatMap((points) => {
    const last = points.at(-1);
    const base = last === undefined ? undefined : baseOf(fact, points, last);
    if (base === undefined || !Number.isFinite(base.high)) return [];
    if (fact.minus !== undefined && last !== undefined && last.interval.low <= 0) return [];
    // From nothing any rise is without bound: no level stands for a share of it.
    if (change === 'rise-percent' && base.high === 0) return [];
    return [{ ...stated, of: change, level: levelOf(change, base.high, value), base: base.high, ...since }];
  });
}

function levelOf(change: 'rise' | 'rise-percent' | 'fall', base: number, value: number): number {
  switch (change) {
    case 'rise':
      return base + value;
    case 'rise-percent':
      return base * (1 + value / 100);
    case 'fall':
      return base - value;
  }
}
