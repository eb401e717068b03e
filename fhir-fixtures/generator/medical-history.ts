import type {
  AllergyIntolerance,
  CodeableConcept,
  Coding,
  Condition,
  FamilyMemberHistory,
  Immunization,
} from 'fhir/r4.js';
import type { Day } from './calendar.ts';
import { coded, concept, hl7, snomed } from './codings.ts';
import { without } from './elements.ts';
import { type Person, idOf, oncologistOf, subjectOf } from './person.ts';

type ClinicalStatus = 'active' | 'inactive' | 'recurrence' | 'relapse' | 'remission' | 'resolved';
type VerificationStatus =
  'confirmed' | 'differential' | 'entered-in-error' | 'provisional' | 'refuted' | 'unconfirmed';

const titled = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');

export const clinicalStatus = (code: ClinicalStatus): CodeableConcept =>
  coded(hl7('condition-clinical', code, titled(code)));

export const verificationStatus = (code: VerificationStatus): CodeableConcept =>
  coded(hl7('condition-ver-status', code, titled(code)));

const category = {
  problem: coded(hl7('condition-category', 'problem-list-item', 'Problem List Item')),
  encounter: coded(hl7('condition-category', 'encounter-diagnosis', 'Encounter Diagnosis')),
} as const;

/** A problem-list item: active and confirmed unless `elements` say otherwise. */
export const problem = (who: Person, name: string, elements: Partial<Condition>): Condition => ({
  resourceType: 'Condition',
  id: idOf(who, name),
  clinicalStatus: clinicalStatus('active'),
  verificationStatus: verificationStatus('confirmed'),
  category: [category.problem],
  subject: subjectOf(who),
  ...elements,
});

/** The diagnosis of one encounter: a reason for a test as often as a finding. */
export const encounterDiagnosis = (who: Person, name: string, elements: Partial<Condition>): Condition => ({
  ...problem(who, name, elements),
  category: [category.encounter],
});

/** An entry withdrawn as wrong; FHIR forbids a clinicalStatus on it (con-5). */
export const enteredInError = (condition: Condition): Condition => ({
  ...without(condition, 'clinicalStatus'),
  verificationStatus: verificationStatus('entered-in-error'),
});

/** A diagnosis with its ICD-10-CM and SNOMED CT codings, as problem lists carry them. */
export const diagnosis = (text: string, ...coding: readonly Coding[]): CodeableConcept =>
  concept(text, ...coding);

const relatives = {
  father: hl7('v3-RoleCode', 'FTH', 'father'),
  mother: hl7('v3-RoleCode', 'MTH', 'mother'),
  'maternal grandmother': hl7('v3-RoleCode', 'MGRMTH', 'maternal grandmother'),
  'paternal grandmother': hl7('v3-RoleCode', 'PGRMTH', 'paternal grandmother'),
  sister: hl7('v3-RoleCode', 'SIS', 'sister'),
} as const;

export const familyHistory = (
  who: Person,
  relative: keyof typeof relatives,
  disease: CodeableConcept,
  age: number,
): FamilyMemberHistory => ({
  resourceType: 'FamilyMemberHistory',
  id: idOf(who, `family-${relative.replaceAll(' ', '-')}`),
  status: 'completed',
  patient: subjectOf(who),
  relationship: coded(relatives[relative]),
  condition: [
    {
      code: disease,
      onsetAge: { value: age, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' },
    },
  ],
});

const reactions = {
  hives: coded(snomed('247472004', 'Wheal (finding)')),
  rash: coded(snomed('271807003', 'Eruption of skin (disorder)')),
  nausea: coded(snomed('422587007', 'Nausea (finding)')),
} as const;

export const allergy = (
  who: Person,
  name: string,
  substance: CodeableConcept,
  reaction: keyof typeof reactions,
  recorded: Day,
): AllergyIntolerance => ({
  resourceType: 'AllergyIntolerance',
  id: idOf(who, `allergy-${name}`),
  clinicalStatus: coded(hl7('allergyintolerance-clinical', 'active', 'Active')),
  verificationStatus: coded(hl7('allergyintolerance-verification', 'confirmed', 'Confirmed')),
  type: reaction === 'nausea' ? 'intolerance' : 'allergy',
  category: ['medication'],
  code: substance,
  patient: subjectOf(who),
  recordedDate: recorded,
  recorder: oncologistOf(who),
  reaction: [{ manifestation: [reactions[reaction]], severity: 'moderate' }],
});

export const immunization = (
  who: Person,
  name: string,
  vaccine: CodeableConcept,
  day: Day,
): Immunization => ({
  resourceType: 'Immunization',
  id: idOf(who, `immunization-${name}-${day}`),
  status: 'completed',
  vaccineCode: vaccine,
  patient: subjectOf(who),
  occurrenceDateTime: day,
  primarySource: true,
});
