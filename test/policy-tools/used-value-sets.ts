import { valueSetsOf } from '../../src/policy/fact-description.ts';
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
    ...[...library.facts.values()].flatMap(valueSetsOf),
    ...library.policies
      .flatMap(({ indications }) => indications.flatMap(({ criteria }) => flatten(criteria)))
      .flatMap(({ within }) => (within !== undefined && 'drugs' in within ? within.drugs : [])),
  ]);
