import type { ReactNode } from 'react';
import type { ApiProblem } from '../api.ts';

/** What went wrong, in the service's words, and what can be done. @param title such as `The order could not be evaluated` */
export function Problem({
  title,
  problem,
  onRetry,
  children,
}: {
  readonly title: string;
  readonly problem: ApiProblem;
  /** Undefined: it is tried again elsewhere. */
  readonly onRetry?: () => void;
  /** What to do about it, beside what the kind of failure says. */
  readonly children?: ReactNode;
}) {
  const advice = adviceFor(problem);
  const place = problem.path?.startsWith('(') === true ? undefined : problem.path;
  // Of one kind of message the place is the subject: "context.patientId is missing".
  const isOfPlace = /^(is|are|has|must|may)\b/.test(problem.message);
  return (
    <div className="problem stack-tight" role="alert">
      <p className="problem-title">{title}</p>
      {problem.issues.length > 1 ? (
        <ul>
          {problem.issues.map((issue) => (
            <li key={issue}>{issue}</li>
          ))}
        </ul>
      ) : place !== undefined && isOfPlace ? (
        <p>
          <code>{place}</code> {problem.message}.
        </p>
      ) : (
        <p>{sentence(problem.message)}</p>
      )}
      {place === undefined || isOfPlace ? null : (
        <p className="small quiet">
          Place in the request: <code>{place}</code>
        </p>
      )}
      {advice === undefined ? null : <p>{advice}</p>}
      {children}
      {onRetry === undefined || !mayPass(problem) ? null : (
        <p>
          <button type="button" className="button button-small" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** The service's messages begin small and have no full stop. */
const sentence = (message: string): string => {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
};

/** True of what another try may mend: a mistake in the request stays one. */
const mayPass = ({ status }: ApiProblem): boolean => status === undefined || status === 429 || status >= 500;

/** By HTTP status. */
function adviceFor({ status, code }: ApiProblem): string | undefined {
  if (code === 'page') return undefined;
  if (status === undefined) return 'Start it with npm start, then try again. Nothing on this page is lost.';
  if (status === 401 || status === 403)
    return 'The service wants a signed call. The workbench belongs to sandbox mode, where calls are unsigned.';
  if (status === 429 || status === 503)
    return 'It is busy, or has just been started: try again in a few seconds.';
  if (status >= 500) return 'The cause is in the log of the service. The order itself is not touched.';
  return undefined;
}
