import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, abecma } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { oralCourse, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import {
  repeat,
  vrd,
  daratumumabPomalidomide,
  carfilzomibCyclophosphamide,
  selinexorBortezomib,
} from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp } from './lymphoma-course.ts';
import { multipleMyeloma, paraproteins, myelomaWorkup, autologousTransplant } from './myeloma-course.ts';

const lindqvist: Person = {
  code: 'lindqvist',
  given: ['Astrid', 'Helena'],
  family: 'Lindqvist',
  gender: 'female',
  birthDate: '1961-04-22',
  race: 'white',
  town: ['Worcester', '01605'],
  height: 167,
  weight: 70,
  oncologist: 'Priya Raghunathan, MD',
  primaryCare: 'Walter Osei, MD',
};

/** VRd with transplant, then three further lines, progression coded within 60 days of the last dose. */
export function abecmaFourLines(): Fixture {
  const who = lindqvist;
  const condition = problem(who, 'mm', {
    code: multipleMyeloma,
    onsetDateTime: '2018-03-12',
    recordedDate: '2018-03-20',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'abecma-four-lines',
    story:
      '64-year-old woman with IgG kappa myeloma after VRd with transplant, daratumumab and pomalidomide, carfilzomib and ' +
      'cyclophosphamide, and selinexor and bortezomib, each followed by coded progression; inpatient Abecma.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-abecma', {
        medicationCodeableConcept: concept(
          'idecabtagene vicleucel (Abecma)',
          abecma.ingredient,
          abecma.brand,
        ),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion, day 0', timing: { event: ['2026-04-09'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-08'),
      condition,
      ...routineCare(who, {
        from: '2015-05-11',
        years: 3,
        comorbidities: ['hypertension', 'hypothyroidism'],
        surgery: 'cholecystectomy',
        smoking: 'never',
        systolic: 131,
      }),
      ...laterVaccines(who, '2017-10-03'),
      familyHistory(who, 'father', concept('Colon cancer'), 71),
      ...myelomaWorkup(who, {
        day: '2018-03-12',
        complaint: 'Back pain and fatigue',
        paraprotein: { serum: 4.2, kappa: 412, lambda: 8.1 },
        plasmaCells: 46,
        scan: 'Multiple lytic lesions of spine, ribs and pelvis. Compression fracture of T11.',
        summary: 'IgG kappa multiple myeloma, R-ISS II. VRd and early transplant recommended.',
      }),
      ...supportiveCare(who, '2018-04-09'),
      ...treatment(who, 'vrd', {
        regimen: { title: 'VRd every 28 days', cycles: repeat(4, vrd), every: 28 },
        start: '2018-04-09',
        reason,
        counts: 'none',
      }),
      ...autologousTransplant(who, '2018-09-12', condition),
      ...oralCourse(who, 'lenalidomide-maintenance', {
        drug: 'lenalidomideMaintenance',
        start: '2018-12-10',
        end: '2020-06-01',
        every: 28,
        fills: 18,
        quantity: 28,
        sig: '10 mg by mouth daily',
        reason,
      }),
      diseaseStatus(
        who,
        '2020-06-15',
        'worsened',
        'imaging',
        reason,
        'Biochemical progression on lenalidomide maintenance.',
      ),
      ...treatment(who, 'dpd', {
        regimen: {
          title: 'Daratumumab, pomalidomide and dexamethasone',
          cycles: repeat(5, daratumumabPomalidomide),
          every: 28,
        },
        start: '2020-07-06',
        reason,
        counts: 'none',
      }),
      diseaseStatus(who, '2021-02-08', 'worsened', 'imaging', reason, 'Second relapse, new rib lesions.'),
      ...treatment(who, 'kcd', {
        regimen: {
          title: 'Carfilzomib, cyclophosphamide and dexamethasone',
          cycles: repeat(5, carfilzomibCyclophosphamide),
          every: 28,
        },
        start: '2021-03-01',
        reason,
        counts: 'none',
      }),
      diseaseStatus(who, '2023-05-22', 'worsened', 'imaging', reason, 'Third relapse.'),
      ...treatment(who, 'svd', {
        regimen: {
          title: 'Selinexor, bortezomib and dexamethasone',
          cycles: repeat(6, selinexorBortezomib),
          every: 28,
        },
        start: '2025-08-11',
        reason,
        counts: 'none',
      }),
      ...paraproteins(who, [
        { day: '2025-08-11', serum: 2.4, kappa: 188, lambda: 6.2 },
        { day: '2025-10-20', serum: 1.1, kappa: 96, lambda: 7 },
        { day: '2026-02-09', serum: 2.3, kappa: 241, lambda: 5.8 },
      ]),
      ...followUp(who, 'myeloma', 'Follow-up on selinexor and bortezomib', ['2025-10-20', '2025-12-15']),
      diseaseStatus(
        who,
        '2026-02-10',
        'worsened',
        'imaging',
        reason,
        'Progression on selinexor and bortezomib: M-protein 2.3 g/dL from 1.1.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 60,
        disease: 'relapsed and refractory multiple myeloma',
        product: 'idecabtagene vicleucel',
      }),
    ],
  });
}
