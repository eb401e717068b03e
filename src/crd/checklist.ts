import type { CriterionResult } from '../engine/criteria.ts';
import { dayWords, evidenceWords, isDecisive, STATUS_WORDS, statusWords } from '../engine/explanation.ts';
import type { Evidence } from '../engine/result.ts';
import { escaped } from './card-text.ts';

/** Evidence that is shown of the whole, beside that of its documents. */
const EVIDENCE_SHOWN = 2;
/** Records of one document that are shown, one of each kind. */
const RECORDS_SHOWN = 4;

const keyOf = ({ reference, path, value }: Evidence): string => `${reference} ${path} ${value}`;

/**
 * A criterion whose parts are documents to put together: what it asks beside them, then each document by its number as
 * missing or on file, the missing ones first.
 */
export function checklistBullets(criterion: CriterionResult, asksForDocuments: boolean): readonly string[] {
  const { title, locator, status, evidence, missing, criteria } = criterion;
  const below = {
    missing: new Set(criteria.flatMap((part) => part.missing.map(({ what }) => what))),
    evidence: new Set(criteria.flatMap((part) => part.evidence.map(keyOf))),
  };
  const own = missing.filter(({ what }) => !below.missing.has(what)).map(({ what }) => escaped(what));
  const found = evidence
    .filter((item) => !below.evidence.has(keyOf(item)))
    .slice(0, EVIDENCE_SHOWN)
    .map((item) => escaped(evidenceWords(item)));
  const isOpen = ({ status: state }: CriterionResult): boolean => state === 'unknown' || state === 'not-met';
  const head = [
    `**${escaped(title)}** (${escaped(locator)}): ${asksForDocuments ? statusWords(criterion) : STATUS_WORDS[status]}.`,
    ...(asksForDocuments && own.length > 0 ? [`Needed: ${own.join('; ')}.`] : []),
    ...(found.length > 0 ? [`Found: ${found.join('; ')}.`] : []),
  ];
  return [
    `- ${head.join(' ')}`,
    ...[...criteria.filter(isOpen), ...criteria.filter((part) => !isOpen(part))].map(
      (part) => `  - ${documentWords(part, asksForDocuments)}`,
    ),
  ];
}

function documentWords(part: CriterionResult, asksForDocuments: boolean): string {
  const { id, title, status, needs, missing, evidence } = part;
  const name = `${escaped(title)} (${escaped(id.slice(id.lastIndexOf('/') + 1))})`;
  const records = decisiveRecords(evidence);
  switch (status) {
    case 'met': {
      const isStated = records.every(({ reference }) => reference.startsWith('QuestionnaireResponse/'));
      return `${isStated ? 'Stated' : 'On file'}: ${name}: ${records.map(recordWords).join('; ')}.`;
    }
    case 'not-applicable':
      return `Does not apply: ${name}.`;
    case 'not-met':
      return `**Not met: ${name}.**`;
    case 'unknown': {
      const other = evidence.find((item) => !isDecisive(item));
      const wanted = missing.map(({ what }) => what).filter((what) => what !== title);
      return [
        `**${openWords(needs)}: ${name}.**`,
        ...(asksForDocuments && wanted.length > 0
          ? [`Needed: ${wanted.map((what) => escaped(what)).join('; ')}.`]
          : []),
        ...(other === undefined ? [] : [`Found: ${escaped(evidenceWords(other))}.`]),
      ].join(' ');
    }
  }
}

/** The newest record of each kind. */
function decisiveRecords(evidence: readonly Evidence[]): readonly Evidence[] {
  const byValue = new Map<string, Evidence>();
  for (const item of evidence)
    if (isDecisive(item) && !byValue.has(item.value)) byValue.set(item.value, item);
  return [...byValue.values()].slice(0, RECORDS_SHOWN);
}

function openWords(needs: CriterionResult['needs']): string {
  switch (needs) {
    case undefined:
    case 'documentation':
      return 'Missing';
    case 'attestation':
      return 'To be stated';
    case 'review':
      return 'To be reviewed';
    case 'data-access':
      return 'Not read';
  }
}

/** `2026-02-19: CBC panel, DiagnosticReport/cbc`. */
const recordWords = ({ date, display, reference }: Evidence): string =>
  [
    ...(date === undefined ? [] : [escaped(dayWords(date))]),
    ...(display === undefined ? [] : [escaped(display)]),
    escaped(reference),
  ].join(', ');
