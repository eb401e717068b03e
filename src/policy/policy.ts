import * as z from 'zod';
import { parseDate } from '../fhir/date.ts';
import { name } from './fact.ts';

/** Part of a criterion id as the policy prints it: `1.b.ii`, `limit.one-time`, `I.A`. */
const number = z
  .string({ error: 'quote the number: YAML reads 1.10 as 1.1' })
  .regex(
    /^[A-Za-z0-9]+([./-][A-Za-z0-9]+)*$/,
    'a criterion id has letters, digits, dots, hyphens and slashes',
  );

const date = z
  .string({ error: 'quote the date' })
  .refine((value) => parseDate(value) !== null && value.length === 10, {
    error: 'write the date as "2025-09-01"',
  });

const threshold = z.strictObject({ value: z.number(), unit: z.string().min(1) });
export const COMPARISONS = ['at-least', 'more-than', 'at-most', 'less-than'] as const;

const anomalyReference = z.union([
  z.string().transform((id) => ({ id, only: 'always' as const })),
  z.strictObject({ id: z.string(), only: z.enum(['when-open', 'when-review']) }),
]);

interface CriterionInput {
  id?: string | undefined;
  title?: string | undefined;
  locator?: string | undefined;
  when?: string | undefined;
  anomalies?: z.output<typeof anomalyReference>[] | undefined;
  attestable?: boolean | undefined;
  open?: 'documentation' | 'attestation' | 'review' | undefined;
  missing?: string | undefined;
  fact?: string | undefined;
  'at-least'?: z.output<typeof threshold> | undefined;
  'more-than'?: z.output<typeof threshold> | undefined;
  'at-most'?: z.output<typeof threshold> | undefined;
  'less-than'?: z.output<typeof threshold> | undefined;
  definition?: string | undefined;
  attest?: 'clinician' | undefined;
  review?: string | undefined;
  all?: CriterionInput[] | undefined;
  any?: CriterionInput[] | undefined;
  none?: CriterionInput[] | undefined;
}

const FORMS = ['fact', 'definition', 'attest', 'review', 'all', 'any', 'none'] as const;

// Typed by hand: a criterion holds criteria, and inference ends at the circle.
const criterionFields = {
  title: z.string().min(1).optional(),
  locator: z.string().min(1).optional(),
  /** A fact: the criterion does not apply when it is definitely false. */
  when: name.optional(),
  anomalies: z.array(anomalyReference).min(1).optional(),
  /** A clinician's answer can close it although it asks for a fact: a judgement, not a measurement or document. */
  attestable: z.boolean().optional(),
  /** What an open answer needs, when not the usual (documentation; attestation under `none` and `attest`). */
  open: z.enum(['documentation', 'attestation', 'review']).optional(),
  /** What to supply when it is open. */
  missing: z.string().min(1).optional(),
  fact: name.optional(),
  'at-least': threshold.optional(),
  'more-than': threshold.optional(),
  'at-most': threshold.optional(),
  'less-than': threshold.optional(),
  definition: name.optional(),
  attest: z.literal('clinician').optional(),
  /** The policy's own text cannot be applied as printed: why, in a sentence. */
  review: z.string().min(1).optional(),
  all: z
    .array(z.lazy((): z.ZodType<CriterionInput> => criterionSchema))
    .min(1)
    .optional(),
  any: z
    .array(z.lazy((): z.ZodType<CriterionInput> => criterionSchema))
    .min(1)
    .optional(),
  none: z
    .array(z.lazy((): z.ZodType<CriterionInput> => criterionSchema))
    .min(1)
    .optional(),
};

const oneForm = (criterion: CriterionInput, context: z.RefinementCtx): void => {
  const forms = FORMS.filter((form) => criterion[form] !== undefined);
  if (forms.length !== 1) {
    context.addIssue({
      code: 'custom',
      message: `a criterion needs exactly one of ${FORMS.join(', ')}; this one has ${forms.length === 0 ? 'none' : forms.join(' and ')}`,
    });
  }
  const comparisons = COMPARISONS.filter((comparison) => criterion[comparison] !== undefined);
  if (comparisons.length > 0 && criterion.fact === undefined) {
    context.addIssue({ code: 'custom', message: `${comparisons.join(' and ')} needs a fact to compare` });
  }
  if (comparisons.length > 1) {
    context.addIssue({ code: 'custom', message: 'one comparison a criterion; use all for a range' });
  }
  if (criterion.id !== undefined && (criterion.title === undefined || criterion.locator === undefined)) {
    context.addIssue({ code: 'custom', message: `criterion "${criterion.id}" needs a title and a locator` });
  }
};

const criterionSchema: z.ZodType<CriterionInput> = z
  .strictObject({ id: number.optional(), ...criterionFields })
  .superRefine(oneForm);

const definitionSchema = z
  .strictObject({ ...criterionFields, title: z.string().min(1), locator: z.string().min(1) })
  .superRefine(oneForm);

