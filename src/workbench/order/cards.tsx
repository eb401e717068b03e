import type { Decision } from '../../engine/determination.ts';
import type { Suggestion } from '../../crd/card.ts';
import { hrefTo, type Route } from '../route.ts';
import { useSession } from '../session.tsx';
import { Card, type OverrideReason } from './card.tsx';
import type { CardOutcomes } from './card-outcomes.ts';
import { CoverageStatements } from './coverage-statements.tsx';

/** Where the way goes on, when there is something to do here. */
const NEXT: Readonly<Partial<Record<Decision, string>>> = {
  'criteria-met': 'What to do: the request for authorization',
  'documentation-needed': 'What to do: the form for what is missing',
};

/** The cards of the answer, and the orders as the answer leaves them: what an EHR has of it. */
export function Cards({
  route,
  outcomes,
  tell,
  onAccept,
}: CardOutcomes & {
  readonly route: Route;
  /** Acts on the actions of a suggestion. */
  readonly onAccept: (suggestion: Suggestion) => void;
}) {
  const { exchange, determination } = useSession();
  const cards = exchange?.answer.cards ?? [];
  const accept = (card: string, suggestion: Suggestion): void => {
    onAccept(suggestion);
    const accepted = [...(outcomes.get(card)?.accepted ?? []), suggestion.uuid];
    tell(
      card,
      { accepted, dismissed: undefined },
      {
        card,
        outcome: 'accepted',
        acceptedSuggestions: [{ id: suggestion.uuid }],
        outcomeTimestamp: new Date().toISOString(),
      },
    );
  };
  const dismiss = (card: string, reason: OverrideReason | undefined, comment: string): void => {
    tell(
      card,
      {
        accepted: [],
        dismissed: [reason?.display ?? 'no reason given', comment].filter((part) => part !== '').join('. '),
      },
      {
        card,
        outcome: 'overridden',
        ...(reason === undefined && comment === ''
          ? {}
          : {
              overrideReason: {
                ...(reason === undefined ? {} : { reason }),
                ...(comment === '' ? {} : { userComment: comment }),
              },
            }),
        outcomeTimestamp: new Date().toISOString(),
      },
    );
  };
  const next = determination === undefined ? undefined : NEXT[determination.decision];
  const to = (view: string): string => hrefTo(route.path, { ...Object.fromEntries(route.query), view });
  return (
    <div className="stack">
      {cards.length === 0 ? (
        <p className="empty">
          No card: the service lets this order through. It speaks up for CAR-T orders alone.
        </p>
      ) : (
        <ul role="list" className="stack cards">
          {cards.map((card) => (
            <li key={card.uuid}>
              <Card
                card={card}
                outcome={outcomes.get(card.uuid)}
                onAccept={(suggestion) => {
                  accept(card.uuid, suggestion);
                }}
                onDismiss={(reason, comment) => {
                  dismiss(card.uuid, reason, comment);
                }}
              />
            </li>
          ))}
        </ul>
      )}
      {determination === undefined ? null : (
        <p className="next">
          <a href={to('determination')}>Why: each criterion, with the record that decides it</a>
          {next === undefined ? null : <a href={to('form')}>{next}</a>}
        </p>
      )}
      <CoverageStatements />
    </div>
  );
}
