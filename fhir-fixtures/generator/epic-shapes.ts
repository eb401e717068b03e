import type { FhirResource } from 'fhir/r4.js';

/** Code systems that Epic writes as OIDs. */
const oids: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/sid/icd-10-cm': 'urn:oid:2.16.840.1.113883.6.90',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'urn:oid:2.16.840.1.113883.6.88',
};

const icd10 = 'http://hl7.org/fhir/sid/icd-10-cm';

/** The same records with ICD-10-CM and RxNorm under OIDs, and ICD-10-CM codes without their dot. */
export const epicShaped = (records: readonly FhirResource[]): readonly FhirResource[] =>
  records.map((record) => epicCoded(record) as FhirResource);

function epicCoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(epicCoded);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, epicCoded(part)]));
  const { system, code } = copy;
  if (typeof system !== 'string' || typeof code !== 'string') return copy;
  const oid = oids[system];
  if (oid === undefined) return copy;
  return { ...copy, system: oid, code: system === icd10 ? code.replace('.', '') : code };
}
