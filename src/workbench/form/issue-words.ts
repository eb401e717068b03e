import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js';

/** A problem with an item as the service says it: the item by its linkId, then the reason. */
const ABOUT_ITEM = /^item "([^"]+)": (.*)$/s;

/** The service's sentences with the questions in the words of the form in place of their linkIds. */
export function inWordsOfForm(issues: readonly string[], { item = [] }: Questionnaire): readonly string[] {
  const questions = new Map(wordsOf(item, undefined));
  return issues.map((issue) => {
    const [, linkId = '', reason = ''] = ABOUT_ITEM.exec(issue) ?? [];
    const words = questions.get(linkId);
    return words === undefined ? issue : `${words}: ${reason}`;
  });
}

/** Each question by its linkId; a part of an answer with the question that it stands under. */
const wordsOf = (
  items: readonly QuestionnaireItem[],
  question: string | undefined,
): readonly (readonly [string, string])[] =>
  items.flatMap(({ linkId, text = '', type, item: below = [] }) => {
    const words = question === undefined ? text : `${question}: ${text}`;
    return [[linkId, words] as const, ...wordsOf(below, type === 'group' ? question : words)];
  });
