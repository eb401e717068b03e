import type { Exposure, Span } from '../../src/engine/exposure.ts';
import type { Hit } from '../../src/engine/retrieve.ts';
import { parseDate } from '../../src/fhir/date.ts';
import { createChart, type ChartRecord } from '../../src/fhir/chart.ts';
import { createTerminology } from '../../src/fhir/terminology.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const terminology = createTerminology([{ uri: RXNORM, name: 'RxNorm', aliases: [] }], []);

/** A record of a patient's chart of its own. */
export function recordOf(resource: JsonObject): ChartRecord {
  const whole = { id: 'r', subject: { reference: 'Patient/p1' }, ...resource };
  const chart = createChart('p1', [{ resource: whole }], new Map(), terminology);
  const [record] = chart.of(String(resource['resourceType']));
  if (record === undefined) throw new Error('the record is not in the chart');
  return record;
}

/** `2025-01-01` or `2025` as the days that it may be. */
export function span(printed: string): Span {
  const date = parseDate(printed);
  if (date === null) throw new Error(`${printed} is not a date`);
  return { low: date.low, high: date.high };
}

/** A drug, from the first dose to the last; with two days of `last` it may have ended on either. */
export const dose = (drug: string, first: string, last = first, latest = last): Exposure => ({
  record: recordOf({
    resourceType: 'MedicationStatement',
    medicationCodeableConcept: { coding: [{ system: RXNORM, code: drug }] },
  }),
  drugs: [drug],
  first: span(first),
  last: { low: span(last).low, high: span(latest).high },
});

/** A finding stated on a day. */
export const finding = (on: string): Hit => ({
  record: recordOf({ resourceType: 'Observation', status: 'final', effectiveDateTime: on }),
  standing: 'proof',
  evidence: { reference: 'Observation/r', path: 'Observation.value', value: 'worse' },
});
