import * as z from 'zod';
import { parseDate } from '../fhir/date.ts';
import { derived } from '../fhir/derived.ts';
import { factTest, testOf, withinOf } from './criterion-building.ts';
import {
  criterionSchema,
  definitionSchema,
  flatten,
  type AnomalyReference,
  type Criterion,
  type CriterionSource,
} from './criterion.ts';
import { name } from './retrieve-schema.ts';

export { COMPARISONS, flatten } from './criterion.ts';
export type {
  AnomalyReference,
  Comparison,
  Criterion,
  CriterionSource,
  FactTest,
  Test,
  Threshold,
  Within,
  WithinFirst,
  WithinLatest,
} from './criterion.ts';

const date = z
  .string({ error: 'quote the date' })
  .refine((value) => parseDate(value) !== null && value.length === 10, {
    error: 'write the date as "2025-09-01"',
  });

/** Names, or `any` where the policy's text limits it to none. */
const namesOrAny = z.union([z.literal('any'), z.array(name).min(1)]);

const requirement = z.enum(['required', 'not-required', 'unknown']);

/** How a request is submitted: `text` says it in a sentence, the rest is what a form or a request is filled in with. */
const submitSchema = z.strictObject({
  text: z.string().min(1),
  fax: z.string().optional(),
  /** Who sends by fax, when not everybody. */
  'fax-for': z.string().min(1).optional(),
  url: z.url().optional(),
  /** The payer's own site for requests. */
  portal: z.string().min(1).optional(),
  /** Forms by number; for all indications of the policy unless it names some. */
  forms: z
    .array(
      z.strictObject({
        number: z.string({ error: 'quote the number' }),
        title: z.string().min(1),
        indications: z.array(name).min(1).optional(),
      }),
    )
    .optional(),
  /** What the request must carry: identifiers, roles. */
  carries: z
    .array(
      z.union([
        z.string().min(1),
        z.strictObject({
          text: z.string().min(1),
          /** Whose National Provider Identifier it is: missing where the records have none. */
          'npi-of': z.enum(['facility', 'practitioner']),
        }),
      ]),
    )
    .optional(),
});

export const policySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'the policy id: lower case, digits, dots, hyphens'),
  title: z.string().min(1),
  payer: name,
  number: z.string({ error: 'quote the number' }).optional(),
  version: z.string({ error: 'quote the version' }),
  effective: date,
  /** Last day in force, when a later version has replaced this one. */
  until: date.optional(),
  /** Plan lines of `payers/plan-lines.yaml` that the policy says it applies to. */
  lines: z.array(name).min(1),
  /** Plan lines that one part of its text names and another leaves out: a person must say whether it applies. */
  'doubtful-lines': z.strictObject({ lines: z.array(name).min(1), anomaly: z.string() }).optional(),
  /** Plan lines that the text leaves to other rules, and why. */
  'excluded-lines': z.strictObject({ lines: z.array(name).min(1), because: z.string().min(1) }).optional(),
  'prior-authorization': z.strictObject({
    inpatient: requirement,
    outpatient: requirement,
    /** Plan lines that it is different for; what is not stated is as above. */
    'by-line': z
      .array(
        z.strictObject({
          lines: z.array(name).min(1),
          inpatient: requirement.optional(),
          outpatient: requirement.optional(),
        }),
      )
      .min(1)
      .optional(),
  }),
  submit: submitSchema,
  links: z.array(z.strictObject({ label: z.string().min(1), url: z.url() })).optional(),
  /** The payer's own word for an order that does not meet the criteria. */
  otherwise: z.string().min(1),
  /** `any`: every CAR-T product, and orders that name none. */
  products: namesOrAny,
  /**
   * What is wrong in the policy's text. A general one stands on every determination of the policy, or on those where no
   * indication covers the diagnosis.
   */
  anomalies: z
    .record(
      z.string(),
      z.strictObject({
        text: z.string().min(1),
        general: z.union([z.literal(true), z.literal('when-not-covered')]).optional(),
      }),
    )
    .optional(),
  definitions: z.record(name, definitionSchema).optional(),
  indications: z
    .array(
      z.strictObject({
        id: name,
        title: z.string().min(1),
        products: namesOrAny,
        /** Diseases of `shared/diseases.yaml` that the indication is for; `any`: the text names none. */
        diseases: namesOrAny,
        /** Anomalies of the policy's text that stand on every determination of this indication. */
        anomalies: z.array(z.string()).min(1).optional(),
        criteria: z
          .array(criterionSchema)
          .min(1)
          .refine((criteria) => criteria.every(({ id }) => id !== undefined), {
            error: 'every criterion of an indication needs an id',
          }),
      }),
    )
    .min(1),
});

export type PolicySource = z.output<typeof policySchema>;
export type Requirement = z.output<typeof requirement>;
export type NamesOrAny = 'any' | readonly string[];

/** True for a listed product; `any` also takes an order that names none (null). */
export const isForProduct = (products: NamesOrAny, product: { readonly id: string } | null): boolean =>
  products === 'any' || (product !== null && products.includes(product.id));

export interface Indication {
  readonly id: string;
  readonly title: string;
  readonly products: NamesOrAny;
  readonly diseases: NamesOrAny;
  readonly anomalies: readonly string[];
  readonly criteria: readonly Criterion[];
}

