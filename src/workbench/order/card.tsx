import { useId, useState } from 'react';
import type { DressedCard } from '../../crd/card.ts';
import type { Suggestion } from '../../crd/card.ts';
import { Icon } from '../components/icon.tsx';
import { MarkdownText, SafeLink } from '../components/markdown.tsx';
import type { CardOutcome } from './card-outcomes.ts';

/** `critical` is a client's to know, though this service keeps it for danger to the patient. */
const INDICATORS = {
  info: { words: 'Information', icon: 'info' },
  warning: { words: 'Warning', icon: 'warning' },
  critical: { words: 'Critical', icon: 'warning' },
} as const;

export type OverrideReason = NonNullable<DressedCard['overrideReasons']>[number];

/** One card as an EHR shows it, with what a clinician can do about it. */
export function Card({
  card,
  outcome,
  onAccept,
  onDismiss,
}: {
  readonly card: DressedCard;
  readonly outcome: CardOutcome | undefined;
  readonly onAccept: (suggestion: Suggestion) => void;
  readonly onDismiss: (reason: OverrideReason | undefined, comment: string) => void;
}) {
  const title = useId();
  const { summary, indicator, detail, source, links = [], suggestions = [], overrideReasons = [] } = card;
  const { words, icon } = INDICATORS[indicator];
  if (outcome?.dismissed !== undefined)
    return (
      <article className="card card-dismissed" aria-labelledby={title}>
        <h2 id={title} className="card-title">
          {summary}
        </h2>
        <p className="small">Dismissed: {outcome.dismissed}</p>
        <FeedbackState outcome={outcome} />
      </article>
    );
  const accepted = outcome?.accepted ?? [];
  const isSettled = card.selectionBehavior === 'at-most-one' && accepted.length > 0;
  return (
    <article className={`card card-${indicator}`} aria-labelledby={title}>
      <header className="card-head">
        <span className="card-indicator">
          <Icon name={icon} />
          <span className="visually-hidden">{words}:</span>
        </span>
        <div>
          <h2 id={title} className="card-title">
            {summary}
          </h2>
          <p className="small quiet">
            From <SafeLink url={source.url}>{source.label}</SafeLink>
          </p>
        </div>
      </header>
      <MarkdownText text={detail} />
      {links.length === 0 ? null : (
        <ul role="list" className="card-links">
          {links.map(({ label, url, type }) => (
            <li key={url}>
              <SafeLink url={url}>
                {label}
                {type === 'smart' ? ' (SMART app)' : ''} <Icon name="external" />
              </SafeLink>
            </li>
          ))}
        </ul>
      )}
      {suggestions.length === 0 ? null : (
        <div className="stack-tight">
          <h3 className="small">
            {card.selectionBehavior === 'at-most-one' && suggestions.length > 1
              ? 'Suggestions, one of them'
              : suggestions.length > 1
                ? 'Suggestions'
                : 'Suggestion'}
          </h3>
          <ul role="list" className="stack-tight">
            {suggestions.map((suggestion) => {
              const isAccepted = accepted.includes(suggestion.uuid);
              return (
                <li key={suggestion.uuid} className="suggestion">
                  <button
                    type="button"
                    className="button button-small"
                    disabled={isAccepted || isSettled}
                    onClick={() => {
                      onAccept(suggestion);
                    }}
                  >
                    <Icon name={isAccepted ? 'check' : 'plus'} />
                    {suggestion.label}
                  </button>
                  <span className="small quiet">
                    {isAccepted
                      ? 'Accepted'
                      : suggestion.actions.map((action) => action.description).join('; ')}
                  </span>
                </li>
              );
            })}
          </ul>
        </div>
      )}
      {outcome === undefined ? (
        <Dismissal card={summary} reasons={overrideReasons} onDismiss={onDismiss} />
      ) : (
        <FeedbackState outcome={outcome} />
      )}
    </article>
  );
}

function Dismissal({
  card,
  reasons,
  onDismiss,
}: {
  /** Summary of the card, for the names of the controls. */
  readonly card: string;
  readonly reasons: readonly OverrideReason[];
  readonly onDismiss: (reason: OverrideReason | undefined, comment: string) => void;
}) {
  const id = useId();
  const [code, setCode] = useState('');
  const [comment, setComment] = useState('');
  return (
    <details className="disclosure dismissal">
      <summary>
        Dismiss<span className="visually-hidden"> “{card}”</span>
      </summary>
      <form
        className="dismissal-form"
        onSubmit={(event) => {
          event.preventDefault();
          onDismiss(
            reasons.find((reason) => reason.code === code),
            comment.trim(),
          );
        }}
      >
        {reasons.length === 0 ? null : (
          <div className="field">
            <label htmlFor={`${id}-reason`}>Reason</label>
            <select
              id={`${id}-reason`}
              value={code}
              onChange={(event) => {
                setCode(event.target.value);
              }}
            >
              <option value="">No reason given</option>
              {reasons.map((reason) => (
                <option key={reason.code} value={reason.code}>
                  {reason.display}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor={`${id}-comment`}>Comment (optional)</label>
          <input
            id={`${id}-comment`}
            value={comment}
            maxLength={1000}
            onChange={(event) => {
              setComment(event.target.value);
            }}
          />
        </div>
        <button type="submit" className="button">
          Dismiss card
        </button>
      </form>
    </details>
  );
}

function FeedbackState({ outcome: { feedback, retry } }: { readonly outcome: CardOutcome }) {
  return (
    <p className="small feedback" role="status">
      {feedback === 'sending' ? (
        'Sending feedback to the service…'
      ) : feedback === 'sent' ? (
        <>
          <Icon name="check" /> Feedback sent to the service
        </>
      ) : (
        <>
          <Icon name="warning" /> The feedback did not arrive: {feedback.message}{' '}
          <button type="button" className="button button-small" onClick={retry}>
            Send again
          </button>
        </>
      )}
    </p>
  );
}
