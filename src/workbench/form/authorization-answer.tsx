import type { ClaimResponse, Extension } from 'fhir/r4.js';

const REVIEW_ACTION = 'extension-reviewAction';

/** What a payer answered: each line's decision, the reasons, and the number. */
export function AuthorizationAnswer({
  response,
  onSign,
}: {
  readonly response: ClaimResponse;
  /** Signs the order again: an authorization that is on record is found. */
  readonly onSign: () => void;
}) {
  const { item = [], processNote = [], preAuthRef, preAuthPeriod, disposition } = response;
  const actions = item.flatMap(({ adjudication }) =>
    adjudication.flatMap(({ extension = [] }) => extension.flatMap(actionOf)),
  );
  return (
    <div className="stack">
      <div role="status" className="stack">
        <h3>{[...new Set(actions)].join(', ')}</h3>
        {preAuthRef === undefined ? null : (
          <p>
            Authorization <strong>{preAuthRef}</strong>
            {preAuthPeriod === undefined
              ? ''
              : `, from ${preAuthPeriod.start ?? ''} to ${preAuthPeriod.end ?? ''}`}
          </p>
        )}
        <p className="quiet">{disposition}</p>
      </div>
      <ul>
        {processNote.map(({ number, text }) => (
          <li key={number ?? text}>{text}</li>
        ))}
      </ul>
      {preAuthRef === undefined ? null : (
        <p>
          <button type="button" className="button" onClick={onSign}>
            Sign the order again
          </button>
        </p>
      )}
    </div>
  );
}

/** The words of an X12 review action. */
const actionOf = ({ url, extension = [] }: Extension): readonly string[] =>
  url.endsWith(`/${REVIEW_ACTION}`)
    ? extension.flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.display ?? [])
    : [];
