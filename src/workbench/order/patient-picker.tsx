import { useId, useRef, useState, type RefObject } from 'react';
import type { OrderChoices, PatientChoice } from '../api.ts';
import { Answered } from '../components/answered.tsx';
import { hrefTo } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { ageOn } from './person.ts';

/** All patients of the sandbox to choose from, by the product that is ordered for them; opened as a dialog. */
export function PatientPicker({
  choices,
  chosen,
  dialog,
  isOpened,
}: {
  readonly choices: OrderChoices;
  /** Name of the fixture at hand. */
  readonly chosen: string | undefined;
  readonly dialog: RefObject<HTMLDialogElement | null>;
  /** True from the first time that it is opened: then the patients are fetched. */
  readonly isOpened: boolean;
}) {
  const id = useId();
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLDivElement>(null);
  return (
    <dialog className="picker" aria-labelledby={id} ref={dialog}>
      <div className="picker-head">
        <div className="row picker-title">
          <h2 id={id}>Choose a patient</h2>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              dialog.current?.close();
            }}
          >
            Close
          </button>
        </div>
        <label htmlFor={`${id}-search`}>Search by name, disease, product, payer or what happened</label>
        <input
          id={`${id}-search`}
          type="search"
          value={wanted}
          autoComplete="off"
          onChange={(event) => {
            setWanted(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // Focus goes back to the button that opened this, which the key would press.
            event.preventDefault();
            list.current?.querySelector('a')?.click();
          }}
        />
      </div>
      <div className="picker-list" ref={list}>
        {isOpened ? (
          <Patients
            choices={choices}
            wanted={wanted}
            chosen={chosen}
            onChoose={() => {
              dialog.current?.close();
            }}
          />
        ) : null}
      </div>
    </dialog>
  );
}

function Patients({
  choices,
  wanted,
  chosen,
  onChoose,
}: {
  readonly choices: OrderChoices;
  readonly wanted: string;
  readonly chosen: string | undefined;
  readonly onChoose: () => void;
}) {
  const answer = useAnswer<{ readonly patients: readonly PatientChoice[] }>('workbench/patients');
  return (
    <Answered answer={answer} what="the patients">
      {({ patients }) => {
        const groups = grouped(choices, patients, wanted);
        const count = groups.reduce((sum, group) => sum + group.patients.length, 0);
        return (
          <>
            <p className="small quiet" role="status">
              {count === 0
                ? 'Nobody fits. Try a shorter word.'
                : `${count} synthetic ${count === 1 ? 'patient' : 'patients'}`}
            </p>
            {groups.map(({ title, patients: theirs }) => (
              <section key={title} aria-label={title}>
                <h3>{title}</h3>
                <ul role="list" className="picker-group">
                  {theirs.map((patient) => (
                    <li key={patient.name}>
                      <a
                        className="picker-patient"
                        href={hrefTo([], { patient: patient.name })}
                        aria-current={patient.name === chosen ? 'true' : undefined}
                        onClick={onChoose}
                      >
                        <span className="picker-name">
                          {patient.patient}
                          {patient.birthDate === undefined
                            ? ''
                            : `, ${ageOn(patient.birthDate, patient.signedOn)}`}
                        </span>
                        <span className="small quiet">{patient.story}</span>
                        <span className="small quiet">{payerOf(patient, choices)}</span>
                      </a>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </>
        );
      }}
    </Answered>
  );
}

const payerOf = ({ payer }: PatientChoice, { payers }: OrderChoices): string =>
  payers.find(({ id }) => id === payer)?.name ?? 'No payer with a policy';

/** Those that have every word that is searched for, by product, in the order of the products. */
function grouped(
  choices: OrderChoices,
  all: readonly PatientChoice[],
  wanted: string,
): readonly { readonly title: string; readonly patients: readonly PatientChoice[] }[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = [
    ...choices.products.map(({ id, brand, generic }) => ({ id, title: `${brand} (${generic})` })),
    { id: undefined, title: 'No product named, or another order' },
  ];
  return groups.flatMap(({ id, title }) => {
    const patients = all.filter((patient) => {
      const told = [patient.patient, patient.story, patient.name, title, payerOf(patient, choices)];
      const text = told.join(' ').toLowerCase();
      return patient.product === id && words.every((word) => text.includes(word));
    });
    return patients.length === 0 ? [] : [{ title, patients }];
  });
}
