import type { Condition, Extension, FhirResource } from 'fhir/r4.js';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { coded, concept, icd10cm, ndc, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftMedication, draftService, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, familyHistory, problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { fourDrugInduction, hyperCvadB, maintenance, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit } from './leukemia-course.ts';

const kim: Person = {
  code: 'kim',
  given: ['Soo-Yeon'],
  family: 'Kim',
  gender: 'female',
  birthDate: '1962-06-19',
  race: 'asian',
  town: ['West Hartford', '06107'],
  height: 161,
  weight: 55,
  oncologist: 'Daniel Kowalski, MD',
  primaryCare: 'Helen Pruitt, MD',
};

const morphologyExtension: Extension = {
  url: 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior',
  valueCodeableConcept: coded({
    system: 'http://terminology.hl7.org/CodeSystem/icd-o-3',
    code: 'M9836/3',
    display: 'Precursor B-cell lymphoblastic leukemia',
  }),
};

/** A Condition as cancer registries export it: no code, the disease in an extension. */
const morphologyOnly = (who: Person, name: string, elements: Partial<Condition>): Condition =>
  problem(who, name, { extension: [morphologyExtension], ...elements });

/** B-ALL by ICD-O-3 morphology alone, the relapse a second Condition that points at the first. */
export function bAllMorphologyOnly(): Fixture {
  const who = kim;
  const first = morphologyOnly(who, 'primary', {
    clinicalStatus: clinicalStatus('remission'),
    onsetDateTime: '2023-05-16',
    abatementDateTime: '2023-07-11',
    recordedDate: '2023-05-22',
  });
  const relapse = morphologyOnly(who, 'relapse', {
    extension: [
      morphologyExtension,
      {
        url: 'http://hl7.org/fhir/StructureDefinition/condition-related',
        valueReference: referenceTo(first),
      },
    ],
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2026-01-13',
    recordedDate: '2026-01-16',
  });
  const records: readonly FhirResource[] = [
    ...carePartners(who, 'PPO'),
    plannedInfusion(who, 'IMP', '2026-04-02'),
    first,
    relapse,
    ...routineCare(who, {
      from: '2019-10-15',
      years: 4,
      comorbidities: ['hyperlipidemia', 'hypothyroidism'],
      surgery: 'cholecystectomy',
      systolic: 116,
    }),
    ...laterVaccines(who, '2022-03-08'),
    familyHistory(
      who,
      'mother',
      concept('Type 2 diabetes mellitus', icd10cm('E11.9', 'Type 2 diabetes mellitus without complications')),
      58,
    ),
    ...leukemiaWorkup(who, {
      day: '2023-05-15',
      complaint: 'Fatigue, petechiae and circulating blasts',
      marrow: { blasts: 79, conclusion: 'B lymphoblastic leukemia/lymphoma, NOS. 79 % lymphoblasts.' },
      flow: 'Lymphoblasts positive for CD19, CD22, CD79a, CD10 and TdT.',
      cytogenetics: '46,XX[20]; FISH panel for ALL negative.',
      summary: 'New lymphoblastic leukemia; four-drug induction without rituximab (CD20 negative).',
    }),
    ...treatment(who, 'induction', {
      regimen: { title: 'Four-drug induction', cycles: [fourDrugInduction], every: 35, inpatient: true },
      start: '2023-05-19',
      reason: referenceTo(first),
      firstCount: 'leukemia',
    }),
    ...treatment(who, 'consolidation', {
      regimen: {
        title: 'High-dose methotrexate and cytarabine',
        cycles: repeat(3, hyperCvadB),
        every: 28,
        inpatient: true,
      },
      start: '2023-07-17',
      reason: referenceTo(first),
    }),
    ...treatment(who, 'maintenance', {
      regimen: {
        title: 'Maintenance with vincristine and prednisone pulses every 12 weeks',
        cycles: repeat(8, maintenance),
        every: 84,
      },
      start: '2023-11-06',
      reason: referenceTo(first),
      counts: 'none',
    }),
    ...supportiveCare(who, '2023-05-19'),
    ...clearTaps(who, ['2023-07-25', '2023-09-19']),
    ...marrowVisit(who, '2023-07-11', 'remission', 'End-of-induction marrow', {
      blasts: 1,
      conclusion: 'Morphologic remission, 1 % blasts.',
    }),
    ...laboratoryIncidents(who, '2025-03-04'),
    ...marrowVisit(who, '2026-01-13', 'relapse', 'Bone pain and thrombocytopenia', {
      blasts: 48,
      conclusion: 'Recurrent lymphoblastic leukemia, 48 % lymphoblasts.',
    }),
    note(
      who,
      'registry',
      'summary',
      '2026-01-20',
      'Cancer registry abstract',
      'Histology 9836/3; first recurrence January 2026.',
    ),
    ...carTEvaluation(who, {
      day: '2026-02-11',
      state: 'relapse',
      ecog: 0,
      ejectionFraction: 63,
      disease: 'recurrent lymphoblastic leukemia',
      product: 'brexucabtagene autoleucel',
    }),
  ];
  return fixtureOf({
    name: 'b-all-morphology-only',
    story:
      '63-year-old woman whose Conditions carry no code: B lymphoblastic leukemia is stated by ICD-O-3 morphology in an ' +
      'extension, its relapse by a second Condition pointing at the first; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept(
          'Tecartus',
          tecartus.allProduct,
          ndc('71287-220-01', 'Tecartus 71287-0220-01'),
        ),
        reasonReference: [referenceTo(relapse)],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-08'] } }],
      }),
      draftService(who, 'draft-type-and-screen', {
        code: concept('Type and screen'),
        occurrenceDateTime: '2026-04-06',
      }),
    ),
    records: byReference(who, ['vincristine', 'mercaptopurine'], records),
  });
}
