import type {
  CodeableConcept,
  FhirResource,
  Medication,
  MedicationAdministration,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
  Reference,
} from 'fhir/r4.js';
import { type Day, at, daysAfter } from './calendar.ts';
import { concept, referenceTo, ucum } from './codings.ts';
import { type DrugName, drugs } from './drugs.ts';
import { type Person, idOf, oncologistOf, primaryCareOf, subjectOf } from './person.ts';

/** A drug taken at home, as its prescription and the pharmacy's fills. */
export interface OralCourse {
  readonly drug: DrugName;
  readonly start: Day;
  /** Last fill at or before this day; without it the course goes on. */
  readonly end?: Day;
  /** Days that one fill lasts. */
  readonly every: number;
  readonly fills: number;
  readonly quantity: number;
  readonly sig: string;
  readonly reason?: Reference;
  readonly stopped?: CodeableConcept;
}

export function oralCourse(who: Person, name: string, course: OralCourse): readonly FhirResource[] {
  const request = prescription(who, name, course.drug, {
    status: course.end === undefined ? 'active' : 'stopped',
    ...(course.stopped === undefined ? {} : { statusReason: course.stopped }),
    authoredOn: at(course.start),
    dosageInstruction: [{ text: course.sig }],
    ...(course.reason === undefined ? {} : { reasonReference: [course.reason] }),
    ...(course.end === undefined
      ? {}
      : { dispenseRequest: { validityPeriod: { start: course.start, end: course.end } } }),
  });
  const fills = Array.from({ length: course.fills }, (_, fill) =>
    dispense(
      who,
      `${name}-fill-${String(fill + 1)}`,
      course.drug,
      daysAfter(course.start, 3 + fill * course.every),
      {
        quantity: { value: course.quantity, unit: 'tablet' },
        daysSupply: { value: course.every, unit: 'days', system: ucum, code: 'd' },
        authorizingPrescription: [referenceTo(request)],
        dosageInstruction: [{ text: course.sig }],
      },
    ),
  );
  return [request, ...fills];
}

export const prescription = (
  who: Person,
  name: string,
  drug: DrugName,
  elements: Partial<MedicationRequest>,
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: idOf(who, name),
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: drugs[drug],
  subject: subjectOf(who),
  requester: oncologistOf(who),
  ...elements,
});

export const dispense = (
  who: Person,
  name: string,
  drug: DrugName,
  day: Day,
  elements: Partial<MedicationDispense>,
): MedicationDispense => ({
  resourceType: 'MedicationDispense',
  id: idOf(who, name),
  status: 'completed',
  medicationCodeableConcept: drugs[drug],
  subject: subjectOf(who),
  whenHandedOver: at(day, '14:20'),
  ...elements,
});

/** A drug that the patient reports; `effectivePeriod` without an end for one still taken. */
export const statement = (
  who: Person,
  name: string,
  drug: DrugName,
  elements: Partial<MedicationStatement>,
): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  id: idOf(who, `statement-${name}`),
  status: 'active',
  medicationCodeableConcept: drugs[drug],
  subject: subjectOf(who),
  ...elements,
});

/** A long-standing prescription of primary care. */
export const longTerm = (who: Person, drug: DrugName, start: Day, sig: string): MedicationRequest =>
  prescription(who, `rx-${drug}`, drug, {
    authoredOn: at(start),
    requester: primaryCareOf(who),
    dosageInstruction: [{ text: sig }],
  });

/** What every patient under chemotherapy is given beside it. */
export const supportiveCare = (who: Person, start: Day): readonly FhirResource[] => [
  prescription(who, 'rx-acyclovir', 'acyclovir', {
    authoredOn: at(start),
    dosageInstruction: [{ text: '400 mg by mouth twice daily for viral prophylaxis' }],
  }),
  prescription(who, 'rx-tmp-smx', 'trimethoprimSulfamethoxazole', {
    authoredOn: at(start),
    dosageInstruction: [{ text: 'One double-strength tablet by mouth Monday, Wednesday and Friday' }],
  }),
  prescription(who, 'rx-ondansetron', 'ondansetron', {
    authoredOn: at(start),
    dosageInstruction: [{ text: '8 mg by mouth every 8 hours as needed for nausea', asNeededBoolean: true }],
  }),
  prescription(who, 'rx-allopurinol', 'allopurinol', {
    status: 'completed',
    authoredOn: at(start),
    dosageInstruction: [{ text: '300 mg by mouth daily during cycle 1' }],
  }),
];

type WithMedication = MedicationAdministration | MedicationDispense | MedicationRequest | MedicationStatement;

const namesDrug = (resource: FhirResource): resource is WithMedication =>
  'medicationCodeableConcept' in resource && resource.medicationCodeableConcept !== undefined;

/** The same records with the named drugs by reference to a Medication each, the Medications first. */
export function byReference(
  who: Person,
  names: readonly DrugName[],
  records: readonly FhirResource[],
): readonly FhirResource[] {
  const medications = new Map<CodeableConcept, Medication>(
    names.map((name) => [
      drugs[name],
      { resourceType: 'Medication', id: idOf(who, `medication-${name.toLowerCase()}`), code: drugs[name] },
    ]),
  );
  const referring = (resource: FhirResource): FhirResource => {
    if (!namesDrug(resource)) return resource;
    const { medicationCodeableConcept, ...rest } = resource;
    const medication = medicationCodeableConcept && medications.get(medicationCodeableConcept);
    return medication === undefined
      ? resource
      : { ...rest, medicationReference: referenceTo(medication, medication.code?.text) };
  };
  return [...medications.values(), ...records.map(referring)];
}

/** The reason a drug was stopped, as text: nobody codes it. */
export const stoppedFor = (reason: string): CodeableConcept => concept(reason);
