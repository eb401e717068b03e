import type { Fact } from '../policy/fact.ts';
import type { Criterion, FactTest, Threshold, Within } from '../policy/policy.ts';
import type { Attestation } from './attestations.ts';
import type { Chart } from '../fhir/chart.ts';
import { evidenceKey, union, type Evaluated } from './evaluated.ts';
import type { Span } from './exposure.ts';
import { aside, SHOWN_ALONE, type Answer, type Evidence } from './result.ts';
import type { Placed } from './window.ts';

/** What criteria are evaluated over. */
export interface CriterionScope {
  readonly chart: Chart;
  readonly facts: ReadonlyMap<string, Fact>;
  readonly answer: (fact: Fact, threshold: Threshold | undefined, criterion?: string) => Answer;
  readonly place: (within: Within, dates: readonly Span[]) => Placed;
  readonly attestations: ReadonlyMap<string, Attestation>;
}

/** What the criterion asks beside its test: when it took place, what its being false means, what is shown with it. */
export function judged(evaluated: Evaluated, criterion: Criterion, scope: CriterionScope): Evaluated {
  const timed =
    criterion.within === undefined
      ? evaluated
      : placedIn(evaluated, scope.place(criterion.within, evaluated.dates));
  const { ifNot, ifSo } = criterion;
  const isUnclear =
    timed.truth === true
      ? ifSo !== undefined
      : timed.truth === false &&
        ifNot !== undefined &&
        (ifNot.reviewIf === undefined || isTrue({ fact: ifNot.reviewIf, comparison: undefined }, scope));
  const read: Evaluated = isUnclear ? { ...timed, truth: null, needs: 'review', isBarred: true } : timed;
  if (criterion.signals.length === 0) return read;
  const signals = criterion.signals.flatMap((name) => {
    const fact = scope.facts.get(name);
    return fact === undefined ? [] : [scope.answer(fact, undefined)];
  });
  const shown = signals.flatMap(({ evidence }) => evidence.slice(0, SIGNALS_SHOWN).map(asSignal));
  return {
    ...read,
    evidence: union([read.evidence, shown], evidenceKey),
    searched: union(
      [read.searched, signals.flatMap(({ searched }) => searched)],
      ({ resourceType }) => resourceType,
    ),
  };
}

/** True when a fact is definitely true of the patient. */
export function isTrue({ fact: name, comparison }: FactTest, scope: CriterionScope): boolean {
  const fact = scope.facts.get(name);
  if (fact === undefined) throw new Error(`fact ${name} is not in the library`);
  return scope.answer(fact, comparison).truth === true;
}

/** Evidence that each signal shows, the newest of a measurement first. */
const SIGNALS_SHOWN = 5;
const asSignal = (item: Evidence): Evidence => aside(item, item.note ?? SHOWN_ALONE);

/** Something true counts only where it can be placed in time; what is open or false stays so. */
function placedIn(evaluated: Evaluated, { truth, needs, evidence, missing }: Placed): Evaluated {
  if (evaluated.truth !== true) return evaluated;
  return {
    ...evaluated,
    truth,
    needs,
    evidence: union([evaluated.evidence, evidence], evidenceKey),
    missing: truth === null && missing !== undefined ? [{ what: missing }] : [],
    isBarred: needs === 'review' || needs === 'data-access',
  };
}
