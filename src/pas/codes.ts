import type { CodeableConcept, Extension } from 'fhir/r4.js';

/** URLs and codes of Da Vinci PAS; X12's own lists are licensed, so that only codes that PAS itself prints are used. */

export const PAS = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition';
export const TEMP = 'http://hl7.org/fhir/us/davinci-pas/CodeSystem/PASTempCodes';
export const CPT = 'http://www.ama-assn.org/go/cpt';
export const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
export const ICD_10_PCS = 'http://www.cms.gov/Medicare/Coding/ICD10';
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const NDC = 'http://hl7.org/fhir/sid/ndc';
export const PLACE_OF_SERVICE =
  'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set';
export const CLAIM_TYPE = 'http://terminology.hl7.org/CodeSystem/claim-type';
export const NPI = 'http://hl7.org/fhir/sid/us-npi';
const IDENTIFIER_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const SUBSCRIBER_RELATIONSHIP = 'http://terminology.hl7.org/CodeSystem/subscriber-relationship';

const x12 = (list: string): string => `https://codesystem.x12.org/005010/${list}`;
export const X12_SERVICE_TYPE = x12('1365');
export const X12_REVIEW_ACTION = x12('306');
const X12_RELATIONSHIP = x12('1069');

/** One code as a CodeableConcept. */
export const concept = (system: string, code: string, display?: string): CodeableConcept => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});

export const temp = (code: string): CodeableConcept => concept(TEMP, code);

/** UM01: a review of health services. */
export const REQUEST_TYPE = concept(x12('1525'), 'HS', 'Health Services Review');
/** UM02: a first request. */
export const CERTIFICATION = concept(x12('1322'), 'I', 'Initial');
/** UM03: service type. */
export const SERVICE_TYPE = concept(X12_SERVICE_TYPE, '1', 'Medical Care');
/** PWK01: what kind of paper a record is; PWK02: how it comes. */
export const REPORT_TYPES = {
  statement: concept(x12('755'), 'PY', "Physician's Report"),
  report: concept(x12('755'), 'DG', 'Diagnostic Report'),
  data: concept(x12('755'), '77', 'Support Data for Verification'),
} as const;
export const ELECTRONICALLY = concept(x12('756'), 'EL', 'Electronically Only');

export const MEMBER_ID = concept(IDENTIFIER_TYPE, 'MB', 'Member Number');
export const isMemberId = (type: unknown): boolean => isCoded(type, IDENTIFIER_TYPE, 'MB');

/** The subscriber's own relationship in X12, which PAS wants beside FHIR's. */
export const SELF = { system: X12_RELATIONSHIP, code: '18', display: 'Self' };
export const isSelf = (relationship: unknown): boolean =>
  isCoded(relationship, SUBSCRIBER_RELATIONSHIP, 'self') || isCoded(relationship, X12_RELATIONSHIP, '18');

export const extension = (name: string, value: Omit<Extension, 'url'>): Extension => ({
  url: `${PAS}/extension-${name}`,
  ...value,
});

function isCoded(value: unknown, system: string, code: string): boolean {
  const { coding } = (value ?? {}) as { readonly coding?: unknown };
  return (
    Array.isArray(coding) &&
    coding.some((item: unknown) => {
      const one = (item ?? {}) as { readonly system?: unknown; readonly code?: unknown };
      return one.system === system && one.code === code;
    })
  );
}
