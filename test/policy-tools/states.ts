import type { Fact } from '../../src/policy/fact.ts';
import type { Criterion } from '../../src/policy/policy.ts';

/** The statuses of a criterion, in the order in which tables show them. */
export const STATES = ['met', 'not-met', 'unknown', 'not-applicable'] as const;
export type State = (typeof STATES)[number];

/** The statuses that some chart and some answer can bring a criterion to: those that vignettes must show. */
export function possibleStates(criterion: Criterion, facts: ReadonlyMap<string, Fact>): readonly State[] {
  return STATES.filter((state) => {
    switch (state) {
      case 'met':
        return canBe(true, criterion, facts, false);
      case 'not-met':
        // Where the guard asks the same, what does not hold does not apply.
        return (
          !(criterion.test.kind === 'fact' && criterion.test.fact === criterion.when) &&
          canBe(false, criterion, facts, false)
        );
      case 'unknown':
        return true;
      case 'not-applicable': {
        const guard = criterion.when === undefined ? undefined : facts.get(criterion.when);
        return guard !== undefined && factCanBe(false, guard, undefined);
      }
    }
  });
}

/** @param exclusion the criterion stands under a `none`: true says that what it asks for is absent */
function canBe(
  truth: boolean,
  criterion: Criterion,
  facts: ReadonlyMap<string, Fact>,
  exclusion: boolean,
): boolean {
  const { test } = criterion;
  if (!truth && criterion.ifNot !== undefined && criterion.ifNot.reviewIf === undefined) return false;
  if (truth && criterion.ifSo !== undefined) return false;
  if (test.kind === 'review') return false;
  if (test.kind === 'attest' || criterion.attestable || exclusion) return true;
  if (test.kind === 'fact') {
    const fact = facts.get(test.fact);
    return fact !== undefined && factCanBe(truth, fact, test.comparison?.comparison);
  }
  const ofPart = (part: Criterion): boolean => canBe(truth, part, facts, test.kind === 'none');
  // Readings of an unclear text decide where they agree.
  if (test.kind === 'readings') return test.parts.every(ofPart);
  // All parts must be true for an `all`, one must be false; of an `any` it is the other way round.
  return (test.kind === 'any') === truth ? test.parts.some(ofPart) : test.parts.every(ofPart);
}

function factCanBe(truth: boolean, fact: Fact, comparison: string | undefined): boolean {
  switch (fact.kind) {
    case 'question':
      return truth ? fact.yes.length > 0 : fact.no.length > 0;
    // Only the fewest lines, and the fewest failures, are known of a chart, never the most.
    case 'lines':
    case 'failures':
      return truth === (comparison === 'at-least' || comparison === 'more-than');
    case 'age':
    case 'setting':
    case 'measurement':
    case 'series':
    case 'paired':
      return true;
    // That nothing took place in time is no record of the chart.
    case 'days-before':
      return truth;
    case 'events':
    case 'episodes':
      return false;
  }
}
