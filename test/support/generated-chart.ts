import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
import { retrievesOf, type Fact, type Retrieve } from '../../src/policy/fact.ts';
import { factsOf, type Library } from '../../src/policy/library.ts';
import { flatten, type Indication, type Policy } from '../../src/policy/policy.ts';

/** Charts made of the codes that a policy's facts ask for, in every state of order and disorder. */

/** What a record is made of: each number chooses from a list, the first of which is the ordinary thing. */
type Choices = readonly [number, number, number, number, number, number, number, number];

/** One kind of record: where a code stands, which codes may stand there, and what is measured. */
interface Kind {
  readonly type: string;
  readonly element: Retrieve['element'];
  /** `system|code` */
  readonly codes: readonly string[];
  readonly values: readonly string[];
  readonly units: readonly string[];
}

export interface GeneratedChart {
  readonly patient: JsonObject;
  readonly resources: readonly JsonObject[];
  readonly planned: string | undefined;
  readonly setting: 'inpatient' | 'outpatient' | 'unknown';
}

const PATIENT = { reference: 'Patient/p1' };
const SUBJECTS = [
  PATIENT,
  PATIENT,
  PATIENT,
  PATIENT,
  PATIENT,
  PATIENT,
  { reference: 'Patient/p2' },
  undefined,
];
const DATES = [
  '2025-11-20', '2025-06-01', '2026-01-10', '2025-12-24', '2025-12', '2024', undefined, '2026-02-30',
  '2026-02-15T10:30:00+05:00', '2023-03-03', 'spring', '2027-01-01', '2026-03-02',
]; // prettier-ignore
const EVENT_STATUS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Observation: ['final', 'amended', 'corrected', 'preliminary', 'entered-in-error', 'cancelled', undefined],
  DiagnosticReport: ['final', 'amended', 'preliminary', 'entered-in-error', undefined],
  Procedure: ['completed', 'in-progress', 'not-done', 'entered-in-error', 'stopped', undefined],
  MedicationAdministration: [
    'completed',
    'in-progress',
    'not-done',
    'entered-in-error',
    'stopped',
    undefined,
  ],
  MedicationDispense: ['completed', 'cancelled', 'entered-in-error', 'in-progress', undefined],
  MedicationStatement: [
    'completed',
    'active',
    'stopped',
    'not-taken',
    'entered-in-error',
    'intended',
    undefined,
  ],
  MedicationRequest: ['active', 'completed', 'cancelled', 'entered-in-error', 'draft', undefined],
  ServiceRequest: ['active', 'completed', 'revoked', 'entered-in-error', undefined],
  DocumentReference: ['current', 'superseded', 'entered-in-error', undefined],
};
const VERIFICATION = [
  'confirmed',
  'confirmed',
  'confirmed',
  undefined,
  'provisional',
  'refuted',
  'entered-in-error',
];
const CLINICAL = ['active', 'relapse', 'recurrence', 'remission', 'resolved', 'inactive', undefined];
const NUMBERS = [12, 0, 0.4, 2.9, 9.9, 10, 11.5, 11.6, 25, 30, 60, 400, 5000, -1];
const COMPARATORS = [undefined, undefined, undefined, undefined, '<', '>', '>='];
const OTHER_UNITS = ['mg/dL', 'g/L', 'mmol/L', '%', 'furlong', ''];
const JUNK: readonly unknown[] = [
  null,
  5,
  [],
  'x',
  { coding: 'x' },
  [null, { coding: [{}] }],
  { reference: 7 },
  true,
];

const pick = <T>(list: readonly T[], choice: number): T => list[choice % list.length] as T;

/** The kinds of record that a policy's facts look for, those of its diseases among them. */
export function kindsOf(policy: Policy, library: Library): readonly Kind[] {
  const codes = (sets: readonly string[]): readonly string[] =>
    sets.flatMap((set) => [...(library.terminology.valueSets.get(set)?.concepts.keys() ?? [])]);
  const ofRetrieve = (retrieve: Retrieve, fact: Fact): readonly Kind[] =>
    retrieve.resource.map((type) => ({
      type,
      element: retrieve.element,
      codes: codes(retrieve.code),
      values: codes(retrieve.value ?? []),
      units:
        'unit' in fact
          ? [fact.unit, ...('molar' in fact && fact.molar !== undefined ? [fact.molar.unit] : [])]
          : [],
    }));
  const ofFacts = factsOf(policy, library.facts).flatMap((fact) =>
    retrievesOf(fact).flatMap((retrieve) => ofRetrieve(retrieve, fact)),
  );
  return ofFacts.filter((kind) => kind.codes.length > 0);
}

