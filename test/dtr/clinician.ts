import type {
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from 'fhir/r4.js';
import { questionnaireIn, type Bundle } from './service.ts';

/** A clinician who completes a draft in favour of the request: states what is asked, and attaches the missing reports. */

const ORIGIN = 'http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/information-origin';
const manual = {
  url: ORIGIN,
  extension: [
    { url: 'source', valueCode: 'manual' },
    {
      url: 'author',
      extension: [{ url: 'practitioner', valueReference: { reference: 'Practitioner/oncologist' } }],
    },
  ],
};

export function completed(
  draft: QuestionnaireResponse,
  bundle: Bundle,
  authored: string,
): QuestionnaireResponse {
  const questions = itemsById(questionnaireIn(bundle));
  return {
    ...draft,
    status: 'completed',
    authored,
    author: { reference: 'Practitioner/oncologist' },
    item: (draft.item ?? []).map((item) => answered(item, questions, bundle)),
  };
}

function answered(
  item: QuestionnaireResponseItem,
  questions: ReadonlyMap<string, QuestionnaireItem>,
  bundle: Bundle,
): QuestionnaireResponseItem {
  const question = questions.get(item.linkId);
  const below = item.item?.map((part) => answered(part, questions, bundle));
  const given = { ...item, ...(below === undefined ? {} : { item: below }) };
  if (question === undefined || question.type === 'group' || item.answer !== undefined) return given;
  const answer = answerTo(question, bundle);
  return answer === undefined ? given : { ...given, answer: [answer] };
}

function answerTo(question: QuestionnaireItem, bundle: Bundle): QuestionnaireResponseItemAnswer | undefined {
  const attachment = (question.item ?? []).find(({ type }) => type === 'attachment');
  const report = {
    item:
      attachment === undefined
        ? []
        : [
            {
              linkId: attachment.linkId,
              answer: [
                { extension: [manual], valueAttachment: { contentType: 'text/plain', data: 'cmVwb3J0' } },
              ],
            },
          ],
  };
  const documents = report.item.length === 0 ? {} : report;
  // A question that is no criterion's opens others: it is denied.
  if (question.type === 'boolean')
    return {
      extension: [manual],
      valueBoolean: !/^[^/]+\/[^/#]+#[^#]+$/.test(question.linkId),
      ...documents,
    };
  const [code] = codesOf(question.answerValueSet, bundle);
  return question.type === 'choice' && code !== undefined
    ? { extension: [manual], valueCoding: code, ...documents }
    : undefined;
}

const codesOf = (canonical: string | undefined, bundle: Bundle) =>
  (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'ValueSet' && `${resource.url ?? ''}|${resource.version ?? ''}` === canonical
      ? (resource.expansion?.contains ?? []).map(({ system = '', code = '', display = '' }) => ({
          system,
          code,
          display,
        }))
      : [],
  );

/** Every item of a questionnaire by its linkId, in order. */
export function itemsById(questionnaire: Questionnaire): ReadonlyMap<string, QuestionnaireItem> {
  const list = (items: readonly QuestionnaireItem[]): readonly QuestionnaireItem[] =>
    items.flatMap((item) => [item, ...list(item.item ?? [])]);
  return new Map(list(questionnaire.item ?? []).map((item) => [item.linkId, item]));
}

const flattened = (items: readonly QuestionnaireResponseItem[]): readonly QuestionnaireResponseItem[] =>
  items.flatMap((item) => [
    item,
    ...flattened(item.item ?? []),
    ...(item.answer ?? []).flatMap((answer) => flattened(answer.item ?? [])),
  ]);

/** Every linkId of a response, answered or not. */
export const linkIdsOf = ({ item = [] }: QuestionnaireResponse): readonly string[] =>
  flattened(item).map(({ linkId }) => linkId);

/** The answers of a response by the linkId of their item. */
export function answersById({
  item = [],
}: QuestionnaireResponse): ReadonlyMap<string, readonly QuestionnaireResponseItemAnswer[]> {
  const found = new Map<string, QuestionnaireResponseItemAnswer[]>();
  for (const { linkId, answer } of flattened(item))
    found.set(linkId, [...(found.get(linkId) ?? []), ...(answer ?? [])]);
  return new Map([...found].filter(([, answers]) => answers.length > 0));
}
