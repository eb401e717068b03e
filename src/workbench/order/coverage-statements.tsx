import { useId } from 'react';
import type { JsonObject } from '../../fhir/json.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { coverageInformation, ordersAfter } from '../coverage-information.ts';
import { referenceOf } from '../hook-body.ts';
import { useSession } from '../session.tsx';
import { explained } from './coverage-words.ts';
import { titleOf } from './order-draft.ts';

/** What the service wrote on the orders, code by code and in plain words. */
export function CoverageStatements() {
  const { exchange } = useSession();
  const id = useId();
  if (exchange === undefined) return null;
  const orders = ordersAfter(exchange);
  const spokenOf = orders.filter((order) => coverageInformation(order).length > 0);
  return (
    <section className="stack" aria-labelledby={id}>
      <div>
        <h2 id={id}>What now stands on the order</h2>
        <p className="small quiet">
          The same answer in codes, which the EHR keeps with the order (Da Vinci CRD, coverage information).
        </p>
      </div>
      {orders.map((order, index) => (
        <OrderStatements
          key={`${index} ${referenceOf(order)}`}
          order={order}
          isOpen={order === spokenOf[0] || orders.length === 1}
        />
      ))}
    </section>
  );
}

function OrderStatements({ order, isOpen }: { readonly order: JsonObject; readonly isOpen: boolean }) {
  const statements = coverageInformation(order);
  return (
    <div className="panel order-statements">
      <Disclosure
        isOpen={isOpen}
        title={
          <>
            {titleOf(order)} <span className="quiet small">{referenceOf(order)}</span>
          </>
        }
      >
        {statements.length === 0 ? (
          <p className="small quiet">Nothing: the service had nothing to say about this order.</p>
        ) : (
          statements.map((statement, index) => (
            <dl key={index} className="explained">
              {explained(statement).map(({ name, question, value, meaning }, part) => (
                <div key={part}>
                  <dt>
                    {question}
                    <code className="quiet">{name}</code>
                  </dt>
                  <dd>
                    {meaning === undefined ? (
                      value
                    ) : (
                      <>
                        <code className="code-word">{value}</code> {meaning}
                      </>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          ))
        )}
      </Disclosure>
    </div>
  );
}
