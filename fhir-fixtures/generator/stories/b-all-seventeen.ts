import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { aucatzyl, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, familyHistory, problem } from '../medical-history.ts';
import { dispense, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { fourDrugInduction, hyperCvadB, maintenance, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit, inRelapse } from './leukemia-course.ts';

const reyes: Person = {
  code: 'reyes',
  given: ['Mateo'],
  family: 'Reyes',
  gender: 'male',
  birthDate: '2008-05-14',
  race: 'white',
  hispanic: true,
  town: ['East Hartford', '06118'],
  height: 171,
  weight: 63,
  oncologist: 'Priya Raman, MD',
  primaryCare: 'Lucia Marchetti, MD',
};

/** Relapsed B-ALL five weeks before the eighteenth birthday. */
export function bAllSeventeen(): Fixture {
  const who = reyes;
  const condition = problem(who, 'b-all', {
    code: diagnosis(
      'Common B-cell ALL, in relapse',
      snomed('277573001', 'Common acute lymphoblastic leukemia (disorder)'),
      inRelapse,
    ),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2023-09-19',
    recordedDate: '2026-01-29',
  });
  const reason = referenceTo(condition, 'Common B-cell ALL, in relapse');
  return fixtureOf({
    name: 'b-all-seventeen',
    story:
      '17-year-old boy, first relapse of B-ALL, 18 only five weeks after the planned infusions; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        medicationCodeableConcept: concept('Aucatzyl', aucatzyl.product),
        reasonReference: [reason],
        dosageInstruction: [
          { text: 'Split dose, day 1 and day 10', timing: { event: ['2026-03-30', '2026-04-08'] } },
        ],
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-03-24'),
      condition,
      ...routineCare(who, {
        from: '2019-08-20',
        years: 4,
        comorbidities: [],
        allergy: 'penicillin',
        systolic: 112,
      }),
      familyHistory(
        who,
        'maternal grandmother',
        concept('Hodgkin lymphoma', icd10cm('C81.90', 'Hodgkin lymphoma, unspecified, unspecified site')),
        49,
      ),
      ...leukemiaWorkup(who, {
        day: '2023-09-18',
        complaint: 'Leg pain, fever and circulating blasts',
        marrow: {
          blasts: 95,
          cd19: 99,
          conclusion: 'B lymphoblastic leukemia, common type, 95 % lymphoblasts.',
          conclusionCode: concept(
            'B lymphoblastic leukemia',
            snomed('277573001', 'Common acute lymphoblastic leukemia (disorder)'),
          ),
        },
        flow: 'Lymphoblasts CD10 bright, CD19, CD22, CD34 and TdT positive.',
        cytogenetics: '47,XY,+21[9]/46,XY[11]; ETV6::RUNX1 and BCR::ABL1 negative.',
        summary: 'High-risk B-ALL by age. Four-drug induction, consolidation and maintenance.',
      }),
      ...treatment(who, 'induction', {
        regimen: { title: 'Four-drug induction', cycles: [fourDrugInduction], every: 35, inpatient: true },
        start: '2023-09-22',
        reason,
        firstCount: 'leukemia',
      }),
      ...treatment(who, 'consolidation', {
        regimen: {
          title: 'High-dose methotrexate and cytarabine',
          cycles: repeat(4, hyperCvadB),
          every: 21,
          inpatient: true,
        },
        start: '2023-11-06',
        reason,
      }),
      ...treatment(who, 'maintenance', {
        regimen: {
          title: 'Maintenance with vincristine and prednisone pulses every 12 weeks',
          cycles: repeat(7, maintenance),
          every: 84,
        },
        start: '2024-02-19',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2023-09-22'),
      ...clearTaps(who, ['2023-10-20', '2023-11-20', '2024-05-13']),
      ...marrowVisit(who, '2023-10-27', 'remission', 'End-of-induction marrow', {
        blasts: 1,
        conclusion: 'Remission, 1 % blasts, MRD below 0.01 %.',
      }),
      diseaseStatus(who, '2023-10-30', 'full-remission', 'pathology', reason, 'First complete remission.'),
      ...marrowVisit(who, '2026-01-27', 'relapse', 'Back pain and cytopenias off treatment', {
        blasts: 71,
        cd19: 98,
        conclusion: 'Relapse of B lymphoblastic leukemia, 71 % lymphoblasts.',
      }),
      diseaseStatus(who, '2026-01-29', 'worsened', 'pathology', reason, 'First relapse, marrow.'),
      dispense(who, 'bridge-mercaptopurine', 'mercaptopurine', '2026-02-02', {
        dosageInstruction: [{ text: '75 mg by mouth daily until collection' }],
      }),
      ...carTEvaluation(who, {
        day: '2026-02-11',
        state: 'relapse',
        ecog: 0,
        ejectionFraction: 66,
        disease: 'relapsed B-cell ALL',
        product: 'obecabtagene autoleucel',
        creatinine: 0.68,
        team: true,
      }),
      plannedCollection(who, '2026-03-05'),
    ],
  });
}
