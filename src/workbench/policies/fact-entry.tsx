import { useState } from 'react';
import type { FactDescription, RecordDescription } from '../../policy/fact-description.ts';
import type { ListedCoding } from '../../fhir/terminology.ts';
import type { PolicyReading } from './reading.ts';
import { counted, spaced } from './words.ts';

/** A question to the chart: which records answer it, and how. */
export function FactEntry({ name, reading }: { readonly name: string; readonly reading: PolicyReading }) {
  const fact = reading.fact(name);
  if (fact === undefined) return null;
  const { ask, rules, evidence, missing } = fact;
  return (
    <article className="fact stack" aria-label={spaced(name)}>
      <div>
        <h4>{ask}</h4>
        <p className="small quiet">
          Fact <code>{name}</code>
        </p>
      </div>
      {rules.map((rule) => (
        <p key={rule} className="small">
          {rule}.
        </p>
      ))}
      {evidence.map(({ role, records }) => (
        <div key={role}>
          <h5>{role}</h5>
          <ul className="records small">
            {records.map((record, index) => (
              <li key={index}>
                <RecordWords record={record} reading={reading} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {missing === undefined ? null : <p className="small">Wanted where it is open: {missing}.</p>}
      <ValueSets fact={fact} reading={reading} />
    </article>
  );
}

function RecordWords({
  record,
  reading,
}: {
  readonly record: RecordDescription;
  readonly reading: PolicyReading;
}) {
  const titles = (ids: readonly string[]): string =>
    ids.map((id) => reading.valueSet(id)?.title ?? id).join('; ');
  const { resources, code, value, words, where, limits } = record;
  return (
    <>
      {resources.join(', ')}
      {code.length === 0 ? null : <> coded in {titles(code)}</>}
      {words.length === 0 ? null : (
        <>
          {code.length === 0 ? '' : ' or'} saying “{words.join('”, “')}”
        </>
      )}
      {value.length === 0 ? null : <>, value in {titles(value)}</>}
      {limits.length === 0 ? null : `; ${limits.join('; ')}`}
      {where === undefined ? null : (
        <>
          ; where <code>{where}</code>
        </>
      )}
    </>
  );
}

function ValueSets({ fact, reading }: { readonly fact: FactDescription; readonly reading: PolicyReading }) {
  const sets = fact.valueSets.flatMap((id) => reading.valueSet(id) ?? []);
  if (sets.length === 0) return null;
  return (
    <div>
      <h5>Value sets</h5>
      {sets.map(({ id, title, version, codes }) => (
        <CodeList
          key={id}
          title={title}
          detail={`${id}, version ${version}`}
          codes={codes}
          reading={reading}
        />
      ))}
    </div>
  );
}

/** Codes with system and display, laid out when they are asked for: a set may hold hundreds. */
export function CodeList({
  title,
  detail,
  codes,
  reading,
}: {
  readonly reading: PolicyReading;
  readonly title: string;
  readonly detail: string;
  readonly codes: readonly ListedCoding[];
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className="disclosure"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary>
        {title} <span className="small quiet">({counted(codes.length, 'code')})</span>
      </summary>
      {isOpen ? (
        <>
          <p className="small quiet">{detail}</p>
          <div className="scrolled" role="region" aria-label={`Codes: ${title}`} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">System</th>
                  <th scope="col">Code</th>
                  <th scope="col">Display</th>
                </tr>
              </thead>
              <tbody>
                {codes.map(({ system, code, display }) => (
                  <tr key={`${system}|${code}`}>
                    <td>{reading.systemName(system)}</td>
                    <td>
                      <code>{code}</code>
                    </td>
                    <td>{display}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
    </details>
  );
}
