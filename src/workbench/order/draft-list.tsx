import type { JsonObject } from '../../fhir/json.ts';
import { text } from '../../fhir/json.ts';
import { draftOrders, referenceOf } from '../hook-body.ts';
import { useSession } from '../session.tsx';
import { titleOf } from './order-draft.ts';

/** The draft orders as they go out next, and what accepted suggestions filed elsewhere. */
export function DraftList({ filed }: { readonly filed: readonly JsonObject[] }) {
  const { request, exchange } = useSession();
  if (request === undefined) return null;
  const before = new Set((exchange === undefined ? [] : draftOrders(exchange.request)).map(referenceOf));
  const isNew = (order: JsonObject): boolean => exchange !== undefined && !before.has(referenceOf(order));
  return (
    <div className="stack-tight">
      <h3 className="small">Draft orders</h3>
      <ul role="list" className="drafts">
        {draftOrders(request).map((order, index) => (
          <li key={`${index} ${referenceOf(order)}`}>
            <span>{titleOf(order)}</span>
            {isNew(order) ? <span className="tag">added</span> : null}
          </li>
        ))}
        {filed.map((resource) => (
          <li key={referenceOf(resource)}>
            <span>{text(resource['resourceType'])} in the work list</span>
            <span className="tag">added</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
