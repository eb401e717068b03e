import { useRef, useState } from 'react';
import type { JsonObject } from '../../fhir/json.ts';
import type { ApiProblem, OrderChoices, PatientChoice } from '../api.ts';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/problem.tsx';
import { hrefTo, type Route } from '../route.ts';
import { useSession } from '../session.tsx';
import { DraftList } from './draft-list.tsx';
import { isSame, type Source } from './fixture-source.ts';
import { OrderFields } from './order-fields.tsx';
import { PastedRequest } from './pasted-request.tsx';
import { PatientPicker } from './patient-picker.tsx';
import { ageOn } from './person.ts';
import { ServerForm } from './server-form.tsx';

const SOURCES = [
  { id: undefined, title: 'Synthetic patient' },
  { id: 'server', title: 'FHIR server' },
  { id: 'request', title: 'Hook request' },
] as const;

/** Which patient, which order; and the button that signs it. */
export function OrderPanel({
  route: { path, query },
  choices,
  asked,
  held,
  hold,
  patient,
  problem,
  retry,
  filed,
}: {
  readonly route: Route;
  readonly choices: OrderChoices;
  /** What the URL asks for, and what the request at hand is from. */
  readonly asked: Source;
  readonly held: Source | undefined;
  readonly hold: (source: Source) => void;
  /** The fixture at hand. */
  readonly patient: PatientChoice | undefined;
  /** Why the fixture that is asked for is not at hand. */
  readonly problem: ApiProblem | undefined;
  readonly retry: () => void;
  readonly filed: readonly JsonObject[];
}) {
  const { run, request, isRunning, chart } = useSession();
  const isReachable = asked !== 'server' || chart.problem === undefined;
  const wanted = typeof asked === 'object' ? asked.fixture : undefined;
  return (
    <section className="panel order-panel" aria-label="Patient and order">
      <nav className="sources" aria-label="Where the patient comes from">
        {SOURCES.map(({ id, title }) => (
          <a
            key={title}
            href={hrefTo(path, { ...Object.fromEntries(query), source: id })}
            aria-current={(wanted === undefined ? asked : undefined) === id ? 'true' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      {wanted === undefined ? null : <FixturePatient wanted={wanted} patient={patient} choices={choices} />}
      {problem === undefined ? null : (
        <Problem title="The patient could not be loaded" problem={problem} onRetry={retry} />
      )}
      {asked === 'server' ? (
        <ServerForm
          choices={choices}
          isConnected={held === 'server'}
          onConnect={() => {
            hold('server');
          }}
        />
      ) : null}
      {asked === 'request' ? (
        <PastedRequest
          onChoose={() => {
            hold('request');
          }}
        />
      ) : null}
      {request !== undefined && isSame(held, asked) && isReachable && asked !== 'request' ? (
        <>
          <hr />
          <OrderFields choices={choices} patient={wanted === undefined ? undefined : patient} />
          <DraftList filed={filed} />
          <button
            type="button"
            className="button button-primary"
            disabled={isRunning}
            onClick={() => {
              void run();
            }}
          >
            Sign order
          </button>
        </>
      ) : null}
    </section>
  );
}

function FixturePatient({
  wanted,
  patient,
  choices,
}: {
  /** Name of the fixture. */
  readonly wanted: string;
  readonly patient: PatientChoice | undefined;
  readonly choices: OrderChoices;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpened, setIsOpened] = useState(false);
  return (
    <div className="patient">
      {!choices.patients.includes(wanted) ? (
        <p>There is no such synthetic patient. Choose another one.</p>
      ) : patient === undefined ? null : (
        <>
          <h2>{patient.patient}</h2>
          <p className="small quiet">
            {[
              ...(patient.birthDate === undefined ? [] : [ageOn(patient.birthDate, patient.signedOn)]),
              ...(patient.gender === undefined ? [] : [patient.gender]),
              ...(patient.birthDate === undefined ? [] : [`born ${patient.birthDate}`]),
            ].join(' · ')}
          </p>
          <p className="patient-story">{patient.story}</p>
        </>
      )}
      <button
        type="button"
        className="button"
        aria-haspopup="dialog"
        onClick={() => {
          setIsOpened(true);
          dialog.current?.showModal();
          dialog.current?.querySelector('input')?.focus();
        }}
      >
        <Icon name="person" />
        Choose among {choices.patients.length} patients
      </button>
      <PatientPicker choices={choices} chosen={patient?.name} dialog={dialog} isOpened={isOpened} />
    </div>
  );
}
