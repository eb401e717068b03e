import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, carvykti } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { repeat, vrd, daratumumabLenalidomide } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp } from './lymphoma-course.ts';
import { multipleMyeloma, paraproteins, myelomaWorkup } from './myeloma-course.ts';

const tanaka: Person = {
  code: 'tanaka',
  given: ['Keiko', 'Mari'],
  family: 'Tanaka',
  gender: 'female',
  birthDate: '1967-08-30',
  race: 'asian',
  town: ['Newton', '02458'],
  height: 158,
  weight: 55,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Walter Osei, MD',
};

/** Progression on daratumumab and lenalidomide after VRd: one line is enough, and lenalidomide was in the last. */
export function carvyktiOnLenalidomide(): Fixture {
  const who = tanaka;
  const condition = problem(who, 'mm', {
    code: multipleMyeloma,
    onsetDateTime: '2021-02-08',
    recordedDate: '2021-02-15',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'carvykti-on-lenalidomide',
    story:
      '58-year-old woman with myeloma after VRd, progressing on daratumumab and lenalidomide with a coded disease status; ' +
      'outpatient Carvykti.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-carvykti', {
        medicationCodeableConcept: concept('ciltacabtagene autoleucel (Carvykti)', carvykti.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion, day 0', timing: { event: ['2026-04-14'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-04-14'),
      condition,
      ...routineCare(who, {
        from: '2016-06-13',
        years: 3,
        comorbidities: ['hypothyroidism', 'anxiety'],
        smoking: 'never',
        systolic: 118,
      }),
      ...laterVaccines(who, '2018-10-09'),
      familyHistory(who, 'mother', concept('Osteoporosis'), 64),
      ...myelomaWorkup(who, {
        day: '2021-02-08',
        complaint: 'Rib pain',
        paraprotein: { serum: 3.4, kappa: 301, lambda: 7.7, urine: 120 },
        plasmaCells: 38,
        scan: 'Lytic lesions of several ribs, no fracture.',
        summary: 'IgG kappa multiple myeloma, R-ISS I. VRd recommended, transplant deferred.',
      }),
      ...supportiveCare(who, '2021-03-08'),
      ...treatment(who, 'vrd', {
        regimen: { title: 'VRd every 28 days', cycles: repeat(6, vrd), every: 28 },
        start: '2021-03-08',
        reason,
        counts: 'first',
      }),
      diseaseStatus(
        who,
        '2021-09-06',
        'partial-remission',
        'imaging',
        reason,
        'Very good partial response after six cycles.',
      ),
      diseaseStatus(who, '2024-08-19', 'worsened', 'imaging', reason, 'First relapse, biochemical.'),
      ...treatment(who, 'drd', {
        regimen: {
          title: 'Daratumumab, lenalidomide and dexamethasone',
          cycles: repeat(17, daratumumabLenalidomide),
          every: 28,
        },
        start: '2024-09-16',
        reason,
        counts: 'none',
      }),
      ...paraproteins(who, [
        { day: '2024-09-16', serum: 1.8, kappa: 141, lambda: 8 },
        { day: '2025-03-17', serum: 0.6, kappa: 48, lambda: 9.1 },
        { day: '2026-01-19', serum: 1.4, kappa: 122, lambda: 7.4 },
      ]),
      ...followUp(who, 'myeloma', 'Follow-up on daratumumab and lenalidomide', [
        '2025-03-17',
        '2025-09-15',
        '2026-01-19',
      ]),
      diseaseStatus(
        who,
        '2026-01-21',
        'worsened',
        'imaging',
        reason,
        'Progression on daratumumab and lenalidomide.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'myeloma',
        ecog: 0,
        ejectionFraction: 63,
        disease: 'relapsed multiple myeloma',
        product: 'ciltacabtagene autoleucel',
      }),
    ],
  });
}
