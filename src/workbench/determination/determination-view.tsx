import { useSession } from '../session.tsx';
import { DeterminationPanel } from './determination-panel.tsx';
import { HighlightProvider } from './highlight.tsx';
import { decisionLabel } from './answer.ts';
import '../style/determination.css';
import '../style/course.css';

/** What was decided, why, and from which records: the answer in a sentence, the patient's course, the criteria. */
export default function DeterminationView() {
  const { determination, determinations, select } = useSession();
  if (determination === undefined)
    return <p className="empty">No policy governs this order: there is nothing to determine.</p>;
  return (
    <div className="stack">
      {determinations.length < 2 ? null : (
        <div className="determination-choice">
          <label htmlFor="determination-choice">Determination</label>
          <select
            id="determination-choice"
            value={determination.id}
            onChange={(event) => {
              select(event.target.value);
            }}
          >
            {determinations.map(({ id, order, policy, decision }) => (
              <option key={id} value={id}>
                {`${policy.payer}, ${policy.number ?? policy.id}: ${decisionLabel(decision)} (${order})`}
              </option>
            ))}
          </select>
        </div>
      )}
      <HighlightProvider key={determination.id}>
        <DeterminationPanel determination={determination} />
      </HighlightProvider>
    </div>
  );
}
