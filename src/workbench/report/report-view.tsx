import { useState } from 'react';
import type { Report } from '../../records/report.ts';
import type { PolicyList } from '../../policy/policy-description.ts';
import { Answered } from '../components/answered.tsx';
import { goTo, hrefTo, useRoute } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { PolicyReport } from './policy-report.tsx';
import '../style/report.css';

/** What the determinations and the feedback on record come to; `?from` and `?to` are days. */
export default function ReportView() {
  const { query } = useRoute();
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  const path = pathOf({ from, to });
  const answer = useAnswer<Report>(path);
  // Names for ids: without them the report stands all the same.
  const names = useAnswer<PolicyList>('policies').body?.policies ?? [];
  return (
    <section className="stack">
      <div>
        <h1>Report</h1>
        <p className="quiet lead">
          What the service has said, and what became of it: counts over every call that this service keeps,
          and nothing of any patient.
        </p>
      </div>
      <Period key={`${from} ${to}`} from={from} to={to} />
      <Answered answer={answer} what="the report">
        {(report) =>
          report.policies.length === 0 ? (
            <p className="empty">
              No determination is on record for this time. <a href={hrefTo([])}>Sign an order</a>, and it is
              counted here.
            </p>
          ) : (
            <>
              <Figures report={report} />
              {report.policies.map((policy) => (
                <PolicyReport key={policy.policy} report={policy} names={names} />
              ))}
              <p className="row">
                <Export href={pathOf({ from, to, format: 'csv' })} name="report.csv" words="Export as CSV" />
                <Export href={path} name="report.json" words="Export as JSON" />
              </p>
            </>
          )
        }
      </Answered>
    </section>
  );
}

function pathOf(query: Readonly<Record<string, string>>): string {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `workbench/report${given === '' ? '' : `?${given}`}`;
}

const Export = ({
  href,
  name,
  words,
}: {
  readonly href: string;
  readonly name: string;
  readonly words: string;
}) => (
  <a className="button" href={href} download={name}>
    {words}
  </a>
);

/** From a day, and before another; empty: without an end. */
function Period({ from, to }: { readonly from: string; readonly to: string }) {
  const [days, setDays] = useState({ from, to });
  return (
    <form
      className="period"
      onSubmit={(event) => {
        event.preventDefault();
        goTo(hrefTo(['report'], { from: days.from || undefined, to: days.to || undefined }));
      }}
    >
      {(['from', 'to'] as const).map((end) => (
        <div key={end}>
          <label htmlFor={`report-${end}`}>{end === 'from' ? 'From' : 'Before'}</label>
          <input
            id={`report-${end}`}
            type="date"
            value={days[end]}
            onChange={({ target }) => {
              setDays({ ...days, [end]: target.value });
            }}
          />
        </div>
      ))}
      <button type="submit" className="button">
        Show
      </button>
    </form>
  );
}

/** The whole at a glance. */
function Figures({ report: { policies, feedback, timeToAnswer } }: { readonly report: Report }) {
  const determinations = policies.reduce((sum, policy) => sum + policy.determinations, 0);
  return (
    <section className="panel" aria-labelledby="figures">
      <h2 id="figures">At a glance</h2>
      <dl className="figures">
        <Figure name="Determinations" value={determinations} />
        <Figure
          name="Time to answer"
          value={timeToAnswer === null ? 'none' : `${timeToAnswer.median} ms`}
          more={timeToAnswer === null ? undefined : `median; 95 of 100 calls within ${timeToAnswer.p95} ms`}
        />
        <Figure name="Cards sent" value={feedback.cards} />
        <Figure name="Accepted" value={feedback.accepted} more={share(feedback.accepted, feedback.cards)} />
        <Figure
          name="Overridden"
          value={feedback.overridden}
          more={share(feedback.overridden, feedback.cards)}
        />
      </dl>
      {feedback.reasons.length === 0 ? (
        <p className="small quiet">Nobody has overridden a card in this time.</p>
      ) : (
        <div>
          <h3>Why cards were overridden</h3>
          <ul role="list" className="counts">
            {feedback.reasons.map(({ reason, count }) => (
              <li key={reason}>
                <span className="figure">{count}</span> {reason.replaceAll('-', ' ')}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

const share = (part: number, whole: number): string | undefined =>
  whole === 0 ? undefined : `${Math.round((100 * part) / whole)} % of the cards`;

function Figure({
  name,
  value,
  more,
}: {
  readonly name: string;
  readonly value: number | string;
  readonly more?: string | undefined;
}) {
  return (
    <div className="figure-tile">
      <dt>{name}</dt>
      <dd className="figure-value">{value}</dd>
      {more === undefined ? null : <dd className="small quiet">{more}</dd>}
    </div>
  );
}
