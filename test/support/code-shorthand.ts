import type { JsonObject } from '../../src/fhir/json.ts';

/** Code systems by the short names that vignettes use; the second word of a code is the code, the rest its display. */
export const CODE_SYSTEMS: Readonly<Record<string, string>> = {
  snomed: 'http://snomed.info/sct',
  icd10: 'http://hl7.org/fhir/sid/icd-10-cm',
  icd10pcs: 'http://www.cms.gov/Medicare/Coding/ICD10',
  icdo3: 'http://terminology.hl7.org/CodeSystem/icd-o-3',
  loinc: 'http://loinc.org',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ndc: 'http://hl7.org/fhir/sid/ndc',
  atc: 'http://www.whocc.no/atc',
  hcpcs: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  cpt: 'http://www.ama-assn.org/go/cpt',
  sopt: 'https://nahdo.org/sopt',
  act: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  pos: 'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set',
  category: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
  local: 'http://hospital.example.org/codes',
};

/**
 * `snomed 277571004 B-cell ALL`, or with a system of one's own `urn:oid:2.16.840.1.113883.6.90|C91.02 display`.
 * @returns a FHIR Coding, or undefined when the system is not known
 */
export function codingOf(printed: string): JsonObject | undefined {
  const token = /^(\S+)\|(\S+)(?:\s+(.+))?$/.exec(printed);
  const short = /^(\S+)\s+(\S+)(?:\s+(.+))?$/.exec(printed);
  const system = token?.[1] ?? CODE_SYSTEMS[short?.[1] ?? ''];
  const [, , code, display] = token ?? short ?? [];
  if (system === undefined || code === undefined) return undefined;
  return { system, code, ...(display === undefined ? {} : { display }) };
}

/** A CodeableConcept of short codes and a text; undefined when there is neither. */
export function conceptOf(codes: readonly string[] | undefined, text?: string): JsonObject | undefined {
  if (codes === undefined && text === undefined) return undefined;
  return {
    ...(codes === undefined ? {} : { coding: codes.map(codingOf) }),
    ...(text === undefined ? {} : { text }),
  };
}
