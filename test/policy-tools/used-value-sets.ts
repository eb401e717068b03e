import { retrievesOf, type Fact } from '../../src/policy/fact.ts';
import type { Library } from '../../src/policy/library.ts';
import { flatten } from '../../src/policy/policy.ts';

/** Every value set that something names. */
export const usedValueSets = (library: Library): ReadonlySet<string> =>
  new Set([
    ...library.settings.inpatient,
    ...library.settings.outpatient,
    ...library.products.products.flatMap(({ codes }) => codes),
    ...library.products.generalCodes,
    ...library.products.unclassifiedCodes,
    ...[...library.diseases.values()].flatMap(({ codes }) => codes),
    ...library.companionOrders.map(({ valueSet }) => valueSet),
    ...[...library.facts.values()].flatMap(ofFact),
    ...library.policies
      .flatMap(({ indications }) => indications.flatMap(({ criteria }) => flatten(criteria)))
      .flatMap(({ within }) => (within !== undefined && 'drugs' in within ? within.drugs : [])),
  ]);

const ofFact = (fact: Fact): readonly string[] => [
  ...('missing' in fact && fact.missing?.valueSet !== undefined ? [fact.missing.valueSet] : []),
  ...(fact.kind === 'events' ? fact.apart.flatMap(({ drugs }) => drugs) : []),
  ...(fact.kind === 'lines' ? fact.holding.flat() : []),
  ...(fact.kind === 'failures' ? fact.reasons : []),
  ...(fact.kind === 'paired' ? [...fact.present, ...fact.absent] : []),
  ...retrievesOf(fact).flatMap(({ code, value, focus, with: beside, reported, conditions }) => [
    ...code,
    ...(value ?? []),
    ...(focus ?? []),
    ...(beside ?? []),
    ...(reported ?? []),
    ...[...conditions.values()].flatMap(({ expression }) =>
      [...expression.matchAll(/isIn\('([^']+)'\)/g)].flatMap((match) => match[1] ?? []),
    ),
  ]),
];
