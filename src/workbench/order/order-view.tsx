import { lazy, Suspense, type ReactNode } from 'react';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { Tabs } from '../components/tabs.tsx';
import { goTo, hrefTo, useRoute } from '../route.ts';
import { useSession } from '../session.tsx';
import { Cards } from './cards.tsx';
import { OrderPanel } from './order-panel.tsx';

const DeterminationView = lazy(() => import('../determination/determination-view.tsx'));
const FormView = lazy(() => import('../form/form-view.tsx'));

/** The order on one side, and what is said of it on the other: as the EHR shows it, as it was decided, as a form. */
export function OrderView() {
  const { path, query } = useRoute();
  const { exchange, problem, isRunning } = useSession();
  const select = (view: string): void => {
    goTo(hrefTo(path, { ...Object.fromEntries(query), view }));
  };
  return (
    <div className="order-view">
      <OrderPanel />
      <section className="stack" aria-label="Answer" aria-busy={isRunning}>
        {isRunning ? <Progress what="The service evaluates the order" /> : null}
        {problem === undefined ? null : <Problem title="The order was not evaluated" problem={problem} />}
        {exchange === undefined ? (
          isRunning || problem !== undefined ? null : (
            <p className="empty">
              Choose a patient and sign the order: what the service answers appears here.
            </p>
          )
        ) : (
          <Tabs
            label="Views of the answer"
            selected={query.get('view') ?? undefined}
            onSelect={select}
            tabs={[
              { id: 'cards', title: 'In the EHR', content: <Cards /> },
              { id: 'determination', title: 'Determination', content: late(<DeterminationView />) },
              { id: 'form', title: 'Form', content: late(<FormView />) },
            ]}
          />
        )}
      </section>
    </div>
  );
}

const late = (view: ReactNode) => <Suspense fallback={<Progress what="Loading" />}>{view}</Suspense>;
