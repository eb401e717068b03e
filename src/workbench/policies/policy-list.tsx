import type { PolicyList as List, PolicySummary } from '../../policy/policy-description.ts';
import { Answered } from '../components/answered.tsx';
import { hrefTo } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { counted, daysInForce } from './words.ts';

/** Every policy on file, by payer. */
export function PolicyList() {
  const answer = useAnswer<List>('policies');
  return (
    <section className="stack">
      <div>
        <h1>Policies</h1>
        <p className="quiet lead">
          What each payer asks before CAR-T therapy, as the service applies it: every criterion with its place
          in the payer’s text, the questions put to the chart, the codes that answer them, and the cases it is
          tested with.
        </p>
      </div>
      <Answered answer={answer} what="the policies">
        {({ policies }) =>
          [...Map.groupBy(policies, ({ payer }) => payer)].map(([payer, theirs]) => (
            <section key={payer} className="stack" aria-label={payer}>
              <h2>{payer}</h2>
              <ul role="list" className="policy-cards">
                {theirs.map((policy) => (
                  <li key={`${policy.id}@${policy.version}`}>
                    <PolicyCard policy={policy} />
                  </li>
                ))}
              </ul>
            </section>
          ))
        }
      </Answered>
    </section>
  );
}

function PolicyCard({ policy }: { readonly policy: PolicySummary }) {
  const { id, version, title, products, indications, criteria } = policy;
  return (
    <a className="panel policy-card" href={hrefTo(['policies', `${id}@${version}`])}>
      <span className="policy-card-title">{title}</span>
      <span className="quiet">{products.join(', ')}</span>
      <span className="small quiet">
        {counted(indications, 'indication')}, {counted(criteria, 'criterion', 'criteria')}
        <br />
        Version {version}, {daysInForce(policy)}
      </span>
    </a>
  );
}
