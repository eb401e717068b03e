import type { Decision } from '../../engine/determination.ts';
import type { ApiProblem, StoredDetermination } from '../api.ts';
import { EntryHeading } from '../components/entry-heading.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { Status } from '../components/status.tsx';
import type { Change } from './changes.ts';

/** A form that the service has taken. */
export interface Saved {
  readonly title: string;
}

const DECISIONS: Readonly<Record<Decision, string>> = {
  'criteria-met': 'All criteria are met.',
  'documentation-needed': 'Something is still missing.',
  'criteria-not-met': 'A criterion is not met.',
  'no-covered-indication': 'No covered indication fits.',
};

/** What became of a completed form: the determination as it is now, and what the answers changed in it. */
export function SavedForm({
  saved,
  determination,
  changes,
  isRunning,
  problem,
  onAgain,
}: {
  readonly saved: Saved;
  readonly determination: StoredDetermination;
  readonly changes: readonly Change[];
  readonly isRunning: boolean;
  readonly problem: ApiProblem | undefined;
  readonly onAgain: () => void;
}) {
  return (
    <section className="panel" aria-labelledby="form-title">
      <EntryHeading id="form-title">Form sent</EntryHeading>
      <div role="status" className="stack">
        <p className="quiet">{saved.title}</p>
        {isRunning ? <Progress what="The order is signed again, with these answers" /> : null}
        {isRunning || problem !== undefined ? null : (
          <p>
            <strong>{DECISIONS[determination.decision]}</strong>{' '}
            {changes.length === 0
              ? 'The answers changed no criterion.'
              : `The answers changed ${changes.length === 1 ? 'one criterion' : `${changes.length} criteria`}:`}
          </p>
        )}
      </div>
      {problem === undefined ? null : <Problem title="The order was not evaluated again" problem={problem} />}
      {isRunning || changes.length === 0 ? null : (
        <ul role="list" className="changes">
          {changes.map(({ before, after }) => (
            <li key={after.id} className="change">
              <span>{after.title}</span>
              <span className="row">
                <Status status={before.status} needs={before.needs} />
                <span aria-hidden="true">→</span>
                <span className="visually-hidden">is now</span>
                <Status status={after.status} needs={after.needs} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="row">
        <button type="button" className="button" disabled={isRunning} onClick={onAgain}>
          Open the form again
        </button>
      </p>
    </section>
  );
}
