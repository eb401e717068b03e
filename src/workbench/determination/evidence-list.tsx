import { useState } from 'react';
import type { Evidence } from '../../engine/result.ts';
import { highlightOf, useHighlight } from './highlight.tsx';
import type { Opened } from './evidence-dialog.tsx';

/** So many are listed before the reader asks for the rest. */
const LISTED = 5;

/** Pieces of evidence, each a way to its record. @param title what they have in common */
export function EvidenceList({
  title,
  evidence,
  criterion,
  onOpen,
}: {
  readonly title: string;
  readonly evidence: readonly Evidence[];
  /** Id of the criterion that cites them. */
  readonly criterion: string;
  readonly onOpen: (opened: Opened) => void;
}) {
  const [isWhole, setIsWhole] = useState(false);
  if (evidence.length === 0) return null;
  const listed = isWhole ? evidence : evidence.slice(0, LISTED);
  const rest = evidence.length - listed.length;
  return (
    <div className="tree-section">
      <h3>{title}</h3>
      <ul role="list" className="evidence-list">
        {listed.map((item, index) => (
          <li key={`${item.reference} ${item.path} ${item.value} ${index}`}>
            <EvidenceButton
              evidence={item}
              onOpen={() => {
                onOpen({ evidence: item, criterion });
              }}
            />
          </li>
        ))}
      </ul>
      {rest === 0 ? null : (
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            setIsWhole(true);
          }}
        >
          Show {rest} more
        </button>
      )}
    </div>
  );
}

/** One piece of evidence as a button. */
function EvidenceButton({ evidence, onOpen }: { readonly evidence: Evidence; readonly onOpen: () => void }) {
  const { highlight: highlighted, setHighlight } = useHighlight();
  const { reference, value, display, date, note, path, decides } = evidence;
  const element = path.slice(path.indexOf('.') + 1);
  const highlight = (): void => {
    setHighlight({ ...highlightOf(undefined, reference, [evidence]), evidence });
  };
  return (
    <button
      type="button"
      className={decides === false ? 'evidence evidence-aside' : 'evidence'}
      onClick={onOpen}
      onPointerMove={highlighted?.evidence === evidence ? undefined : highlight}
      onFocus={highlight}
    >
      <span className="evidence-says">
        {display ?? (value === '' ? element : value)}
        {display === undefined || value === '' ? null : <span className="evidence-value"> {value}</span>}
      </span>
      <span className="evidence-where">
        {date === undefined ? null : <time>{dayWords(date)}</time>}
        <code>{reference}</code>
        <code className="quiet">{element}</code>
      </span>
      {note === undefined ? null : <span className="evidence-note">{note}</span>}
    </button>
  );
}

/** The day, or both days of a period that is longer than one. */
export function dayWords(date: string): string {
  const [start, end] = date.split('/').map((moment) => moment.replace(/T.*$/, ''));
  return end === undefined || start === end ? (start ?? date) : `${start ?? ''} to ${end}`;
}
