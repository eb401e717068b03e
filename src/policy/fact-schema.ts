import * as z from 'zod';

/** The shape of a fact file: what a fact may ask, with a line on each key. */

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

const oneOrMany = <T extends z.ZodType>(item: T) =>
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

const retrieve = retrieveSchema.refine(({ code, words }) => code !== undefined || words !== undefined, {
  error: 'name a code, or words',
});

const missingSchema = z.strictObject({ what: z.string().min(1), 'value-set': name.optional() });

const questionSchema = z
  .strictObject({
    ask: z.string().min(1),
    /** Evidence for yes. */
    yes: z.array(retrieve).min(1).optional(),
    /** Evidence for no. Where both are found nothing is decided. */
    no: z.array(retrieve).min(1).optional(),
    /** Evidence that opens the question again when it is not surely older than the evidence for the answer. */
    doubt: z.array(retrieve).min(1).optional(),
    /** The same for a no alone. */
    'doubt-of-no': z.array(retrieve).min(1).optional(),
    /** Shown to the reader, never decisive. */
    signs: z.array(retrieve).min(1).optional(),
    /** Where evidence for yes and for no is found, the one stated surely later than all of the other decides. */
    'latest-decides': z.literal(true).optional(),
    /** Evidence for yes stands whatever else says no: what was found once is there. */
    'yes-prevails': z.literal(true).optional(),
    /** Signs beside which an open answer needs the record that `missing` names. */
    incomplete: z.array(retrieve).min(1).optional(),
    missing: missingSchema.optional(),
  })
  .refine(({ yes, no }) => yes !== undefined || no !== undefined, {
    error: 'a question needs evidence for yes or for no',
  });

const presenceSchema = z.strictObject({
  ask: z.string().min(1),
  /**
   * Records that are what is asked for, whatever they say: a current document, a result with any value. The newest
   * is shown first.
   */
  exists: z.array(retrieve).min(1),
  signs: z.array(retrieve).min(1).optional(),
  missing: missingSchema.optional(),
});

const ageSchema = z.strictObject({
  ask: z.string().min(1),
  /** `infusion`: the planned infusion date, else the day of the request. `request-and-infusion`: both days. */
  age: z.enum(['infusion', 'request-and-infusion']),
  /** Where no infusion is planned, it may be so many months after the request. */
  'unplanned-months': z.int().min(1).optional(),
});

const settingSchema = z.strictObject({
  ask: z.string().min(1),
  setting: z.enum(['inpatient', 'outpatient']),
});

const eventsSchema = z.strictObject({
  ask: z.string().min(1),
  /** Exposures whose dates other facts refer to (`since`, `within`, `lines`). */
  events: z.array(retrieve).min(1),
  /** Doses of these drugs in the days before one of these events prepare for it, and are no part of a regimen. */
  apart: z
    .array(
      z.strictObject({
        drugs: z.array(name).min(1),
        before: z.array(retrieve).min(1),
        days: z.int().min(1),
      }),
    )
    .min(1)
    .optional(),
  /** What is begun after the latest of these bridges to the ordered course, and is no regimen of its own. */
  bridging: z.array(retrieve).min(1).optional(),
});

/** Results in substance units: one of the fact's own unit is so many of this one. UCUM alone cannot say. */
const molarSchema = z.strictObject({ unit: z.string().min(1), per: z.number().positive() });
const resultSchema = {
  resource: z.literal('Observation'),
  code: oneOrMany(name),
  where: z.string().optional(),
  unit: z.string().min(1),
  molar: molarSchema.optional(),
};

const measurementSchema = z.strictObject({
  ask: z.string().min(1),
  /** The newest usable result, as a quantity in the given UCUM unit. */
  latest: z.strictObject({
    ...resultSchema,
    /** A fact with episodes: only results of the present one count. */
    episode: name.optional(),
    /** A fact with events: therapy begun after the result makes it stale. */
    'stale-after': name.optional(),
    /** An earlier result of the same episode that says yes where the newest says no leaves it open. */
    'any-in-episode': z.literal('review').optional(),
  }),
  /** Records that leave open what the result is of. */
  doubt: z.array(retrieve).min(1).optional(),
  missing: missingSchema.optional(),
});

