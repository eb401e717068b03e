/** Types that are about a patient by definition: one that names nobody proves nothing. */
export const CLINICAL_TYPES = new Set([
  'Condition',
  'Observation',
  'Procedure',
  'MedicationStatement',
  'MedicationRequest',
  'MedicationAdministration',
  'MedicationDispense',
  'DiagnosticReport',
  'DocumentReference',
  'QuestionnaireResponse',
  'ServiceRequest',
  'CarePlan',
  'EpisodeOfCare',
  'Encounter',
  'ClaimResponse',
]);

/** Clinical types that say what they are by a code. */
export const CODED_TYPES = CLINICAL_TYPES.difference(
  new Set([
    'QuestionnaireResponse',
    'Encounter',
    'MedicationRequest',
    'ServiceRequest',
    'CarePlan',
    'EpisodeOfCare',
    'ClaimResponse',
  ]),
);
