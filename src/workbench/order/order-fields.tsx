import { useId, type ReactNode } from 'react';
import type { OrderChoices, PatientChoice } from '../api.ts';
import { useSession } from '../session.tsx';
import {
  carTOrders,
  plannedDay,
  productOf,
  statedCoverage,
  statedSetting,
  withCoverage,
  withPlannedDay,
  withProduct,
  withSetting,
} from './order-draft.ts';

/** The order form: what is ordered, where, when and who pays. What it shows is read from the request that goes out. */
export function OrderFields({
  choices,
  patient,
}: {
  readonly choices: OrderChoices;
  /** The fixture, whose order the service has read; undefined: another patient. */
  readonly patient: PatientChoice | undefined;
}) {
  const { request, asOf, change } = useSession();
  if (request === undefined) return null;
  const { products, settings, payers, lines } = choices;
  const orders = carTOrders(request, patient?.orders ?? [], products);
  const [order] = orders;
  const update = (next: typeof request): void => {
    change(next, asOf);
  };
  const isAsWritten = patient !== undefined && order !== undefined;
  const product = order === undefined ? undefined : productOf(order, products)?.id;
  const setting = statedSetting(request, settings)?.id ?? patient?.setting;
  const planned =
    order === undefined ? undefined : (plannedDay(order) ?? (isAsWritten ? patient.planned : undefined));
  const stated = statedCoverage(request, choices);
  const payer = stated === undefined ? patient?.payer : stated.payer.id;
  const line = stated === undefined ? patient?.line : stated.line?.id;
  const pay = (payerId: string, lineId: string | undefined): void => {
    const chosen = payers.find(({ id }) => id === payerId);
    const plan = lines.find(({ id }) => id === lineId);
    if (chosen !== undefined) update(withCoverage(request, orders, chosen, plan));
  };
  if (order === undefined)
    return (
      <p className="small quiet">No CAR-T therapy is among the draft orders: there is nothing to change.</p>
    );
  return (
    <div className="order-fields">
      <Choice
        label="Product"
        value={product}
        unset="Not named"
        options={products.map(({ id, brand, generic }) => ({ id, name: `${brand} (${generic})` }))}
        onChoose={(id) => {
          const chosen = products.find((known) => known.id === id);
          if (chosen !== undefined) update(withProduct(request, orders, chosen));
        }}
      />
      <Choice
        label="Setting"
        value={setting}
        unset="As the chart says"
        options={settings.map(({ id }) => ({ id, name: id === 'inpatient' ? 'Inpatient' : 'Outpatient' }))}
        onChoose={(id) => {
          const chosen = settings.find((known) => known.id === id);
          if (chosen !== undefined) update(withSetting(request, orders, chosen));
        }}
      />
      <Day
        label="Planned infusion"
        value={planned}
        onChoose={(day) => {
          update(withPlannedDay(request, orders, day));
        }}
      />
      <Day
        label={asOf === undefined ? 'Signed on (empty: today)' : 'Signed on'}
        value={asOf}
        onChoose={(day) => {
          change(request, day === '' ? undefined : day);
        }}
      />
      <Choice
        label="Payer"
        value={payer}
        unset="As the chart says"
        options={payers}
        onChoose={(id) => {
          pay(id, line);
        }}
      />
      <Choice
        label="Plan"
        value={line}
        unset={payer === undefined ? 'As the chart says' : 'Not stated'}
        options={lines}
        isDisabled={payer === undefined}
        onChoose={(id) => {
          if (payer !== undefined) pay(payer, id);
        }}
      />
    </div>
  );
}

function Choice({
  label,
  value = '',
  unset,
  options,
  onChoose,
  isDisabled = false,
}: {
  readonly label: string;
  readonly value: string | undefined;
  /** What is shown where nothing is chosen. */
  readonly unset: string;
  readonly options: readonly { readonly id: string; readonly name: string }[];
  readonly onChoose: (id: string) => void;
  readonly isDisabled?: boolean;
}) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          disabled={isDisabled}
          onChange={(event) => {
            onChoose(event.target.value);
          }}
        >
          {value === '' ? (
            <option value="" disabled>
              {unset}
            </option>
          ) : null}
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Day({
  label,
  value = '',
  onChoose,
}: {
  readonly label: string;
  /** FHIR date. */
  readonly value: string | undefined;
  /** @param day FHIR date, or empty */
  readonly onChoose: (day: string) => void;
}) {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          type="date"
          value={value}
          onChange={(event) => {
            onChoose(event.target.value);
          }}
        />
      )}
    </Field>
  );
}

function Field({
  label,
  children,
}: {
  readonly label: string;
  readonly children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
