import type { ReactNode } from 'react';
import type { ApiProblem } from '../api.ts';

/** What went wrong, in the service's words, and what can be done. @param title such as `The order could not be evaluated` */
export function Problem({
  title,
  problem,
  children,
}: {
  readonly title: string;
  readonly problem: ApiProblem;
  /** What to do about it. */
  readonly children?: ReactNode;
}) {
  return (
    <div className="problem stack" role="alert">
      <p className="problem-title">{title}</p>
      <p>{problem.message}</p>
      {problem.path === undefined ? null : (
        <p className="small quiet">
          Place in the request: <code>{problem.path}</code>
        </p>
      )}
      {children}
    </div>
  );
}
