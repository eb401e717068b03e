import * as z from 'zod';
import { name } from './retrieve-schema.ts';

/** Part of a criterion id as the policy prints it: `1.b.ii`, `limit.one-time`, `I.A`. */
const number = z
  .string({ error: 'quote the number: YAML reads 1.10 as 1.1' })
  .regex(
    /^[A-Za-z0-9]+([./-][A-Za-z0-9]+)*$/,
    'a criterion id has letters, digits, dots, hyphens and slashes',
  );

const quantity = { value: z.number(), unit: z.string().min(1) };
const threshold = z.strictObject({
  ...quantity,
  /** The same limit as the policy prints it in another unit; where the two disagree a value between them decides nothing. */
  'also-printed': z.strictObject(quantity).optional(),
});
/**
 * Only what took place from the start of a regimen of a therapy to so long after it counts. `days` are counted from the
 * last dose of the latest regimen; with `drugs`, from the last dose of these, and the latest regimen must hold one of
 * them. `months` are calendar months after the first regimen, counted from its first dose, from its last and from the
 * remission that followed: they decide where every such reading gives the same answer.
 */
const within = z.union([
  z.strictObject({ therapy: name, days: z.int().min(0), drugs: z.array(name).min(1).optional() }),
  z.strictObject({
    therapy: name,
    regimen: z.literal('first'),
    months: z.int().min(1),
    /** Fact with the remission, by its evidence for yes. */
    remission: name,
  }),
]);
export const COMPARISONS = ['at-least', 'more-than', 'at-most', 'less-than'] as const;

const anomalyReference = z.union([
  z.string().transform((id) => ({ id, only: 'always' as const, if: undefined })),
  z.strictObject({
    id: z.string(),
    only: z.enum(['always', 'when-open', 'when-review', 'when-guard-open', 'when-met']).default('always'),
    /** It touches only a patient of whom this is true. */
    if: z
      .strictObject({
        fact: name,
        'at-least': threshold.optional(),
        'more-than': threshold.optional(),
        'at-most': threshold.optional(),
        'less-than': threshold.optional(),
      })
      .optional(),
  }),
]);

const ifNot = z.union([z.literal('review'), z.strictObject({ 'review-if': name })]);

interface CriterionInput {
  id?: string | undefined;
  title?: string | undefined;
  locator?: string | undefined;
  when?: string | undefined;
  'when-judged'?: 'clinician' | undefined;
  checklist?: true | undefined;
  anomalies?: z.output<typeof anomalyReference>[] | undefined;
  attestable?: boolean | undefined;
  open?: 'documentation' | 'attestation' | 'review' | undefined;
  'if-not'?: z.output<typeof ifNot> | undefined;
  'if-so'?: 'review' | undefined;
  signals?: string[] | undefined;
  within?: z.output<typeof within> | undefined;
  missing?: string | undefined;
  administrative?: true | undefined;
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
  readings?: CriterionInput[] | undefined;
}

const FORMS = ['fact', 'definition', 'attest', 'review', 'all', 'any', 'none', 'readings'] as const;

