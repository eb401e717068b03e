import type { CriterionReport, PolicyReport as Counts } from '../../records/report.ts';
import type { PolicySummary } from '../../policy/policy-description.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { hrefTo } from '../route.ts';

/** The columns of a criterion's counts, in the order of what a clinic can do about them. */
const COLUMNS = [
  ['met', 'Met', 'met'],
  ['notMet', 'Not met', 'not-met'],
  ['documentation', 'Document missing', 'unknown'],
  ['attestation', 'Statement missing', 'unknown'],
  ['review', 'For review', 'unknown'],
  ['dataAccess', 'Not read', 'unknown'],
  ['notApplicable', 'Not applicable', 'not-applicable'],
] as const satisfies readonly (readonly [keyof CriterionReport, string, string])[];

/** What is missing beyond this many stands in a list that opens. */
const MOST_MISSING = 8;

/** The counts of one version of a policy: how often each criterion came out how, and what was missing. */
export function PolicyReport({
  report,
  names,
}: {
  readonly report: Counts;
  readonly names: readonly PolicySummary[];
}) {
  const { policy, determinations, decisions, criteria, missing } = report;
  // Written by the service as id and version.
  const [id = '', version = ''] = policy.split(' ');
  const known = names.find((one) => one.id === id && one.version === version);
  const most = Math.max(1, ...missing.map(({ count }) => count));
  return (
    <section className="panel" aria-label={policy}>
      <div>
        <h2>
          <a href={hrefTo(['policies', `${id}@${version}`])}>{known?.title ?? policy}</a>
        </h2>
        <p className="quiet">
          {known === undefined ? '' : `${known.payer}, version ${version}. `}
          {determinations} {determinations === 1 ? 'determination' : 'determinations'}:{' '}
          {Object.entries(decisions)
            .map(([decision, count]) => `${count} ${decision.replaceAll('-', ' ')}`)
            .join(', ')}
        </p>
      </div>
      {missing.length === 0 ? null : (
        <div className="stack">
          <h3>Missing most often</h3>
          <Missing items={missing.slice(0, MOST_MISSING)} most={most} />
          {missing.length > MOST_MISSING ? (
            <Disclosure title={`${missing.length - MOST_MISSING} more`}>
              <Missing items={missing.slice(MOST_MISSING)} most={most} />
            </Disclosure>
          ) : null}
        </div>
      )}
      <div className="stack">
        <h3>Criterion by criterion</h3>
        {criteria.length === 0 ? (
          <p className="quiet">None was looked at: no indication of the policy could be chosen.</p>
        ) : (
          <div className="scrolled" role="region" aria-label={`Criteria of ${policy}`} tabIndex={0}>
            <table className="table report-table">
              <thead>
                <tr>
                  <th scope="col">Criterion</th>
                  <th scope="col">Share</th>
                  {COLUMNS.map(([key, words]) => (
                    <th key={key} scope="col" className="figure">
                      {words}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {criteria.map((criterion) => (
                  <tr key={criterion.id}>
                    <th scope="row">
                      <a href={hrefTo(['policies', `${id}@${version}`, criterion.id])}>{criterion.title}</a>
                      <span className="report-id">{criterion.id.slice(id.length + 1)}</span>
                    </th>
                    <td>
                      <Shares criterion={criterion} />
                    </td>
                    {COLUMNS.map(([key]) => (
                      <td key={key} className={criterion[key] === 0 ? 'figure quiet' : 'figure'}>
                        {criterion[key]}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </section>
  );
}

/** The figures beside it as a bar: decoration. */
function Shares({ criterion }: { readonly criterion: CriterionReport }) {
  return (
    <span className="shares" aria-hidden="true">
      {COLUMNS.map(([key, , kind]) =>
        criterion[key] === 0 ? null : (
          <span key={key} className={`share share-${kind}`} style={{ flexGrow: criterion[key] }} />
        ),
      )}
    </span>
  );
}

function Missing({ items, most }: { readonly items: Counts['missing']; readonly most: number }) {
  return (
    <ul role="list" className="counts">
      {items.map(({ what, count }) => (
        <li key={what}>
          <span className="figure">{count}</span>
          <span>
            {what}
            <span className="count-bar" aria-hidden="true" style={{ width: `${(100 * count) / most}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
