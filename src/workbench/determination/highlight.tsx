import { createContext, use, useMemo, useState, type ReactNode } from 'react';
import type { Evidence } from '../../engine/result.ts';

/** What the reader is looking at: the records behind one criterion, or one of them. */
export interface Highlight {
  /** Id of the criterion; undefined: a single piece of evidence. */
  readonly criterion: string | undefined;
  /** The single piece of evidence that it is about. */
  readonly evidence?: Evidence;
  /** In words, for the line above the picture. */
  readonly words: string;
  /** `Type/id`. */
  readonly deciding: ReadonlySet<string>;
  /** Found, and deciding nothing. */
  readonly shown: ReadonlySet<string>;
}

interface Highlighting {
  readonly highlight: Highlight | undefined;
  readonly setHighlight: (highlight: Highlight | undefined) => void;
}

const HighlightContext = createContext<Highlighting>({
  highlight: undefined,
  setHighlight: () => undefined,
});

export function HighlightProvider({ children }: { readonly children: ReactNode }) {
  const [highlight, setHighlight] = useState<Highlight>();
  const value = useMemo(() => ({ highlight, setHighlight }), [highlight]);
  return <HighlightContext value={value}>{children}</HighlightContext>;
}

export const useHighlight = (): Highlighting => use(HighlightContext);

/** The records that a criterion's evidence names. */
export function highlightOf(
  criterion: string | undefined,
  name: string,
  evidence: readonly Evidence[],
): Highlight {
  const deciding = new Set(
    evidence.filter(({ decides }) => decides !== false).map(({ reference }) => reference),
  );
  const shown = new Set(
    evidence.map(({ reference }) => reference).filter((reference) => !deciding.has(reference)),
  );
  const parts = [
    ...(deciding.size > 0 ? [`${recordsWords(deciding.size)} decided`] : []),
    ...(shown.size > 0 ? [`${recordsWords(shown.size)} found beside`] : []),
  ];
  return {
    criterion,
    words: `${name}: ${parts.length === 0 ? 'no record of the chart speaks to it' : parts.join(', ')}`,
    deciding,
    shown,
  };
}

const recordsWords = (count: number): string => `${count} record${count === 1 ? '' : 's'}`;
