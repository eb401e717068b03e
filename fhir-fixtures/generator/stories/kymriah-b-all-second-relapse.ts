import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { blinatumomab, consolidation, fourDrugInduction, maintenance, repeat } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  bAll,
  clearTaps,
  inRelapse,
  leukemiaWorkup,
  relapseFound,
  remissionFound,
} from './leukemia-course.ts';

const ezekwe: Person = {
  code: 'ezekwe',
  given: ['Tobenna'],
  family: 'Ezekwe',
  gender: 'male',
  birthDate: '2014-06-03',
  race: 'black',
  town: ['Quincy', '02169'],
  height: 148,
  weight: 41,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Two relapses in childhood, CD19 called positive after blinatumomab. */
export function kymriahBAllSecondRelapse(): Fixture {
  const who = ezekwe;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-ALL, second relapse', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2020-09-15',
    recordedDate: '2026-01-15',
  });
  const reason = referenceTo(condition, 'B-ALL, second relapse');
  return fixtureOf({
    name: 'kymriah-b-all-second-relapse',
    story:
      '11-year-old boy, second marrow relapse of B-ALL after four-drug induction and blinatumomab; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-kymriah', {
        medicationCodeableConcept: concept('Kymriah', kymriah.brand, kymriah.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion, day 0', timing: { event: ['2026-04-13'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-07'),
      condition,
      ...routineCare(who, {
        from: '2017-06-12',
        years: 3,
        comorbidities: [],
        allergy: 'penicillin',
        systolic: 102,
      }),
      ...leukemiaWorkup(who, {
        day: '2020-09-14',
        complaint: 'Limp, pallor and bruises',
        marrow: {
          blasts: 94,
          cd19: 99,
          cd19Called: 'positive',
          conclusion: 'B lymphoblastic leukemia, 94 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'B lymphoblasts CD19, CD10, CD22 and TdT positive.',
        cytogenetics: 'iAMP21 by FISH. BCR::ABL1 negative.',
        summary: 'High-risk B-ALL of childhood, CNS 1. Four-drug induction.',
      }),
      ...treatment(who, 'induction', {
        regimen: { title: 'Four-drug induction', cycles: [fourDrugInduction], every: 35, inpatient: true },
        start: '2020-09-18',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2020-09-18'),
      ...remissionFound(who, '2020-10-20', reason, 'End of induction', {
        blasts: 1,
        conclusion: 'Remission, 1 % blasts; MRD 0.02 %.',
      }),
      ...treatment(who, 'consolidation', {
        regimen: { title: 'Consolidation', cycles: repeat(2, consolidation), every: 28 },
        start: '2020-11-02',
        reason,
        counts: 'first',
      }),
      ...clearTaps(who, ['2020-12-14', '2021-02-08']),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Maintenance, 12-week blocks', cycles: repeat(7, maintenance), every: 84 },
        start: '2021-03-01',
        reason,
        counts: 'none',
      }),
      ...relapseFound(who, '2023-11-06', reason, 'First relapse, eight months off therapy', {
        blasts: 71,
        cd19: 98,
        conclusion: 'Relapsed B lymphoblastic leukemia, 71 % lymphoblasts.',
      }),
      ...treatment(who, 'blinatumomab', {
        regimen: { title: 'Blinatumomab', cycles: repeat(3, blinatumomab), every: 42 },
        start: '2023-11-20',
        reason,
        counts: 'first',
      }),
      ...remissionFound(who, '2024-04-02', reason, 'After three cycles of blinatumomab', {
        blasts: 2,
        conclusion: 'Second remission, MRD negative. No related donor.',
      }),
      ...relapseFound(who, '2026-01-13', reason, 'Second relapse', {
        blasts: 46,
        cd19: 97,
        cd19Called: 'positive',
        conclusion: 'Second relapse, 46 % lymphoblasts; CD19 retained.',
        conclusionCode: concept('B lymphoblastic leukemia', bAll),
      }),
      ...clearTaps(who, ['2026-01-15']),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 64,
        disease: 'B-cell ALL in second relapse',
        product: 'tisagenlecleucel',
        creatinine: 0.5,
        team: true,
      }),
    ],
  });
}
