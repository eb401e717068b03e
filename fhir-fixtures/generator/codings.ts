import type { CodeableConcept, Coding, FhirResource, Reference } from 'fhir/r4.js';

export const hl7 = (codeSystem: string, code: string, display: string): Coding => ({
  system: `http://terminology.hl7.org/CodeSystem/${codeSystem}`,
  code,
  display,
});

const within =
  (system: string) =>
  (code: string, display: string): Coding => ({ system, code, display });

export const snomed = within('http://snomed.info/sct');
export const loinc = within('http://loinc.org');
export const icd10cm = within('http://hl7.org/fhir/sid/icd-10-cm');
export const rxnorm = within('http://www.nlm.nih.gov/research/umls/rxnorm');
export const ndc = within('http://hl7.org/fhir/sid/ndc');
export const cpt = within('http://www.ama-assn.org/go/cpt');
export const hcpcs = within('http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets');
export const cvx = within('http://hl7.org/fhir/sid/cvx');
export const sopt = within('https://nahdo.org/sopt');
export const ucum = 'http://unitsofmeasure.org';

export const concept = (text: string, ...coding: readonly Coding[]): CodeableConcept => ({
  ...(coding.length > 0 ? { coding: [...coding] } : {}),
  text,
});

/** A concept that carries its coding and no text, as most status and category elements do. */
export const coded = (coding: Coding): CodeableConcept => ({ coding: [coding] });

export function referenceTo(resource: FhirResource, display?: string): Reference {
  if (resource.id === undefined)
    throw new Error(`a ${resource.resourceType} without an id cannot be referred to`);
  return {
    reference: `${resource.resourceType}/${resource.id}`,
    ...(display === undefined ? {} : { display }),
  };
}
