import { isObject, objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import type { SandboxFixture } from '../../src/server/sandbox.ts';
import { readObject, readObjects } from './data.ts';
import type { Call } from './server.ts';
import type { Version } from './checks/finding.ts';

/** Hook requests of every kind: our fixtures' orders in the form of each hook, and the published samples. */

export const HOOKS = [
  'order-sign',
  'order-select',
  'order-dispatch',
  'appointment-book',
  'encounter-start',
  'encounter-discharge',
] as const;
export type HookName = (typeof HOOKS)[number];

const REQUESTED_VERSION = 'davinci-crd.requestedVersion';

/** A request in the form of a version: 2.2 is asked for by name, 2.0.1 is what comes without asking. */
export function asVersion(request: JsonObject, version: Version): JsonObject {
  const given = isObject(request['extension']) ? request['extension'] : {};
  const rest = Object.entries(given).filter(([name]) => name !== REQUESTED_VERSION);
  const extension = version === '2.0.1' ? rest : [...rest, [REQUESTED_VERSION, '2.2']];
  const fields = Object.entries(request).filter(([name]) => name !== 'extension');
  return Object.fromEntries([
    ...fields,
    ...(extension.length === 0 ? [] : [['extension', Object.fromEntries(extension)]]),
  ]) as JsonObject;
}

export const withConfiguration = (request: JsonObject, configuration: JsonObject): JsonObject => ({
  ...request,
  extension: {
    ...(isObject(request['extension']) ? request['extension'] : {}),
    'davinci-crd.configuration': configuration,
  },
});

const entriesOf = (request: JsonObject): readonly JsonObject[] =>
  objects(property(property(request['context'], 'draftOrders'), 'entry'));

const ORDERS = ['MedicationRequest', 'ServiceRequest', 'DeviceRequest'];

/** The orders among the drafts of a request: a Medication may lie beside them. */
export const draftOrders = (request: JsonObject): readonly JsonObject[] =>
  entriesOf(request)
    .flatMap(({ resource }) => objects(resource))
    .filter(({ resourceType }) => ORDERS.includes(text(resourceType) ?? ''));

export const referenceOf = (resource: unknown): string =>
  `${text(property(resource, 'resourceType')) ?? ''}/${text(property(resource, 'id')) ?? ''}`;

const ALTERNATE_REFERENCE = 'http://hl7.org/fhir/StructureDefinition/alternate-reference';

/** An appointment for an order. `basedOn` takes a ServiceRequest; another order stands in CRD 2.2's extension. */
const appointmentFor = (order: JsonObject, patient: string): JsonObject => ({
  resourceType: 'Appointment',
  id: `appointment-${text(order['id'])?.replaceAll(/[^A-Za-z0-9.-]/g, '') ?? ''}`.slice(0, 64),
  status: 'proposed',
  start: '2026-04-20T09:00:00-04:00',
  end: '2026-04-20T11:00:00-04:00',
  requestedPeriod: [{ start: '2026-04-20', end: '2026-04-30' }],
  basedOn: [
    order['resourceType'] === 'ServiceRequest'
      ? { reference: referenceOf(order) }
      : { extension: [{ url: ALTERNATE_REFERENCE, valueReference: { reference: referenceOf(order) } }] },
  ],
  participant: [{ actor: { reference: `Patient/${patient}` }, status: 'needs-action' }],
});

/** The orders as a search would answer them: dispatched and booked orders come by reference alone. */
const ordersAhead = (request: JsonObject): JsonObject => ({
  orders: {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: entriesOf(request).map(({ resource }) => ({ resource })),
  },
});

/** A fixture's request, made for a hook and a version; its orders stay the same. */
export function fixtureRequest(
  { request }: SandboxFixture,
  hook: HookName,
  version: Version,
  fhirServer: string,
): JsonObject {
  const context = isObject(request['context']) ? request['context'] : {};
  const { userId, patientId, encounterId } = context;
  const orders = draftOrders(request);
  const base = { ...request, hook, fhirServer };
  const made = (own: JsonObject, prefetch?: JsonObject): JsonObject =>
    asVersion({ ...base, context: own, ...(prefetch === undefined ? {} : { prefetch }) }, version);
  switch (hook) {
    case 'order-sign':
      return made(context);
    case 'order-select':
      return made({ ...context, selections: orders.map(referenceOf) });
    case 'order-dispatch': {
      const named =
        version === '2.0.1'
          ? { order: referenceOf(governedOrder(orders)) }
          : { dispatchedOrders: orders.map(referenceOf) };
      return made({ patientId, performer: userId, ...named }, ordersAhead(request));
    }
    case 'appointment-book':
      return made(
        {
          userId,
          patientId,
          encounterId,
          appointments: {
            resourceType: 'Bundle',
            type: 'collection',
            entry: orders.map((order) => ({ resource: appointmentFor(order, text(patientId) ?? '') })),
          },
        },
        ordersAhead(request),
      );
    case 'encounter-start':
    case 'encounter-discharge':
      return made({ userId, patientId, encounterId });
  }
}

/** Hook version 1.0 of order-dispatch names one order: the one for CAR-T, which the fixtures say in its id. */
const governedOrder = (orders: readonly JsonObject[]): JsonObject =>
  orders.find(({ id }) =>
    /tecartus|aucatzyl|kymriah|yescarta|breyanzi|abecma|carvykti/.test(text(id) ?? ''),
  ) ??
  orders[0] ??
  {};

/** Inferno's demonstration bodies: nine, of six hooks. */
export const presetCalls = (version: Version): readonly Call[] =>
  HOOKS.flatMap((hook) =>
    readObjects(`inferno-preset-${hook}`).map((request, index) => ({
      name: `inferno-preset-${hook}[${index}]`,
      hook,
      version,
      request: asVersion(request, version),
    })),
  );

/** The guide's own 2.2.1 sample requests. */
export const guideCalls = (version: Version): readonly Call[] =>
  (['order-sign', 'order-dispatch', 'appointment-book'] as const).map((hook) => ({
    name: `crd-2.2.1-${hook}-request`,
    hook,
    version,
    request: asVersion(readObject(`crd-2.2.1-${hook}-request`), version),
  }));

export const fixtureCalls = (
  fixtures: readonly SandboxFixture[],
  version: Version,
  base: string,
): readonly Call[] =>
  fixtures.flatMap((fixture) =>
    HOOKS.map((hook) => ({
      name: `${fixture.name} ${hook}`,
      hook,
      version,
      request: fixtureRequest(fixture, hook, version, `${base}/sandbox/fhir`),
    })),
  );

/** An order for Aucatzyl, whose indication the mantle cell lymphoma of the chart is not: the policy names another product. */
export function alternateCall(fixtures: readonly SandboxFixture[], version: Version, base: string): Call {
  const fixture = fixtures.find(({ name }) => name === 'mcl-progressed-on-btk');
  const other = fixtures.find(({ name }) => name === 'b-all-relapsed-inpatient');
  if (fixture === undefined || other === undefined) throw new Error('a fixture is missing');
  const request = fixtureRequest(fixture, 'order-sign', version, `${base}/sandbox/fhir`);
  const drug = draftOrders(other.request)[0]?.['medicationCodeableConcept'];
  const resources = draftOrders(request).map(({ medicationReference: _, ...order }) =>
    order['resourceType'] === 'MedicationRequest' ? { ...order, medicationCodeableConcept: drug } : order,
  );
  const draftBundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
  return {
    name: 'mcl-progressed-on-btk order-sign, another product',
    hook: 'order-sign',
    version,
    request: { ...request, context: { ...(request['context'] as JsonObject), draftOrders: draftBundle } },
  };
}
