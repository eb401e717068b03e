import { useEffect, useState } from 'react';
import { ApiProblem, fixtureRequest, patientChoice, type PatientChoice } from '../api.ts';
import type { Route } from '../route.ts';
import { useSession } from '../session.tsx';

/** Where the request at hand comes from: a fixture by name, or what the reader brings. */
export type Source = 'server' | 'request' | { readonly fixture: string };

/** The patient that the page begins with: one of whom the chart shows what is met, what is not, and what is open. */
const FIRST = 'mcl-prior-car-t-trial';

/** What the URL asks for. */
export function askedSource({ query }: Route): Source {
  const source = query.get('source');
  return source === 'server' || source === 'request' ? source : { fixture: query.get('patient') ?? FIRST };
}

export const isSame = (one: Source | undefined, other: Source): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The source at hand; a fixture that the URL asks for is loaded, and its order signed. */
export function useSource(asked: Source) {
  const { chooseAndRun } = useSession();
  const [held, hold] = useState<Source>();
  const [patient, setPatient] = useState<PatientChoice>();
  const [failed, setFailed] = useState<{ readonly name: string; readonly problem: ApiProblem }>();
  const [attempt, setAttempt] = useState(0);
  const wanted = typeof asked === 'object' && !isSame(held, asked) ? asked.fixture : undefined;
  useEffect(() => {
    if (wanted === undefined) return;
    const controller = new AbortController();
    Promise.all([fixtureRequest(wanted, controller.signal), patientChoice(wanted, controller.signal)]).then(
      ([request, chosen]) => {
        hold({ fixture: wanted });
        setPatient(chosen);
        setFailed(undefined);
        void chooseAndRun(request, chosen.signedOn);
      },
      (error: unknown) => {
        if (error instanceof ApiProblem) setFailed({ name: wanted, problem: error });
      },
    );
    return () => {
      controller.abort();
    };
  }, [wanted, chooseAndRun, attempt]);
  return {
    held,
    hold,
    /** The fixture's; the one before, while the next is on its way. */
    patient,
    problem: wanted !== undefined && failed?.name === wanted ? failed.problem : undefined,
    retry: () => {
      setAttempt((count) => count + 1);
    },
  };
}
