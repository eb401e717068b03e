import { JsonView } from '../components/json-view.tsx';
import { useSession } from '../session.tsx';

/** The last call as it went over the wire. */
export default function IntegratorsView() {
  const { exchange, request } = useSession();
  return (
    <div className="stack">
      <h1>For integrators</h1>
      {request === undefined ? (
        <p className="empty">Choose a patient in the order view: its request appears here.</p>
      ) : (
        <JsonView label="Request" value={request} />
      )}
      {exchange === undefined ? null : <JsonView label="Response" value={exchange.answer} />}
    </div>
  );
}
