import * as z from 'zod';
import { FACT_TYPES, name, oneOrMany, retrieve } from './retrieve-schema.ts';

/** The shape of a fact file: what a fact may ask, with a line on each key. */

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
