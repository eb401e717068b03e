import { useEffect, useId, useRef } from 'react';
import type { Evidence } from '../../engine/result.ts';
import { Icon } from '../components/icon.tsx';
import { useSession } from '../session.tsx';
import { dayWords } from './evidence-list.tsx';
import { MarkedJson } from './marked-json.tsx';
import { markedElements } from './marked-elements.ts';

/** Evidence that is looked at, and the criterion that cites it. */
export interface Opened {
  readonly evidence: Evidence;
  readonly criterion: string | undefined;
}

/** The record behind a piece of evidence, with the element that it is about marked. Focus goes back where it came from. */
export function EvidenceDialog({
  opened,
  onClose,
}: {
  readonly opened: Opened | undefined;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const element = dialog.current;
    if (opened === undefined || element === null || element.open) return;
    element.showModal();
    element.querySelector('mark')?.scrollIntoView({ block: 'center' });
  }, [opened]);
  return (
    <dialog
      ref={dialog}
      className="evidence-dialog"
      aria-labelledby={title}
      onClose={onClose}
      onClick={(event) => {
        // A click on the backdrop is one on the dialog itself.
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      {opened === undefined ? null : (
        <div className="evidence-dialog-body">
          <div className="evidence-dialog-head">
            <h2 id={title}>{opened.evidence.reference}</h2>
            <button
              type="button"
              className="button button-small"
              onClick={() => {
                dialog.current?.close();
              }}
            >
              <Icon name="cross" />
              Close
            </button>
          </div>
          <OpenedRecord {...opened} />
        </div>
      )}
    </dialog>
  );
}

function OpenedRecord({ evidence, criterion }: Opened) {
  const { chart } = useSession();
  const { reference, path, value, display, date, note, decides } = evidence;
  const resource = chart.resources.get(reference);
  return (
    <>
      <dl className="evidence-facts">
        <div>
          <dt>Says</dt>
          <dd>{display === undefined ? value : `${display}${value === '' ? '' : ` (${value})`}`}</dd>
        </div>
        {date === undefined ? null : (
          <div>
            <dt>Date</dt>
            <dd>{dayWords(date)}</dd>
          </div>
        )}
        <div>
          <dt>Element</dt>
          <dd>
            <code>{path}</code>
          </dd>
        </div>
        <div>
          <dt>Weight</dt>
          <dd>
            {decides === false ? 'Shown; it decides nothing' : 'Counts for the decision'}
            {note === undefined ? '' : `: ${note}`}
          </dd>
        </div>
      </dl>
      {resource === undefined ? (
        <p className="empty">
          {chart.isLoading
            ? 'The record is being read…'
            : 'The record itself could not be read again from the FHIR server; above is what the service read of it.'}
        </p>
      ) : (
        <MarkedJson
          label={`${reference} as JSON`}
          value={resource}
          marked={markedElements(resource, evidence, criterion)}
        />
      )}
    </>
  );
}
