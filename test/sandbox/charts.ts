import type { Bundle, FhirResource } from 'fhir/r4.js';

export const chart = (...resources: readonly FhirResource[]): Bundle => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});

export const loinc = 'http://loinc.org';
export const snomed = 'http://snomed.info/sct';
export const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const hcpcs = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';

const observationCategory = 'http://terminology.hl7.org/CodeSystem/observation-category';

export const longId = `order-${'0123456789.abc_'.repeat(12)}`;

/** Adams has most of the record; Baker is there so that a search by patient has something to leave out. */
export const adams = chart(
  {
    resourceType: 'Patient',
    id: 'adams',
    gender: 'female',
    birthDate: '1964-07-09',
    active: true,
    identifier: [{ system: 'urn:mrn', value: '100' }],
    managingOrganization: { reference: 'Organization/hospital' },
  },
  { resourceType: 'Organization', id: 'hospital', name: 'Hospital' },
  { resourceType: 'Organization', id: 'payer', name: 'Payer' },
  { resourceType: 'Practitioner', id: 'chen' },
  {
    resourceType: 'Coverage',
    id: 'plan',
    status: 'active',
    beneficiary: { reference: 'Patient/adams' },
    payor: [{ reference: 'Organization/payer' }],
  },
  {
    resourceType: 'Encounter',
    id: 'stay',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: 'Patient/adams' },
    period: { start: '2025-05-01T09:00:00-05:00' },
    serviceProvider: { reference: 'Organization/hospital' },
  },
  {
    resourceType: 'Condition',
    id: 'b-all',
    subject: { reference: 'Patient/adams' },
    encounter: { reference: 'Encounter/stay/_history/3' },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: {
      coding: [
        { system: snomed, code: '109989006' },
        { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'C91.02' },
      ],
    },
    onsetPeriod: { start: '2024-02', end: '2024-04-10' },
    recordedDate: '2024-03-05',
  },
  {
    resourceType: 'Condition',
    id: 'free-text',
    subject: { reference: 'Patient/adams' },
    code: { text: 'leukaemia' },
    recordedDate: '2024-13-45',
  },
  {
    resourceType: 'MedicationRequest',
    id: longId,
    status: 'draft',
    intent: 'order',
    subject: { reference: 'Patient/adams' },
    encounter: { reference: 'Encounter/stay' },
    requester: { reference: 'Practitioner/chen' },
    medicationReference: { reference: 'Medication/obe-cel' },
    authoredOn: '2025-05-02T10:00:00Z',
  },
  {
    resourceType: 'MedicationRequest',
    id: 'steroid',
    status: 'completed',
    intent: 'plan',
    subject: { reference: 'Patient/adams' },
    medicationCodeableConcept: { coding: [{ system: rxnorm, code: '3264' }] },
    authoredOn: '2024-01-15',
  },
  {
    resourceType: 'Medication',
    id: 'obe-cel',
    code: { coding: [{ system: hcpcs, code: 'Q2058' }] },
  },
  {
    resourceType: 'MedicationAdministration',
    id: 'dose',
    status: 'completed',
    subject: { reference: 'Patient/adams' },
    medicationCodeableConcept: { coding: [{ system: rxnorm, code: '3264' }] },
    effectivePeriod: { start: '2024-02-01T08:00:00Z', end: '2024-02-01T09:00:00Z' },
  },
  laboratory('blasts', '26446-5', '2024-03-02'),
  laboratory('platelets', '777-3', '2024-03-02T06:30:00-05:00'),
  laboratory('lvef', '10230-1', '2023'),
  {
    ...laboratory('calcium', '17861-6', '2024-02-29T23:59:59Z'),
    status: 'amended',
    code: {
      coding: [{ system: 'http://local', code: '777-3' }, { code: '777-3' }, { system: 'http://local' }],
    },
  },
);

export const baker = chart(
  { resourceType: 'Patient', id: 'baker' },
  { resourceType: 'Organization', id: 'payer', name: 'Payer' },
  {
    resourceType: 'Coverage',
    id: 'other-plan',
    status: 'cancelled',
    beneficiary: { reference: 'Patient/baker' },
    payor: [
      { reference: 'Organization/payer' },
      { reference: 'https://elsewhere.example/Organization/payer' },
    ],
  },
  {
    resourceType: 'Observation',
    id: 'group-result',
    status: 'final',
    code: { coding: [{ system: loinc, code: '777-3' }] },
    subject: { reference: 'Group/adams' },
  },
  {
    resourceType: 'Observation',
    id: 'infusions',
    status: 'final',
    code: { coding: [{ system: loinc, code: '1-8' }] },
    subject: { reference: 'Patient/baker' },
    effectiveTiming: { event: ['2024-03-20', '2024-01-10'] },
  },
);

function laboratory(
  id: string,
  code: string,
  effectiveDateTime: string,
): FhirResource & { resourceType: 'Observation' } {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [{ coding: [{ system: observationCategory, code: 'laboratory' }] }],
    code: { coding: [{ system: loinc, code }] },
    subject: { reference: 'Patient/adams' },
    effectiveDateTime,
  };
}
