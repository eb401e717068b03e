import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { oralCourse, prescription } from '../medications.ts';
import type { Person } from '../person.ts';
import { repeat, rituximabLenalidomide } from '../regimens.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, scan } from './lymphoma-course.ts';

const yoon: Person = {
  code: 'yoon',
  given: ['Sang', 'Ho'],
  family: 'Yoon',
  gender: 'male',
  birthDate: '1948-06-28',
  race: 'asian',
  town: ['Lexington', '02420'],
  height: 168,
  weight: 65,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** A BTK inhibitor that the printed list lacks, neither anthracycline nor bendamustine, response unrecorded. */
export function tecartusMclOnPirtobrutinib(): Fixture {
  const who = yoon;
  const condition = problem(who, 'mcl', {
    code: diagnosis(
      'Mantle cell lymphoma',
      icd10cm('C83.18', 'Mantle cell lymphoma, lymph nodes of multiple sites'),
    ),
    onsetDateTime: '2022-11',
    recordedDate: '2022-11-22',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'tecartus-mcl-on-pirtobrutinib',
    story:
      '77-year-old man, mantle cell lymphoma after lenalidomide with rituximab and on pirtobrutinib; ibrutinib ordered and ' +
      'never shown as taken, uncoded pathology; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel', tecartus.hcpcs),
        occurrenceDateTime: '2026-04-29',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-23'),
      condition,
      ...routineCare(who, {
        from: '2017-02-14',
        years: 6,
        comorbidities: ['hypertension', 'diabetes', 'prostate'],
        smoking: 'former',
        systolic: 137,
      }),
      ...laterVaccines(who, '2018-10-02'),
      ...lymphomaWorkup(who, condition, {
        day: '2022-11-15',
        complaint: 'Lymphocytosis and splenomegaly',
        node: 'left axillary',
        pathology: 'Mantle cell lymphoma, t(11;14) by FISH. Ki-67 20 %.',
        marrow: 'Marrow with mantle cell lymphoma, 30 %.',
        scan: 'Spleen 20 cm, nodes to 3.2 cm.',
        summary: 'Mantle cell lymphoma at 74; lenalidomide with rituximab for frailty.',
      }),
      ...treatment(who, 'r2', {
        regimen: {
          title: 'Lenalidomide and rituximab every 28 days',
          cycles: repeat(10, rituximabLenalidomide),
          every: 28,
        },
        start: '2022-12-12',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      prescription(who, 'rx-ibrutinib', 'ibrutinib', {
        status: 'cancelled',
        authoredOn: '2024-07-09',
        dosageInstruction: [{ text: '560 mg by mouth once daily' }],
        note: [{ text: 'Not started: atrial fibrillation.' }],
      }),
      ...oralCourse(who, 'pirtobrutinib', {
        drug: 'pirtobrutinib',
        start: '2024-07-22',
        every: 90,
        fills: 7,
        quantity: 180,
        sig: '200 mg by mouth once daily',
        reason,
      }),
      ...followUp(who, 'lymphoma', 'Follow-up on pirtobrutinib', ['2024-10-15', '2025-05-13', '2025-11-18']),
      ...laboratoryIncidents(who, '2025-06-10'),
      scan(
        who,
        '2026-01-20',
        'CT chest, abdomen and pelvis with contrast',
        'Spleen 17 cm, previously 14 cm; nodes slightly larger.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 2,
        ejectionFraction: 52,
        disease: 'mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
        diabetic: true,
        creatinine: 1.3,
      }),
    ],
  });
}
