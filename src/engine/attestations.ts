import type { Chart, ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { objects, text } from '../fhir/json.ts';
import { itemsOf, responseProblem, type ResponseScope } from './responses.ts';
import type { Evidence } from './result.ts';

/** A clinician's answer to a criterion, from a completed QuestionnaireResponse. */
export interface Attestation {
  /** `undefined` when the latest answers contradict each other, or cannot be read. */
  readonly answer: boolean | undefined;
  readonly evidence: readonly Evidence[];
}

interface Given {
  readonly linkId: string;
  readonly answer: boolean | undefined;
  readonly authored: DateInterval;
  readonly evidence: Evidence;
}

/** The latest answer for each criterion id (`determination.md`, "Attestations"), from the responses that count. */
export function attestations(chart: Chart, scope: ResponseScope): ReadonlyMap<string, Attestation> {
  const byLinkId = new Map<string, Given[]>();
  for (const record of chart.of('QuestionnaireResponse')) {
    const authored = parseDate(record.resource['authored']);
    if (authored === null || responseProblem(record, scope) !== undefined) continue;
    for (const given of answersOf(record, authored, scope)) {
      const list = byLinkId.get(given.linkId) ?? [];
      list.push(given);
      byLinkId.set(given.linkId, list);
    }
  }
  return new Map([...byLinkId].map(([linkId, given]) => [linkId, latest(given)]));
}

function answersOf(
  { resource, reference }: ChartRecord,
  authored: DateInterval,
  { forms }: ResponseScope,
): readonly Given[] {
  return itemsOf(resource).flatMap((item): readonly Given[] => {
    const answers = objects(item['answer']);
    const linkId = text(item['linkId']);
    if (linkId === undefined || answers.length === 0) return [];
    const value = answers[0]?.['valueBoolean'];
    const answer = answers.length === 1 && typeof value === 'boolean' ? value : undefined;
    const asked = forms.flatMap(({ items }) => items.get(linkId) ?? [])[0];
    // What a form asks for otherwise than as a statement is read as that (`form-answers.ts`).
    const isOther = asked !== undefined && asked.asks !== 'statement';
    const hasParts = objects(answers[0]?.['item']).length > 0;
    if (isOther && (answer === undefined || hasParts)) return [];
    return [
      {
        linkId,
        answer,
        authored,
        evidence: {
          reference,
          path: 'QuestionnaireResponse.item.answer.value',
          value: answer === undefined ? '' : String(answer),
          date: authored.text,
          ...(answer === undefined
            ? { note: 'not usable: one answer with valueBoolean is expected', decides: false }
            : {}),
        },
      },
    ];
  });
}

/** The answers that no other is surely later than; where those differ, nothing is settled. */
function latest(given: readonly Given[]): Attestation {
  const usable = given.filter(({ answer }) => answer !== undefined);
  if (usable.length === 0) return { answer: undefined, evidence: given.map(({ evidence }) => evidence) };
  const last = usable.filter((item) => !usable.some((other) => isSurelyLater(other, item)));
  const answers = new Set(last.map(({ answer }) => answer));
  return {
    answer: answers.size === 1 ? last[0]?.answer : undefined,
    evidence: last.map(({ evidence }) => evidence),
  };
}

const INSTANT = /T.*(?:Z|[+-]\d{2}:\d{2})$/;

/** By the day, at the precision that both have; within a day only where both print the time and its zone. */
function isSurelyLater({ authored: later }: Given, { authored: earlier }: Given): boolean {
  if (INSTANT.test(later.text) && INSTANT.test(earlier.text))
    return Date.parse(later.text) > Date.parse(earlier.text);
  return later.low > earlier.high;
}
