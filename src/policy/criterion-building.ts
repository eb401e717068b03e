import {
  COMPARISONS,
  type Criterion,
  type CriterionSource,
  type FactTest,
  type Test,
  type Within,
} from './criterion.ts';

/** Parts of a criterion, from what its file says to what the engine evaluates. */

export function withinOf(within: CriterionSource['within']): Within | undefined {
  if (within === undefined) return undefined;
  if ('days' in within) return { ...within, drugs: within.drugs ?? [] };
  return { therapy: within.therapy, months: within.months, remission: within.remission };
}

export function testOf(criterion: CriterionSource, build: (part: CriterionSource) => Criterion): Test {
  if (criterion.fact !== undefined) return { kind: 'fact', ...factTest(criterion.fact, criterion) };
  if (criterion.attest !== undefined) return { kind: 'attest' };
  if (criterion.review !== undefined) return { kind: 'review', reason: criterion.review };
  for (const kind of ['all', 'any', 'none', 'readings'] as const) {
    const parts = criterion[kind];
    if (parts !== undefined) return { kind, parts: parts.map(build) };
  }
  throw new Error(`criterion ${criterion.id ?? ''} asks nothing`);
}

export function factTest(
  fact: string,
  source: Pick<CriterionSource, (typeof COMPARISONS)[number]>,
): FactTest {
  const comparison = COMPARISONS.find((item) => source[item] !== undefined);
  const limit = comparison === undefined ? undefined : source[comparison];
  if (comparison === undefined || limit === undefined) return { fact, comparison: undefined };
  const { 'also-printed': alsoPrinted, ...rest } = limit;
  return {
    fact,
    comparison: {
      comparison,
      ...rest,
      ...(alsoPrinted === undefined ? {} : { alsoPrinted }),
    },
  };
}
