import { choice, isObject, objects, property, text, type JsonObject } from '../../fhir/json.ts';
import type {
  HookBody,
  LineChoice,
  OrderChoices,
  PayerChoice,
  ProductChoice,
  SettingChoice,
} from '../api.ts';
import { draftOrders, patientIdOf, referenceOf, withDraftOrders } from '../hook-body.ts';

/** The CAR-T order of a hook request: what it says, and the request with it changed as an EHR's order form changes it. */

const ENCOUNTER_ID = 'workbench-encounter';
const COVERAGE_ID = 'workbench-coverage';

/** The element of an order that says what it is for. */
const ITEM_ELEMENTS: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  ServiceRequest: 'code',
  DeviceRequest: 'codeCodeableConcept',
};

const itemElement = (order: JsonObject): string => ITEM_ELEMENTS[text(order['resourceType']) ?? ''] ?? 'code';

/** The concepts that an order names, those of a contained Medication too. */
function conceptsOf(order: JsonObject): readonly JsonObject[] {
  const reference = text(property(order['medicationReference'], 'reference'));
  const contained = objects(order['contained']).find(({ id }) => `#${text(id) ?? ''}` === reference);
  return [...objects(order[itemElement(order)]), ...objects(contained?.['code'])];
}

/** What an order is called where it is listed. */
export function titleOf(order: JsonObject): string {
  const [concept] = conceptsOf(order);
  const [coding] = objects(concept?.['coding']);
  return (
    text(concept?.['text']) ??
    text(coding?.['display']) ??
    text(property(order['medicationReference'], 'display')) ??
    text(coding?.['code']) ??
    text(order['resourceType']) ??
    'Order'
  );
}

export const productOf = (order: JsonObject, products: readonly ProductChoice[]): ProductChoice | undefined =>
  products.find(({ codes }) =>
    conceptsOf(order)
      .flatMap((concept) => objects(concept['coding']))
      .some(({ system, code }) => codes.includes(`${text(system) ?? ''}|${text(code) ?? ''}`)),
  );

/** The CAR-T orders among the drafts. @param known by reference, those that the service has told to be such */
export const carTOrders = (
  request: HookBody,
  known: readonly string[],
  products: readonly ProductChoice[],
): readonly JsonObject[] =>
  draftOrders(request).filter(
    (order) => known.includes(referenceOf(order)) || productOf(order, products) !== undefined,
  );

/** The planned day of an order, as an order form shows it; undefined where it is written in another way. */
export function plannedDay(order: JsonObject): string | undefined {
  const validity = property(property(order['dispenseRequest'], 'validityPeriod'), 'start');
  const event = objects(order['dosageInstruction']).flatMap(
    ({ timing }) => property(timing, 'event') ?? [],
  )[0];
  const occurrence = choice(order, 'occurrence')?.value;
  const start = isObject(occurrence) ? occurrence['start'] : occurrence;
  return text(event ?? validity ?? start)?.slice(0, 10);
}

/** The setting that the request itself brings. */
export const statedSetting = (
  request: HookBody,
  settings: readonly SettingChoice[],
): SettingChoice | undefined => {
  const encounter = property(request['prefetch'], 'encounter');
  return settings.find((setting) => property(property(encounter, 'class'), 'code') === setting.class['code']);
};

/** Payer and plan line of the coverage that the request itself brings. */
export function statedCoverage(
  request: HookBody,
  { payers, lines }: OrderChoices,
): { readonly payer: PayerChoice; readonly line: LineChoice | undefined } | undefined {
  const [entry] = objects(property(property(request['prefetch'], 'coverage'), 'entry'));
  const coverage = property(entry, 'resource');
  const [payor] = objects(property(coverage, 'payor'));
  const payer = payers.find(({ name }) => name === payor?.['display']);
  const type = JSON.stringify(property(coverage, 'type'));
  return payer === undefined
    ? undefined
    : { payer, line: lines.find((line) => JSON.stringify(line.type) === type) };
}

/** What names the product, and what the prescriber wrote for that product alone. */
const PRODUCT_ELEMENTS = ['medicationReference', 'contained', 'orderDetail', 'identifier', 'text'];

export const withProduct = (
  request: HookBody,
  orders: readonly JsonObject[],
  product: ProductChoice,
): HookBody =>
  withOrders(request, orders, (order) => ({
    ...without(order, PRODUCT_ELEMENTS),
    [itemElement(order)]: { coding: [product.coding], text: product.brand },
  }));

