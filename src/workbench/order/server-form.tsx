import { useId, useState } from 'react';
import type { OrderChoices } from '../api.ts';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { objects, text, texts } from '../../fhir/json.ts';
import { today } from './today.ts';
import { useSession } from '../session.tsx';
import { requestFor } from './order-draft.ts';
import { ageOn } from './person.ts';

/** A patient of any FHIR R4 server, whom the service reads; the token is in this page's memory and nowhere else. */
export function ServerForm({
  choices,
  isConnected,
  onConnect,
}: {
  readonly choices: OrderChoices;
  readonly isConnected: boolean;
  readonly onConnect: () => void;
}) {
  const id = useId();
  const { choose } = useSession();
  const [fhirServer, setFhirServer] = useState('');
  const [patientId, setPatientId] = useState('');
  return (
    <>
      <form
        className="stack-tight"
        onSubmit={(event) => {
          event.preventDefault();
          const [product] = choices.products;
          if (product === undefined) return;
          // Read from the field when it is needed: React would write its value into the document.
          const token = new FormData(event.currentTarget).get('token');
          const patient = {
            fhirServer: fhirServer.trim(),
            patientId: patientId.trim(),
            token: text(token),
          };
          choose(requestFor(patient, product, today()));
          onConnect();
        }}
      >
        <div className="field">
          <label htmlFor={`${id}-server`}>Base URL of a FHIR R4 server</label>
          <input
            id={`${id}-server`}
            type="url"
            required
            placeholder="https://fhir.example.org/r4"
            aria-describedby={`${id}-allowed`}
            value={fhirServer}
            onChange={(event) => {
              setFhirServer(event.target.value);
            }}
          />
          <p id={`${id}-allowed`} className="small quiet">
            The service reads it, this page never does. It must be on this machine, or be named in{' '}
            <code>FHIR_SERVERS</code> when the service starts.
          </p>
        </div>
        <div className="field">
          <label htmlFor={`${id}-patient`}>Patient id</label>
          <input
            id={`${id}-patient`}
            required
            pattern="[A-Za-z0-9.\-]{1,64}"
            title="A FHIR id: up to 64 letters, digits, dots and hyphens"
            autoComplete="off"
            value={patientId}
            onChange={(event) => {
              setPatientId(event.target.value);
            }}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-token`}>Bearer token (optional)</label>
          <input
            id={`${id}-token`}
            name="token"
            type="password"
            autoComplete="off"
            aria-describedby={`${id}-kept`}
          />
          <p id={`${id}-kept`} className="small quiet">
            Kept in this page’s memory until it is reloaded; sent over https, or to this machine, alone.
          </p>
        </div>
        <button type="submit" className="button">
          Connect
        </button>
      </form>
      {isConnected ? <Reading /> : null}
    </>
  );
}

/** What the service could read of the patient. */
function Reading() {
  const { chart, request } = useSession();
  if (chart.problem !== undefined)
    return (
      <Problem title="The chart was not read" problem={chart.problem}>
        {chart.problem.path === 'fhirServer' ? (
          <p>
            Start the service with <code>FHIR_SERVERS=https://fhir.example.org/r4 npm start</code>, with the
            URL that you want to use.
          </p>
        ) : null}
      </Problem>
    );
  if (chart.isLoading) return <Progress what="The service reads the chart" />;
  const patient = [...chart.resources.values()].find(({ resourceType }) => resourceType === 'Patient');
  const [name] = objects(patient?.['name']);
  const printed = text(name?.['text']) ?? [...texts(name?.['given']), ...texts(name?.['family'])].join(' ');
  const birthDate = text(patient?.['birthDate']);
  const count = chart.resources.size;
  return (
    <div className="stack-tight" role="status">
      {patient === undefined ? (
        <p className="row">
          <Icon name="warning" /> No such patient could be read.
        </p>
      ) : (
        <p>
          <strong>{printed === '' ? 'A patient without a name' : printed}</strong>
          {birthDate === undefined ? '' : `, ${ageOn(birthDate, today())}`}
          <br />
          <span className="small quiet">{count} records read</span>
        </p>
      )}
      {chart.unread.length === 0 || request === undefined ? null : (
        <details className="disclosure">
          <summary>{chart.unread.length} kinds of record could not be read</summary>
          <ul className="small">
            {chart.unread.map(({ resourceType, reason }) => (
              <li key={resourceType}>
                {resourceType}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
