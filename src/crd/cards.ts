import type { CriterionResult } from '../engine/criteria.ts';
import { asksForProduct, type Determination } from '../engine/determination.ts';
import {
  authorizationWords,
  decisionWords,
  DISCLAIMER,
  evidenceWords,
  isDecisive,
  leaves,
  openItems,
  REQUIREMENT_WORDS,
  searchedWords,
  STATUS_WORDS,
  statusWords,
  UNDETERMINED,
  ungovernedWords,
  unreadWords,
} from '../engine/explanation.ts';
import { isAuthorized } from '../engine/granted.ts';
import { submissionSentences } from '../engine/submission.ts';
import { derived } from '../fhir/derived.ts';
import type { Library } from '../policy/library.ts';
import { criteriaById, type Policy, type Test } from '../policy/policy.ts';
import type { Card } from './card.ts';
import { escaped, plain, shortened } from './card-text.ts';
import { checklistBullets } from './checklist.ts';
import type { Determined, Ungoverned } from './evaluation.ts';
import { anomaliesOf, linksOf, policyWords, requirementOf, shownCriteria, type Page } from './same-page.ts';

/** Evidence of one criterion that a card shows; the determination has all of it. */
const EVIDENCE_SHOWN = 2;

/** What a determination card may say. */
export interface DeterminationCardOptions {
  /** False on hooks that may not ask for documents (CRD-H-03): what is open is listed, not asked for. */
  readonly asksForDocuments: boolean;
  /** False where external references are switched off. */
  readonly hasLinks: boolean;
}

/** One card for the determinations of one page: all say the same, each of its order. @param uuid for feedback */
export function determinationCard(
  page: Page,
  library: Library,
  uuid: string,
  { asksForDocuments, hasLinks }: DeterminationCardOptions = { asksForDocuments: true, hasLinks: true },
): Card {
  const [{ determination, governed }] = page;
  const { payer } = governed;
  // Nothing is to be supplied for what the payer has authorized.
  const asks = asksForDocuments && !isAuthorized(determination);
  const links = hasLinks ? linksOf(page) : [];
  const shown = shownCriteria(page, library);
  return {
    uuid,
    summary: shortened(summaryOf(page, shown, asks)),
    indicator: isAuthorized(determination) ? 'info' : INDICATORS[determination.decision],
    detail: detailOf(page, shown, asks),
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

const brandOf = (page: readonly Determined[]): string | undefined =>
  page.flatMap(({ governed }) => governed.order.product?.brand ?? [])[0];

function summaryOf(page: Page, shown: readonly CriterionResult[], asksForDocuments: boolean): string {
  const [{ determination }] = page;
  const { decision, criteria } = determination;
  const brand = brandOf(page) ?? 'CAR-T therapy';
  const requirement = REQUIREMENT_WORDS[requirementOf(page)];
  if (asksForProduct(determination)) return `${requirement}: the CAR-T order does not name its product`;
  if (isAuthorized(determination))
    return `Prior authorization on file for ${brand}: ${determination.authorization?.number ?? ''}`;
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
      const unread = leaves(shown).some(({ needs }) => needs === 'data-access');
      const count = openItems(shown).length;
      if (!asksForDocuments) return `${requirement} for ${brand}: not all criteria are decided yet`;
      const items = count === 0 ? [] : [`${count} ${count === 1 ? 'item' : 'items'} missing for ${brand}`];
      return `${requirement}: ${[...items, ...(unread ? ['part of the chart could not be read'] : [])].join('; ')}`;
    }
  }
}

/**
 * Markdown that also reads as plain text with its line breaks collapsed, and as HTML: short sentences, no tables, every
 * word that comes from the chart escaped.
 */
function detailOf(page: Page, shown: readonly CriterionResult[], asksForDocuments: boolean): string {
  const [{ determination, governed }] = page;
  const { policy, payer } = governed;
  const setting = determination.setting === 'unknown' ? 'setting not stated' : determination.setting;
  const kinds = kindsOf(policy);
  const group = (title: string, status: CriterionResult['status']): readonly string[] => {
    const listed = shown.filter((criterion) => criterion.status === status);
    return listed.length === 0
      ? []
      : [
          `**${title}:**`,
          listed.flatMap((criterion) => bullets(criterion, kinds, asksForDocuments)).join('\n'),
        ];
  };
  const unread = unreadWords(shown);
  const named = new Set(shown.flatMap((criterion) => relevant(criterion, kinds)).map(({ id }) => id));
  const notes = anomaliesOf(page).filter(
    ({ criteria }) => criteria.length === 0 || criteria.some((id) => named.has(id)),
  );
  return [
    `**${REQUIREMENT_WORDS[requirementOf(page)]}** by ${escaped(payer.name)} for ${escaped(brandOf(page) ?? 'a CAR-T product that the order does not name')} (${setting}). ${decisionWords(determination.decision, policy.otherwise)}`,
    ...(isAuthorized(determination)
      ? [`**${escaped(authorizationWords(determination.authorization))}**`]
      : []),
    ...(determination.indication === null && shown.length > 0 && !asksForProduct(determination)
      ? ['No diagnosis in the chart chooses an indication; the criteria of the nearest one are shown.']
      : []),
    ...(unread.length === 0
      ? []
      : ['**Could not be read:**', unread.map((words) => `- ${words}`).join('\n')]),
    ...group('Not met', 'not-met'),
    ...group(asksForDocuments ? 'Still needed' : 'Not decided yet', 'unknown'),
    ...group('Met', 'met'),
    ...group('Does not apply', 'not-applicable'),
    ...(asksForDocuments ? [`**How to submit:** ${submissions(page)}`] : []),
    ...(notes.length === 0
      ? []
      : ['**Please note:**', notes.map(({ id, text }) => `- ${escaped(text)} (${escaped(id)})`).join('\n')]),
    `${orderWords(page)}, under ${escaped(determination.coverage)}.`,
    `${policyWords(page, escaped)} Evaluated for ${determination.asOf}. ${DISCLAIMER}`,
  ].join('\n\n');
}

