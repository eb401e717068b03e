import type { Hook } from './hook-request.ts';

/**
 * The prefetch expressions of CRD 2.2.1 (`CDSServices`, CC0-1.0) for what this service needs: the patient, the encounter,
 * the coverage, the orders that the hook only refers to, and the drug or device that an order names by reference.
 * They use FHIRPath tokens of CDS Hooks 3.0, which clients of 2.0 do not resolve: published on request alone (CRD-P-05).
 */
export function guideTemplatesOf(hook: Hook): Readonly<Record<string, string>> {
  const { patient, encounter, coverage } = COMMON;
  switch (hook) {
    case 'order-select':
    case 'order-sign':
      return {
        ...COMMON,
        devices: read('Device', 'context.draftOrders.entry.resource.ofType(DeviceRequest).code.resolve()'),
        medications: read(
          'Medication',
          'context.draftOrders.entry.resource.ofType(MedicationRequest).medication.resolve()',
        ),
      };
    // The guide asks for the encounter here too, which the hook's context does not have (CH-X-01).
    case 'order-dispatch':
      return { patient, coverage, ...orders(() => 'context.dispatchedOrders'), ...NAMED_BY_ORDERS };
    case 'appointment-book':
      return {
        ...COMMON,
        ...orders((type) =>
          type === 'ServiceRequest'
            ? BASED_ON
            : `${BASED_ON}.extension('http://hl7.org/fhir/StructureDefinition/alternate-reference').value`,
        ),
        ...NAMED_BY_ORDERS,
      };
    case 'encounter-start':
    case 'encounter-discharge':
      return { patient, encounter, coverage };
  }
}

const ORDER_KEYS = {
  DeviceRequest: 'deviceRequests',
  MedicationRequest: 'medicationRequests',
  ServiceRequest: 'serviceRequests',
} as const;

const read = (type: string, expression: string): string => `${type}?_id={{${expression}.id}}`;

const orders = (referring: (type: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(ORDER_KEYS).map(([type, key]) => [
      key,
      read(type, `${referring(type)}.resolve().ofType(${type})`),
    ]),
  );

const BASED_ON = 'context.appointments.entry.resource.basedOn';

const COMMON = {
  patient: 'Patient/{{context.patientId}}',
  encounter: 'Encounter/{{context.encounterId}}',
  coverage: 'Coverage?patient={{context.patientId}}&status=active',
};

const NAMED_BY_ORDERS = {
  devices: read('Device', '%deviceRequests.entry.resource.code.resolve()'),
  medications: read('Medication', '%medicationRequests.entry.resource.medication.resolve()'),
};
