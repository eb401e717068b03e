import type { ListedCoding } from '../fhir/terminology.ts';
import { describeFact, type FactDescription } from './fact-description.ts';
import { factsOf, type Library } from './library.ts';
import {
  flatten,
  isForProduct,
  type AnomalyReference,
  type Criterion,
  type Indication,
  type Policy,
  type Submission,
  type Threshold,
  type Within,
} from './policy.ts';
import type { VignetteIndex } from './vignette-index.ts';

/** A policy on file as a list names it. */
export interface PolicySummary {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly number: string | undefined;
  readonly payer: string;
  /** First day in force. */
  readonly effective: string;
  /** Last day in force; undefined: no end is known. */
  readonly until: string | undefined;
  readonly products: readonly string[];
  readonly indications: number;
  /** Numbered criteria, those of every indication. */
  readonly criteria: number;
}

/** All of a policy for people who read it: what its file says, and the facts and value sets that it rests on. */
export interface PolicyDescription extends Omit<PolicySummary, 'products' | 'indications' | 'criteria'> {
  readonly lines: readonly string[];
  /** Plan lines that one part of the text names and another leaves out, and the anomaly that says so. */
  readonly doubtfulLines: { readonly lines: readonly string[]; readonly anomaly: string } | undefined;
  readonly excludedLines: { readonly lines: readonly string[]; readonly because: string } | undefined;
  readonly priorAuthorization: Policy['priorAuthorization'];
  readonly submit: Omit<Submission, 'carries'> & { readonly carries: readonly string[] };
  readonly links: Policy['links'];
  readonly otherwise: string;
  /** True where the text limits it to no product. */
  readonly isForAnyProduct: boolean;
  readonly products: readonly ProductDescription[];
  readonly anomalies: readonly {
    readonly id: string;
    readonly text: string;
    readonly general: boolean | 'when-not-covered';
  }[];
  readonly indications: readonly IndicationDescription[];
  /** Everything that a criterion asks, and what those facts refer to. */
  readonly facts: readonly FactDescription[];
  readonly valueSets: readonly ValueSetDescription[];
  readonly codeSystems: readonly { readonly uri: string; readonly name: string }[];
}

/** `GET /policies`. */
export interface PolicyList {
  readonly policies: readonly PolicySummary[];
}

/** `GET /policies/{id}`, `GET /policies/{id}@{version}`. */
export interface ReadPolicy extends PolicyDescription {
  /** Every version on file, the newest first. */
  readonly versions: readonly Pick<PolicySummary, 'version' | 'effective' | 'until'>[];
  /** What the project's vignettes show of each criterion; null where none were counted for this version. */
  readonly tests: Pick<VignetteIndex, 'vignettes' | 'criteria'> | null;
}

export interface ProductDescription {
  readonly id: string;
  readonly brand: string;
  readonly generic: string;
  readonly codes: readonly ListedCoding[];
}

export interface IndicationDescription {
  readonly id: string;
  readonly title: string;
  /** Ids of products. */
  readonly products: readonly string[];
  /** Empty: the text names none. */
  readonly diseases: readonly {
    readonly id: string;
    readonly names: readonly string[];
    /** ICD-10-CM categories by their first characters. */
    readonly icd10: readonly string[];
    readonly valueSets: readonly string[];
  }[];
  readonly anomalies: readonly string[];
  readonly criteria: readonly CriterionDescription[];
}

/** A criterion as its file has it; parts without a number of their own have no id. */
export interface CriterionDescription {
  readonly id: string | undefined;
  readonly title: string;
  readonly locator: string;
  /** The fact that must not be definitely false for it to apply. */
  readonly when: string | undefined;
  readonly test:
    | { readonly kind: 'fact'; readonly fact: string; readonly comparison: Threshold | undefined }
    | { readonly kind: 'attest' }
    | { readonly kind: 'review'; readonly reason: string }
    | {
        readonly kind: 'all' | 'any' | 'none' | 'readings';
        readonly parts: readonly CriterionDescription[];
      };
  readonly within: Within | undefined;
  readonly attestable: boolean;
  /** Facts whose evidence is shown to whoever answers, and never decides. */
  readonly signals: readonly string[];
  readonly missing: string | undefined;
  readonly anomalies: readonly Pick<AnomalyReference, 'id' | 'only'>[];
}

export interface ValueSetDescription {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly codes: readonly ListedCoding[];
}

