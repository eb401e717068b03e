import type { CriterionResult } from '../engine/criteria.ts';
import type { Determination } from '../engine/determination.ts';
import type { GovernedOrder } from '../engine/determination.ts';
import {
  decisionWords,
  evidenceWords,
  openItems,
  searchedWords,
  statusWords,
} from '../engine/explanation.ts';
import type { Ungoverned } from './evaluate.ts';

/** CDS Hooks 2.0.1, "Card". */
export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly detail: string;
  readonly source: { readonly label: string; readonly url?: string };
  readonly links?: readonly { readonly label: string; readonly url: string; readonly type: 'absolute' }[];
}

/** A card holds fewer than 140 characters of summary. */
const SUMMARY_LIMIT = 139;
/** Evidence of one criterion that a card shows; the determination has all of it. */
const EVIDENCE_SHOWN = 3;
const TEXT_LIMIT = 160;

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

const INDICATORS: Readonly<Record<Determination['decision'], Card['indicator']>> = {
  'criteria-met': 'info',
  'documentation-needed': 'warning',
  'criteria-not-met': 'critical',
  'no-covered-indication': 'critical',
};

const REQUIREMENT = {
  required: 'Prior authorization required',
  'not-required': 'No prior authorization required',
  unknown: 'Prior authorization may be required',
} as const;

function summaryOf(
  { decision, criteria, priorAuthorization, alternatives }: Determination,
  brand: string | undefined,
): string {
  const requirement = REQUIREMENT[priorAuthorization];
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
      const listed = criteria.length > 0 ? criteria : (alternatives?.[0]?.criteria ?? []);
      const unread = listed.some(({ needs }) => needs === 'data-access');
      const count = openItems(listed).length;
      const items = `${count} ${count === 1 ? 'item' : 'items'} missing for ${brand}`;
      return unread
        ? `${requirement}: ${items}; part of the chart could not be read`
        : `${requirement}: ${items}`;
    }
  }
}

/**
 * Markdown that also reads as plain text with its line breaks collapsed, and as HTML: short sentences, no tables, every
 * word that comes from the chart escaped.
 */
function detailOf(determination: Determination, { policy, payer, order }: GovernedOrder): string {
  const { criteria, alternatives, anomalies } = determination;
  const shown =
    criteria.length > 0 || alternatives === undefined ? criteria : (alternatives[0]?.criteria ?? []);
  const setting = determination.setting === 'unknown' ? 'setting not stated' : determination.setting;
  const group = (title: string, statuses: readonly CriterionResult['status'][]): readonly string[] => {
    const listed = shown.filter(({ status }) => statuses.includes(status));
    return listed.length === 0
      ? []
      : [`**${title}:**`, listed.flatMap((criterion) => bullets(criterion, 0)).join('\n')];
  };
  const { submit } = policy;
  return [
    `**${REQUIREMENT[determination.priorAuthorization]}** by ${escaped(payer.name)} for ${escaped(order.product?.brand ?? 'a CAR-T product that the order does not name')} (${setting}). ${decisionWords(determination.decision, policy.otherwise)}`,
    ...(determination.indication === null && shown.length > 0 && order.product !== null
      ? [
          'No covered diagnosis was found in the chart; the criteria are shown for the indication that the product has.',
        ]
      : []),
    ...group('Not met', ['not-met']),
    ...group('Still needed', ['unknown']),
    ...group('Met', ['met']),
    ...group('Does not apply', ['not-applicable']),
    `**How to submit:** ${escaped(submit.text)}${submit.fax === undefined ? '' : `, fax ${escaped(submit.fax)}`}.`,
    ...(anomalies.length === 0
      ? []
      : [
          '**Please note:**',
          anomalies.map(({ id, text }) => `- ${escaped(text)} (${escaped(id)})`).join('\n'),
        ]),
    `Policy: ${escaped(policy.title)}, effective ${policy.effective}. Evaluated for ${determination.asOf}. Decision support, not a guarantee of coverage.`,
  ].join('\n\n');
}

function bullets(criterion: CriterionResult, depth: number): readonly string[] {
  const { status, title, locator, evidence, missing, searched } = criterion;
  const indent = '  '.repeat(depth);
  const isLeaf = criterion.criteria.length === 0;
  const found = evidence.slice(0, EVIDENCE_SHOWN).map((item) => escaped(evidenceWords(item)));
  const more = evidence.length - found.length;
  const sentences = [
    `**${escaped(title)}** (${escaped(locator)}): ${statusWords(criterion)}.`,
    ...(isLeaf && found.length > 0
      ? [`Found: ${found.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`]
      : []),
    ...(isLeaf && status === 'unknown' && missing.length > 0
      ? [`Needed: ${missing.map(({ what }) => escaped(what)).join('; ')}.`]
      : []),
    ...(isLeaf && status === 'unknown' && searched.length > 0
      ? [`Looked through: ${escaped(searchedWords(searched))}.`]
      : []),
  ];
  return [
    `${indent}- ${sentences.join(' ')}`,
    ...criterion.criteria.flatMap((part) => bullets(part, depth + 1)),
  ];
}

/** A card for a CAR-T order that no policy governs: silence would read as "nothing needed". */
export function ungovernedCard({ product, reason, coverage, effective }: Ungoverned, uuid: string): Card {
  const what = product?.brand ?? 'this CAR-T order';
  const payer =
    coverage === undefined ? '' : shortened(escaped(coverage.payer?.name ?? coverage.payerName), 60);
  const told = {
    'no-coverage': [
      'no active coverage was found for the date of service',
      'No Coverage of the patient is active on the date of service.',
    ],
    'other-patient': [
      'the order is for another patient',
      'The subject of the order is not the patient of this call; it was not evaluated.',
    ],
    'unknown-payer': [
      `no policy of ${payer} is on file`,
      `The payer ${payer} is not one whose policies are on file here.`,
    ],
    'no-policy-for-product': [
      `no policy of ${payer} lists it`,
      `No policy of ${payer} on file lists this product.`,
    ],
    'other-plan-line': [
      `no policy of ${payer} on file applies to this plan`,
      `The policies of ${payer} on file are for other plan lines than this coverage.`,
    ],
    'not-in-force': [
      `the policy of ${payer} is not in force on the date of service`,
      `The policy of ${payer} is effective ${effective ?? 'later'}; none is in force on the date of service.`,
    ],
  } as const;
  const [summary, detail] = told[reason];
  return {
    uuid,
    summary: shortened(`${what}: ${summary}`),
    indicator: 'info',
    detail: `${detail} Whether prior authorization is required was not determined; ask the payer.`,
    source: { label: 'Cartograph' },
  };
}

/** Text from a chart or a file, harmless in Markdown and in HTML: one line, no markup, no links of its own. */
export function escaped(value: string): string {
  const line = shortened(value.replaceAll(/\p{Cc}+|\s+/gu, ' ').trim(), TEXT_LIMIT);
  return line
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll(/(https?):\/\//gi, '$1: //')
    .replaceAll(/\bwww\./gi, 'www. ');
}

function shortened(value: string, limit = SUMMARY_LIMIT): string {
  if (value.length <= limit) return value;
  const cut = value.slice(0, limit - 1);
  // A surrogate pair is not cut in half.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
