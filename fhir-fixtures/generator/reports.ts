import type {
  CodeableConcept,
  DiagnosticReport,
  DocumentReference,
  Observation,
  Reference,
} from 'fhir/r4.js';
import { type Day, at, daysAfter } from './calendar.ts';
import { coded, concept, hl7, loinc, snomed } from './codings.ts';
import { type Person, hospitalOf, idOf, oncologistOf, siteOf, subjectOf } from './person.ts';

const kinds = {
  pathology: {
    category: hl7('v2-0074', 'SP', 'Surgical Pathology'),
    code: loinc('11526-1', 'Pathology study'),
  },
  marrow: {
    category: hl7('v2-0074', 'PAT', 'Pathology'),
    code: loinc('33721-2', 'Bone marrow Pathology biopsy report'),
  },
  flow: {
    category: hl7('v2-0074', 'HM', 'Hematology'),
    code: loinc('69052-9', 'Flow cytometry specialist review'),
  },
  cytogenetics: {
    category: hl7('v2-0074', 'CG', 'Cytogenetics'),
    code: loinc(
      '50659-2',
      'Chromosome analysis.interphase [Interpretation] in Bone marrow by FISH Narrative',
    ),
  },
  imaging: {
    category: hl7('v2-0074', 'RAD', 'Radiology'),
    code: loinc('18748-4', 'Diagnostic imaging study'),
  },
  echocardiogram: {
    category: hl7('v2-0074', 'CUS', 'Cardiac Ultrasound'),
    code: loinc('59281-6', 'Transthoracic cardiac echo study report US'),
  },
  electrocardiogram: {
    category: hl7('v2-0074', 'EC', 'Electrocardiac (e.g. EKG, EEC, Holter)'),
    code: loinc('11524-6', 'EKG study'),
  },
  chestRadiograph: {
    category: hl7('v2-0074', 'RAD', 'Radiology'),
    code: loinc('36643-5', 'XR Chest 2 Views'),
  },
} as const;

/** A final report; `conclusion` is its impression, as dictated. */
export const report = (
  who: Person,
  name: string,
  kind: keyof typeof kinds,
  day: Day,
  title: string,
  conclusion: string,
  elements: Partial<DiagnosticReport> = {},
): DiagnosticReport => ({
  resourceType: 'DiagnosticReport',
  id: idOf(who, `report-${name}`),
  status: 'final',
  category: [coded(kinds[kind].category)],
  code: concept(title, kinds[kind].code),
  subject: subjectOf(who),
  effectiveDateTime: at(day, '10:20'),
  issued: at(daysAfter(day, kind === 'imaging' || kind === 'chestRadiograph' ? 0 : 3), '17:05'),
  performer: [hospitalOf(who)],
  conclusion,
  ...elements,
});

const noteTypes = {
  consultation: loinc('34779-9', 'Hematology+Medical oncology Consult note'),
  history: loinc('34117-2', 'History and physical note'),
  progress: loinc('11506-3', 'Progress note'),
  summary: loinc('74156-1', 'Oncology Plan of care and summary note'),
  conference: loinc('34098-4', 'Conference note'),
  'social-work': loinc('34841-7', 'Social worker Consult note'),
  pathology: loinc('22034-3', 'Pathology report.total'),
} as const;

/** A note of which the chart holds the index entry and the address; its text stays in the document store. */
export const note = (
  who: Person,
  name: string,
  type: keyof typeof noteTypes,
  day: Day,
  title: string,
  description: string,
): DocumentReference => ({
  resourceType: 'DocumentReference',
  id: idOf(who, `note-${name}`),
  status: 'current',
  docStatus: 'final',
  type: coded(noteTypes[type]),
  category: [
    coded({
      system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
      code: 'clinical-note',
      display: 'Clinical Note',
    }),
  ],
  subject: subjectOf(who),
  date: at(day, '18:10'),
  author: [oncologistOf(who)],
  custodian: hospitalOf(who),
  description,
  content: [
    {
      attachment: {
        contentType: 'application/pdf',
        url: `https://documents.${siteOf(who)}/${who.code}/${name}.pdf`,
        title,
        creation: at(day, '18:10'),
      },
    },
  ],
  context: { period: { start: at(day, '09:00'), end: at(day, '09:45') } },
});

const statusValues = {
  worsened: concept('Progressive disease', snomed('271299001', "Patient's condition worsened (finding)")),
  stable: concept('Stable disease', snomed('359746009', "Patient's condition stable (finding)")),
  improved: concept('Improved', snomed('268910001', "Patient's condition improved (finding)")),
  'partial-remission': concept(
    'Partial remission',
    snomed('103337004', 'In partial remission (qualifier value)'),
  ),
  'full-remission': concept('Complete remission', snomed('103338009', 'In full remission (qualifier value)')),
} as const;

const evidenceTypes = {
  imaging: concept('Imaging', snomed('363679005', 'Imaging (procedure)')),
  pathology: concept(
    'Bone marrow examination',
    snomed('49401003', 'Bone marrow aspiration procedure (procedure)'),
  ),
} as const satisfies Record<string, CodeableConcept>;

/** The oncologist's statement of disease status (mCODE CancerDiseaseStatus) about one diagnosis. */
export const diseaseStatus = (
  who: Person,
  day: Day,
  status: keyof typeof statusValues,
  evidence: keyof typeof evidenceTypes,
  focus: Reference,
  text: string,
): Observation => ({
  resourceType: 'Observation',
  id: idOf(who, `disease-status-${day}`),
  extension: [
    {
      url: 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-evidence-type',
      valueCodeableConcept: evidenceTypes[evidence],
    },
  ],
  status: 'final',
  category: [coded(hl7('observation-category', 'exam', 'Exam'))],
  code: concept('Cancer disease status', loinc('97509-4', 'Cancer Disease Progression')),
  subject: subjectOf(who),
  focus: [focus],
  effectiveDateTime: at(day, '11:00'),
  issued: at(day, '17:30'),
  performer: [oncologistOf(who)],
  valueCodeableConcept: statusValues[status],
  note: [{ text }],
});
