import type { Chart, ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { derived } from '../fhir/derived.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { quantityInterval } from '../fhir/quantity.ts';
import type { Terminology } from '../fhir/terminology.ts';
import { answerKey, partId, type Form, type FormItem, type Part } from '../policy/form.ts';
import { documentFinder, type FindDocument, type Named } from './answer-documents.ts';
import { itemsOf, namedForm, responseProblem, type ResponseScope } from './responses.ts';
import type { Evidence } from './result.ts';

/** An answer to a form that is no statement: a result, a record, a date of birth, a place. */
export interface FormAnswer {
  readonly item: FormItem;
  /** Stands for the answer among the chart's records: with the value, the code and the date that were given. */
  readonly record: ChartRecord;
  /** To a yes-or-no record: which. */
  readonly says: boolean | undefined;
  /** The document of the chart that it refers to; undefined where what says so is attached, or nothing is asked to. */
  readonly document: ChartRecord | undefined;
  readonly evidence: Evidence;
}

/** What is wrong with a response, at an item where it is one. No patient data. */
export interface AnswerProblem {
  readonly linkId: string | undefined;
  readonly reason: string;
}

export interface ReadResponse {
  readonly answers: readonly FormAnswer[];
  readonly problems: readonly AnswerProblem[];
}

/** Answers by the key of what they speak to, and what is wrong with the responses of this chart. */
export function formAnswers(
  chart: Chart,
  scope: ResponseScope,
  terminology: Terminology,
): {
  readonly byKey: ReadonlyMap<string, readonly FormAnswer[]>;
  readonly problems: readonly { readonly response: string; readonly problem: AnswerProblem }[];
} {
  const find = documentFinder(chart);
  const answers: FormAnswer[] = [];
  const problems: { response: string; problem: AnswerProblem }[] = [];
  for (const record of chart.of('QuestionnaireResponse')) {
    if (!concerns(record.resource, scope.forms)) continue;
    const problem = responseProblem(record, scope);
    const read =
      problem === undefined
        ? readResponse(record, scope, terminology, find)
        : { answers: [], problems: [{ linkId: undefined, reason: problem }] };
    answers.push(...read.answers);
    problems.push(...read.problems.map((item) => ({ response: record.reference, problem: item })));
  }
  return { byKey: Map.groupBy(answers, ({ item }) => answerKey(item)), problems };
}

/** True for a response to one of the forms, or with an item of the policy; one that is in error is nothing at all. */
function concerns(resource: JsonObject, forms: readonly Form[]): boolean {
  if (resource['status'] === 'entered-in-error') return false;
  const prefix = prefixOf(forms);
  return (
    namedForm(resource, forms) !== undefined ||
    (prefix !== undefined &&
      itemsOf(resource).some(({ linkId }) => text(linkId)?.startsWith(prefix) === true))
  );
}
const prefixOf = ([form]: readonly Form[]): string | undefined =>
  form === undefined ? undefined : `${form.policy.id}/`;

/** Of a linkId that nobody knows so much is repeated. */
const MAX_SHOWN = 200;

/** Groups of a form that belong to no criterion. */
export const SECTIONS = ['administrative', 'clinical'] as const;
const PARTS: readonly Part[] = ['value', 'date', 'document', 'attachment'];

/** Ids of the parts that answers to a form's items may have. */
const partsOf = derived(
  ({ items }: Form) => new Set([...items.keys()].flatMap((id) => PARTS.map((part) => partId(id, part)))),
);

/**
 * Reads the answers of a response that counts, item by item; each is read against the form that asks it. Statements are
 * read elsewhere (`attestations.ts`); here only that they are yes or no.
 */
export function readResponse(
  { resource, reference }: Pick<ChartRecord, 'resource' | 'reference'>,
  scope: ResponseScope,
  terminology: Terminology,
  find: FindDocument,
): ReadResponse {
  const named = namedForm(resource, scope.forms)?.form;
  const forms = named === undefined ? scope.forms : [named];
  const prefix = prefixOf(forms) ?? '';
  const answers: FormAnswer[] = [];
  const problems: AnswerProblem[] = [];
  const seen = new Set<string>();
  for (const given of itemsOf(resource)) {
    const linkId = text(given['linkId']);
    if (linkId === undefined) {
      if (named !== undefined) problems.push({ linkId: undefined, reason: 'an item has no linkId' });
      continue;
    }
    const item = forms.flatMap(({ items }) => items.get(linkId) ?? [])[0];
    if (item === undefined) {
      const isPart = forms.some((form) => partsOf(form).has(linkId));
      const isUnknown = !isPart && !SECTIONS.some((section) => section === linkId);
      if (isUnknown && (named !== undefined || linkId.startsWith(prefix)))
        problems.push({
          linkId: linkId.slice(0, MAX_SHOWN),
          reason: 'the questionnaire has no item with this linkId',
        });
      continue;
    }
    if (seen.has(linkId) && item.asks !== 'results')
      problems.push({ linkId, reason: 'it is answered in two places' });
    seen.add(linkId);
    const context = { item, reference, resource, asOf: scope.asOf, terminology, find };
    for (const read of readItem(given, context)) {
      if ('reason' in read) problems.push(read);
      else answers.push(read);
    }
  }
  return { answers, problems };
}

interface ItemContext {
  readonly item: FormItem;
  readonly reference: string;
  readonly resource: JsonObject;
  readonly asOf: DateInterval;
  readonly terminology: Terminology;
  readonly find: FindDocument;
}

function readItem(given: JsonObject, context: ItemContext): readonly (FormAnswer | AnswerProblem)[] {
  const { item } = context;
  const answers = objects(given['answer']);
  const problem = (reason: string): AnswerProblem => ({ linkId: item.linkId, reason });
  switch (item.asks) {
    case 'group':
      return answers.length === 0 ? [] : [problem('it is a group, and takes no answer')];
    case 'results': {
      const value = partAnswer([given], item, 'value');
      return answers.length > 0
        ? [problem('it is a group of a value and its date, and takes no answer itself')]
        : value === undefined
          ? []
          : [resultOf(value, [given], context)];
    }
    case 'statement':
    case 'result':
    case 'birth-date':
    case 'record':
    case 'setting': {
      const [answer, ...others] = answers;
      if (answer === undefined) return [];
      if (others.length > 0) return [problem('it takes one answer')];
      return read(answer, [answer, given], context);
    }
  }
}

/** The answer of a part of an item: below its answer, or beside it in the same group. */
function partAnswer(places: readonly JsonObject[], { linkId }: FormItem, part: Part): JsonObject | undefined {
  return places
    .flatMap((place) => objects(place['item']))
    .filter((nested) => nested['linkId'] === partId(linkId, part))
    .flatMap((nested) => objects(nested['answer']))[0];
}

function read(
  answer: JsonObject,
  places: readonly JsonObject[],
  context: ItemContext,
): readonly (FormAnswer | AnswerProblem)[] {
  const { item, asOf, terminology } = context;
  const problem = (reason: string): AnswerProblem => ({ linkId: item.linkId, reason });
  switch (item.asks) {
    case 'statement':
      return typeof answer['valueBoolean'] === 'boolean' ? [] : [problem('it is answered with valueBoolean')];
    case 'result':
      return [resultOf(answer, places, context)];
    case 'birth-date': {
      const date = answer['valueDate'] === undefined ? null : parseDate(answer['valueDate']);
      if (date === null) return [problem('it is answered with valueDate, a date')];
      return date.low > asOf.high
        ? [problem('its date lies in the future')]
        : [answerOf(context, { value: date.text, date: null, resource: { valueDate: date.text } })];
    }
    case 'setting': {
      const code = text(property(answer['valueCoding'], 'code'));
      const setting = Object.entries(SETTING_CODES).find(([, known]) => known === code)?.[0];
      return setting === undefined
        ? [problem(`it is answered with valueCoding, ${Object.values(SETTING_CODES).join(' or ')}`)]
        : [answerOf(context, { value: setting, date: null, resource: { setting } })];
    }
    case 'record': {
      const date = dateOf(places, context);
      if (date !== null && 'reason' in date) return [date];
      const named = item.takesDocument ? documentOf(places, context) : UNNAMED;
      // Where a clinician may judge what a document would show, the bare answer is that judgement.
      if (named === undefined && item.criterion?.whenJudged === true) return [];
      if (named === undefined)
        return [
          problem('what says so is missing, or not final in the chart: attach the document or refer to it'),
        ];
      const document = named.is === 'document' ? named.document : undefined;
      if (item.valueSets.length === 0) {
        const says = answer['valueBoolean'];
        return typeof says === 'boolean'
          ? named.is === 'record'
            ? []
            : [answerOf(context, { value: String(says), date, resource: {}, says, document })]
          : [problem('it is answered with valueBoolean')];
      }
      const coding = objects(answer['valueCoding'])[0];
      const known = coding === undefined ? null : terminology.coding(coding);
      if (known?.key === undefined || !terminology.includes(item.valueSets, known.key))
        return [problem('it is answered with valueCoding, a code of its value set')];
      if (named.is === 'record') return [];
      return [answerOf(context, { value: known.code, date, resource: {}, coding: known, document })];
    }
    case 'group':
    case 'results':
      return [];
  }
}

/** FHIR's own codes for the place of an encounter (v3 ActCode). */
export const SETTING_CODES = { inpatient: 'IMP', outpatient: 'AMB' } as const;

function resultOf(
  answer: JsonObject,
  places: readonly JsonObject[],
  context: ItemContext,
): FormAnswer | AnswerProblem {
  const { item } = context;
  const problem = (reason: string): AnswerProblem => ({ linkId: item.linkId, reason });
  const quantity = objects(answer['valueQuantity'])[0];
  if (quantity === undefined) return problem('it is answered with valueQuantity');
  const tried = item.units.map((unit) => quantityInterval(quantity, unit));
  const unusable = tried[0];
  if (unusable !== undefined && 'unusable' in unusable && tried.every((interval) => 'unusable' in interval))
    return problem(unusable.unusable);
  const date = dateOf(places, context);
  if (date === null) return problem('the day of the measurement is missing');
  if ('reason' in date) return date;
  const printed = `${text(quantity['comparator']) ?? ''}${String(quantity['value'])} ${text(quantity['unit']) ?? text(quantity['code']) ?? ''}`;
  return answerOf(context, { value: printed.trim(), date, resource: { valueQuantity: quantity } });
}

/** The date given with an answer; null where none is. */
function dateOf(
  places: readonly JsonObject[],
  { item, asOf }: ItemContext,
): DateInterval | null | AnswerProblem {
  const answer = partAnswer(places, item, 'date');
  if (answer === undefined) return null;
  const linkId = partId(item.linkId, 'date');
  const date = parseDate(answer['valueDate']);
  if (date === null) return { linkId, reason: 'it is answered with valueDate, a date' };
  return date.low > asOf.high ? { linkId, reason: 'its date lies in the future' } : date;
}

const UNNAMED: Named = { is: 'document', document: undefined };

/** What says so: attached, contained, or in the chart; taken at its word where no chart is at hand. */
function documentOf(places: readonly JsonObject[], { item, resource, find }: ItemContext): Named {
  const attachment = objects(partAnswer(places, item, 'attachment')?.['valueAttachment'])[0];
  if (text(attachment?.['data']) !== undefined || text(attachment?.['url']) !== undefined) return UNNAMED;
  const reference = objects(partAnswer(places, item, 'document')?.['valueReference'])[0];
  const printed = text(reference?.['reference']);
  if (printed === undefined) return undefined;
  const isContained =
    printed.startsWith('#') && objects(resource['contained']).some(({ id }) => id === printed.slice(1));
  return isContained || find === undefined ? UNNAMED : find(reference);
}

function answerOf(
  { item, reference, resource }: ItemContext,
  given: {
    readonly value: string;
    readonly date: DateInterval | null;
    readonly resource: JsonObject;
    readonly says?: boolean;
    readonly document?: ChartRecord | undefined;
    readonly coding?: ReturnType<Terminology['coding']>;
  },
): FormAnswer {
  const path = 'QuestionnaireResponse.item.answer.value';
  const { coding, date } = given;
  const authored = parseDate(resource['authored']);
  const shownDate = date?.text ?? authored?.text;
  return {
    item,
    says: given.says,
    document: given.document,
    record: {
      reference,
      type: 'QuestionnaireResponse',
      resource: given.resource,
      codes: coding === null || coding === undefined ? [] : [{ path, coding }],
      hasSubject: true,
      date,
      stated: date,
      problem: undefined,
    },
    evidence: {
      reference,
      path,
      value: given.value,
      ...(coding?.display === undefined ? {} : { display: coding.display }),
      ...(shownDate === undefined ? {} : { date: shownDate }),
    },
  };
}
