import * as z from 'zod';
import type { Condition } from '../fhir/fhirpath.ts';

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

const CLINICAL_STATUS = ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'] as const;

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
  /** For a Condition: the clinical statuses that count; others are shown as signs. A missing status counts. */
  clinical: z.array(z.enum(CLINICAL_STATUS)).min(1).optional(),
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
});

const retrieve = retrieveSchema.refine((r) => (r.code ?? r.words) !== undefined, 'name a code, or words');

const missingSchema = z.strictObject({ what: z.string().min(1), 'value-set': name.optional() });

const questionSchema = z.strictObject({
  ask: z.string().min(1),
  /** Evidence for yes. */
  yes: z.array(retrieve).min(1),
  /** Evidence for no. Where both are found nothing is decided. */
  no: z.array(retrieve).min(1).optional(),
  /** Evidence that opens the question again when it is not surely older than the evidence for yes. */
  doubt: z.array(retrieve).min(1).optional(),
  /** Where evidence for yes and for no is found, the one stated surely later than all of the other decides. */
  'latest-decides': z.literal(true).optional(),
  /** Shown to the reader, never decisive. */
  signs: z.array(retrieve).min(1).optional(),
  missing: missingSchema.optional(),
});

const presenceSchema = z.strictObject({
  ask: z.string().min(1),
  /** Records that are what is asked for, whatever they say: a current document, a result with any value. */
  exists: z.array(retrieve).min(1),
  signs: z.array(retrieve).min(1).optional(),
  missing: missingSchema.optional(),
});

const ageSchema = z.strictObject({
  ask: z.string().min(1),
  /** `infusion`: the planned infusion date, else the day of the request. `request-and-infusion`: both days. */
  age: z.enum(['infusion', 'request-and-infusion']),
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
  latest: z.strictObject(resultSchema),
  missing: missingSchema.optional(),
});

const CHANGES = ['highest', 'lowest', 'rise', 'rise-percent', 'fall'] as const;
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

export const factSchema = z.union([
  questionSchema,
  presenceSchema,
  ageSchema,
  settingSchema,
  eventsSchema,
  measurementSchema,
  seriesSchema,
  linesSchema,
]);
export const factsFileSchema = z.record(name, factSchema);

export type RetrieveSource = z.output<typeof retrieveSchema>;
/** A retrieve with its FHIRPath compiled for each of its resource types. */
export interface Retrieve extends Omit<RetrieveSource, 'where' | 'code'> {
  /** Empty where only words are named. */
  readonly code: readonly string[];
  /** That the record exists is what is asked. */
  readonly isPresence: boolean;
  readonly conditions: ReadonlyMap<string, Condition>;
}

export interface Missing {
  readonly what: string;
  readonly valueSet?: string;
}

interface Named {
  readonly name: string;
  readonly ask: string;
}
export interface Question extends Named {
  readonly kind: 'question';
  readonly yes: readonly Retrieve[];
  readonly no: readonly Retrieve[];
  readonly doubt: readonly Retrieve[];
  readonly signs: readonly Retrieve[];
  readonly latestDecides: boolean;
  readonly missing: Missing | undefined;
}
export interface AgeFact extends Named {
  readonly kind: 'age';
  readonly at: 'infusion' | 'request-and-infusion';
}
export interface SettingFact extends Named {
  readonly kind: 'setting';
  readonly setting: 'inpatient' | 'outpatient';
}
export interface EventsFact extends Named {
  readonly kind: 'events';
  readonly events: readonly Retrieve[];
  readonly apart: readonly {
    readonly drugs: readonly string[];
    readonly before: readonly Retrieve[];
    readonly days: number;
  }[];
  readonly bridging: readonly Retrieve[];
}
/** One of the fact's own unit is `per` of `unit`. */
export interface Molar {
  readonly unit: string;
  readonly per: number;
}
export interface MeasurementFact extends Named {
  readonly kind: 'measurement';
  readonly retrieve: Retrieve;
  readonly unit: string;
  readonly molar: Molar | undefined;
  readonly missing: Missing | undefined;
}
export type Change = (typeof CHANGES)[number];
export interface SeriesFact extends Named {
  readonly kind: 'series';
  readonly retrieve: Retrieve;
  readonly minus: Retrieve | undefined;
  readonly unit: string;
  readonly molar: Molar | undefined;
  readonly change: Change;
  readonly since: string;
  readonly orWithoutEvents: boolean;
  readonly isOneKind: boolean;
  readonly missing: Missing | undefined;
}
export interface LinesFact extends Named {
  readonly kind: 'lines';
  readonly of: string;
  readonly progression: readonly Retrieve[];
  readonly assigned:
    | {
        readonly resource: readonly string[];
        readonly extension: string;
        readonly diseases: readonly string[];
      }
    | undefined;
  readonly missing: Missing | undefined;
}
/** A named question to the chart. */
export type Fact = Question | AgeFact | SettingFact | EventsFact | MeasurementFact | SeriesFact | LinesFact;

/** Every retrieve of a fact, for lint and for the list of what a policy reads. */
export function retrievesOf(fact: Fact): readonly Retrieve[] {
  switch (fact.kind) {
    case 'question':
      return [...fact.yes, ...fact.no, ...fact.doubt, ...fact.signs];
    case 'events':
      return [...fact.events, ...fact.apart.flatMap(({ before }) => before), ...fact.bridging];
    case 'measurement':
      return [fact.retrieve];
    case 'series':
      return fact.minus === undefined ? [fact.retrieve] : [fact.retrieve, fact.minus];
    case 'lines':
      return fact.progression;
    case 'age':
    case 'setting':
      return [];
  }
}

/** Resource types that a fact reads. */
export const typesOf = (fact: Fact): readonly string[] => [
  ...new Set([
    ...retrievesOf(fact).flatMap(({ resource }) => resource),
    ...(fact.kind === 'lines' ? (fact.assigned?.resource ?? []) : []),
  ]),
];

/** Facts with events that a fact refers to. */
export const eventsOf = (fact: Fact): readonly string[] => [
  ...new Set([
    ...retrievesOf(fact).flatMap(({ since }) => since ?? []),
    ...(fact.kind === 'series' ? [fact.since] : fact.kind === 'lines' ? [fact.of] : []),
  ]),
];
