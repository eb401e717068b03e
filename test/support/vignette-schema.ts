import * as z from 'zod';
import { codingOf } from './code-shorthand.ts';

/** The shape of a vignette file: a list of charts with an order, and what each policy comes to (README.md beside them). */

const word = z.union([z.string().min(1), z.number().transform(String)]) as z.ZodType<string>;
const code = z
  .string({ error: 'write a code as "snomed 277571004"' })
  .refine((printed) => codingOf(printed) !== undefined, {
    error:
      'write a code as "snomed 277571004" or "http://system|code"; this system is not in code-shorthand.ts',
  });
const codes = z.union([code.transform((one) => [one]), z.array(code).min(1)]) as unknown as z.ZodType<
  readonly string[]
>;
/** `2026-03-02`, `2026-03`, or a period `2026-03-01/2026-03-05` with either end left out. */
const date = z.union([z.string(), z.number().transform(String)]) as z.ZodType<string>;
const reference = z
  .string()
  .regex(/^([A-Z][A-Za-z]+\/\S+|#\S+|none)$/, 'must be a reference such as Condition/b-all');
const references = z.union([
  reference.transform((one) => [one]),
  z.array(reference).min(1),
]) as unknown as z.ZodType<readonly string[]>;

const any = { id: z.string().optional(), subject: reference.optional() };
const medication = z.strictObject({
  ...any,
  drug: codes.optional(),
  text: z.string().optional(),
  /** A Medication of the chart, in place of a drug. */
  medication: reference.optional(),
  status: z.string().optional(),
  date: date.optional(),
  reason: codes.optional(),
  'reason-reference': reference.optional(),
  /** The order that it fulfils. */
  order: reference.optional(),
  'do-not-perform': z.boolean().optional(),
  /** Days that a dispense lasts. */
  supply: z.number().optional(),
});
const condition = z.strictObject({
  ...any,
  code: codes.optional(),
  text: z.string().optional(),
  morphology: codes.optional(),
  /** confirmed unless stated; `none` leaves it out. */
  verification: z.string().optional(),
  /** active unless stated; `none` leaves it out. */
  clinical: z.string().optional(),
  /** What it rests on, such as `DiagnosticReport/biopsy`. */
  evidence: z.string().optional(),
  /** problem-list-item unless stated. */
  category: z.enum(['problem-list-item', 'encounter-diagnosis']).optional(),
  onset: date.optional(),
  recorded: date.optional(),
});
const observation = z.strictObject({
  ...any,
  code: codes,
  status: z.string().optional(),
  /** laboratory unless stated; `none` leaves it out. */
  category: z.string().optional(),
  date: date.optional(),
  value: codes.optional(),
  words: z.string().optional(),
  /** `12.1 mg/dL`, `<0.1 g/dL`: value and UCUM unit. */
  quantity: z
    .string()
    .regex(/^(<|<=|>|>=)?-?\d+(\.\d+)? \S+$/, 'write a quantity as "12.1 mg/dL" or "<0.1 g/dL"')
    .optional(),
  performer: reference.optional(),
  focus: references.optional(),
});
const procedure = z.strictObject({
  ...any,
  code: codes.optional(),
  text: z.string().optional(),
  status: z.string().optional(),
  date: date.optional(),
  order: reference.optional(),
});
const report = z.strictObject({
  ...any,
  code: codes.optional(),
  status: z.string().optional(),
  date: date.optional(),
  conclusion: codes.optional(),
  words: z.string().optional(),
});
const document = z.strictObject({
  ...any,
  code: codes.optional(),
  text: z.string().optional(),
  status: z.string().optional(),
  date: date.optional(),
});
const answers = z.strictObject({
  ...any,
  /** Answers by criterion, as short as in `expect`. */
  to: z.record(z.string(), z.union([z.boolean(), z.string()])),
  status: z.string().optional(),
  author: reference.optional(),
  authored: date.optional(),
});
const resource = z.looseObject({ resourceType: z.string(), id: z.string() });

const entryFields = {
  condition: condition.optional(),
  observation: observation.optional(),
  administration: medication.optional(),
  statement: medication.optional(),
  dispense: medication.optional(),
  request: medication.optional(),
  procedure: procedure.optional(),
  report: report.optional(),
  document: document.optional(),
  answers: answers.optional(),
  resource: resource.optional(),
};
const entry = z
  .strictObject(entryFields)
  .refine((value) => Object.keys(value).length === 1, { error: 'one resource for each item of the list' });

export const orderSchema = z.strictObject({
  id: z.string().optional(),
  type: z.enum(['MedicationRequest', 'ServiceRequest', 'DeviceRequest']).optional(),
  product: codes.optional(),
  text: z.string().optional(),
  /** Planned infusion date or dates; `none` leaves it open. */
  planned: z.union([date, z.array(date)]).optional(),
  authored: date.optional(),
  /** Class of the encounter: IMP unless stated; `none` gives no encounter. */
  setting: z.string().optional(),
  category: codes.optional(),
  location: codes.optional(),
  reason: codes.optional(),
  'reason-reference': reference.optional(),
  /** Anything else of the order, in FHIR. */
  also: z.looseObject({}).optional(),
});
export const coverageSchema = z.strictObject({
  id: z.string().optional(),
  payer: z.string().optional(),
  /** Coverage.type: `sopt 111` unless stated; `none` leaves it out. */
  line: word.optional(),
  text: z.string().optional(),
  plan: z.string().optional(),
  status: z.string().optional(),
  period: date.optional(),
  order: z.int().optional(),
});

const needs = z.enum(['documentation', 'attestation', 'review', 'data-access']);
const unknown = z.tuple([z.literal('unknown'), needs]);
const status = z.enum(['met', 'not-met', 'not-applicable'], {
  error: 'write met, not-met, not-applicable, or an unknown with what it needs: [unknown, attestation]',
});
const outcome = z.union([
  status,
  unknown,
  z.strictObject({
    is: z.union([status, unknown]),
    /** Every resource that the criterion names as evidence. */
    evidence: z.array(z.string()).optional(),
    /** Words that stand in what is missing. */
    missing: z.string().optional(),
    /** Words that stand in the notes of its evidence. */
    note: z.string().optional(),
  }),
]);
export type Outcome = z.output<typeof outcome>;
const DECISIONS = [
  'criteria-met',
  'documentation-needed',
  'criteria-not-met',
  'no-covered-indication',
] as const;
const expectation = z
  .object({
    decision: z.enum(DECISIONS).optional(),
    setting: z.enum(['inpatient', 'outpatient', 'unknown']).optional(),
    /** Anomalies that must be there, and that must not. */
    anomalies: z.array(z.string()).optional(),
    'no-anomalies': z.array(z.string()).optional(),
    /** By anomaly, every criterion that it touches; none for an empty list. */
    touched: z.record(z.string(), z.array(z.string())).optional(),
    alternatives: z.record(z.string(), z.enum(DECISIONS)).optional(),
  })
  .catchall(outcome)
  .transform(
    ({ decision, setting, anomalies, 'no-anomalies': noAnomalies, touched, alternatives, ...criteria }) => ({
      ...defined({ decision, setting, anomalies, noAnomalies, touched, alternatives }),
      // A key of the fields above is none of the criteria, which the rest type does not say.
      criteria: criteria,
    }),
  );

const vignetteSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write names in lower case with hyphens'),
  story: z.string().min(1),
  /** A vignette of the same file that this one changes: its fields, one by one, where this one states them. */
  base: z.string().optional(),
  asOf: z.string().optional(),
  patient: z.looseObject({ birthDate: date.optional() }).optional(),
  order: orderSchema.optional(),
  coverage: z.union([coverageSchema, z.array(coverageSchema)]).optional(),
  chart: z.array(entry).optional(),
  /** Added to the base's chart. */
  add: z.array(entry).optional(),
  /** By `<policy>/<indication>`, with `none` for a determination without one; `none` alone for no determination. */
  expect: z
    .preprocess((value) => (value === 'none' ? {} : value), z.record(z.string(), expectation))
    .optional(),
  /** With `expect: none`: why. */
  ungoverned: z.string().optional(),
});
export const vignettesSchema = z.array(vignetteSchema).min(1);

export type Entry = z.output<typeof entry>;
export type Medication = z.output<typeof medication>;
export type Expectation = z.output<typeof expectation>;

export type VignetteSource = z.output<typeof vignetteSchema>;
export type Order = z.output<typeof orderSchema>;
export type Coverage = z.output<typeof coverageSchema>;

/** The fields that are stated, so that those of a base stand where one is not. */
function defined<T extends object>(fields: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
