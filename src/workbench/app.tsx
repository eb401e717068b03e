import { Activity, lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import icon from './style/icon.svg';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { Progress } from './components/progress.tsx';
import { OrderView } from './order/order-view.tsx';
import { hrefTo, useRoute, type Route } from './route.ts';
import { SessionProvider } from './session.tsx';

/** The other views come when they are asked for: the first one does not wait for them. */
const PoliciesView = lazy(() => import('./policies/policies-view.tsx'));
const ReportView = lazy(() => import('./report/report-view.tsx'));
const IntegratorsView = lazy(() => import('./integrators/integrators-view.tsx'));

interface Place {
  /** First part of the fragment's path. */
  readonly path: string;
  readonly title: string;
  /** Undefined: the order view, which stays when it is left. */
  readonly view?: ReactNode;
}

const ORDER: Place = { path: '', title: 'Order' };
const PLACES: readonly Place[] = [
  ORDER,
  { path: 'policies', title: 'Policies', view: <PoliciesView /> },
  { path: 'report', title: 'Report', view: <ReportView /> },
  { path: 'integrators', title: 'For integrators', view: <IntegratorsView /> },
];

export function App() {
  return (
    <SessionProvider>
      <Frame />
    </SessionProvider>
  );
}

function Frame() {
  const route = useRoute();
  const place = PLACES.find((known) => known.path === (route.path[0] ?? '')) ?? ORDER;
  // Where the order view was left, and is found again: with its patient, order, answer and whatever was begun.
  const [orderRoute, setOrderRoute] = useState<Route>();
  if (place === ORDER && orderRoute !== route) setOrderRoute(route);
  const main = useRef<HTMLElement>(null);
  const shown = useRef(place);
  useEffect(() => {
    document.title = `${place.title} · Cartograph`;
    // Who reads by ear or goes by keyboard goes on in the new view; on the first load focus stays where it is.
    if (shown.current !== place) main.current?.focus();
    shown.current = place;
  }, [place]);
  return (
    <div className="frame">
      <button
        type="button"
        className="skip button"
        onClick={() => {
          main.current?.focus();
        }}
      >
        Skip to content
      </button>
      <header className="header">
        <a className="brand" href={hrefTo([])}>
          <img src={icon} alt="" width="28" height="28" />
          Cartograph
        </a>
        <nav className="navigation" aria-label="Views">
          {PLACES.map((known) => (
            <a
              key={known.path}
              href={known === ORDER ? hrefOf(orderRoute) : hrefTo([known.path])}
              aria-current={known === place ? 'page' : undefined}
            >
              {known.title}
            </a>
          ))}
        </nav>
      </header>
      <main className="main" ref={main} tabIndex={-1}>
        {orderRoute === undefined ? null : (
          <Activity mode={place === ORDER ? 'visible' : 'hidden'}>
            <ErrorBoundary>
              <OrderView route={orderRoute} />
            </ErrorBoundary>
          </Activity>
        )}
        {place === ORDER ? null : (
          <ErrorBoundary key={place.path}>
            <Suspense fallback={<Progress what="Loading" />}>{place.view}</Suspense>
          </ErrorBoundary>
        )}
      </main>
      <footer className="footer">
        Sandbox: synthetic patients, nothing leaves this machine but queries to a FHIR server that you name.
        Cartograph shows what a policy asks and what the record proves; coverage is the payer’s decision.
      </footer>
    </div>
  );
}

const hrefOf = (route: Route | undefined): string =>
  route === undefined ? hrefTo([]) : hrefTo(route.path, Object.fromEntries(route.query));