export const summarize = (policy: Policy, library: Library): PolicySummary => ({
  ...heading(policy, library),
  products: productsOf(policy, library).map(({ brand }) => brand),
  indications: policy.indications.length,
  criteria: policy.indications
    .flatMap(({ criteria }) => flatten(criteria))
    .filter(({ id }) => id !== undefined).length,
});

export function describePolicy(policy: Policy, library: Library): PolicyDescription {
  const lineName = (line: string): string => library.planLines.lines.get(line) ?? line;
  const facts = factsOf(policy, library.facts).map(describeFact);
  const indications = policy.indications.map((indication) => describeIndication(indication, library));
  const { doubtfulLines, excludedLines, priorAuthorization } = policy;
  return {
    ...heading(policy, library),
    lines: policy.lines.map(lineName),
    doubtfulLines: doubtfulLines && { ...doubtfulLines, lines: doubtfulLines.lines.map(lineName) },
    excludedLines: excludedLines && { ...excludedLines, lines: excludedLines.lines.map(lineName) },
    priorAuthorization: {
      ...priorAuthorization,
      byLine: priorAuthorization.byLine.map((rule) => ({ ...rule, lines: rule.lines.map(lineName) })),
    },
    submit: { ...policy.submit, carries: policy.submit.carries.map((carried) => carried.text) },
    links: policy.links,
    otherwise: policy.otherwise,
    isForAnyProduct: policy.products === 'any',
    products: productsOf(policy, library).map(({ id, brand, generic, codes }) => ({
      id,
      brand,
      generic,
      codes: codes.flatMap((set) => library.terminology.valueSets.get(set)?.codings ?? []),
    })),
    anomalies: [...policy.anomalies].map(([id, anomaly]) => ({ id, ...anomaly })),
    indications,
    facts,
    valueSets: valueSetsOf(policy, facts, indications, library),
    codeSystems: library.terminology.codeSystems.map(({ uri, name }) => ({ uri, name })),
  };
}

const heading = (
  { id, version, title, number, payer, effective, until }: Policy,
  library: Library,
): Omit<PolicySummary, 'products' | 'indications' | 'criteria'> => ({
  id,
  version,
  title,
  number,
  payer: library.payers.get(payer)?.name ?? payer,
  effective,
  until,
});

const productsOf = ({ products }: Policy, library: Library) =>
  library.products.products.filter((product) => isForProduct(products, product));

function describeIndication(indication: Indication, library: Library): IndicationDescription {
  const { id, title, products, diseases, anomalies, criteria } = indication;
  return {
    id,
    title,
    products: library.products.products
      .filter((product) => isForProduct(products, product))
      .map((product) => product.id),
    diseases: (diseases === 'any' ? [] : diseases)
      .flatMap((name) => library.diseases.get(name) ?? [])
      .map(({ id: disease, names, icd10, codes }) => ({ id: disease, names, icd10, valueSets: codes })),
    anomalies,
    criteria: criteria.map(describeCriterion),
  };
}

function describeCriterion(criterion: Criterion): CriterionDescription {
  const { id, title, locator, when, test, within, attestable, signals, missing, anomalies } = criterion;
  return {
    id,
    title,
    locator,
    when,
    test: 'parts' in test ? { kind: test.kind, parts: test.parts.map(describeCriterion) } : test,
    within,
    attestable,
    signals,
    missing,
    anomalies: anomalies.map((anomaly) => ({ id: anomaly.id, only: anomaly.only })),
  };
}

/** The value sets behind facts, diseases and limits, in the order in which they are first named. */
const valueSetsOf = (
  policy: Policy,
  facts: readonly FactDescription[],
  indications: readonly IndicationDescription[],
  { terminology }: Library,
): readonly ValueSetDescription[] =>
  [
    ...new Set([
      ...indications.flatMap(({ diseases }) => diseases.flatMap(({ valueSets }) => valueSets)),
      ...facts.flatMap(({ valueSets }) => valueSets),
      ...policy.indications
        .flatMap(({ criteria }) => flatten(criteria))
        .flatMap(({ within }) => (within !== undefined && 'drugs' in within ? within.drugs : [])),
    ]),
  ]
    .flatMap((id) => terminology.valueSets.get(id) ?? [])
    .map(({ id, title, version, codings }) => ({ id, title, version, codes: codings }));
