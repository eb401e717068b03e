import type { CodeableConcept, Condition, FhirResource, Reference } from 'fhir/r4.js';
import { type Day, daysAfter } from '../calendar.ts';
import { concept, cpt, icd10cm, referenceTo, snomed } from '../codings.ts';
import { hospitalStay, stayOf, visit, visitOf } from '../encounters.ts';
import { bloodCount, chemistry } from '../laboratory-panels.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis } from '../medical-history.ts';
import { dispense } from '../medications.ts';
import type { Person } from '../person.ts';
import { echocardiogram, marrow, portPlacement, procedure } from '../procedures.ts';
import { diseaseStatus, note, report } from '../reports.ts';
import { vitalSigns } from '../vital-signs.ts';

export interface LymphomaWorkup {
  readonly day: Day;
  readonly complaint: string;
  /** Where the biopsy was taken. */
  readonly node: string;
  readonly pathology: string;
  readonly pathologyCode?: CodeableConcept;
  readonly marrow: string;
  readonly scan: string;
  readonly summary: string;
}

/** From the first visit to the start of treatment: biopsy, marrow, scan, echocardiogram, port and the first note. */
export function lymphomaWorkup(
  who: Person,
  condition: Condition,
  work: LymphomaWorkup,
): readonly FhirResource[] {
  const { day } = work;
  const encounter = visitOf(who, day);
  const draw = { state: 'lymphoma', encounter } as const;
  const biopsy = daysAfter(day, 5);
  return [
    visit(who, day, work.complaint),
    encounterDiagnosis(who, 'enlarged-nodes', {
      clinicalStatus: clinicalStatus('resolved'),
      code: diagnosis('Generalized lymphadenopathy', icd10cm('R59.1', 'Generalized enlarged lymph nodes')),
      encounter,
      recordedDate: day,
      abatementDateTime: biopsy,
    }),
    ...vitalSigns(who, day, encounter),
    ...bloodCount(who, day, draw),
    ...chemistry(who, day, draw),
    procedure(
      who,
      'node-biopsy',
      concept(`Excisional biopsy, ${work.node} lymph node`, cpt('38510', 'Biopsy/removal lymph nodes')),
      biopsy,
      {
        reasonReference: [referenceTo(condition)],
      },
    ),
    report(who, 'node-biopsy', 'pathology', biopsy, `Lymph node, ${work.node}, excision`, work.pathology, {
      ...(work.pathologyCode === undefined ? {} : { conclusionCode: [work.pathologyCode] }),
    }),
    ...marrow(who, daysAfter(day, 12), { conclusion: work.marrow }),
    scan(who, daysAfter(day, 13), 'PET/CT skull base to mid thigh, initial staging', work.scan),
    ...echocardiogram(who, daysAfter(day, 15), 62),
    portPlacement(who, daysAfter(day, 18)),
    note(
      who,
      `consultation-${day}`,
      'consultation',
      daysAfter(day, 16),
      'Hematology/oncology consultation, new diagnosis',
      work.summary,
    ),
  ];
}

export const scan = (who: Person, day: Day, title: string, conclusion: string): FhirResource =>
  report(who, `scan-${day}`, 'imaging', day, title, conclusion);

const assessment = {
  worsened: 'Progressive disease',
  stable: 'Stable disease',
  'partial-remission': 'Partial remission',
  'full-remission': 'Complete remission',
} as const;

/** A scan, and two days later the oncologist's statement of what it means. */
export const assessed = (
  who: Person,
  day: Day,
  about: Reference,
  status: keyof typeof assessment,
  conclusion: string,
  title = 'PET/CT skull base to mid thigh',
): readonly FhirResource[] => [
  scan(who, day, title, conclusion),
  diseaseStatus(who, daysAfter(day, 2), status, 'imaging', about, `${assessment[status]}. ${conclusion}`),
];

/** A biopsy of a relapse or of a change of the disease, with its report. */
export const rebiopsy = (
  who: Person,
  day: Day,
  site: string,
  pathology: string,
  pathologyCode: CodeableConcept,
): readonly FhirResource[] => [
  procedure(
    who,
    `biopsy-${day}`,
    concept(`Core needle biopsy, ${site}`, cpt('38505', 'Needle biopsy lymph nodes')),
    day,
  ),
  report(who, `biopsy-${day}`, 'pathology', day, `Core biopsy, ${site}`, pathology, {
    conclusionCode: [pathologyCode],
  }),
];

