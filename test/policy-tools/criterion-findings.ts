import { compare, type Interval } from '../../src/engine/comparison.ts';
import { convert } from '../../src/fhir/quantity.ts';
import { COMPARISONS, type CriterionSource } from '../../src/policy/criterion.ts';
import type { Fact } from '../../src/policy/fact.ts';
import type { Library } from '../../src/policy/library.ts';
import type { ParsedFile } from '../../src/policy/parse.ts';
import type { PolicySource } from '../../src/policy/policy.ts';
import type { Finding } from './findings.ts';

/** Criteria that nothing can meet: limits that no value reaches, parts that shut each other out, units that differ. */
export function criterionFindings(
  { file, value, lineOf }: ParsedFile<PolicySource>,
  library: Library,
): readonly Finding[] {
  const findings: Finding[] = [];
  const check = (criterion: CriterionSource, path: readonly PropertyKey[], name: string): void => {
    const where = criterion.id === undefined ? name : `criterion "${criterion.id}"`;
    const problem = (key: PropertyKey, message: string): void => {
      findings.push({ kind: 'problem', file, line: lineOf([...path, key]), message: `${where}: ${message}` });
    };
    for (const key of ['title', 'locator'] as const)
      if (criterion.id !== undefined && (criterion[key] ?? '').trim() === '') problem('id', `has no ${key}`);
    ofLimits(criterion, library, problem);
    ofParts(criterion, problem);
    for (const kind of ['all', 'any', 'none', 'readings'] as const)
      for (const [index, part] of (criterion[kind] ?? []).entries())
        check(part, [...path, kind, index], where);
  };
  for (const [name, definition] of Object.entries(value.definitions ?? {}))
    check(definition, ['definitions', name], `definition "${name}"`);
  for (const [at, { criteria }] of value.indications.entries())
    for (const [index, criterion] of criteria.entries())
      check(criterion, ['indications', at, 'criteria', index], '');
  return findings;
}

function ofLimits(
  criterion: CriterionSource,
  library: Library,
  problem: (key: PropertyKey, message: string) => void,
): void {
  const fact = criterion.fact === undefined ? undefined : library.facts.get(criterion.fact);
  for (const comparison of COMPARISONS) {
    const limit = criterion[comparison];
    if (limit === undefined || fact === undefined) continue;
    const truth = compare(rangeOf(fact, limit.unit), { comparison, value: limit.value });
    if (truth !== null)
      problem(
        comparison,
        `"${comparison} ${limit.value} ${limit.unit}" is ${truth ? 'always' : 'never'} true of "${fact.name}"`,
      );
    const also = limit['also-printed'];
    if (also === undefined) continue;
    const molar = 'molar' in fact ? fact.molar : undefined;
    const inOwn = typeof convert(1, also.unit, limit.unit) === 'number';
    const inMolar = molar !== undefined && typeof convert(1, also.unit, molar.unit) === 'number';
    if (!inOwn && !inMolar)
      problem(
        comparison,
        `the limit that is also printed in ${also.unit} does not convert to ${limit.unit}; give "${fact.name}" its molar unit`,
      );
  }
}

/** Of an `all`: two limits of one quantity that no value satisfies, or a fact that is asked for and excluded. */
function ofParts(criterion: CriterionSource, problem: (key: PropertyKey, message: string) => void): void {
  const parts = criterion.all ?? [];
  const excluded = new Set(parts.flatMap(({ none = [] }) => none.flatMap(({ fact }) => fact ?? [])));
  const limits = new Map<string, Required<Interval>>();
  for (const part of parts) {
    if (part.fact === undefined) continue;
    if (excluded.has(part.fact)) problem('all', `can never be met: "${part.fact}" is asked for and excluded`);
    const known = limits.get(part.fact);
    const asked = limitsOf(part);
    const both = known === undefined ? asked : intersection(known, asked);
    limits.set(part.fact, both);
    if (isEmpty(both)) problem('all', `can never be met: no "${part.fact}" is within all its limits`);
  }
}

/** The values that a quantity can have at all; a change may be negative too. */
function rangeOf(fact: Fact, unit: string): Interval {
  if (fact.kind === 'series' && !['highest', 'lowest'].includes(fact.change))
    return { low: -Infinity, high: Infinity };
  return { low: 0, high: fact.kind === 'age' ? 150 : unit === '%' ? 100 : Infinity };
}

const intersection = (a: Required<Interval>, b: Required<Interval>): Required<Interval> => ({
  ...(a.low > b.low || (a.low === b.low && a.lowOpen)
    ? { low: a.low, lowOpen: a.lowOpen }
    : { low: b.low, lowOpen: b.lowOpen }),
  ...(a.high < b.high || (a.high === b.high && a.highOpen)
    ? { high: a.high, highOpen: a.highOpen }
    : { high: b.high, highOpen: b.highOpen }),
});

const isEmpty = ({ low, high, lowOpen, highOpen }: Required<Interval>): boolean =>
  low > high || (low === high && (lowOpen || highOpen));

/** The values that a comparison lets through. */
function limitsOf(part: CriterionSource): Required<Interval> {
  const low = part['at-least'] ?? part['more-than'];
  const high = part['at-most'] ?? part['less-than'];
  return {
    low: low?.value ?? -Infinity,
    lowOpen: part['more-than'] !== undefined,
    high: high?.value ?? Infinity,
    highOpen: part['less-than'] !== undefined,
  };
}
