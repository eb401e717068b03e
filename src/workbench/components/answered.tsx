import type { ReactNode } from 'react';
import type { Answer } from '../use-answer.ts';
import { Problem } from './problem.tsx';
import { Progress } from './progress.tsx';

/** What was asked of the service: progress while it is under way, the problem with another try, or what it is. */
export function Answered<Body>({
  answer,
  what,
  children,
}: {
  readonly answer: Answer<Body>;
  /** What is asked for, such as `the policies`. */
  readonly what: string;
  readonly children: (body: Body) => ReactNode;
}) {
  const { body, problem, retry } = answer;
  if (problem !== undefined)
    return (
      <Problem title={`The service did not give ${what}`} problem={problem}>
        <p>
          <button type="button" className="button" onClick={retry}>
            Try again
          </button>
        </p>
      </Problem>
    );
  return body === undefined ? <Progress what={`Fetching ${what}`} /> : children(body);
}
