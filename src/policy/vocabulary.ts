/** The nouns of `cds-services/` beside facts and policies: products, diseases, payers, plan lines, queries. */

/** A CAR-T product: the codes that name it on an order, and the names that name it in text. */
export interface Product {
  readonly id: string;
  readonly generic: string;
  readonly brand: string;
  readonly codes: readonly string[];
  readonly names: readonly string[];
  /** Days that one course of several infusions takes; an infusion that many days earlier is the same course. */
  readonly courseDays: number;
}

/** Codes and words that say CAR-T, or any drug, without naming the product. */
export interface ProductLibrary {
  readonly products: readonly Product[];
  readonly generalCodes: readonly string[];
  readonly generalNames: readonly string[];
  readonly unclassifiedCodes: readonly string[];
}

/** A disease as charts name it, within a wider one. */
export interface Disease {
  readonly id: string;
  readonly within: string | undefined;
  readonly codes: readonly string[];
  /** ICD-10-CM categories, by their first characters, dots left out. */
  readonly icd10: readonly string[];
  readonly names: readonly string[];
}

export interface Payer {
  readonly id: string;
  readonly name: string;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly names: readonly string[];
}

/** What one code or word in a Coverage says of its plan line: one of these lines. */
export interface PlanLineSign {
  readonly lines: readonly string[];
  readonly codes: readonly { readonly system: string; readonly code: string }[];
  readonly words: readonly string[];
}

export interface PlanLines {
  readonly lines: ReadonlyMap<string, string>;
  readonly signs: readonly PlanLineSign[];
}

/** One query for a part of a chart: a prefetch key, a resource type, and search parameters beside the patient. */
export interface ChartQuery {
  readonly key: string;
  readonly type: string;
  readonly search: string | undefined;
}

/** A test that can supply a missing document, as it is offered for ordering. */
export interface CompanionOrder {
  readonly id: string;
  readonly title: string;
  /** Orders of this set are the same test: where one is open already it is not offered again. */
  readonly valueSet: string;
  readonly code: OrderCode;
  /** What the test must include, beside its code. */
  readonly detail: OrderCode | undefined;
  readonly category: OrderCode | undefined;
  /** Facts whose missing record it can supply. */
  readonly supplies: readonly string[];
}

export interface OrderCode {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** A disease and the wider ones that it stands within; undefined when they go in a circle. */
export function ancestry(id: string, diseases: ReadonlyMap<string, Disease>): readonly string[] | undefined {
  const line: string[] = [];
  for (let at: string | undefined = id; at !== undefined; at = diseases.get(at)?.within) {
    if (line.includes(at)) return undefined;
    line.push(at);
  }
  return line;
}