/** The orders that a card is about, each with its day. */
function orderWords(page: readonly Determined[]): string {
  const orders = new Map(page.map(({ determination, governed }) => [determination.order, governed.order]));
  const words = [...orders].map(([reference, { planned }]) =>
    planned === null
      ? escaped(reference)
      : `${escaped(reference)}, planned for ${escaped(planned.date.text)}`,
  );
  return words.length === 1 ? `Order ${words.join('')}` : `Orders ${words.join('; ')}`;
}

const submissions = (page: Page): string =>
  [...new Set(page.map(({ determination }) => submission(determination)))].join(' ');

/** How a request reaches the payer, in sentences. */
export const submission = ({ submit }: Determination): string =>
  submissionSentences(submit)
    .map((sentence) => escaped(sentence))
    .join(' ');

type Kinds = ReadonlyMap<string | undefined, Test['kind'] | 'checklist'>;

const kindsOf: (policy: Policy) => Kinds = derived(
  (policy) =>
    new Map(
      [...criteriaById(policy)].map(([id, { test, isChecklist }]) => [
        id,
        isChecklist ? 'checklist' : test.kind,
      ]),
    ),
);

/** A criterion and the parts worth showing: of alternatives, those that hold, or those that the chart supports. */
function relevant(criterion: CriterionResult, kinds: Kinds): readonly CriterionResult[] {
  return [criterion, ...partsShown(criterion, kinds).flatMap((part) => relevant(part, kinds))];
}

function partsShown({ id, status, criteria }: CriterionResult, kinds: Kinds): readonly CriterionResult[] {
  if (kinds.get(id) !== 'any' || status === 'not-met') return criteria;
  const chosen = criteria.filter((part) => (status === 'met' ? part.status === 'met' : holds(part)));
  return chosen.length > 0 ? chosen : criteria;
}

const holds = (part: CriterionResult): boolean =>
  part.criteria.length === 0 ? part.status === 'met' : part.criteria.some(holds);

/** Alternatives that nothing in the chart speaks for are told by what would do, not one by one. */
const isEnd = (criterion: CriterionResult, kinds: Kinds): boolean =>
  criterion.criteria.length === 0 ||
  (kinds.get(criterion.id) === 'any' && criterion.status === 'unknown' && !holds(criterion));

function bullets(
  criterion: CriterionResult,
  kinds: Kinds,
  asksForDocuments: boolean,
  isPart = false,
): readonly string[] {
  const { status, title, locator, evidence, missing, searched } = criterion;
  if (kinds.get(criterion.id) === 'checklist') return checklistBullets(criterion, asksForDocuments);
  const isLeaf = isPart ? isEnd(criterion, kinds) : criterion.criteria.length === 0;
  // Where the answer is settled, what settled it; where it is open, also what was found and does not decide.
  const decisive = evidence.filter(isDecisive);
  const shown = status === 'unknown' || decisive.length === 0 ? evidence : decisive;
  const found = shown.slice(0, EVIDENCE_SHOWN).map((item) => escaped(evidenceWords(item)));
  const more = shown.length - found.length;
  const isOpenLeaf = isLeaf && status === 'unknown';
  const sentences = [
    `**${escaped(title)}** (${escaped(locator)}): ${asksForDocuments ? statusWords(criterion) : STATUS_WORDS[status]}.`,
    ...(asksForDocuments && isOpenLeaf && missing.length > 0
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
    ...(isPart
      ? []
      : endsShown(criterion, kinds).flatMap((part) => bullets(part, kinds, asksForDocuments, true))),
  ];
}

const endsShown = (criterion: CriterionResult, kinds: Kinds): readonly CriterionResult[] =>
  partsShown(criterion, kinds).flatMap((part) => (isEnd(part, kinds) ? [part] : endsShown(part, kinds)));

/** A card for a CAR-T order that no policy governs: silence would read as "nothing needed". */
export function ungovernedCard(
  { product, reason, coverage, periods, because }: Ungoverned,
  uuid: string,
): Card {
  const what = product?.brand ?? 'this CAR-T order';
  const payer = plain(coverage?.payer?.name ?? coverage?.payerName ?? '', 60);
  // A summary is plain text; no client needs angle brackets in it.
  const { clause } = ungovernedWords(reason, payer.replaceAll(/[<>]/g, ''), periods);
  const { sentence } = ungovernedWords(reason, escaped(payer), periods, because);
  return {
    uuid,
    summary: shortened(`${what}: ${clause}`),
    indicator: 'info',
    detail: `${sentence} ${UNDETERMINED}`,
    source: { label: 'Cartograph' },
  };
}

/** A card for an order that nothing can be said of, and why. */
export function unansweredCard(order: string, why: string, uuid: string): Card {
  return {
    uuid,
    summary: shortened(`${why}: coverage was not determined`),
    indicator: 'info',
    detail: `${escaped(order)}: ${why}. ${UNDETERMINED}`,
    source: { label: 'Cartograph' },
  };
}
