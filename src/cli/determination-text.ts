import type { CriterionResult } from '../engine/criteria.ts';
import type { Alternative, Decision, Determination, GovernedOrder } from '../engine/determination.ts';
import {
  decisionWords,
  DISCLAIMER,
  REQUIREMENT_WORDS,
  STATUS_WORDS,
  unreadWords,
} from '../engine/explanation.ts';
import { submissionSentences } from '../engine/submission.ts';
import type { Policy } from '../policy/policy.ts';
import { criterionLines, headLines } from './criterion-text.ts';
import { lines, type Paint, type Style } from './text.ts';

const DECISION_STYLES: Readonly<Record<Decision, Style>> = {
  'criteria-met': 'green',
  'documentation-needed': 'yellow',
  'criteria-not-met': 'red',
  'no-covered-indication': 'red',
};

const LABEL_COLUMNS = 14;

/** A determination for a terminal: what was asked and decided, the criterion tree, and what to know of it. */
export function determinationText(
  determination: Determination,
  governed: GovernedOrder,
  paint: Paint,
): readonly string[] {
  const { policy } = governed;
  const { alternatives = [] } = determination;
  const isUndiagnosed = determination.indication === null && alternatives.length > 0;
  return [
    ...headerLines(determination, governed, paint),
    ...treeLines(determination.criteria, 'Criteria', policy, determination.indication, paint),
    ...alternatives.flatMap((alternative) => alternativeLines(alternative, policy, isUndiagnosed, paint)),
    ...anomalyLines(determination, policy, paint),
    '',
    ...field('Submit', submissionSentences(determination.submit).join(' '), paint),
    ...policy.links.flatMap(({ label, url }) => field('See also', `${label}: ${url}`, paint)),
    ...lines({ lead: '', text: DISCLAIMER, indent: 0, style: 'dim' }, paint),
  ];
}

const field = (label: string, text: string, paint: Paint, style?: Style): readonly string[] =>
  lines(
    {
      lead: label.padEnd(LABEL_COLUMNS),
      leadStyle: 'dim',
      text,
      indent: LABEL_COLUMNS,
      ...(style === undefined ? {} : { style }),
    },
    paint,
  );

function headerLines(
  determination: Determination,
  { policy, payer, order }: GovernedOrder,
  paint: Paint,
): readonly string[] {
  const { decision, setting } = determination;
  const { product, planned } = order;
  return [
    ...lines({ lead: '', text: policy.title, indent: 0, style: 'bold' }, paint),
    '',
    ...field('Policy', `${policy.id}, version ${policy.version}, effective ${policy.effective}`, paint),
    ...field('Payer', `${payer.name} (${determination.coverage})`, paint),
    ...field(
      'Product',
      product === null
        ? 'a CAR-T product that the order does not name'
        : `${product.brand} (${product.generic})`,
      paint,
    ),
    ...field(
      'Order',
      `${determination.order}, ${planned === null ? 'no day planned' : `planned for ${planned.date.text}`}`,
      paint,
    ),
    ...field('Patient', determination.patient, paint),
    ...field('Setting', setting === 'unknown' ? 'not stated' : setting, paint),
    ...field('As of', determination.asOf, paint),
    ...(product === null && determination.indication === null
      ? []
      : field('Indication', indicationWords(determination, policy), paint)),
    ...field('Requirement', REQUIREMENT_WORDS[determination.priorAuthorization], paint),
    ...field(
      'Decision',
      `${decision}: ${decisionWords(decision, policy.otherwise)}`,
      paint,
      DECISION_STYLES[decision],
    ),
    ...(determination.criteria.length === 0
      ? []
      : field('Criteria', countWords(determination.criteria), paint)),
    ...unreadWords(determination.criteria).flatMap((words) => field('Not read', words, paint, 'yellow')),
  ];
}

function indicationWords({ indication, decision }: Determination, policy: Policy): string {
  if (indication !== null) return titleOf(policy, indication);
  return decision === 'no-covered-indication'
    ? 'none that the policy covers'
    : 'none that a diagnosis in the chart chooses';
}

const titleOf = (policy: Policy, indication: string): string =>
  policy.indications.find(({ id }) => id === indication)?.title ?? indication;

const countWords = (criteria: readonly CriterionResult[]): string =>
  (['met', 'not-met', 'unknown', 'not-applicable'] as const)
    .map((status) => ({ status, count: criteria.filter((criterion) => criterion.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${STATUS_WORDS[status]}: ${count}`)
    .join(', ');

/** How the ids below a heading begin: they are printed without it. */
const prefixOf = (policy: Policy, indication: string | null): string =>
  indication === null ? `${policy.id}/` : `${policy.id}/${indication}/`;

const shortIds =
  (policy: Policy, indication: string | null) =>
  (id: string): string =>
    [prefixOf(policy, indication), prefixOf(policy, null)].reduce(
      (short, prefix) => (short.startsWith(prefix) ? short.slice(prefix.length) : short),
      id,
    );

function treeLines(
  criteria: readonly CriterionResult[],
  heading: string,
  policy: Policy,
  indication: string | null,
  paint: Paint,
): readonly string[] {
  if (criteria.length === 0) return [];
  const shortId = shortIds(policy, indication);
  return [
    '',
    ...lines({ lead: '', text: heading, style: 'bold', indent: 2 }, paint),
    ...lines(
      { lead: '', text: `ids begin with ${prefixOf(policy, indication)}`, style: 'dim', indent: 2 },
      paint,
    ),
    ...criteria.flatMap((criterion) => ['', ...criterionLines(criterion, shortId, paint)]),
  ];
}

/** Where no diagnosis chose an indication, all of its tree; otherwise its criteria, without their parts. */
function alternativeLines(
  { indication, decision, criteria }: Alternative,
  policy: Policy,
  isUndiagnosed: boolean,
  paint: Paint,
): readonly string[] {
  if (isUndiagnosed) {
    const heading = `Criteria of a possible indication, ${titleOf(policy, indication)}`;
    return treeLines(criteria, heading, policy, indication, paint);
  }
  const shortId = shortIds(policy, indication);
  return [
    '',
    ...lines(
      { lead: '', text: `Also fits: ${titleOf(policy, indication)}: ${decision}`, indent: 2, style: 'bold' },
      paint,
    ),
    ...criteria.flatMap((criterion) => headLines(criterion, shortId(criterion.id), 0, paint)),
  ];
}

function anomalyLines(
  { anomalies, indication }: Determination,
  policy: Policy,
  paint: Paint,
): readonly string[] {
  if (anomalies.length === 0) return [];
  const shortId = shortIds(policy, indication);
  return [
    '',
    paint('bold', 'Please note'),
    ...anomalies.flatMap(({ id, text, criteria }) =>
      lines(
        {
          lead: '- ',
          text: `${id}${criteria.length === 0 ? '' : ` (${criteria.map(shortId).join(', ')})`}: ${text}`,
          indent: 2,
        },
        paint,
      ),
    ),
  ];
}
