import { useSession } from '../session.tsx';

/** The cards of the answer as an EHR shows them. */
export function Cards() {
  const { exchange } = useSession();
  const cards = exchange?.answer.cards ?? [];
  if (cards.length === 0)
    return <p className="empty">No card: the service has nothing to say about this order.</p>;
  return (
    <ul role="list" className="stack">
      {cards.map(({ uuid, summary, source }) => (
        <li key={uuid} className="panel">
          <h2>{summary}</h2>
          <p className="small quiet">{source.label}</p>
        </li>
      ))}
    </ul>
  );
}
