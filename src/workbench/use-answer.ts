import { useEffect, useState } from 'react';
import { getJson, type ApiProblem } from './api.ts';
import { asProblem } from './session.tsx';

/** What the service answers at a path: under way, there, or not to be had. */
export interface Answer<Body> {
  /** Of the path asked for; undefined until it is there. */
  readonly body: Body | undefined;
  readonly problem: ApiProblem | undefined;
  readonly retry: () => void;
}

interface Found<Body> {
  readonly path: string;
  readonly body?: Body;
  readonly problem?: ApiProblem;
}

/** @param path relative, such as `policies`; another one is another answer */
export function useAnswer<Body>(path: string): Answer<Body> {
  const [found, setFound] = useState<Found<Body>>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    getJson(path, controller.signal).then(
      (body) => {
        setFound({ path, body: body as Body });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setFound({ path, problem: asProblem(error) });
      },
    );
    return () => {
      controller.abort();
    };
  }, [path, attempt]);
  const current = found?.path === path ? found : undefined;
  return {
    body: current?.body,
    problem: current?.problem,
    retry: () => {
      setFound(undefined);
      setAttempt(attempt + 1);
    },
  };
}
