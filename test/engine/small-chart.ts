import { createChart, type Chart, type Source } from '../../src/fhir/chart.ts';
import { parseDate, type DateInterval } from '../../src/fhir/date.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { CriterionResult } from '../../src/engine/criteria.ts';
import { determine, withParts, type Determination } from '../../src/engine/determination.ts';
import type { PlannedOrder, Setting } from '../../src/engine/result.ts';
import type { Library } from '../../src/policy/library.ts';
import { CODES, ucum, type ValueSetId } from '../support/small-library.ts';

const SUBJECT = { reference: 'Patient/p1' };
const TYPES = [
  'Patient',
  'Condition',
  'Observation',
  'Procedure',
  'MedicationStatement',
  'MedicationRequest',
  'MedicationAdministration',
  'MedicationDispense',
  'DiagnosticReport',
  'DocumentReference',
  'ServiceRequest',
  'QuestionnaireResponse',
];

export const concept = (id: ValueSetId): JsonObject => ({ coding: [{ ...CODES[id] }] });

export const patient: JsonObject = { resourceType: 'Patient', id: 'p1', birthDate: '1970-05-05' };

const status = (code: string): JsonObject => ({ coding: [{ code }] });

export const condition = (id: string, code: ValueSetId, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Condition',
  id,
  subject: SUBJECT,
  clinicalStatus: status('active'),
  verificationStatus: status('confirmed'),
  code: concept(code),
  recordedDate: '2026-01-10',
  ...more,
});

export const observation = (id: string, code: ValueSetId, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: SUBJECT,
  code: concept(code),
  effectiveDateTime: '2026-02-01',
  ...more,
});

export const calcium = (id: string, value: unknown, more: JsonObject = {}): JsonObject =>
  observation(id, 'lab-calcium', {
    valueQuantity: { value, unit: 'mg/dL', system: ucum, code: 'mg/dL' },
    ...more,
  });

export const administration = (id: string, code: ValueSetId, more: JsonObject = {}): JsonObject => ({
  resourceType: 'MedicationAdministration',
  id,
  status: 'completed',
  subject: SUBJECT,
  medicationCodeableConcept: concept(code),
  effectiveDateTime: '2025-06-01',
  ...more,
});

export const procedure = (id: string, code: ValueSetId, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Procedure',
  id,
  status: 'completed',
  subject: SUBJECT,
  code: concept(code),
  performedDateTime: '2025-07-01',
  ...more,
});

/** The resource without an element. */
export const without = (element: string, resource: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => name !== element));

/** A clinician's form: answers by criterion number, under `small/tumor/` where the id has no slash of its own. */
export const answers = (
  id: string,
  given: Readonly<Record<string, unknown>>,
  more: JsonObject = {},
): JsonObject => ({
  resourceType: 'QuestionnaireResponse',
  id,
  status: 'completed',
  subject: SUBJECT,
  author: { reference: 'Practitioner/dr' },
  authored: '2026-02-20',
  item: Object.entries(given).map(([linkId, value]) => ({
    linkId: linkId.startsWith('small/') ? linkId : `small/tumor/${linkId}`,
    answer: [{ valueBoolean: value }],
  })),
  ...more,
});

/** Every type read in full, but for the given ones. */
export const sourcesWith = (
  states: Readonly<Record<string, Source['state']>> = {},
): ReadonlyMap<string, Source> => new Map(TYPES.map((type) => [type, { state: states[type] ?? 'complete' }]));

export const chartOf = (
  library: Library,
  resources: readonly JsonObject[],
  sources: ReadonlyMap<string, Source> = sourcesWith(),
): Chart =>
  createChart(
    'p1',
    resources.map((resource) => ({ resource })),
    sources,
    library.terminology,
  );

export const day = (text: string): DateInterval => {
  const parsed = parseDate(text);
  if (parsed === null) throw new Error(`"${text}" is no FHIR date`);
  return parsed;
};

export const setting = (value: Setting['value'], isUnread = false): Setting => ({
  value,
  evidence: value === 'unknown' ? [] : [{ reference: 'Encounter/e1', path: 'Encounter.class', value: 'IMP' }],
  isUnread,
});

export const orderOf = (library: Library, more: Partial<PlannedOrder> = {}): PlannedOrder => ({
  reference: 'MedicationRequest/order',
  knownAs: { references: ['MedicationRequest/order'], identifiers: [] },
  product: library.products.products[0] ?? null,
  planned: { date: day('2026-03-15'), from: 'MedicationRequest.dosageInstruction.timing' },
  authorizations: [],
  statesUnreadableDate: false,
  authored: day('2026-03-01'),
  setting: setting('inpatient'),
  quantity: undefined,
  reason: { concepts: [concept('dx-tumor')], references: [] },
  ...more,
});

export const AS_OF = '2026-03-02';

/** The small policy over a chart of the given resources (the patient is added where none is among them). */
export function determined(
  library: Library,
  resources: readonly JsonObject[],
  {
    states = {},
    order = {},
  }: { states?: Readonly<Record<string, Source['state']>>; order?: Partial<PlannedOrder> } = {},
): Determination {
  const [policy] = library.policies;
  const [payer] = [...library.payers.values()];
  if (policy === undefined || payer === undefined) throw new Error('the library has no policy or payer');
  const withPatient = resources.some(({ resourceType }) => resourceType === 'Patient')
    ? resources
    : [patient, ...resources];
  return determine(
    {
      hookInstance: 'hook',
      order: orderOf(library, order),
      lines: ['commercial-hmo'],
      coverage: 'Coverage/c1',
      policy,
      payer,
      doubt: undefined,
    },
    chartOf(library, withPatient, sourcesWith(states)),
    library,
    AS_OF,
  );
}

/** The result of the criterion with this number, wherever it stands in the tree. */
export function criterionOf(determination: Determination, number: string): CriterionResult {
  const all = withParts(determination.criteria);
  const id = number.startsWith('small/') ? number : `small/tumor/${number}`;
  const found = all.find((criterion) => criterion.id === id);
  if (found === undefined)
    throw new Error(`no criterion ${id}; there are ${all.map((criterion) => criterion.id).join(', ')}`);
  return found;
}

/** `met`, or `unknown: documentation`. */
export const standing = ({ status, needs }: CriterionResult): string =>
  needs === undefined ? status : `${status}: ${needs}`;
