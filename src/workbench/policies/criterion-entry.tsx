import type { AnomalyReference } from '../../policy/policy.ts';
import type { CriterionDescription } from '../../policy/policy-description.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { Status } from '../components/status.tsx';
import { numberOf, printedNumber } from '../criterion-number.ts';
import { hrefTo } from '../route.ts';
import { FactEntry } from './fact-entry.tsx';
import { STATES, type PolicyReading, type Shown, type State } from './reading.ts';
import { counted, PARTS, spaced, thresholdWords, withinWords } from './words.ts';

/** Where an anomaly touches a criterion only sometimes. */
const ONLY: Readonly<Record<AnomalyReference['only'], string>> = {
  always: '',
  'when-open': ' (while it is open)',
  'when-review': ' (where it must be reviewed)',
  'when-guard-open': ' (while it is open whether it applies)',
  'when-met': ' (where it is met)',
};

interface Place {
  /** Id of the indication. */
  readonly indication: string;
  readonly reading: PolicyReading;
  /** Whole id of the criterion that is looked at. */
  readonly selected: string | undefined;
}

/** A criterion with its parts; the one that is looked at shows what stands behind it. */
export function CriterionEntry({
  criterion,
  ...place
}: { readonly criterion: CriterionDescription } & Place) {
  const { indication, reading, selected } = place;
  const { id, title, locator, test } = criterion;
  const { policy } = reading;
  const isSelected = id !== undefined && id === selected;
  const parts = 'parts' in test ? test.parts : [];
  return (
    <li className={isSelected ? 'criterion criterion-selected' : 'criterion'}>
      {id === undefined ? (
        <UnnumberedPart criterion={criterion} reading={reading} />
      ) : (
        <div id={`criterion ${id}`} className="criterion-head">
          <p>
            <CriterionNumber id={id} />
            <a
              className="criterion-title"
              href={hrefTo(['policies', `${policy.id}@${policy.version}`, id], { indication })}
              aria-current={isSelected ? 'true' : undefined}
            >
              {title}
            </a>
          </p>
          <p className="small quiet">
            {locator} · <code>{id.slice(policy.id.length + 1)}</code>
          </p>
          <TestCounts id={id} {...place} />
        </div>
      )}
      {isSelected ? <CriterionDetails criterion={criterion} id={id} {...place} /> : null}
      {parts.length > 0 && 'parts' in test ? (
        <>
          <p className="small quiet">{PARTS[test.kind]}</p>
          <ul role="list" className="criteria">
            {parts.map((part, index) => (
              <CriterionEntry key={part.id ?? index} criterion={part} {...place} />
            ))}
          </ul>
        </>
      ) : null}
    </li>
  );
}

/** As the policy prints it; a part that has a word instead has its title. */
function CriterionNumber({ id }: { readonly id: string }) {
  const number = printedNumber(numberOf(id));
  return number === undefined ? null : (
    <>
      <span className="criterion-number">{number}</span>{' '}
    </>
  );
}

/** A part without a number of its own: what it asks is all there is to it. */
function UnnumberedPart({
  criterion: { test, when },
  reading,
}: {
  readonly criterion: CriterionDescription;
  readonly reading: PolicyReading;
}) {
  const guard = when === undefined ? '' : ` Where: ${reading.fact(when)?.ask ?? when}`;
  switch (test.kind) {
    case 'fact':
      return (
        <p>
          {reading.fact(test.fact)?.ask ?? test.fact}
          {test.comparison === undefined ? '' : ` Must be ${thresholdWords(test.comparison)}.`}
          {guard}
        </p>
      );
    case 'attest':
      return <p>A clinician states it.{guard}</p>;
    case 'review':
      return <p>A person must look: {test.reason}</p>;
    case 'all':
    case 'any':
    case 'none':
    case 'readings':
      return guard === '' ? null : <p>{guard.trim()}</p>;
  }
}