/** Visits between treatments, each with a blood count, every second one with chemistry. */
export const followUp = (
  who: Person,
  state: 'lymphoma' | 'myeloma' | 'remission',
  reason: string,
  days: readonly Day[],
): readonly FhirResource[] =>
  days.flatMap((day, index) => {
    const encounter = visitOf(who, day);
    return [
      visit(who, day, reason),
      ...vitalSigns(who, day, encounter),
      ...bloodCount(who, day, { state, encounter }),
      ...(index % 2 === 0 ? chemistry(who, day, { state, encounter }) : []),
    ];
  });

/** A hospital stay for fever during neutropenia, and its antibiotic. */
export function neutropenicFever(who: Person, start: Day, days: number): readonly FhirResource[] {
  const end = daysAfter(start, days);
  const encounter = stayOf(who, 'neutropenic-fever');
  return [
    hospitalStay(who, 'neutropenic-fever', start, end, 'Fever and neutropenia'),
    encounterDiagnosis(who, 'neutropenic-fever', {
      clinicalStatus: clinicalStatus('resolved'),
      code: diagnosis(
        'Febrile neutropenia',
        icd10cm('D70.1', 'Agranulocytosis secondary to cancer chemotherapy'),
        icd10cm('R50.81', 'Fever presenting with conditions classified elsewhere'),
      ),
      encounter,
      onsetDateTime: start,
      abatementDateTime: end,
      recordedDate: start,
    }),
    ...bloodCount(who, start, { state: 'nadir', encounter }),
    dispense(who, 'levofloxacin', 'levofloxacin', end, {
      dosageInstruction: [{ text: '750 mg by mouth daily for 5 days' }],
    }),
  ];
}

export const mantleCell = diagnosis(
  'Mantle cell lymphoma, lymph nodes of multiple sites',
  icd10cm('C83.18', 'Mantle cell lymphoma, lymph nodes of multiple sites'),
  snomed('443487006', 'Mantle cell lymphoma (disorder)'),
);

export const mantleCellMorphology = concept(
  'Mantle cell lymphoma',
  snomed('74654000', 'Mantle cell lymphoma (morphologic abnormality)'),
);

export const largeCell = diagnosis(
  'Diffuse large B-cell lymphoma, lymph nodes of multiple sites',
  icd10cm('C83.38', 'Diffuse large B-cell lymphoma, lymph nodes of multiple sites'),
  snomed('109969005', "Diffuse non-Hodgkin's lymphoma, large cell (disorder)"),
);

export const largeCellMorphology = concept(
  'Diffuse large B-cell lymphoma',
  snomed('46732000', 'Malignant lymphoma, histiocytic, diffuse'),
);

export const follicularGrade2 = diagnosis(
  'Follicular lymphoma grade II, lymph nodes of multiple sites',
  icd10cm('C82.18', 'Follicular lymphoma grade II, lymph nodes of multiple sites'),
  snomed('308121000', "Follicular non-Hodgkin's lymphoma (disorder)"),
);

export const follicularGrade3a = diagnosis(
  'Follicular lymphoma grade 3A',
  icd10cm('C82.38', 'Follicular lymphoma grade IIIa, lymph nodes of multiple sites'),
  snomed('1148851002', 'Follicular lymphoma grade 3a (disorder)'),
);

export const follicularGrade3b = diagnosis(
  'Follicular lymphoma grade 3B',
  icd10cm('C82.48', 'Follicular lymphoma grade IIIb, lymph nodes of multiple sites'),
  snomed('1148845007', 'Follicular lymphoma grade 3b (disorder)'),
);

export const mediastinal = diagnosis(
  'Primary mediastinal large B-cell lymphoma',
  icd10cm('C85.22', 'Mediastinal (thymic) large B-cell lymphoma, intrathoracic lymph nodes'),
  snomed('444910004', 'Primary mediastinal (thymic) large B-cell lymphoma (disorder)'),
);

export const highGrade = diagnosis(
  'High-grade B-cell lymphoma with MYC and BCL2 rearrangements',
  snomed('1172704005', 'High grade B-cell lymphoma with MYC and BCL2 and/or BCL6 rearrangements (disorder)'),
);

export const cerebralLymphoma = diagnosis(
  'Primary diffuse large B-cell lymphoma of the central nervous system',
  icd10cm('C83.390', 'Primary central nervous system lymphoma'),
  snomed('734066005', 'Diffuse large B-cell lymphoma of central nervous system (disorder)'),
);

export const marginalZone = diagnosis(
  'Splenic marginal zone lymphoma',
  snomed('763666008', 'Splenic marginal zone B-cell lymphoma (disorder)'),
);

export const chronicLymphocytic = diagnosis(
  'Chronic lymphocytic leukemia',
  icd10cm('C91.10', 'Chronic lymphocytic leukemia of B-cell type not having achieved remission'),
  snomed('92814006', 'Chronic lymphoid leukemia, disease (disorder)'),
);