const requirement = z.enum(['required', 'not-required', 'unknown']);

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
  'prior-authorization': z.strictObject({ inpatient: requirement, outpatient: requirement }),
  submit: z.strictObject({ text: z.string().min(1), fax: z.string().optional(), url: z.url().optional() }),
  links: z.array(z.strictObject({ label: z.string().min(1), url: z.url() })).optional(),
  /** Canonical of the policy's Questionnaire, with its version. */
  questionnaire: z
    .url()
    .regex(
      /\|[^|]+$/,
      'a canonical with its version, such as https://payer.example.org/Questionnaire/x|1.0.0',
    )
    .optional(),
  /** The payer's own word for an order that does not meet the criteria. */
  otherwise: z.string().min(1),
  products: z.array(name).min(1),
  /** What is wrong in the policy's text. A general one stands on every determination of the policy. */
  anomalies: z
    .record(z.string(), z.strictObject({ text: z.string().min(1), general: z.literal(true).optional() }))
    .optional(),
  definitions: z.record(name, definitionSchema).optional(),
  indications: z
    .array(
      z.strictObject({
        id: name,
        title: z.string().min(1),
        products: z.array(name).min(1),
        /** Diseases of `shared/diseases.yaml` that the indication is for. */
        diseases: z.array(name).min(1),
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
export type CriterionSource = CriterionInput;
export type Comparison = (typeof COMPARISONS)[number];
export type Requirement = z.output<typeof requirement>;

export interface AnomalyReference {
  readonly id: string;
  readonly only: 'always' | 'when-open' | 'when-review';
}

/** What a criterion asks. */
export type Test =
  | { readonly kind: 'fact'; readonly fact: string; readonly comparison: Threshold | undefined }
  | { readonly kind: 'attest' }
  | { readonly kind: 'review'; readonly reason: string }
  | { readonly kind: 'all' | 'any' | 'none'; readonly parts: readonly Criterion[] };

export interface Threshold {
  readonly comparison: Comparison;
  readonly value: number;
  /** UCUM code. */
  readonly unit: string;
}

export interface Criterion {
  /** Whole id (`<policy>/<indication>/<number>`); undefined for a part without a number of its own. */
  readonly id: string | undefined;
  readonly title: string;
  readonly locator: string;
  readonly when: string | undefined;
  readonly anomalies: readonly AnomalyReference[];
  readonly attestable: boolean;
  readonly open: 'documentation' | 'attestation' | 'review' | undefined;
  readonly missing: string | undefined;
  readonly test: Test;
}

export interface Indication {
  readonly id: string;
  readonly title: string;
  readonly products: readonly string[];
  readonly diseases: readonly string[];
  readonly criteria: readonly Criterion[];
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
  readonly priorAuthorization: { readonly inpatient: Requirement; readonly outpatient: Requirement };
  readonly submit: {
    readonly text: string;
    readonly fax?: string | undefined;
    readonly url?: string | undefined;
  };
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Canonical with version. */
  readonly questionnaire: string | undefined;
  readonly otherwise: string;
  readonly products: readonly string[];
  readonly anomalies: ReadonlyMap<string, { readonly text: string; readonly general: boolean }>;
  readonly indications: readonly Indication[];
}

/** Gives criteria their whole ids and puts definitions in the place of their names. */
export function buildPolicy(source: PolicySource): Policy {
  const anomalies = (criterion: CriterionSource): readonly AnomalyReference[] => criterion.anomalies ?? [];

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
    return {
      id: criterion.id === undefined ? undefined : `${prefix}${criterion.id}`,
      title,
      locator,
      when: criterion.when,
      anomalies: anomalies(criterion),
      attestable: criterion.attestable ?? (criterion.attest !== undefined || criterion.none !== undefined),
      open: criterion.open,
      missing: criterion.missing,
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
    priorAuthorization: source['prior-authorization'],
    submit: source.submit,
    links: source.links ?? [],
    questionnaire: source.questionnaire,
    otherwise: source.otherwise,
    products: source.products,
    anomalies: new Map(
      Object.entries(source.anomalies ?? {}).map(([id, { text, general }]) => [
        id,
        { text, general: general === true },
      ]),
    ),
    indications: source.indications.map((indication) => ({
      id: indication.id,
      title: indication.title,
      products: indication.products,
      diseases: indication.diseases,
      criteria: indication.criteria.map((criterion) =>
        build(criterion, `${source.id}/${indication.id}/`, { title: '', locator: '' }),
      ),
    })),
  };
}

function testOf(criterion: CriterionSource, build: (part: CriterionSource) => Criterion): Test {
  if (criterion.fact !== undefined) {
    const comparison = COMPARISONS.find((item) => criterion[item] !== undefined);
    const limit = comparison === undefined ? undefined : criterion[comparison];
    return {
      kind: 'fact',
      fact: criterion.fact,
      comparison: comparison === undefined || limit === undefined ? undefined : { comparison, ...limit },
    };
  }
  if (criterion.attest !== undefined) return { kind: 'attest' };
  if (criterion.review !== undefined) return { kind: 'review', reason: criterion.review };
  for (const kind of ['all', 'any', 'none'] as const) {
    const parts = criterion[kind];
    if (parts !== undefined) return { kind, parts: parts.map(build) };
  }
  throw new Error(`criterion ${criterion.id ?? ''} asks nothing`);
}

/** Every criterion below and including the given ones, in order. */
export const flatten = (criteria: readonly Criterion[]): readonly Criterion[] =>
  criteria.flatMap((criterion) => [
    criterion,
    ...('parts' in criterion.test ? flatten(criterion.test.parts) : []),
  ]);
