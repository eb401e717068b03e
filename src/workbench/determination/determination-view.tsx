import { Status } from '../components/status.tsx';
import { useSession } from '../session.tsx';

/** The criteria of the selected determination, in the policy's order. */
export default function DeterminationView() {
  const { determination } = useSession();
  if (determination === undefined)
    return <p className="empty">No policy governs this order: there is nothing to determine.</p>;
  return (
    <ul role="list" className="stack">
      {determination.criteria.map(({ id, title, status, needs }) => (
        <li key={id} className="row">
          <Status status={status} needs={needs} /> {title}
        </li>
      ))}
    </ul>
  );
}