function CriterionDetails({
  criterion,
  id,
  indication,
  reading,
}: { readonly criterion: CriterionDescription; readonly id: string } & Place) {
  const { test, when, within, attestable, missing, anomalies, signals } = criterion;
  const asked = factsBehind(criterion);
  return (
    <div className="criterion-details stack">
      <dl className="facts-list">
        {test.kind === 'fact' ? (
          <Row name="Asks">
            {reading.fact(test.fact)?.ask ?? test.fact}
            {test.comparison === undefined ? null : <> Must be {thresholdWords(test.comparison)}.</>}
          </Row>
        ) : null}
        {test.kind === 'attest' ? (
          <Row name="Asks">A clinician’s statement: no record settles it.</Row>
        ) : null}
        {test.kind === 'review' ? <Row name="Asks">A person’s review: {test.reason}</Row> : null}
        {attestable && test.kind !== 'attest' ? (
          <Row name="Statement">A clinician’s statement can close it as well.</Row>
        ) : null}
        {when === undefined ? null : (
          <Row name="Applies">Unless the answer is no: {reading.fact(when)?.ask ?? when}</Row>
        )}
        {within === undefined ? null : <Row name="When">{withinWords(within)}.</Row>}
        {missing === undefined ? null : <Row name="If missing">{missing}</Row>}
        {signals.length === 0 ? null : (
          <Row name="Shown beside it">{signals.map(spaced).join(', ')}; never decisive.</Row>
        )}
      </dl>
      {anomalies.map((anomaly) => (
        <p key={anomaly.id} className="policy-anomaly">
          {anomaly.id}
          {ONLY[anomaly.only]}: {reading.anomaly(anomaly.id)}
        </p>
      ))}
      {asked.length === 0 ? null : (
        <section className="stack">
          <h3>What is asked of the chart</h3>
          {asked.map((name) => (
            <FactEntry key={name} name={name} reading={reading} />
          ))}
        </section>
      )}
      <TestCases id={id} indication={indication} reading={reading} />
    </div>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Facts of a criterion and of its unnumbered parts; a numbered part shows its own. */
function factsBehind({ test, when, within, signals }: CriterionDescription): readonly string[] {
  const own = test.kind === 'fact' ? [test.fact] : [];
  const below =
    'parts' in test ? test.parts.flatMap((part) => (part.id === undefined ? factsBehind(part) : [])) : [];
  return [
    ...new Set([
      ...own,
      ...below,
      ...(when === undefined ? [] : [when]),
      ...(within === undefined ? [] : [within.therapy]),
      ...signals,
    ]),
  ];
}

const STATE_WORDS: Readonly<Record<State, string>> = {
  met: 'met',
  'not-met': 'not met',
  unknown: 'unknown',
  'not-applicable': 'not applicable',
};

function TestCounts({ id, indication, reading }: { readonly id: string } & Place) {
  const tests = reading.tests(id, indication);
  if (tests === undefined) return null;
  return (
    <p className="small quiet">
      Tested:{' '}
      {STATES.flatMap((state) => {
        const cases = tests[state];
        return cases === null ? [] : [`${STATE_WORDS[state]} in ${cases.length}`];
      }).join(', ')}
    </p>
  );
}

/** Longer lists tell by their first ones. */
const MOST_CASES = 12;

function TestCases({ id, indication, reading }: { readonly id: string } & Omit<Place, 'selected'>) {
  const tests = reading.tests(id, indication);
  if (tests === undefined)
    return <p className="quiet">No test cases have been counted for this version of the policy.</p>;
  return (
    <section className="stack">
      <h3>Test cases</h3>
      {STATES.map((state) => {
        const cases = tests[state];
        return (
          <div key={state}>
            {cases === null ? (
              <p className="row">
                <Status status={state} />
                <span className="small quiet">It can never be that.</span>
              </p>
            ) : cases.length === 0 ? (
              <p className="row">
                <Status status={state} />
                <span className="small">No test case shows it.</span>
              </p>
            ) : (
              <Disclosure
                title={
                  <>
                    <Status status={state} /> {counted(cases.length, 'test case')}
                  </>
                }
              >
                <Cases cases={cases} />
              </Disclosure>
            )}
          </div>
        );
      })}
    </section>
  );
}

function Cases({ cases }: { readonly cases: readonly Shown[] }) {
  const rest = cases.length - MOST_CASES;
  return (
    <>
      <ul className="cases small">
        {cases.slice(0, MOST_CASES).map(({ name, story }) => (
          <li key={name}>
            <code>{name}</code>: {story}
          </li>
        ))}
      </ul>
      {rest > 0 ? <p className="small quiet">and {rest} more</p> : null}
    </>
  );
}
