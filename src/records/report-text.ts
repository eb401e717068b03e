import { csvLine } from './csv.ts';
import type { CriterionReport, PolicyReport, Report } from './report.ts';

/** A report for people, and for spreadsheets. */

const COLUMNS = [
  ['met', 'met'],
  ['notMet', 'not met'],
  ['documentation', 'documents'],
  ['attestation', 'statement'],
  ['review', 'review'],
  ['dataAccess', 'unread'],
  ['notApplicable', 'n/a'],
] as const satisfies readonly (readonly [keyof CriterionReport, string])[];

/** What is missing beyond this many is counted in one line. */
const MOST_MISSING = 10;

export function reportText(report: Report): string {
  const { from, to, policies, feedback, timeToAnswer } = report;
  return [
    `From ${from} to ${to}`,
    ...(policies.length === 0 ? ['', 'No determination was recorded in this time.'] : []),
    ...policies.flatMap(policyText),
    '',
    `Cards: ${feedback.cards} sent, ${feedback.accepted} accepted, ${feedback.overridden} overridden`,
    ...feedback.reasons.map(({ reason, count }) => `  ${String(count).padStart(6)}  ${reason}`),
    timeToAnswer === null
      ? 'Time to answer: no call with a determination'
      : `Time to answer: median ${timeToAnswer.median} ms, 95 of 100 within ${timeToAnswer.p95} ms (${timeToAnswer.calls} calls)`,
    '',
  ].join('\n');
}

function policyText({
  policy,
  determinations,
  decisions,
  criteria,
  missing,
}: PolicyReport): readonly string[] {
  const width = Math.max(...criteria.map(({ id }) => id.length), 0);
  const rest = missing.slice(MOST_MISSING);
  return [
    '',
    `${policy}: ${determinations} determinations (${Object.entries(decisions)
      .map(([decision, count]) => `${count} ${decision}`)
      .join(', ')})`,
    `  ${'criterion'.padEnd(width)}${COLUMNS.map(([, title]) => title.padStart(10)).join('')}`,
    ...criteria.map(
      (criterion) =>
        `  ${criterion.id.padEnd(width)}${COLUMNS.map(([key]) => String(criterion[key]).padStart(10)).join('')}`,
    ),
    ...(missing.length === 0 ? [] : ['  Missing most often:']),
    ...missing.slice(0, MOST_MISSING).map(({ what, count }) => `  ${String(count).padStart(6)}  ${what}`),
    ...(rest.length === 0 ? [] : [`          and ${rest.length} more`]),
  ];
}

/** One row for each criterion of each policy. */
export const reportCsv = ({ policies }: Report): string =>
  [
    ['policy', 'criterion', 'title', ...COLUMNS.map(([key]) => key)],
    ...policies.flatMap(({ policy, criteria }) =>
      criteria.map((criterion) => [
        policy,
        criterion.id,
        criterion.title,
        ...COLUMNS.map(([key]) => String(criterion[key])),
      ]),
    ),
  ]
    .map(csvLine)
    .join('');
