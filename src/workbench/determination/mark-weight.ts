import type { Highlight } from './highlight.tsx';

/** Class of a mark by what the highlighted criterion makes of its records. */
export function weightOf(references: readonly string[], highlight: Highlight | undefined): string {
  if (highlight === undefined) return '';
  if (references.some((reference) => highlight.deciding.has(reference))) return 'is-deciding';
  return references.some((reference) => highlight.shown.has(reference)) ? 'is-shown' : 'is-dimmed';
}
