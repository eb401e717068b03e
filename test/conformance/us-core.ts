import { isObject, objects, property, text, type JsonObject } from '../../src/fhir/json.ts';

/**
 * One chart in the shape of each US Core version that a CRD 2.2 server must read (CRD-R-01): its profiles, and what the
 * version added to the resources that a criterion may read. What the records say stays the same.
 */
export const US_CORE_VERSIONS = ['3.1.1', '6.1.0', '7.0.0'] as const;
export type UsCoreVersion = (typeof US_CORE_VERSIONS)[number];

const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition';
const ASSERTED_DATE = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate';

export const inShapeOf = (resource: JsonObject, version: UsCoreVersion): JsonObject =>
  profiled(version === '3.1.1' ? resource : withAdditions(resource, version), version);

function profiled(resource: JsonObject, version: UsCoreVersion): JsonObject {
  const name = profileOf(resource, version);
  if (name === undefined) return resource;
  const profile = `${US_CORE}/${name}${version === '3.1.1' ? '' : `|${version}`}`;
  return {
    ...resource,
    meta: { ...(isObject(resource['meta']) ? resource['meta'] : {}), profile: [profile] },
  };
}

const PROFILES: Readonly<Record<string, string>> = {
  Patient: 'us-core-patient',
  Procedure: 'us-core-procedure',
  MedicationRequest: 'us-core-medicationrequest',
  Medication: 'us-core-medication',
  Encounter: 'us-core-encounter',
  DocumentReference: 'us-core-documentreference',
  CarePlan: 'us-core-careplan',
};
/** Profiles that 6.1.0 has and 3.1.1 has not. */
const LATER_PROFILES: Readonly<Record<string, string>> = {
  Coverage: 'us-core-coverage',
  MedicationDispense: 'us-core-medicationdispense',
  ServiceRequest: 'us-core-servicerequest',
  Specimen: 'us-core-specimen',
};

function profileOf(resource: JsonObject, version: UsCoreVersion): string | undefined {
  const type = text(resource['resourceType']) ?? '';
  const isLater = version !== '3.1.1';
  const category = categoryOf(resource);
  if (type === 'Condition')
    return !isLater
      ? 'us-core-condition'
      : category === 'encounter-diagnosis'
        ? 'us-core-condition-encounter-diagnosis'
        : 'us-core-condition-problems-health-concerns';
  if (type === 'Observation') return category === 'laboratory' ? 'us-core-observation-lab' : undefined;
  if (type === 'DiagnosticReport')
    return category === 'LAB' ? 'us-core-diagnosticreport-lab' : 'us-core-diagnosticreport-note';
  return PROFILES[type] ?? (isLater ? LATER_PROFILES[type] : undefined);
}

const categoryOf = (resource: JsonObject): string | undefined =>
  objects(resource['category'])
    .flatMap((category) => objects(category['coding']))
    .map(({ code }) => text(code))
    .find((code) => code !== undefined);

/** What 6.1.0 and 7.0.0 ask a server to be able to send beside what 3.1.1 asks. */
function withAdditions(resource: JsonObject, version: UsCoreVersion): JsonObject {
  const extended = (...extensions: readonly JsonObject[]): JsonObject => ({
    ...resource,
    extension: [...objects(resource['extension']), ...extensions],
  });
  switch (resource['resourceType']) {
    // A problem may be dated by when it was asserted, beside or in place of its recording.
    case 'Condition': {
      const recorded = text(resource['recordedDate']);
      if (recorded === undefined || resource['onsetDateTime'] === undefined) return resource;
      const asserted = extended({ url: ASSERTED_DATE, valueDateTime: recorded });
      return Object.fromEntries(Object.entries(asserted).filter(([name]) => name !== 'recordedDate'));
    }
    case 'Patient':
      return extended(
        version === '6.1.0'
          ? { url: `${US_CORE}/us-core-sex`, valueCode: '248152002' }
          : { url: `${US_CORE}/us-core-sex`, valueCode: 'female' },
        {
          url: `${US_CORE}/us-core-tribal-affiliation`,
          extension: [
            {
              url: 'tribalAffiliation',
              valueCodeableConcept: {
                coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS', code: '170' }],
              },
            },
          ],
        },
      );
    case 'MedicationRequest':
      return version === '6.1.0'
        ? resource
        : extended({
            url: `${US_CORE}/us-core-medication-adherence`,
            extension: [
              {
                url: 'medicationAdherence',
                valueCodeableConcept: {
                  coding: [{ system: 'http://snomed.info/sct', code: '1156699004' }],
                },
              },
              { url: 'dateAsserted', valueDateTime: text(resource['authoredOn']) ?? '2026-01-01' },
            ],
          });
    // 7.0.0 tells clinical results of every kind apart by a second category.
    case 'Observation':
      return version === '7.0.0' && objects(resource['category']).length > 0
        ? { ...resource, category: [...objects(resource['category']), CLINICAL_RESULT] }
        : resource;
    case 'Encounter':
      return version === '7.0.0' && property(resource, 'status') !== undefined
        ? extended({
            url: `${US_CORE}/us-core-interpreter-needed`,
            valueCoding: { system: 'http://snomed.info/sct', code: '373067005' },
          })
        : resource;
    default:
      return resource;
  }
}

const CLINICAL_RESULT: JsonObject = {
  coding: [
    {
      system: `${US_CORE.replace('StructureDefinition', 'CodeSystem')}/us-core-category`,
      code: 'functional-status',
    },
  ],
};