/** @param day FHIR date */
export const withPlannedDay = (request: HookBody, orders: readonly JsonObject[], day: string): HookBody =>
  withOrders(request, orders, (order) =>
    order['resourceType'] === 'MedicationRequest'
      ? {
          ...order,
          // A timing would go before the period.
          ...(order['dosageInstruction'] === undefined
            ? {}
            : {
                dosageInstruction: objects(order['dosageInstruction']).map((dose) =>
                  without(dose, ['timing']),
                ),
              }),
          dispenseRequest: {
            ...(isObject(order['dispenseRequest']) ? order['dispenseRequest'] : {}),
            validityPeriod: { start: day },
          },
        }
      : { ...without(order, ['occurrencePeriod', 'occurrenceTiming']), occurrenceDateTime: day },
  );

/** The place of the infusion: the class of a planned encounter, sent ahead with the request. */
export function withSetting(
  request: HookBody,
  orders: readonly JsonObject[],
  setting: SettingChoice,
): HookBody {
  const patient = { reference: `Patient/${patientIdOf(request) ?? ''}` };
  const encounter = {
    resourceType: 'Encounter',
    id: ENCOUNTER_ID,
    status: 'planned',
    class: setting.class,
    subject: patient,
  };
  const changed = withOrders(request, orders, (order) => ({
    ...order,
    encounter: { reference: `Encounter/${ENCOUNTER_ID}` },
  }));
  return withPrefetch(
    { ...changed, context: { ...contextOf(changed), encounterId: ENCOUNTER_ID } },
    'encounter',
    encounter,
  );
}

/** Another coverage, sent ahead with the request: then the service asks for no other. */
export function withCoverage(
  request: HookBody,
  orders: readonly JsonObject[],
  payer: PayerChoice,
  line: LineChoice | undefined,
): HookBody {
  const [identifier] = payer.identifiers;
  const coverage = {
    resourceType: 'Coverage',
    id: COVERAGE_ID,
    status: 'active',
    ...(line === undefined ? {} : { type: line.type }),
    beneficiary: { reference: `Patient/${patientIdOf(request) ?? ''}` },
    payor: [{ display: payer.name, ...(identifier === undefined ? {} : { identifier }) }],
  };
  const changed = withOrders(request, orders, (order) => ({
    ...order,
    insurance: [{ reference: `Coverage/${COVERAGE_ID}` }],
  }));
  return withPrefetch(changed, 'coverage', {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [{ resource: coverage }],
  });
}

export interface ServerPatient {
  readonly fhirServer: string;
  readonly patientId: string;
  /** Bearer token for that server; undefined: it wants none. */
  readonly token: string | undefined;
}

/** A request about a patient of any FHIR server, with one draft order. @param today FHIR date */
export const requestFor = (
  { fhirServer, patientId, token }: ServerPatient,
  product: ProductChoice,
  today: string,
): HookBody => ({
  hook: 'order-sign',
  hookInstance: crypto.randomUUID(),
  fhirServer,
  ...(token === undefined
    ? {}
    : {
        fhirAuthorization: {
          access_token: token,
          token_type: 'Bearer',
          expires_in: 300,
          scope: 'patient/*.read',
          subject: 'cartograph-workbench',
          patient: patientId,
        },
      }),
  context: {
    userId: 'Practitioner/workbench',
    patientId,
    draftOrders: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          resource: {
            resourceType: 'MedicationRequest',
            id: 'workbench-order',
            status: 'draft',
            intent: 'order',
            medicationCodeableConcept: { coding: [product.coding], text: product.brand },
            subject: { reference: `Patient/${patientId}` },
            authoredOn: today,
          },
        },
      ],
    },
  },
});

const withOrders = (
  request: HookBody,
  orders: readonly JsonObject[],
  change: (order: JsonObject) => JsonObject,
): HookBody =>
  withDraftOrders(
    request,
    draftOrders(request).map((order) => (orders.includes(order) ? change(order) : order)),
  );

const withPrefetch = (request: HookBody, key: string, value: unknown): HookBody => ({
  ...request,
  prefetch: { ...(isObject(request['prefetch']) ? request['prefetch'] : {}), [key]: value },
});

const contextOf = (request: HookBody): JsonObject => (isObject(request['context']) ? request['context'] : {});

const without = (resource: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)));
