import type { ReactNode } from 'react';
import type { Requirement } from '../../policy/policy.ts';
import { CodeList } from './fact-entry.tsx';
import type { PolicyReading } from './reading.ts';

const REQUIRED: Readonly<Record<Requirement, string>> = {
  required: 'prior authorization required',
  'not-required': 'no prior authorization',
  unknown: 'the text does not say',
};

/** A policy apart from its criteria: whom it is for, how a request is sent, which products, what is odd in its text. */
export function PolicyFacts({ reading }: { readonly reading: PolicyReading }) {
  const { policy } = reading;
  const { lines, doubtfulLines, excludedLines, priorAuthorization, submit, links, otherwise } = policy;
  const { inpatient, outpatient, byLine } = priorAuthorization;
  return (
    <section className="panel" aria-labelledby="about">
      <h2 id="about">About this policy</h2>
      <dl className="facts-list facts-list-narrow">
        <Row name="Plan lines">
          {lines.join(', ')}
          {doubtfulLines === undefined ? null : (
            <>
              <br />
              In doubt: {doubtfulLines.lines.join(', ')} ({doubtfulLines.anomaly})
            </>
          )}
          {excludedLines === undefined ? null : (
            <>
              <br />
              Left out: {excludedLines.lines.join(', ')}. {excludedLines.because}
            </>
          )}
        </Row>
        <Row name="Inpatient">{REQUIRED[inpatient]}</Row>
        <Row name="Outpatient">{REQUIRED[outpatient]}</Row>
        {byLine.map((rule) => (
          <Row key={rule.lines.join()} name={rule.lines.join(', ')}>
            {[
              rule.inpatient === undefined ? undefined : `inpatient: ${REQUIRED[rule.inpatient]}`,
              rule.outpatient === undefined ? undefined : `outpatient: ${REQUIRED[rule.outpatient]}`,
            ]
              .filter((words) => words !== undefined)
              .join('; ')}
          </Row>
        ))}
        <Row name="How to send">
          {submit.text}
          {submit.portal === undefined ? '' : `. Portal: ${submit.portal}`}
          {submit.fax === undefined ? '' : `. Fax: ${submit.fax}`}
          {submit.faxFor === undefined ? '' : ` (${submit.faxFor})`}
        </Row>
        {submit.forms.length === 0 ? null : (
          <Row name="Forms">
            <ul role="list">
              {submit.forms.map(({ number, title }) => (
                <li key={number}>
                  {number}: {title}
                </li>
              ))}
            </ul>
          </Row>
        )}
        {submit.carries.length === 0 ? null : <Row name="Must carry">{submit.carries.join('; ')}</Row>}
        <Row name="If not met">The payer calls it {otherwise}</Row>
        {links.length === 0 ? null : (
          <Row name="Links">
            <ul role="list">
              {links.map(({ label, url }) => (
                <li key={url}>
                  <a href={url} target="_blank" rel="noreferrer">
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </Row>
        )}
      </dl>
      <div>
        <h3>{policy.isForAnyProduct ? 'Any CAR-T product' : 'Products'}</h3>
        {policy.products.map(({ id, brand, generic, codes }) => (
          <CodeList
            key={id}
            title={`${brand} (${generic})`}
            detail="Codes on an order that name it"
            codes={codes}
            reading={reading}
          />
        ))}
      </div>
      {policy.anomalies.length === 0 ? null : (
        <div>
          <h3>What is odd in the text</h3>
          <dl className="anomalies small">
            {policy.anomalies.map(({ id, text }) => (
              <div key={id}>
                <dt>{id}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </section>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
