import type { Library } from '../policy/library.ts';
import type { PlanLines } from '../policy/vocabulary.ts';

/** What the page offers for choice: all of it from the data that the service has loaded. */
export interface OrderChoices {
  /** Names of the fixtures. */
  readonly patients: readonly string[];
  readonly products: readonly ProductChoice[];
  readonly settings: readonly { readonly id: 'inpatient' | 'outpatient'; readonly class: ChoiceCoding }[];
  readonly payers: readonly {
    readonly id: string;
    readonly name: string;
    readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  }[];
  readonly lines: readonly LineChoice[];
}

export interface ProductChoice {
  readonly id: string;
  readonly brand: string;
  readonly generic: string;
  /** The code that an order for it is written with. */
  readonly coding: ChoiceCoding;
  /** Every code that names it, as `system|code`. */
  readonly codes: readonly string[];
}

/** A plan line, and a `Coverage.type` that says it and no other. */
export interface LineChoice {
  readonly id: string;
  readonly name: string;
  readonly type: { readonly coding?: readonly ChoiceCoding[]; readonly text?: string };
}

interface ChoiceCoding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** v3 ActCode, to which Encounter.class is bound. */
const ENCOUNTER_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const DRUG_CODES = 'http://www.nlm.nih.gov/research/umls/rxnorm';

/** @param patients names of the fixtures */
export function orderChoices(patients: readonly string[], library: Library): OrderChoices {
  return {
    patients,
    products: library.products.products.flatMap((product) => {
      const codings = listed(product.codes, library);
      const coding = codings.find(({ system }) => system === DRUG_CODES) ?? codings[0];
      const { id, brand, generic } = product;
      const codes = codings.map(({ system, code }) => `${system}|${code}`);
      return coding === undefined ? [] : [{ id, brand, generic, coding, codes }];
    }),
    settings: (['inpatient', 'outpatient'] as const).flatMap((id) => {
      const found = listed(library.settings[id], library).find(({ system }) => system === ENCOUNTER_CLASS);
      return found === undefined ? [] : [{ id, class: found }];
    }),
    payers: [...library.payers.values()].map(({ id, name, identifiers }) => ({ id, name, identifiers })),
    lines: lineChoices(library.planLines),
  };
}

/** The codes of value sets, in their order. */
const listed = (valueSets: readonly string[], { terminology }: Library): readonly ChoiceCoding[] =>
  valueSets
    .flatMap((id) => [...(terminology.valueSets.get(id)?.concepts ?? [])])
    .map(([key, display]) => {
      const [system = '', code = ''] = key.split('|');
      return { system, code, display };
    });

/** For each line the fewest signs, one or two, that have that line alone in common; a line without such is left out. */
export function lineChoices({ lines, signs }: PlanLines): readonly LineChoice[] {
  const pairs = signs.flatMap((first, index) => [
    [first],
    ...signs.slice(index + 1).map((second) => [first, second]),
  ]);
  return [...lines].flatMap(([id, name]) => {
    const telling = pairs
      .filter((parts) => {
        const common = [...lines.keys()].filter((line) => parts.every((part) => part.lines.includes(line)));
        return common.length === 1 && common[0] === id;
      })
      .toSorted((a, b) => a.length - b.length)[0];
    if (telling === undefined) return [];
    const coding = telling.flatMap(({ codes }) => codes.slice(0, 1));
    const words = telling.flatMap((sign) => (sign.codes.length === 0 ? sign.words.slice(0, 1) : []));
    const type = {
      ...(coding.length === 0 ? {} : { coding }),
      ...(words.length === 0 ? {} : { text: words.join(', ') }),
    };
    return [{ id, name, type }];
  });
}
