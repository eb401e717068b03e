import type {
  Coding,
  Extension,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from 'fhir/r4.js';
import { isNamed, type FormPackage } from './questionnaire-package.ts';

/**
 * The form as its renderer takes it, and its answers as the service takes them. LForms fills in nothing here: the draft
 * does. It knows no answers that are references, so that records of the chart are chosen as if they were codes.
 */

/** A record that an answer may name as its source. */
export interface NamedRecord {
  /** `Type/id`. */
  readonly reference: string;
  readonly display: string;
}

const RECORD = 'urn:cartograph:record';
const EXPRESSIONS = /\/(variable|sdc-questionnaire-(launchContext|initialExpression|itemPopulationContext))$/;
const INFORMATION_ORIGIN = 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/information-origin';

/** @param records of the chart, to be chosen where a question asks which of them says so */
export function rendered(
  { questionnaire, draft, valueSets }: FormPackage,
  records: readonly NamedRecord[],
): { readonly questionnaire: Questionnaire; readonly draft: QuestionnaireResponse } {
  const named = answersOf(draft.item ?? []).flatMap(({ answer }) => answer.valueReference?.reference ?? []);
  const options = [
    ...records,
    ...named
      .filter((reference) => !records.some((record) => record.reference === reference))
      .map((reference) => ({ reference, display: reference })),
  ].map(({ reference, display }) => ({ valueCoding: { system: RECORD, code: reference, display } }));

  const asked = (item: QuestionnaireItem): QuestionnaireItem => {
    const set = valueSets.findIndex((one) => isNamed(one, item.answerValueSet ?? ''));
    return {
      ...item,
      ...(item.extension === undefined ? {} : { extension: withoutExpressions(item.extension) }),
      ...(set < 0 ? {} : { answerValueSet: `#${localId(set)}` }),
      ...(item.type === 'reference' ? { type: 'choice', answerOption: options } : {}),
      ...(item.item === undefined ? {} : { item: offered(item.item).map(asked) }),
    };
  };
  // Where the chart holds no record there is none to choose.
  const offered = (items: readonly QuestionnaireItem[]): QuestionnaireItem[] =>
    items.filter(({ type }) => type !== 'reference' || options.length > 0);

  const coded = (answer: QuestionnaireResponseItemAnswer): QuestionnaireResponseItemAnswer => {
    const { valueReference, ...rest } = answer;
    const option = options.find(({ valueCoding }) => valueCoding.code === valueReference?.reference);
    return option === undefined ? answer : { ...rest, ...option };
  };
  return {
    questionnaire: {
      ...questionnaire,
      extension: withoutExpressions(questionnaire.extension ?? []),
      contained: valueSets.map((set, index) => ({ ...set, id: localId(index) })),
      item: (questionnaire.item ?? []).map(asked),
    },
    draft: { ...draft, item: mapAnswers(draft.item ?? [], (_linkId, answer) => coded(answer)) },
  };
}

/** By whom and when a form was completed. */
export interface Completion {
  /** `Practitioner/id`. */
  readonly author: string;
  /** FHIR date. */
  readonly authored: string;
}

/**
 * The completed response: the draft with what stands in the form now. An answer that is as the draft had it keeps its
 * origin; any other is the author's.
 */
export function completed(
  draft: QuestionnaireResponse,
  inForm: QuestionnaireResponse,
  { author, authored }: Completion,
): QuestionnaireResponse {
  const drafted = answersOf(draft.item ?? []);
  const manual: Extension = {
    url: INFORMATION_ORIGIN,
    extension: [
      { url: 'source', valueCode: 'manual' },
      { url: 'author', extension: [{ url: 'practitioner', valueReference: { reference: author } }] },
    ],
  };
  const original = (
    linkId: string,
    given: QuestionnaireResponseItemAnswer,
  ): QuestionnaireResponseItemAnswer => {
    const answer = referred(given);
    const known = drafted.find(
      (one) => one.linkId === linkId && valueKey(one.answer) === valueKey(answer),
    )?.answer;
    const origin = known === undefined ? { ...answer, extension: [manual] } : known;
    // What stands below an answer is in the form, as it is now.
    const value = Object.fromEntries(Object.entries(origin).filter(([key]) => key !== 'item'));
    return answer.item === undefined ? value : { ...value, item: answer.item };
  };
  return {
    ...draft,
    status: 'completed',
    authored,
    author: { reference: author },
    item: mapAnswers(inForm.item ?? [], original),
  };
}

const localId = (index: number): string => `value-set-${index}`;

const withoutExpressions = (extensions: readonly Extension[]): Extension[] =>
  extensions.filter(({ url }) => !EXPRESSIONS.test(url));

const referred = (answer: QuestionnaireResponseItemAnswer): QuestionnaireResponseItemAnswer => {
  const { valueCoding, ...rest } = answer;
  return valueCoding?.system === RECORD
    ? { ...rest, valueReference: { reference: valueCoding.code ?? '' } }
    : answer;
};

/** What an answer says, whatever words and units' names stand beside it. */
function valueKey({
  valueBoolean,
  valueDate,
  valueCoding,
  valueQuantity,
  valueReference,
  valueAttachment,
}: QuestionnaireResponseItemAnswer): string {
  const code = ({ system, code }: Coding): string => `${system ?? ''}|${code ?? ''}`;
  return JSON.stringify([
    valueBoolean,
    valueDate,
    valueCoding && code(valueCoding),
    valueQuantity && [valueQuantity.value, valueQuantity.code ?? valueQuantity.unit],
    valueReference?.reference,
    valueAttachment,
  ]);
}

/** Answers replaced one by one, those below them first. */
const mapAnswers = (
  items: readonly QuestionnaireResponseItem[],
  map: (linkId: string, answer: QuestionnaireResponseItemAnswer) => QuestionnaireResponseItemAnswer,
): QuestionnaireResponseItem[] =>
  items.map((item) => ({
    ...item,
    ...(item.item === undefined ? {} : { item: mapAnswers(item.item, map) }),
    ...(item.answer === undefined
      ? {}
      : {
          answer: item.answer.map((answer) =>
            map(
              item.linkId,
              answer.item === undefined ? answer : { ...answer, item: mapAnswers(answer.item, map) },
            ),
          ),
        }),
  }));

/** Every answer with the linkId of its item. */
const answersOf = (
  items: readonly QuestionnaireResponseItem[],
): readonly { readonly linkId: string; readonly answer: QuestionnaireResponseItemAnswer }[] =>
  items.flatMap(({ linkId, answer = [], item = [] }) => [
    ...answer.flatMap((one) => [{ linkId, answer: one }, ...answersOf(one.item ?? [])]),
    ...answersOf(item),
  ]);
