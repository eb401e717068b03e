import { useEffect, useId, useState } from 'react';
import { fixtureNames, fixtureRequest, ApiProblem } from '../api.ts';
import { Problem } from '../components/problem.tsx';
import { goTo, hrefTo, useRoute } from '../route.ts';
import { useSession } from '../session.tsx';

/** Which patient, which order; and the button that signs it. */
export function OrderPanel() {
  const { path, query } = useRoute();
  const { choose, run, request, isRunning } = useSession();
  const [names, setNames] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<ApiProblem>();
  const select = useId();
  const chosen = query.get('patient') ?? '';

  useEffect(() => {
    const controller = new AbortController();
    fixtureNames(controller.signal).then(setNames, (error: unknown) => {
      if (error instanceof ApiProblem) setProblem(error);
    });
    return () => {
      controller.abort();
    };
  }, []);
  useEffect(() => {
    if (chosen === '') return;
    const controller = new AbortController();
    fixtureRequest(chosen, controller.signal).then(
      (found) => {
        setProblem(undefined);
        choose(found);
      },
      (error: unknown) => {
        if (error instanceof ApiProblem) setProblem(error);
      },
    );
    return () => {
      controller.abort();
    };
  }, [chosen, choose]);

  return (
    <section className="panel" aria-labelledby={`${select}-title`}>
      <h1 id={`${select}-title`}>Order</h1>
      {problem === undefined ? null : <Problem title="The patient could not be loaded" problem={problem} />}
      <div>
        <label htmlFor={select}>Patient</label>
        <select
          id={select}
          value={chosen}
          onChange={(event) => {
            goTo(hrefTo(path, { ...Object.fromEntries(query), patient: event.target.value }));
          }}
        >
          <option value="" disabled>
            Choose a synthetic patient
          </option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name.replaceAll('-', ' ')}
            </option>
          ))}
        </select>
      </div>
      <button
        type="button"
        className="button button-primary"
        disabled={request === undefined || isRunning}
        onClick={() => {
          void run();
        }}
      >
        Sign order
      </button>
    </section>
  );
}
