import type { CodeableConcept, Condition, FhirResource } from 'fhir/r4.js';
import { type Day, daysAfter } from '../calendar.ts';
import { concept, cpt, icd10cm, referenceTo, snomed } from '../codings.ts';
import { hospitalStay, stayOf, visit, visitOf } from '../encounters.ts';
import { bloodCount, chemistry } from '../laboratory-panels.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis } from '../medical-history.ts';
import { dispense } from '../medications.ts';
import type { Person } from '../person.ts';
import { echocardiogram, marrow, portPlacement, procedure } from '../procedures.ts';
import { note, report } from '../reports.ts';
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
