import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, icd10cm, referenceTo, snomed } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { carvykti, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { daratumumabLenalidomide, repeat, vrd } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp } from './lymphoma-course.ts';
import { myelomaWorkup, paraproteins } from './myeloma-course.ts';

const adeyinka: Person = {
  code: 'adeyinka',
  given: ['Folake'],
  family: 'Adeyinka',
  gender: 'female',
  birthDate: '1966-11-02',
  race: 'black',
  town: ['Milton', '02186'],
  height: 167,
  weight: 74,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Plasma cell leukemia: treated like myeloma, and another diagnosis. */
export function carvyktiPlasmaCellLeukemia(): Fixture {
  const who = adeyinka;
  const condition = problem(who, 'pcl', {
    code: diagnosis(
      'Primary plasma cell leukemia',
      icd10cm('C90.10', 'Plasma cell leukemia not having achieved remission'),
      snomed('95210003', 'Plasma cell leukemia, disease (disorder)'),
    ),
    onsetDateTime: '2023-10-17',
    recordedDate: '2023-10-20',
  });
  const reason = referenceTo(condition, 'Primary plasma cell leukemia');
  return fixtureOf({
    name: 'carvykti-plasma-cell-leukemia',
    story:
      '59-year-old woman, primary plasma cell leukemia after VRd with kyphoplasty and daratumumab with lenalidomide; inpatient Carvykti.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-carvykti', {
        code: concept('Ciltacabtagene autoleucel', carvykti.hcpcs),
        occurrenceDateTime: '2026-04-14',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-08'),
      condition,
      ...routineCare(who, {
        from: '2018-06-19',
        years: 5,
        comorbidities: ['hypertension', 'reflux'],
        surgery: 'cholecystectomy',
        systolic: 143,
      }),
      ...laterVaccines(who, '2022-10-25'),
      ...myelomaWorkup(who, {
        day: '2023-10-12',
        complaint: 'Back pain, fatigue and plasma cells in the smear',
        paraprotein: { serum: 2.9, kappa: 14, lambda: 912, urine: 1850 },
        plasmaCells: 78,
        marrow: 'Primary plasma cell leukemia, lambda restricted; t(11;14).',
        scan: 'Compression fracture of L1.',
        summary: 'Primary plasma cell leukemia, 22 % circulating plasma cells. VRd.',
      }),
      procedure(
        who,
        'kyphoplasty',
        concept('Kyphoplasty, L1', cpt('22514', 'Perq vertebral augmentation')),
        '2023-10-30',
      ),
      ...treatment(who, 'vrd', {
        regimen: { title: 'VRd every 28 days', cycles: repeat(8, vrd), every: 28 },
        start: '2023-11-06',
        reason,
        firstCount: 'myeloma',
      }),
      ...supportiveCare(who, '2023-11-06'),
      diseaseStatus(
        who,
        '2024-07-09',
        'partial-remission',
        'pathology',
        reason,
        'Very good partial response.',
      ),
      diseaseStatus(who, '2024-12-10', 'worsened', 'pathology', reason, 'Relapse.'),
      ...treatment(who, 'drd', {
        regimen: {
          title: 'Daratumumab, lenalidomide and dexamethasone',
          cycles: repeat(10, daratumumabLenalidomide),
          every: 28,
        },
        start: '2025-01-06',
        reason,
        counts: 'first',
      }),
      ...paraproteins(who, [
        { day: '2025-01-06', serum: 1.6, kappa: 9, lambda: 402 },
        { day: '2025-07-08', serum: 0.7, kappa: 11, lambda: 96 },
        { day: '2026-01-13', serum: 1.9, kappa: 8, lambda: 588 },
      ]),
      ...followUp(who, 'myeloma', 'Follow-up', ['2025-07-08', '2026-01-13']),
      diseaseStatus(who, '2026-01-15', 'worsened', 'pathology', reason, 'Progression on daratumumab.'),
      ...carTEvaluation(who, {
        day: '2026-02-09',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 58,
        disease: 'relapsed plasma cell leukemia',
        product: 'CAR-T therapy',
      }),
    ],
  });
}