export interface Submission {
  readonly text: string;
  readonly fax?: string | undefined;
  readonly faxFor?: string | undefined;
  readonly url?: string | undefined;
  readonly portal?: string | undefined;
  readonly forms: readonly {
    readonly number: string;
    readonly title: string;
    /** Empty: for every indication. */
    readonly indications: readonly string[];
  }[];
  readonly carries: readonly {
    readonly text: string;
    /** Whose National Provider Identifier it is; undefined: anything else. */
    readonly npiOf: 'facility' | 'practitioner' | undefined;
  }[];
}

export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly payer: string;
  readonly number: string | undefined;
  readonly version: string;
  readonly effective: string;
  readonly until: string | undefined;
  readonly lines: readonly string[];
  readonly doubtfulLines: { readonly lines: readonly string[]; readonly anomaly: string } | undefined;
  readonly excludedLines: { readonly lines: readonly string[]; readonly because: string } | undefined;
  readonly priorAuthorization: {
    readonly inpatient: Requirement;
    readonly outpatient: Requirement;
    readonly byLine: readonly {
      readonly lines: readonly string[];
      readonly inpatient?: Requirement | undefined;
      readonly outpatient?: Requirement | undefined;
    }[];
  };
  readonly submit: Submission;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly otherwise: string;
  readonly products: NamesOrAny;
  readonly anomalies: ReadonlyMap<
    string,
    { readonly text: string; readonly general: boolean | 'when-not-covered' }
  >;
  readonly indications: readonly Indication[];
}

/** Gives criteria their whole ids and puts definitions in the place of their names. */
export function buildPolicy(source: PolicySource): Policy {
  const anomalies = (criterion: CriterionSource): readonly AnomalyReference[] =>
    (criterion.anomalies ?? []).map((anomaly) => ({
      ...anomaly,
      if: anomaly.if === undefined ? undefined : factTest(anomaly.if.fact, anomaly.if),
    }));

  const build = (
    criterion: CriterionSource,
    prefix: string,
    inherited: { title: string; locator: string },
  ): Criterion => {
    if (criterion.definition !== undefined) {
      const definition = source.definitions?.[criterion.definition];
      if (definition === undefined) throw new Error(`undeclared definition ${criterion.definition}`);
      const id = `${source.id}/def/${criterion.definition}`;
      return { ...build(definition, `${id}/`, definition), id };
    }
    const title = criterion.title ?? inherited.title;
    const locator = criterion.locator ?? inherited.locator;
    const ifNot = criterion['if-not'];
    return {
      id: criterion.id === undefined ? undefined : `${prefix}${criterion.id}`,
      title,
      locator,
      when: criterion.when,
      whenJudged: criterion['when-judged'] !== undefined,
      isChecklist: criterion.checklist === true,
      anomalies: anomalies(criterion),
      attestable: criterion.attestable ?? (criterion.attest !== undefined || criterion.none !== undefined),
      open: criterion.open,
      missing: criterion.missing,
      ifNot:
        ifNot === undefined ? undefined : { reviewIf: ifNot === 'review' ? undefined : ifNot['review-if'] },
      ifSo: criterion['if-so'],
      signals: criterion.signals ?? [],
      within: withinOf(criterion.within),
      administrative: criterion.administrative === true,
      test: testOf(criterion, (part) => build(part, prefix, { title, locator })),
    };
  };

  return {
    id: source.id,
    title: source.title,
    payer: source.payer,
    number: source.number,
    version: source.version,
    effective: source.effective,
    until: source.until,
    lines: source.lines,
    doubtfulLines: source['doubtful-lines'],
    excludedLines: source['excluded-lines'],
    priorAuthorization: {
      inpatient: source['prior-authorization'].inpatient,
      outpatient: source['prior-authorization'].outpatient,
      byLine: source['prior-authorization']['by-line'] ?? [],
    },
    submit: {
      text: source.submit.text,
      fax: source.submit.fax,
      faxFor: source.submit['fax-for'],
      url: source.submit.url,
      portal: source.submit.portal,
      forms: (source.submit.forms ?? []).map((form) => ({ ...form, indications: form.indications ?? [] })),
      carries: (source.submit.carries ?? []).map((carried) =>
        typeof carried === 'string'
          ? { text: carried, npiOf: undefined }
          : { text: carried.text, npiOf: carried['npi-of'] },
      ),
    },
    links: source.links ?? [],
    otherwise: source.otherwise,
    products: source.products,
    anomalies: new Map(
      Object.entries(source.anomalies ?? {}).map(([id, { text, general }]) => [
        id,
        { text, general: general ?? false },
      ]),
    ),
    indications: source.indications.map((indication) => ({
      id: indication.id,
      title: indication.title,
      products: indication.products,
      diseases: indication.diseases,
      anomalies: indication.anomalies ?? [],
      criteria: indication.criteria.map((criterion) =>
        build(criterion, `${source.id}/${indication.id}/`, { title: '', locator: '' }),
      ),
    })),
  };
}

/** The criteria of all indications and their parts, by id. */
export const criteriaById: (policy: Policy) => ReadonlyMap<string | undefined, Criterion> = derived(
  ({ indications }) =>
    new Map(
      indications
        .flatMap(({ criteria }) => flatten(criteria))
        .map((criterion) => [criterion.id, criterion] as const),
    ),
);