/** Codes of the diseases that an indication is for. */
const diseaseCodes = (indication: Indication, library: Library): readonly string[] =>
  (indication.diseases === 'any' ? [...library.diseases.keys()] : indication.diseases)
    .flatMap((disease) => library.diseases.get(disease)?.codes ?? [])
    .flatMap((set) => [...(library.terminology.valueSets.get(set)?.concepts.keys() ?? [])]);

export function generatedCharts(
  policy: Policy,
  indications: readonly Indication[],
  library: Library,
): fc.Arbitrary<GeneratedChart> {
  const kinds = kindsOf(policy, library);
  const diseases = indications.flatMap((indication) => diseaseCodes(indication, library));
  const ids = indications.flatMap(({ criteria }) => flatten(criteria)).flatMap(({ id }) => id ?? []);
  const choice = fc.nat(9999);
  const choices: fc.Arbitrary<Choices> = fc.tuple(
    choice,
    choice,
    choice,
    choice,
    choice,
    choice,
    choice,
    choice,
  );
  return fc
    .record({
      birth: fc.constantFrom('1970-05-05', '2008-03-15', '2008-03-16', '2008-03', '2015', undefined),
      disease: choices,
      records: fc.array(choices, { maxLength: 14 }),
      answers: fc.array(fc.tuple(choice, fc.boolean(), choice), { maxLength: 6 }),
      copies: fc.array(choice, { maxLength: 2 }),
      broken: fc.array(fc.tuple(choice, choice, choice), { maxLength: 1 }),
      planned: fc.constantFrom('2026-03-15', '2026-03-15', '2026-03', undefined),
      setting: fc.constantFrom<GeneratedChart['setting']>('inpatient', 'outpatient', 'unknown'),
    })
    .map(({ birth, disease, records, answers, copies, broken, planned, setting }) => {
      const made: JsonObject[] = [
        ...(diseases.length === 0
          ? []
          : [condition('disease', pick(diseases, disease[0]), undefined, disease)]),
        ...records.map((record, index) => recordOf(`r${index}`, pick(kinds, record[0]), record)),
        ...answers.map(([id, value, date], index) =>
          answer(`a${index}`, pick(ids, id), value, pick(DATES, date)),
        ),
      ];
      for (const [index, copy] of copies.entries()) {
        const original = pick(made, copy);
        // The same resource twice, or the same content under another id.
        made.push(copy % 2 === 0 ? original : { ...original, id: `copy${index}` });
      }
      for (const [which, element, junk] of broken) {
        const index = which % Math.max(made.length, 1);
        const names = Object.keys(made[index] ?? {}).filter((name) => !['resourceType', 'id'].includes(name));
        if (names.length > 0) made[index] = { ...made[index], [pick(names, element)]: pick(JUNK, junk) };
      }
      return {
        patient: { resourceType: 'Patient', id: 'p1', ...(birth === undefined ? {} : { birthDate: birth }) },
        resources: made,
        planned,
        setting,
      };
    });
}

/** A record that is nobody's evidence: entered in error, refuted, somebody else's or a relative's. */
export const noise = (kinds: readonly Kind[]): fc.Arbitrary<JsonObject> =>
  fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(9999), fc.nat(3)).map(([which, code, more, how]) => {
    const kind = pick(kinds, which);
    const plain = recordOf('noise', kind, [0, code, more, 0, 0, 0, 0, 0]);
    if (how === 0) return { ...plain, subject: { reference: 'Patient/p2' } };
    if (how === 1)
      return {
        resourceType: 'FamilyMemberHistory',
        id: 'noise',
        status: 'completed',
        patient: PATIENT,
        condition: [{ code: concept(pick(kind.codes, code)) }],
      };
    return kind.type === 'Condition'
      ? { ...plain, verificationStatus: status('ver-status', how === 2 ? 'refuted' : 'entered-in-error') }
      : { ...plain, status: 'entered-in-error' };
  });

