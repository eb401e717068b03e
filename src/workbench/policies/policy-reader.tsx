import { useEffect, useMemo } from 'react';
import type {
  CriterionDescription,
  IndicationDescription,
  ReadPolicy,
} from '../../policy/policy-description.ts';
import { Answered } from '../components/answered.tsx';
import { hrefTo } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { CriterionEntry } from './criterion-entry.tsx';
import { PolicyFacts } from './policy-facts.tsx';
import { PolicyReading } from './reading.ts';
import { daysInForce } from './words.ts';

/** One policy, whole. @param name `<id>@<version>`, or the id for its newest version */
export function PolicyReader({
  name,
  criterion,
  indication,
}: {
  readonly name: string;
  /** Whole id of the criterion that is looked at. */
  readonly criterion: string | undefined;
  readonly indication: string | undefined;
}) {
  const answer = useAnswer<ReadPolicy>(`policies/${encodeURIComponent(name)}`);
  return (
    <section className="stack">
      <p>
        <a href={hrefTo(['policies'])}>All policies</a>
      </p>
      <Answered answer={answer} what="the policy">
        {(policy) => <Policy policy={policy} criterion={criterion} indication={indication} />}
      </Answered>
    </section>
  );
}

const holds = (criteria: readonly CriterionDescription[], id: string): boolean =>
  criteria.some(
    (criterion) => criterion.id === id || ('parts' in criterion.test && holds(criterion.test.parts, id)),
  );

function Policy({
  policy,
  criterion,
  indication,
}: {
  readonly policy: ReadPolicy;
  readonly criterion: string | undefined;
  readonly indication: string | undefined;
}) {
  const { id, version, title, payer, number, indications, versions } = policy;
  const reading = useMemo(() => new PolicyReading(policy), [policy]);
  const holding =
    criterion === undefined ? undefined : indications.find(({ criteria }) => holds(criteria, criterion));
  const shown = indications.find((one) => one.id === indication) ?? holding ?? indications[0];
  const isLost = criterion !== undefined && holding === undefined;

  useEffect(() => {
    if (criterion === undefined) return;
    document.getElementById(`criterion ${criterion}`)?.scrollIntoView({ block: 'start' });
  }, [criterion]);

  return (
    <>
      <header>
        <h1>{title}</h1>
        <p className="quiet">
          {payer}
          {number === undefined ? '' : `, policy ${number}`}. Version {version}, {daysInForce(policy)}.
        </p>
        {versions.length > 1 ? (
          <p className="row small">
            Versions on file:
            {versions.map((one) => (
              <a
                key={one.version}
                href={hrefTo(['policies', `${id}@${one.version}`])}
                aria-current={one.version === version ? 'true' : undefined}
              >
                {one.version}, {daysInForce(one)}
              </a>
            ))}
          </p>
        ) : null}
      </header>
      {isLost ? (
        <p className="problem" role="alert">
          This version of the policy has no criterion <code>{criterion}</code>.
        </p>
      ) : null}
      <div className="policy">
        <aside className="stack policy-side">
          {indications.length > 1 ? (
            <nav className="panel" aria-label="Indications">
              <h2>Indications</h2>
              <ul role="list" className="policy-indications">
                {indications.map((one) => (
                  <li key={one.id}>
                    <a
                      href={hrefTo(['policies', `${id}@${version}`], { indication: one.id })}
                      aria-current={one === shown ? 'true' : undefined}
                    >
                      {one.title}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          ) : null}
          <PolicyFacts reading={reading} />
        </aside>
        {shown === undefined ? null : (
          <IndicationCriteria reading={reading} indication={shown} selected={criterion} />
        )}
      </div>
    </>
  );
}

function IndicationCriteria({
  reading,
  indication,
  selected,
}: {
  readonly reading: PolicyReading;
  readonly indication: IndicationDescription;
  readonly selected: string | undefined;
}) {
  const { policy } = reading;
  const brands = policy.products
    .filter(({ id }) => indication.products.includes(id))
    .map(({ brand }) => brand);
  return (
    <section className="panel policy-criteria" aria-labelledby="indication">
      <div>
        <h2 id="indication">{indication.title}</h2>
        <p className="quiet small">
          {policy.isForAnyProduct ? `Any product: ${brands.join(', ')}` : brands.join(', ')}
          {indication.diseases.length === 0
            ? '. The text names no disease.'
            : `. For ${indication.diseases.map(({ names, id }) => names[0] ?? id).join(', ')}.`}
        </p>
      </div>
      {indication.anomalies.map((anomaly) => (
        <p key={anomaly} className="policy-anomaly">
          {anomaly}: {reading.anomaly(anomaly)}
        </p>
      ))}
      <ul role="list" className="criteria">
        {indication.criteria.map((criterion, index) => (
          <CriterionEntry
            key={criterion.id ?? index}
            criterion={criterion}
            indication={indication.id}
            reading={reading}
            selected={selected}
          />
        ))}
      </ul>
    </section>
  );
}
