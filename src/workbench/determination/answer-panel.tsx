import { useId } from 'react';
import type { StoredDetermination } from '../api.ts';
import { numberOf, printedNumber } from '../criterion-number.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { NEEDS_WORDS, Status, type CriterionStatus } from '../components/status.tsx';
import { answerWords, statusCount, tasks } from './answer.ts';

const COUNTED: readonly CriterionStatus[] = ['met', 'not-met', 'unknown', 'not-applicable'];

const AUTHORIZATION_WORDS = {
  required: 'Prior authorization required',
  'not-required': 'No prior authorization required',
  unknown: 'Prior authorization may be required',
} as const;

/** The answer in a sentence, what it is about, and what to do next. @param onCriterion leads to a criterion */
export function AnswerPanel({
  determination,
  onCriterion,
}: {
  readonly determination: StoredDetermination;
  readonly onCriterion: (id: string) => void;
}) {
  const title = useId();
  const { policy, product, setting, asOf, criteria, priorAuthorization, submit, decision } = determination;
  const todo = tasks(criteria);
  const failing = criteria.filter(({ status }) => status === 'not-met');
  return (
    <section className={`panel outcome outcome-${decision}`} aria-labelledby={title}>
      <div>
        <h2 id={title} className="outcome-words">
          {answerWords(determination)}
        </h2>
        <p className="quiet">
          {[
            AUTHORIZATION_WORDS[priorAuthorization],
            `${policy.payer}${policy.number === undefined ? '' : `, policy ${policy.number}`}, version ${policy.version}`,
            product === null ? 'no product named' : product.charAt(0).toUpperCase() + product.slice(1),
            setting === 'unknown' ? 'setting not stated' : setting,
            `as of ${asOf}`,
          ].join(' · ')}
        </p>
      </div>
      {criteria.length === 0 ? null : (
        <ul role="list" className="row" aria-label="Criteria by status">
          {COUNTED.map((status) => ({ status, count: statusCount(criteria, status) }))
            .filter(({ count }) => count > 0)
            .map(({ status, count }) => (
              <li key={status} className="outcome-count">
                <strong>{count}</strong> <Status status={status} />
              </li>
            ))}
        </ul>
      )}
      {failing.length === 0 ? null : (
        <div className="stack">
          <ul role="list" className="outcome-tasks outcome-tasks-failing">
            {failing.map(({ id, title: name }) => (
              <li key={id}>
                <span>
                  Not met: {name} <CriterionLink id={id} onCriterion={onCriterion} />
                </span>
              </li>
            ))}
          </ul>
          <p className="small quiet">
            The records behind it stand below. Where one is wrong or something is missing from the chart, put
            that right and sign again; whether to make an exception is the payer’s to say.
          </p>
        </div>
      )}
      {todo.length === 0 ? null : (
        <Disclosure
          title={`${failing.length === 0 ? 'What to do' : 'Also open'}: ${todo.length} item${todo.length === 1 ? '' : 's'}`}
          isOpen={failing.length === 0}
        >
          <ul role="list" className="outcome-tasks">
            {todo.map(({ what, needs, criteria: waiting }) => (
              <li key={what}>
                <span>{what}</span>
                <span className="small quiet">
                  {NEEDS_WORDS[needs]} ·{' '}
                  {waiting.map((id) => (
                    <CriterionLink key={id} id={id} onCriterion={onCriterion} />
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
      <Disclosure title="How the request is sent">
        <p>{submit.text}.</p>
        <ul className="plain-list">
          {submit.forms.map(({ number, title: name }) => (
            <li key={number}>
              Form {number}: {name}
            </li>
          ))}
          {submit.carries.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      </Disclosure>
    </section>
  );
}

function CriterionLink({
  id,
  onCriterion,
}: {
  readonly id: string;
  readonly onCriterion: (id: string) => void;
}) {
  const number = printedNumber(numberOf(id));
  return (
    <button
      type="button"
      className="link-button"
      onClick={() => {
        onCriterion(id);
      }}
    >
      {number === undefined ? 'this criterion' : `criterion ${number}`}
    </button>
  );
}
