import type { CriterionResult } from '../engine/criteria.ts';
import type { Determination, GovernedOrder } from '../engine/determination.ts';
import {
  decisionWords,
  DISCLAIMER,
  evidenceWords,
  isDecisive,
  leaves,
  openItems,
  REQUIREMENT_WORDS,
  searchedWords,
  statusWords,
  UNDETERMINED,
  ungovernedWords,
} from '../engine/explanation.ts';
import { flatten, type Test } from '../policy/policy.ts';
import type { Ungoverned } from './evaluate.ts';

/** CDS Hooks 2.0.1, "Card". */
export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly indicator: 'info' | 'warning';
  readonly detail: string;
  readonly source: { readonly label: string; readonly url?: string };
  readonly links?: readonly { readonly label: string; readonly url: string; readonly type: 'absolute' }[];
}

/** A card holds fewer than 140 characters of summary. */
const SUMMARY_LIMIT = 139;
/** Evidence of one criterion that a card shows; the determination has all of it. */
const EVIDENCE_SHOWN = 2;
const TEXT_LIMIT = 240;

/** One card for a determination. @param uuid for feedback */
export function determinationCard(determination: Determination, governed: GovernedOrder, uuid: string): Card {
  const { policy, payer, order } = governed;
  const links = policy.links.map((link) => ({ ...link, type: 'absolute' as const }));
  return {
    uuid,
    summary: shortened(summaryOf(determination, order.product?.brand)),
    indicator: INDICATORS[determination.decision],
    detail: detailOf(determination, governed),
    source: { label: payer.name },
    ...(links.length === 0 ? {} : { links }),
  };
}

/** Authorization is at most a warning; `critical` is for danger to the patient (CRD, CRD-K-03). */
const INDICATORS: Readonly<Record<Determination['decision'], Card['indicator']>> = {
  'criteria-met': 'info',
  'documentation-needed': 'warning',
  'criteria-not-met': 'warning',
  'no-covered-indication': 'warning',
};

function summaryOf(
  { decision, criteria, priorAuthorization, alternatives }: Determination,
  brand: string | undefined,
): string {
  const requirement = REQUIREMENT_WORDS[priorAuthorization];
  if (brand === undefined) return `${requirement}: the CAR-T order does not name its product`;
  switch (decision) {
    case 'criteria-met':
      return `${requirement}: all criteria met for ${brand}`;
    case 'criteria-not-met': {
      const count = criteria.filter(({ status }) => status === 'not-met').length;
      return `${requirement}: ${count} ${count === 1 ? 'criterion' : 'criteria'} not met for ${brand}`;
    }
    case 'no-covered-indication':
      return `${requirement}: no covered indication for ${brand} in the chart`;
    case 'documentation-needed': {
      const listed = shownCriteria(criteria, alternatives);
      const unread = leaves(listed).some(({ needs }) => needs === 'data-access');
      const count = openItems(listed).length;
      const items = count === 0 ? [] : [`${count} ${count === 1 ? 'item' : 'items'} missing for ${brand}`];
      return `${requirement}: ${[...items, ...(unread ? ['part of the chart could not be read'] : [])].join('; ')}`;
    }
  }
}

/** Where no diagnosis chose an indication, the criteria of the one that comes nearest. */
const shownCriteria = (
  criteria: Determination['criteria'],
  alternatives: Determination['alternatives'],
): Determination['criteria'] =>
  criteria.some(({ criteria: parts, searched }) => parts.length > 0 || searched.length > 0)
    ? criteria
    : [...criteria, ...(alternatives?.[0]?.criteria ?? [])];

/**
 * Markdown that also reads as plain text with its line breaks collapsed, and as HTML: short sentences, no tables, every
 * word that comes from the chart escaped.
 */
function detailOf(determination: Determination, { policy, payer, order }: GovernedOrder): string {
  const { anomalies } = determination;
  const shown = shownCriteria(determination.criteria, determination.alternatives);
  const setting = determination.setting === 'unknown' ? 'setting not stated' : determination.setting;
  const kinds = new Map(
    policy.indications.flatMap(({ criteria }) => flatten(criteria)).map(({ id, test }) => [id, test.kind]),
  );
  const group = (title: string, status: CriterionResult['status']): readonly string[] => {
    const listed = shown.filter((criterion) => criterion.status === status);
    return listed.length === 0
      ? []
      : [`**${title}:**`, listed.flatMap((criterion) => bullets(criterion, kinds)).join('\n')];
  };
  const named = new Set(shown.flatMap((criterion) => relevant(criterion, kinds)).map(({ id }) => id));
  const notes = anomalies.filter(
    ({ criteria }) => criteria.length === 0 || criteria.some((id) => named.has(id)),
  );
  const { submit } = policy;
  return [
    `**${REQUIREMENT_WORDS[determination.priorAuthorization]}** by ${escaped(payer.name)} for ${escaped(order.product?.brand ?? 'a CAR-T product that the order does not name')} (${setting}). ${decisionWords(determination.decision, policy.otherwise)}`,
    ...(determination.indication === null && shown.length > 0 && order.product !== null
      ? ['No diagnosis in the chart chooses an indication; the criteria of the nearest one are shown.']
      : []),
    ...group('Not met', 'not-met'),
    ...group('Still needed', 'unknown'),
    ...group('Met', 'met'),
    ...group('Does not apply', 'not-applicable'),
    `**How to submit:** ${escaped(submit.text)}${submit.fax === undefined ? '' : `, number ${escaped(submit.fax)}`}.`,
    ...(notes.length === 0
      ? []
      : ['**Please note:**', notes.map(({ id, text }) => `- ${escaped(text)} (${escaped(id)})`).join('\n')]),
    `Order ${escaped(determination.order)}${order.planned === null ? '' : `, planned for ${escaped(order.planned.date.text)}`}, under ${escaped(determination.coverage)}.`,
    `Policy: ${escaped(policy.title)}, effective ${policy.effective}. Evaluated for ${determination.asOf}. ${DISCLAIMER}`,
  ].join('\n\n');
}

