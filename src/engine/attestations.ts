import type { Chart, ChartRecord } from '../fhir/chart.ts';
import { parseDate, type DateInterval } from '../fhir/date.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Evidence } from './result.ts';

/** A clinician's answer to a criterion, from a completed QuestionnaireResponse. */
export interface Attestation {
  /** `undefined` when the latest answers contradict each other, or cannot be read. */
  readonly answer: boolean | undefined;
  readonly evidence: readonly Evidence[];
}

const COUNTED = new Set(['completed', 'amended']);
const AUTHORS = /^(Practitioner|PractitionerRole)\//;
const MAX_ITEMS = 10_000;

interface Given {
  readonly linkId: string;
  readonly answer: boolean | undefined;
  readonly authored: DateInterval | null;
  readonly evidence: Evidence;
}

/**
 * The latest answer for each criterion id (`determination.md`, "Attestations"): completed or amended, about this
 * patient, by a Practitioner or PractitionerRole, not dated after the request.
 */
export function attestations(chart: Chart, asOf: DateInterval): ReadonlyMap<string, Attestation> {
  const byLinkId = new Map<string, Given[]>();
  for (const record of chart.of('QuestionnaireResponse')) {
    if (!counts(record, asOf)) continue;
    for (const given of answersOf(record)) {
      const list = byLinkId.get(given.linkId) ?? [];
      list.push(given);
      byLinkId.set(given.linkId, list);
    }
  }
  return new Map([...byLinkId].map(([linkId, given]) => [linkId, latest(given)]));
}

function counts({ resource, hasSubject }: ChartRecord, asOf: DateInterval): boolean {
  const author = resource['author'];
  const isByClinician =
    AUTHORS.test(relativeReference(property(author, 'reference')) ?? '') ||
    ['Practitioner', 'PractitionerRole'].includes(text(property(author, 'type')) ?? '');
  const authored = parseDate(resource['authored']);
  return (
    hasSubject &&
    COUNTED.has(text(resource['status']) ?? '') &&
    isByClinician &&
    (authored === null || authored.low <= asOf.high)
  );
}

/** Items at every level, walked without recursion: a form may be nested as deep as its sender likes. */
function answersOf({ resource, reference }: ChartRecord): readonly Given[] {
  const given: Given[] = [];
  const open: JsonObject[] = [...objects(resource['item'])];
  for (let seen = 0; seen < MAX_ITEMS; seen += 1) {
    const item = open.pop();
    if (item === undefined) break;
    const answers = objects(item['answer']);
    for (const nested of [item, ...answers]) open.push(...objects(nested['item']));
    const linkId = text(item['linkId']);
    if (linkId === undefined || answers.length === 0) continue;
    const value = answers[0]?.['valueBoolean'];
    const answer = answers.length === 1 && typeof value === 'boolean' ? value : undefined;
    const authored = parseDate(resource['authored']);
    given.push({
      linkId,
      answer,
      authored,
      evidence: {
        reference,
        path: 'QuestionnaireResponse.item.answer.value',
        value: answer === undefined ? '' : String(answer),
        ...(authored === null ? {} : { date: authored.text }),
        ...(answer === undefined ? { note: 'not usable: one answer with valueBoolean is expected' } : {}),
      },
    });
  }
  return given;
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
  if (later === null || earlier === null) return false;
  if (INSTANT.test(later.text) && INSTANT.test(earlier.text))
    return Date.parse(later.text) > Date.parse(earlier.text);
  return later.low > earlier.high;
}
