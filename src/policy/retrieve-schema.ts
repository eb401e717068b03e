import * as z from 'zod';

/** The shape of one question of a fact to the chart, with a line on each key. */

/** Resource types that a fact may read. */
export const FACT_TYPES = [
  'Condition',
  'Observation',
  'Procedure',
  'MedicationStatement',
  'MedicationRequest',
  'MedicationAdministration',
  'MedicationDispense',
  'DiagnosticReport',
  'DocumentReference',
  'ServiceRequest',
  'CarePlan',
  'EpisodeOfCare',
  'ClaimResponse',
] as const;

export const name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write names in lower case with hyphens, such as prior-car-t');

export const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1)]) as unknown as z.ZodType<
    readonly z.output<T>[]
  >;

const CLINICAL_WORDS = ['present', 'unresolved', 'ever', 'remission'] as const;
const ACTIVE = ['active', 'recurrence', 'relapse'];
/** The clinical statuses of a Condition that count, by the word for them. */
export const CLINICAL: Readonly<Record<'active' | (typeof CLINICAL_WORDS)[number], readonly string[]>> = {
  active: ACTIVE,
  present: [...ACTIVE, 'remission'],
  unresolved: [...ACTIVE, 'remission', 'inactive'],
  ever: [...ACTIVE, 'remission', 'inactive', 'resolved'],
  remission: ['remission'],
};

/**
 * One question put to the chart's index: resources of a type with a code, and small FHIRPath on each.
 * Status, subject and negation are judged for every retrieve by the rules of `clinical/facts.md` section 2.
 */
export const retrieveSchema = z.strictObject({
  resource: oneOrMany(z.enum(FACT_TYPES)),
  /** Value sets: a record counts when one of its codes is in one of them. */
  code: oneOrMany(name).optional(),
  /** Names that a record is also found by, where its code's text or display says one of them. */
  words: z.array(z.string().min(1)).min(1).optional(),
  /** Where the code stands, when not at the type's own code element: `conclusionCode`, `morphology`. */
  element: z.enum(['conclusionCode', 'morphology', 'category', 'reviewAction']).optional(),
  /** Value sets for the coded value of an Observation. */
  value: oneOrMany(name).optional(),
  /** FHIRPath on one resource, giving a boolean. */
  where: z.string().optional(),
  /** Element whose value is shown as evidence in place of the code: `clinicalStatus`. */
  shows: z
    .string()
    .regex(/^[a-z][A-Za-z]*$/)
    .optional(),
  /** Value sets: what an Observation is about (`focus`) must be coded so, where it says what it is about. */
  focus: oneOrMany(name).optional(),
  /** Diseases: a reason that a treatment states must be one of these, where it states one that is understood. */
  for: oneOrMany(name).optional(),
  /**
   * For a Condition: the clinical statuses that count, active ones unless stated: `present`, in remission too;
   * `unresolved`, all but resolved; `ever`, all; `remission` alone. Others are shown as signs. A missing status counts.
   */
  clinical: z.enum(CLINICAL_WORDS).optional(),
  /** For a Condition: only verificationStatus confirmed counts; others are shown as signs. */
  confirmed: z.literal(true).optional(),
  /** `course`: only what took place before the ordered course; what belongs to that course is no evidence. */
  before: z.literal('course').optional(),
  /** Value sets: counts only beside a usable record of the same type and day from each of them. */
  with: oneOrMany(name).optional(),
  /** For a ClaimResponse: `ordered`, it must be about the ordered product, or about the order itself. */
  product: z.literal('ordered').optional(),
  /** A fact with `events`: only what was stated after the start of its latest regimen. */
  since: name.optional(),
  /** With `since`: also counts where the chart holds no event of that kind at all. */
  'or-without-events': z.literal(true).optional(),
  /** A fact with `events`: what is older than its last dose is stale. */
  'newer-than': name.optional(),
  /** A fact with `episodes`: only what was found while the disease was untreated, at its beginning or at a recurrence. */
  untreated: name.optional(),
  /** The Condition dates the disease, not what is asked for: only the day of its recording tells when it was so. */
  dated: z.literal('recorded').optional(),
  /** An order counts as what it is, an intention: active and on-hold ones. */
  intended: z.literal(true).optional(),
  /** What is coded as the ordered product is left out. */
  'other-than': z.literal('ordered-product').optional(),
  /** A fact with `events`: only what was stated after its first regimen began, and no later than the next one did. */
  'on-first': name.optional(),
  /** A fact with `events`: only a drug that counts as one of its doses, and not what prepares for a transplant or infusion. */
  'dose-of': name.optional(),
  /**
   * Value sets of reports: a DiagnosticReport must be of such a kind by its own code or category, and a Condition must
   * refer to such a report, final, as its evidence. Others are shown as signs.
   */
  reported: oneOrMany(name).optional(),
});

export const retrieve = retrieveSchema.refine(
  ({ code, words }) => code !== undefined || words !== undefined,
  {
    error: 'name a code, or words',
  },
);

export type RetrieveSource = z.output<typeof retrieveSchema>;