// Typed by hand: a criterion holds criteria, and inference ends at the circle.
const criterionFields = {
  title: z.string().min(1).optional(),
  locator: z.string().min(1).optional(),
  /** A fact: the criterion does not apply when it is definitely false. */
  when: name.optional(),
  /** Whether `when` holds is a judgement: where the chart leaves it open, a clinician's answer settles the criterion. */
  'when-judged': z.literal('clinician').optional(),
  /** Its parts are documents to put together: they are listed as on file or missing. */
  checklist: z.literal(true).optional(),
  anomalies: z.array(anomalyReference).min(1).optional(),
  /** A clinician's answer can close it although it asks for a fact: a judgement, not a measurement or document. */
  attestable: z.boolean().optional(),
  /** What an open answer needs, when not the usual (documentation; attestation under `none` and `attest`). */
  open: z.enum(['documentation', 'attestation', 'review']).optional(),
  /** The policy's text does not say what follows where it is false, or false while a fact holds: then a person must look. */
  'if-not': ifNot.optional(),
  /** The same where it is true. */
  'if-so': z.literal('review').optional(),
  /** Facts whose evidence is shown to whoever answers, and never decides. */
  signals: z.array(name).min(1).optional(),
  within: within.optional(),
  /** What to supply when it is open. */
  missing: z.string().min(1).optional(),
  /** On the request, not on the patient: a form asks it apart from the clinical questions. */
  administrative: z.literal(true).optional(),
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
  /**
   * Ways in which an unclear text can be read. It is decided where all of them agree; where some are decided and others
   * are not, or not alike, a person must say which was meant. The first names what is missing while none is decided.
   */
  readings: z
    .array(z.lazy((): z.ZodType<CriterionInput> => criterionSchema))
    .min(2)
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
  if (criterion['when-judged'] !== undefined && criterion.when === undefined) {
    context.addIssue({ code: 'custom', message: 'when-judged needs a when' });
  }
  if (criterion.id !== undefined && (criterion.title === undefined || criterion.locator === undefined)) {
    context.addIssue({ code: 'custom', message: `criterion "${criterion.id}" needs a title and a locator` });
  }
};

export const criterionSchema: z.ZodType<CriterionInput> = z
  .strictObject({ id: number.optional(), ...criterionFields })
  .superRefine(oneForm);

export const definitionSchema = z
  .strictObject({ ...criterionFields, title: z.string().min(1), locator: z.string().min(1) })
  .superRefine(oneForm);

export type CriterionSource = CriterionInput;
export type Comparison = (typeof COMPARISONS)[number];
export interface AnomalyReference {
  readonly id: string;
  readonly only: 'always' | 'when-open' | 'when-review' | 'when-guard-open' | 'when-met';
  /** Only where this fact is true of the patient. */
  readonly if: FactTest | undefined;
}

/** A fact, compared where it is a quantity. */
export interface FactTest {
  readonly fact: string;
  readonly comparison: Threshold | undefined;
}

/** What a criterion asks. */
export type Test =
  | ({ readonly kind: 'fact' } & FactTest)
  | { readonly kind: 'attest' }
  | { readonly kind: 'review'; readonly reason: string }
  | { readonly kind: 'all' | 'any' | 'none' | 'readings'; readonly parts: readonly Criterion[] };

export interface Threshold {
  readonly comparison: Comparison;
  readonly value: number;
  /** UCUM code. */
  readonly unit: string;
  readonly alsoPrinted?: { readonly value: number; readonly unit: string };
}

/** From the start of a therapy's latest regimen to `days` after its last dose. */
export interface WithinLatest {
  readonly therapy: string;
  readonly days: number;
  /** Value sets: the last dose is of these drugs. */
  readonly drugs: readonly string[];
}
/** From the start of a therapy's first regimen to so many calendar months after it. */
export interface WithinFirst {
  readonly therapy: string;
  readonly months: number;
  /** Fact with the remission that followed. */
  readonly remission: string;
}
export type Within = WithinLatest | WithinFirst;

export interface Criterion {
  /** Whole id (`<policy>/<indication>/<number>`); undefined for a part without a number of its own. */
  readonly id: string | undefined;
  readonly title: string;
  readonly locator: string;
  readonly when: string | undefined;
  readonly whenJudged: boolean;
  readonly isChecklist: boolean;
  readonly anomalies: readonly AnomalyReference[];
  readonly attestable: boolean;
  readonly open: 'documentation' | 'attestation' | 'review' | undefined;
  readonly missing: string | undefined;
  /** What is false goes to a person; with a fact, only where that is true. */
  readonly ifNot: { readonly reviewIf: string | undefined } | undefined;
  readonly ifSo: 'review' | undefined;
  readonly signals: readonly string[];
  readonly within: Within | undefined;
  readonly administrative: boolean;
  readonly test: Test;
}

/** Every criterion below and including the given ones, in order. */
export const flatten = (criteria: readonly Criterion[]): readonly Criterion[] =>
  criteria.flatMap((criterion) => [
    criterion,
    ...('parts' in criterion.test ? flatten(criterion.test.parts) : []),
  ]);