const concept = (key: string): JsonObject => {
  const at = key.lastIndexOf('|');
  return { coding: [{ system: key.slice(0, at), code: key.slice(at + 1) }] };
};
const status = (kind: string, code: string): JsonObject => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/condition-${kind}`, code }],
});
const when = (element: string, date: string | undefined): JsonObject =>
  date === undefined ? {} : { [element]: date };

function recordOf(id: string, kind: Kind, choices: Choices): JsonObject {
  const [, code, statusChoice, date, subject, value, unit, more] = choices;
  const { type } = kind;
  const key = pick(kind.codes, code);
  if (type === 'Condition') return condition(id, key, kind.element, choices);
  const base = {
    resourceType: type,
    id,
    ...when('status', pick(EVENT_STATUS[type] ?? ['active'], statusChoice)),
    ...(pick(SUBJECTS, subject) === undefined ? {} : { subject: pick(SUBJECTS, subject) }),
  };
  const day = pick(DATES, date);
  switch (type) {
    case 'Observation':
      return {
        ...base,
        code: concept(key),
        ...when('effectiveDateTime', day),
        ...(kind.values.length > 0
          ? { valueCodeableConcept: concept(pick(kind.values, value)) }
          : {
              valueQuantity: quantity(
                pick(NUMBERS, value),
                pick([...kind.units, ...kind.units, ...OTHER_UNITS], unit),
                pick(COMPARATORS, more),
              ),
            }),
      };
    case 'Procedure':
      return { ...base, code: concept(key), ...when('performedDateTime', day) };
    case 'MedicationAdministration':
    case 'MedicationStatement':
      return { ...base, medicationCodeableConcept: concept(key), ...when('effectiveDateTime', day) };
    case 'MedicationDispense':
      return { ...base, medicationCodeableConcept: concept(key), ...when('whenHandedOver', day) };
    case 'MedicationRequest':
      return { ...base, medicationCodeableConcept: concept(key), ...when('authoredOn', day) };
    case 'DiagnosticReport':
      return {
        ...base,
        ...(kind.element === 'conclusionCode' ? { conclusionCode: [concept(key)] } : { code: concept(key) }),
        ...when('effectiveDateTime', day),
      };
    case 'DocumentReference':
      return { ...base, type: concept(key), ...when('date', day) };
    default:
      return { ...base, code: concept(key), ...when('authoredOn', day) };
  }
}

function condition(id: string, key: string, element: Kind['element'], choices: Choices): JsonObject {
  const [, , verification, date, subject, clinical, , more] = choices;
  const verified = pick(VERIFICATION, verification);
  const standing = pick(CLINICAL, clinical);
  const about = pick(SUBJECTS, subject);
  return {
    resourceType: 'Condition',
    id,
    ...(about === undefined ? {} : { subject: about }),
    ...(element === 'morphology'
      ? { extension: [{ url: MORPHOLOGY, valueCodeableConcept: concept(key) }] }
      : { code: concept(key) }),
    ...(verified === undefined ? {} : { verificationStatus: status('ver-status', verified) }),
    ...(standing === undefined ? {} : { clinicalStatus: status('clinical', standing) }),
    ...when(more % 2 === 0 ? 'onsetDateTime' : 'recordedDate', pick(DATES, date)),
  };
}

const MORPHOLOGY = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior';

const quantity = (value: number, unit: string, comparator: string | undefined): JsonObject => ({
  value,
  ...(unit === '' ? {} : { unit, system: 'http://unitsofmeasure.org', code: unit }),
  ...(comparator === undefined ? {} : { comparator }),
});

const answer = (id: string, linkId: string, value: boolean, authored: string | undefined): JsonObject => ({
  resourceType: 'QuestionnaireResponse',
  id,
  status: 'completed',
  subject: PATIENT,
  author: { reference: 'Practitioner/dr' },
  ...when('authored', authored),
  item: [{ linkId, answer: [{ valueBoolean: value }] }],
});