type Kinds = ReadonlyMap<string | undefined, Test['kind']>;

/** A criterion and the parts worth showing: of alternatives, those that hold, or those that the chart supports. */
function relevant(criterion: CriterionResult, kinds: Kinds): readonly CriterionResult[] {
  return [criterion, ...partsShown(criterion, kinds).flatMap((part) => relevant(part, kinds))];
}

function partsShown({ id, status, criteria }: CriterionResult, kinds: Kinds): readonly CriterionResult[] {
  if (kinds.get(id) !== 'any' || status === 'not-met') return criteria;
  const holds = (part: CriterionResult): boolean =>
    part.criteria.length === 0 ? part.status === 'met' : part.criteria.some(holds);
  const chosen = criteria.filter((part) => (status === 'met' ? part.status === 'met' : holds(part)));
  return chosen.length > 0 ? chosen : criteria;
}

function bullets(criterion: CriterionResult, kinds: Kinds, isPart = false): readonly string[] {
  const { status, title, locator, evidence, missing, searched } = criterion;
  const isLeaf = criterion.criteria.length === 0;
  // Where the answer is settled, what settled it; where it is open, also what was found and does not decide.
  const decisive = evidence.filter(isDecisive);
  const shown = status === 'unknown' || decisive.length === 0 ? evidence : decisive;
  const found = shown.slice(0, EVIDENCE_SHOWN).map((item) => escaped(evidenceWords(item)));
  const more = shown.length - found.length;
  const isOpenLeaf = isLeaf && status === 'unknown';
  const sentences = [
    `**${escaped(title)}** (${escaped(locator)}): ${statusWords(criterion)}.`,
    ...(isOpenLeaf && missing.length > 0
      ? [`Needed: ${missing.map(({ what }) => escaped(what)).join('; ')}.`]
      : []),
    ...(isLeaf && found.length > 0
      ? [`Found: ${found.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`]
      : []),
    ...(isOpenLeaf && searched.length > 0 ? [`Looked through: ${escaped(searchedWords(searched))}.`] : []),
  ];
  return [
    `${isPart ? '  ' : ''}- ${sentences.join(' ')}`,
    // Parts of parts are shown by their ends: two levels are what a reader takes in.
    ...(isPart ? [] : endsShown(criterion, kinds).flatMap((part) => bullets(part, kinds, true))),
  ];
}

const endsShown = (criterion: CriterionResult, kinds: Kinds): readonly CriterionResult[] =>
  partsShown(criterion, kinds).flatMap((part) =>
    part.criteria.length === 0 ? [part] : endsShown(part, kinds),
  );

/** A card for a CAR-T order that no policy governs: silence would read as "nothing needed". */
export function ungovernedCard({ product, reason, coverage, effective }: Ungoverned, uuid: string): Card {
  const what = product?.brand ?? 'this CAR-T order';
  const payer = plain(coverage?.payer?.name ?? coverage?.payerName ?? '', 60);
  // A summary is plain text; no client needs angle brackets in it.
  const { clause } = ungovernedWords(reason, payer.replaceAll(/[<>]/g, ''), effective);
  const { sentence } = ungovernedWords(reason, escaped(payer), effective);
  return {
    uuid,
    summary: shortened(`${what}: ${clause}`),
    indicator: 'info',
    detail: `${sentence} ${UNDETERMINED}`,
    source: { label: 'Cartograph' },
  };
}

/** A card for orders that may be CAR-T or not: their drug stands in a Medication that could not be read. */
export function unreadOrdersCard(count: number, uuid: string): Card {
  const orders = count === 1 ? 'one order' : `${count} orders`;
  return {
    uuid,
    summary: `The drug of ${orders} could not be read: coverage criteria were not checked`,
    indicator: 'info',
    detail: `The drug of ${orders} stands in a Medication that could not be read, so nobody can say here whether it is CAR-T. If it is, ask the payer whether prior authorization is required.`,
    source: { label: 'Cartograph' },
  };
}

/** Text from a chart or a file, harmless in Markdown and in HTML: one line, no markup, no links of its own. */
export function escaped(value: string): string {
  return plain(value, TEXT_LIMIT)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll(/([a-z]):\/\//gi, '$1: //')
    .replaceAll(/\bwww\./gi, 'www. ');
}

/** One line without control characters, those that turn the direction of writing included. */
const plain = (value: string, limit: number): string =>
  shortened(value.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+|\s+/gu, ' ').trim(), limit);

function shortened(value: string, limit = SUMMARY_LIMIT): string {
  if (value.length <= limit) return value;
  const cut = value.slice(0, limit - 1);
  // A surrogate pair is not cut in half.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
