import type { JsonObject } from '../fhir/json.ts';
import { retrievesOf, type Fact } from '../policy/fact.ts';
import { factsOf, type Library } from '../policy/library.ts';
import type { Policy } from '../policy/policy.ts';
import { lineChoices } from './order-choices.ts';

/** An order-sign call that nobody makes. */
export interface RehearsedCall {
  readonly body: Buffer<ArrayBuffer>;
  /** FHIR date. */
  readonly asOf: string;
}

/**
 * A call for each policy, made of its own data. Where they are answered before anybody calls, the first clinician does not
 * wait for code that has never run.
 */
export const rehearsedCalls = (library: Library): readonly RehearsedCall[] =>
  library.policies.map((policy) => ({
    body: Buffer.from(JSON.stringify(callFor(policy, library))),
    asOf: policy.effective,
  }));

const PATIENT = 'Patient/rehearsal';

/** An order of the policy's first product for a patient of its payer, with a record of each kind that its facts ask for. */
function callFor(policy: Policy, library: Library): JsonObject {
  const { products } = library.products;
  const product = products.find(({ id }) => policy.products === 'any' || policy.products.includes(id));
  const payer = library.payers.get(policy.payer);
  const line = lineChoices(library.planLines).find(({ id }) => policy.lines.includes(id));
  const order = {
    resourceType: 'MedicationRequest',
    id: 'order',
    status: 'draft',
    intent: 'order',
    subject: { reference: PATIENT },
    medicationCodeableConcept: conceptOf(product?.codes ?? [], library),
  };
  const chart = [
    { resourceType: 'Patient', id: 'rehearsal', birthDate: '1960-01-01' },
    {
      resourceType: 'Coverage',
      id: 'coverage',
      status: 'active',
      beneficiary: { reference: PATIENT },
      payor: [{ display: payer?.name, identifier: payer?.identifiers[0] }],
      type: line?.type,
    },
    ...factsOf(policy, library.facts).flatMap((fact) => recordsFor(fact, policy.effective, library)),
  ];
  return {
    hook: 'order-sign',
    hookInstance: '00000000-0000-4000-8000-000000000000',
    context: {
      userId: 'Practitioner/rehearsal',
      patientId: 'rehearsal',
      draftOrders: { resourceType: 'Bundle', entry: [{ resource: order }] },
    },
    prefetch: {
      chart: { resourceType: 'Bundle', type: 'collection', entry: chart.map((resource) => ({ resource })) },
    },
  };
}

const recordsFor = (fact: Fact, day: string, library: Library): readonly JsonObject[] =>
  retrievesOf(fact).flatMap(({ resource, code }, index) =>
    resource.map((resourceType) => ({
      resourceType,
      id: `${fact.name}-${index}`,
      status: 'completed',
      subject: { reference: PATIENT },
      [resourceType.startsWith('Medication') ? 'medicationCodeableConcept' : 'code']: conceptOf(
        code,
        library,
      ),
      effectiveDateTime: day,
      performedDateTime: day,
      recordedDate: day,
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: '1' },
    })),
  );

const conceptOf = (valueSets: readonly string[], { terminology }: Library): JsonObject => ({
  coding: valueSets.flatMap((id) => terminology.valueSets.get(id)?.codings ?? []).slice(0, 1),
});
