import type { CriterionResult } from '../engine/criteria.ts';
import {
  evidenceWords,
  isDecisive,
  NEEDS_WORDS,
  searchedWords,
  STATUS_WORDS,
} from '../engine/explanation.ts';
import type { Evidence } from '../engine/result.ts';
import { lines, type Paint, type Style } from './text.ts';

/** Evidence of one criterion that is printed; `--json` has all of it. */
const EVIDENCE_SHOWN = 6;
const VALUE_LIMIT = 300;

const MARKS: Readonly<Record<CriterionResult['status'], { readonly mark: string; readonly style: Style }>> = {
  met: { mark: '✓', style: 'green' },
  'not-met': { mark: '✗', style: 'red' },
  unknown: { mark: '?', style: 'yellow' },
  'not-applicable': { mark: '–', style: 'dim' },
};

/** Columns of a mark, a space, the longest of the usual words for a status, and two spaces. */
const STATUS_COLUMNS = 11;

interface Above {
  readonly depth: number;
  readonly locator: string;
  /** The short id of a criterion above that is decided: what is open below it is not asked for. */
  readonly settledBy: string | undefined;
  readonly isOpen: boolean;
}

/**
 * A criterion and its parts, each with what decides it or what is missing, down to the ends of the tree.
 * @param shortId what is printed of an id, below a heading that says how the ids begin
 */
export function criterionLines(
  criterion: CriterionResult,
  shortId: (id: string) => string,
  paint: Paint,
  above: Above = { depth: 0, locator: '', settledBy: undefined, isOpen: false },
): readonly string[] {
  const { status, needs, locator, criteria } = criterion;
  const id = shortId(criterion.id);
  const margin = above.depth * 2;
  const detail = (label: string, texts: readonly string[], style?: Style): readonly string[] =>
    texts.flatMap((text, index) =>
      lines(
        {
          lead: `${' '.repeat(margin + 4)}${(index === 0 ? label : '').padEnd(10)}`,
          text,
          indent: margin + 14,
          ...(style === undefined ? {} : { style, leadStyle: style }),
        },
        paint,
      ),
    );
  const isUnasked = status === 'unknown' && above.settledBy !== undefined;
  const isOpen = status === 'unknown' && !isUnasked;
  const isEnd = criteria.length === 0;
  const missing = isOpen ? ownMissing(criterion) : [];
  const parts = criteria.flatMap((part) =>
    criterionLines(part, shortId, paint, {
      depth: above.depth + 1,
      locator,
      settledBy: above.settledBy ?? (status === 'unknown' ? undefined : id),
      isOpen: status === 'unknown',
    }),
  );
  const head = headLines(criterion, id, margin, paint);
  if (isUnasked) {
    const why = above.isOpen
      ? []
      : detail('', [`not asked for, since ${above.settledBy ?? ''} is decided`], 'dim');
    return [...head, ...why, ...parts];
  }
  return [
    ...head,
    ...(locator === above.locator ? [] : detail('source', [locator], 'dim')),
    // A whole is open for what its parts are open for, unless it asks for something itself.
    ...(isOpen && (missing.length > 0 || !criteria.some((part) => part.status === 'unknown'))
      ? detail('open', [NEEDS_WORDS[needs ?? 'documentation']], 'yellow')
      : []),
    ...detail('missing', missing),
    ...detail('found', foundWords(criterion)),
    ...(isOpen && isEnd && criterion.searched.length > 0
      ? detail('searched', [searchedWords(criterion.searched)], 'dim')
      : []),
    ...parts,
  ];
}

/** Only the mark, the word, the id and the title. */
export function headLines(
  { status, title }: CriterionResult,
  id: string,
  margin: number,
  paint: Paint,
): readonly string[] {
  const { mark, style } = MARKS[status];
  const state = `${mark} ${STATUS_WORDS[status]}`.padEnd(STATUS_COLUMNS - 2);
  return lines(
    {
      lead: `${' '.repeat(margin)}${state}  ${id}  `,
      leadStyle: style,
      text: title,
      indent: margin + STATUS_COLUMNS,
    },
    paint,
  );
}

const keyOf = ({ reference, path, value }: Evidence): string => `${reference} ${path} ${value}`;

/** What no part of the criterion shows already. */
const ownMissing = ({ missing, criteria }: CriterionResult): readonly string[] => {
  const below = new Set(criteria.flatMap((part) => part.missing.map(({ what }) => what)));
  return missing.map(({ what }) => what).filter((what) => !below.has(what));
};

/** The evidence that no part shows: where the answer is settled, what settled it; where it is open, all that was found. */
function foundWords({ status, evidence, criteria }: CriterionResult): readonly string[] {
  const below = new Set(criteria.flatMap((part) => part.evidence.map(keyOf)));
  const own = evidence.filter((item) => !below.has(keyOf(item)));
  const decisive = own.filter(isDecisive);
  const listed = status === 'unknown' || decisive.length === 0 ? own : decisive;
  const shown = listed.slice(0, EVIDENCE_SHOWN).map((item) => shortened(evidenceWords(item)));
  const more = listed.length - shown.length;
  const aside = own.length - listed.length;
  return [
    ...shown,
    ...(more === 0 ? [] : [`and ${more} more (--json has all)`]),
    ...(aside === 0
      ? []
      : [`and ${aside} that ${aside === 1 ? 'does' : 'do'} not decide it (--json has all)`]),
  ];
}

const shortened = (text: string): string =>
  text.length <= VALUE_LIMIT ? text : `${text.slice(0, VALUE_LIMIT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
