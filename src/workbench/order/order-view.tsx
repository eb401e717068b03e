import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Suggestion } from '../../crd/card.ts';
import { property, text, type JsonObject } from '../../fhir/json.ts';
import { ApiProblem, orderChoices, type HookBody, type OrderChoices } from '../api.ts';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { Tabs } from '../components/tabs.tsx';
import { patientIdOf } from '../hook-body.ts';
import { goTo, hrefTo, type Route } from '../route.ts';
import { useSession } from '../session.tsx';
import { useCardOutcomes } from './card-outcomes.ts';
import { Cards } from './cards.tsx';
import { askedSource, useSource } from './fixture-source.ts';
import { OrderPanel } from './order-panel.tsx';
import { acted } from './suggestion.ts';

const DeterminationView = lazy(() => import('../determination/determination-view.tsx'));
const FormView = lazy(() => import('../form/form-view.tsx'));

/** The order on one side, and what is said of it on the other: as the EHR shows it, as it was decided, as a form. */
export function OrderView({ route }: { readonly route: Route }) {
  const { choices, problem, retry } = useChoices();
  const [filed, setFiled] = useState<readonly JsonObject[]>([]);
  const asked = askedSource(route);
  const source = useSource(asked);
  const { request, asOf, change } = useSession();
  // Panel and answer come together: the one does not move the other.
  const isWaiting = typeof asked === 'object' && request === undefined && source.problem === undefined;
  const accept = (suggestion: Suggestion): void => {
    if (request === undefined) return;
    const next = acted(request, suggestion.actions);
    setFiled([...filed, ...next.filed]);
    change(next.request, asOf);
  };
  return (
    <>
      <div className="intro">
        <h1>What does the payer ask, and what does the chart show?</h1>
        <p>
          A CAR-T order is signed in the EHR. Cartograph reads the chart against the payer’s own criteria and
          says which are met, which are not, from which record, and what is still missing. Choose a patient,
          change the order, sign it.
        </p>
      </div>
      {problem === undefined ? null : (
        <Problem title="There is nothing to choose from" problem={problem} onRetry={retry} />
      )}
      {problem !== undefined ? null : choices === undefined || isWaiting ? (
        <div className="order-waiting">
          <Progress what="Loading patients and policies" />
        </div>
      ) : (
        <div className="order-view">
          <OrderPanel
            {...source}
            route={route}
            choices={choices}
            asked={asked}
            filed={filed.filter((resource) => isAbout(resource, request))}
          />
          <Answer route={route} onAccept={accept} />
        </div>
      )}
    </>
  );
}

/** Of what was filed, what belongs to the patient at hand. */
const isAbout = (resource: JsonObject, request: HookBody | undefined): boolean =>
  request !== undefined &&
  text(property(resource['for'] ?? resource['subject'], 'reference')) ===
    `Patient/${patientIdOf(request) ?? ''}`;

function Answer({
  route,
  onAccept,
}: {
  readonly route: Route;
  readonly onAccept: (suggestion: Suggestion) => void;
}) {
  const { exchange, problem, isRunning, isStale, request, run } = useSession();
  // The service answers without coverage information when its record store is slow or down, and its cards say so.
  const isUnkept =
    exchange !== undefined && JSON.stringify(exchange.answer.cards).includes('could not be recorded');
  const { outcomes, tell } = useCardOutcomes();
  const select = (view: string): void => {
    goTo(hrefTo(route.path, { ...Object.fromEntries(route.query), view }));
  };
  const again = (): void => {
    void run();
  };
  return (
    <section className="answer" aria-label="Answer" aria-busy={isRunning}>
      <div className="answer-state">
        {isRunning ? (
          <Progress what="The service evaluates the order" />
        ) : exchange === undefined ? null : isStale || isUnkept ? (
          <p className="row answer-stale">
            {isStale
              ? 'The order has changed since this answer.'
              : 'The service could not keep a record of this answer: its criteria cannot be shown.'}
            <button type="button" className="button button-small" onClick={again}>
              Sign it again
            </button>
          </p>
        ) : (
          <p className="small quiet">Answered in {Math.round(exchange.milliseconds)} ms</p>
        )}
      </div>
      {problem === undefined ? null : (
        <Problem title="The order was not evaluated" problem={problem} onRetry={again} />
      )}
      {exchange !== undefined ? (
        <Tabs
          label="Views of the answer"
          selected={route.query.get('view') ?? undefined}
          onSelect={select}
          tabs={[
            {
              id: 'cards',
              title: 'In the EHR',
              content: (
                <ErrorBoundary about={exchange}>
                  <Cards route={route} outcomes={outcomes} tell={tell} onAccept={onAccept} />
                </ErrorBoundary>
              ),
            },
            { id: 'determination', title: 'Determination', content: late(<DeterminationView />, exchange) },
            { id: 'form', title: 'Form', content: late(<FormView />, exchange) },
          ]}
        />
      ) : isRunning || problem !== undefined ? null : (
        <p className="empty">
          {request === undefined
            ? 'Once there is a patient and an order to sign, the answer appears here.'
            : 'Sign the order: what the service answers appears here.'}
        </p>
      )}
    </section>
  );
}

function useChoices() {
  const [choices, setChoices] = useState<OrderChoices>();
  const [problem, setProblem] = useState<ApiProblem>();
  const load = useCallback((signal?: AbortSignal) => {
    orderChoices(signal).then(
      (found) => {
        setProblem(undefined);
        setChoices(found);
      },
      (error: unknown) => {
        if (error instanceof ApiProblem) setProblem(error);
      },
    );
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal);
    return () => {
      controller.abort();
    };
  }, [load]);
  return {
    choices,
    problem,
    retry: () => {
      load();
    },
  };
}

const late = (view: ReactNode, about: unknown) => (
  <ErrorBoundary about={about}>
    <Suspense fallback={<Progress what="Loading" />}>{view}</Suspense>
  </ErrorBoundary>
);
