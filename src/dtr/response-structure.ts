import * as z from 'zod';
import type { Issue } from '../fhir/operation-outcome.ts';
import { parseDate } from '../fhir/date.ts';
import { property, text } from '../fhir/json.ts';

/**
 * QuestionnaireResponse of FHIR R4, element by element: an answer that is kept travels to the payer, and must be what it
 * says it is. What stands in extensions, contained resources and `meta` is checked as far as it says what it is.
 */

const extension = z.array(z.looseObject({ url: z.string().min(1) })).min(1);
/** What a primitive's own extensions stand in: `_authored`. */
const beside = z.union([z.looseObject({}), z.array(z.looseObject({}).nullable()).min(1)]);

/** An element with these parts and no other; each may be left out but those that are required. */
function element(parts: z.core.$ZodLooseShape, required: readonly string[] = []): z.ZodType {
  const shape = Object.entries({ id: string(), extension, ...parts }).flatMap(([name, type]) => [
    [name, required.includes(name) ? type : z.optional(type)] as const,
    [`_${name}`, beside.optional()] as const,
  ]);
  return z.strictObject(Object.fromEntries(shape));
}

const list = (type: z.ZodType): z.ZodType => z.array(type).min(1, 'a list must not be empty');

function string(): z.ZodType {
  return z.string().regex(/\S/, 'a text must not be blank');
}
const matching = (pattern: RegExp, what: string): z.ZodType => z.string().regex(pattern, `must be ${what}`);
const uri = matching(/^\S+$/, 'a URI');
const code = matching(/^[^\s]+( [^\s]+)*$/, 'a code');
/** Whether there is such a day is asked where the answer is read. */
const date = matching(/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/, 'a date');
const dateTime = z
  .string()
  .refine(
    (value) =>
      parseDate(value) !== null &&
      (value.length <= 10 || /T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(value)),
    'must be a date, or a moment with its time zone',
  );
const time = matching(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?$/, 'a time');

const period = element({ start: dateTime, end: dateTime });
const coding = element({
  system: uri,
  version: string(),
  code,
  display: string(),
  userSelected: z.boolean(),
});
const concept = element({ coding: list(coding), text: string() });
const identifier: z.ZodType = element({
  use: code,
  type: concept,
  system: uri,
  value: string(),
  period,
  assigner: z.lazy(() => reference),
});
const reference: z.ZodType = element({
  reference: string(),
  type: uri,
  identifier,
  display: string(),
});
const quantity = element({
  value: z.number(),
  comparator: z.enum(['<', '<=', '>=', '>']),
  unit: string(),
  system: uri,
  code,
});
const attachment = element({
  contentType: code,
  language: code,
  data: matching(/^[A-Za-z0-9+/=\s]+$/, 'base64'),
  url: uri,
  size: z.int().nonnegative(),
  hash: matching(/^[A-Za-z0-9+/=\s]+$/, 'base64'),
  title: string(),
  creation: dateTime,
});

const VALUES = {
  valueBoolean: z.boolean(),
  valueDecimal: z.number(),
  valueInteger: z.int(),
  valueDate: date,
  valueDateTime: dateTime,
  valueTime: time,
  valueString: string(),
  valueUri: uri,
  valueAttachment: attachment,
  valueCoding: coding,
  valueQuantity: quantity,
  valueReference: reference,
};

const items = (): z.ZodType => z.lazy(() => list(item));
const answer = element({ modifierExtension: extension, ...VALUES, item: items() }).refine(
  (given) => Object.keys(given as object).filter((name) => name in VALUES).length <= 1,
  'an answer has one value',
);
const item: z.ZodType = element(
  {
    modifierExtension: extension,
    linkId: string(),
    definition: uri,
    text: string(),
    answer: list(answer),
    item: items(),
  },
  ['linkId'],
);

const response = element(
  {
    resourceType: z.literal('QuestionnaireResponse'),
    id: matching(/^[A-Za-z0-9.-]{1,64}$/, 'an id'),
    meta: z.looseObject({}),
    implicitRules: uri,
    language: code,
    text: element({ status: code, div: string() }, ['status', 'div']),
    contained: list(z.looseObject({ resourceType: z.string().min(1) })),
    modifierExtension: extension,
    identifier,
    basedOn: list(reference),
    partOf: list(reference),
    questionnaire: uri,
    status: z.enum(['in-progress', 'completed', 'amended', 'entered-in-error', 'stopped']),
    subject: reference,
    encounter: reference,
    authored: dateTime,
    author: reference,
    source: reference,
    item: items(),
  },
  ['resourceType', 'status'],
);

/** What makes a QuestionnaireResponse no FHIR, each at its element. */
export function structureIssues(resource: unknown): readonly Issue[] {
  const { error } = response.safeParse(resource);
  return (error?.issues ?? []).flatMap((issue): readonly Issue[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) =>
          structureIssue(resource, [...issue.path, name], 'FHIR has no such element here'),
        )
      : [structureIssue(resource, issue.path, issue.message)],
  );
}

/** Of a name that nobody knows so much is repeated. */
const MAX_SHOWN = 60;

function structureIssue(resource: unknown, path: readonly PropertyKey[], reason: string): Issue {
  const expression = path.reduce<string>(
    (place, part) =>
      typeof part === 'number' ? `${place}[${part}]` : `${place}.${String(part).slice(0, MAX_SHOWN)}`,
    'QuestionnaireResponse',
  );
  const linkId = linkIdAt(resource, path)?.slice(0, MAX_SHOWN * 4);
  const name = String(path.at(-1) ?? 'QuestionnaireResponse').slice(0, MAX_SHOWN);
  return {
    severity: 'error',
    code: 'structure',
    text: `${linkId === undefined ? '' : `item "${linkId}": `}${name}: ${reason}`,
    expression,
  };
}

/** Of the innermost item on a path. */
function linkIdAt(resource: unknown, path: readonly PropertyKey[]): string | undefined {
  let at: unknown = resource;
  let linkId: string | undefined;
  for (const part of path) {
    at = Array.isArray(at) ? (at as readonly unknown[])[Number(part)] : property(at, String(part));
    linkId = text(property(at, 'linkId')) ?? linkId;
  }
  return linkId;
}
