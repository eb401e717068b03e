import { fileURLToPath } from 'node:url';
import { readHookRequest, type HookRequest } from '../../src/crd/hook-request.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { readFixtures } from '../../src/server/sandbox.ts';
import { largeChart } from '../support/large-chart.ts';

/** The calls that are measured: an order of Tecartus, with as much of its chart as is asked for. */

export const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const library = loadLibrary(folder('cds-services'));
export const AS_OF = '2026-03-02';

const fixture = readFixtures(folder('fhir-fixtures')).find(({ name }) => name === 'mcl-all-attested');
if (fixture === undefined) throw new Error('the fixture is gone');
export const { chart, request } = fixture;

/** An order-sign call with so many resources of its chart sent ahead. */
export function call(resources: number): string {
  const whole = largeChart(chart, resources);
  const first = (whole.entry ?? []).slice(0, resources);
  return JSON.stringify({ ...request, fhirServer: null, prefetch: { chart: { ...whole, entry: first } } });
}

/** @throws Error when the fixture has no such resource */
function sent(type: string, id: string): unknown {
  const found = chart.entry?.find(({ resource }) => resource?.resourceType === type && resource.id === id);
  if (found === undefined) throw new Error(`the fixture has no ${type}/${id}`);
  return found.resource;
}

/** An order of a drug that no policy speaks of, as an EHR sends it: with what discovery asks for. */
export const ungoverned = JSON.stringify({
  ...request,
  fhirServer: null,
  context: {
    ...(request['context'] as object),
    draftOrders: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          resource: {
            resourceType: 'MedicationRequest',
            id: 'draft-aspirin',
            status: 'draft',
            intent: 'order',
            subject: { reference: 'Patient/ortiz' },
            encounter: { reference: 'Encounter/ortiz-car-t-encounter' },
            authoredOn: '2026-03-02T13:20:00-05:00',
            requester: { reference: 'Practitioner/ortiz-oncologist' },
            medicationCodeableConcept: {
              coding: [
                { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1191', display: 'aspirin' },
              ],
              text: 'Aspirin',
            },
            dosageInstruction: [{ text: '81 mg by mouth once a day' }],
          },
        },
      ],
    },
  },
  prefetch: {
    patient: sent('Patient', 'ortiz'),
    coverage: {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [{ resource: sent('Coverage', 'ortiz-coverage') }],
    },
    encounter: sent('Encounter', 'ortiz-car-t-encounter'),
  },
});

/** A call as the service reads it. @throws Error when it refuses the call */
export function read(text: string): HookRequest {
  const found = readHookRequest(JSON.parse(text), 'order-sign');
  if ('code' in found) throw new Error(found.message);
  return found;
}