export const CHANGES = ['highest', 'lowest', 'rise', 'rise-percent', 'fall'] as const;
const seriesSchema = z.strictObject({
  ask: z.string().min(1),
  /** Results since the start of a therapy's latest regimen, and what they come to. */
  series: z.strictObject({
    ...resultSchema,
    /** `rise`: the latest less the lowest before it; `fall`: the highest before it less the latest. */
    change: z.enum(CHANGES),
    /** Taken from each result: the other one of the same day. */
    minus: z.strictObject({ code: oneOrMany(name), where: z.string().optional() }).optional(),
    /** A fact with events. */
    since: name,
    /** Every result, where the chart holds no event of that kind at all. */
    'or-without-events': z.literal(true).optional(),
    /** `any`: results of all these codes are of one kind. Otherwise only those of one code and laboratory are compared. */
    codes: z.literal('any').optional(),
  }),
  missing: missingSchema.optional(),
});

const linesSchema = z.strictObject({
  ask: z.string().min(1),
  /** Lines of therapy, as an interval: fewest and most that the chart allows. */
  lines: z.strictObject({
    /** A fact with events. */
    of: name,
    /** What documents that the disease progressed, relapsed or was refractory. */
    progression: z.array(retrieve).min(1),
    /** Only lines after which the disease progressed are counted; what states a response later leaves that open. */
    progressed: z.strictObject({ response: z.array(retrieve).min(1) }).optional(),
    /** Only the first regimen is counted, and only where no undated drug may have come before it. */
    first: z.literal(true).optional(),
    /** Only regimens that hold a drug of each of these groups of value sets. */
    holding: z.array(oneOrMany(name)).min(1).optional(),
    /** Only regimens begun after the earliest of these; none where the chart holds none of them. */
    after: z.array(retrieve).min(1).optional(),
    /** Only regimens begun before the earliest of these, where the chart holds one. */
    until: z.array(retrieve).min(1).optional(),
    /** Records on which a clinician has put the number of a line, for one of the diseases. */
    assigned: z
      .strictObject({
        resource: oneOrMany(z.enum(FACT_TYPES)),
        /** End of the extension's URL. */
        extension: z.string().min(1),
        diseases: z.array(name).min(1),
      })
      .optional(),
  }),
  missing: missingSchema.optional(),
});

const pairedSchema = z.strictObject({
  ask: z.string().min(1),
  /** A count of the newest specimen, that counts only where something else is in the same specimen. */
  paired: z.strictObject({
    resource: z.literal('Observation'),
    code: oneOrMany(name),
    unit: z.string().min(1),
    /** There when above zero, or coded by a value set. */
    with: z.strictObject({
      code: oneOrMany(name),
      unit: z.string().min(1),
      present: oneOrMany(name),
      absent: oneOrMany(name),
    }),
    /** A fact with episodes: only results of the present one count. */
    episode: name.optional(),
  }),
  missing: missingSchema.optional(),
});

const episodesSchema = z.strictObject({
  ask: z.string().min(1),
  /** When the disease was in remission and when it came back: what other facts place results by. */
  episodes: z.strictObject({
    /** A fact with events. */
    therapy: name,
    remission: z.array(retrieve).min(1),
    recurrence: z.array(retrieve).min(1),
    /**
     * A result that, found after the last remission, shows that the disease is back: a recurrence whose own day is not
     * known had come by then.
     */
    returned: z.strictObject({ ...resultSchema, 'at-least': z.number() }).optional(),
  }),
});

const failuresSchema = z.strictObject({
  ask: z.string().min(1),
  /** Ingredients during whose course a clinician stated progression, or gave failure as the reason to stop. */
  failures: z.strictObject({
    drugs: z.array(retrieve).min(1),
    progression: z.array(retrieve).min(1),
    /** Value sets for `statusReason`. */
    reasons: oneOrMany(name),
  }),
  missing: missingSchema.optional(),
});

const daysBeforeSchema = z.strictObject({
  ask: z.string().min(1),
  /** Days from the latest of these events to the planned infusion. */
  'days-before-infusion': z.strictObject({
    events: z.array(retrieve).min(1),
    /** Records that may be such an event: unless they are surely long past, the open answer needs a document. */
    unclear: z.array(retrieve).min(1).optional(),
  }),
  missing: missingSchema.optional(),
});

export const factSchema = z.union([
  questionSchema,
  presenceSchema,
  ageSchema,
  settingSchema,
  eventsSchema,
  measurementSchema,
  seriesSchema,
  linesSchema,
  episodesSchema,
  failuresSchema,
  daysBeforeSchema,
  pairedSchema,
]);
export const factsFileSchema = z.record(name, factSchema);

export type RetrieveSource = z.output<typeof retrieveSchema>;
