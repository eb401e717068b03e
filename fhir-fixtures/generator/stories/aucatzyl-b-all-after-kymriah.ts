import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { aucatzyl, containedDrug, draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import {
  blinatumomab,
  consolidation,
  fludarabineCyclophosphamide,
  fourDrugInduction,
  repeat,
} from '../regimens.ts';
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

const cardona: Person = {
  code: 'cardona',
  given: ['Camila', 'Ines'],
  family: 'Cardona',
  gender: 'female',
  birthDate: '2001-07-22',
  race: 'white',
  hispanic: true,
  town: ['Lawrence', '01841'],
  height: 162,
  weight: 61,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Kymriah in 2023, recorded by its billing code; now relapsed again. */
export function aucatzylBAllAfterKymriah(): Fixture {
  const who = cardona;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-ALL, third relapse', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2018-02-13',
    recordedDate: '2026-01-29',
  });
  const reason = referenceTo(condition, 'B-ALL, third relapse');
  return fixtureOf({
    name: 'aucatzyl-b-all-after-kymriah',
    story:
      '24-year-old woman, B-ALL relapsed after pediatric therapy, blinatumomab and, in 2023, Kymriah; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        ...containedDrug('aucatzyl', concept('obecabtagene autoleucel', aucatzyl.ingredient)),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'Split dose', timing: { event: ['2026-04-20', '2026-04-29'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-15'),
      condition,
      ...routineCare(who, {
        from: '2014-08-05',
        years: 3,
        comorbidities: [],
        allergy: 'codeine',
        systolic: 110,
      }),
      ...leukemiaWorkup(who, {
        day: '2018-02-12',
        complaint: 'Fever and leg pain',
        marrow: {
          blasts: 92,
          cd19: 99,
          conclusion: 'B lymphoblastic leukemia, 92 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'CD19, CD10 and TdT positive B lymphoblasts.',
        cytogenetics: 'ETV6::RUNX1 negative, KMT2A negative, BCR::ABL1 negative.',
        summary: 'High-risk B-ALL at 16.',
      }),
      ...treatment(who, 'induction', {
        regimen: { title: 'Four-drug induction', cycles: [fourDrugInduction], every: 35, inpatient: true },
        start: '2018-02-16',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2018-02-16'),
      ...remissionFound(who, '2018-03-22', reason, 'End of induction', {
        blasts: 1,
        conclusion: 'Remission.',
      }),
      ...treatment(who, 'consolidation', {
        regimen: { title: 'Consolidation', cycles: repeat(4, consolidation), every: 28 },
        start: '2018-04-02',
        reason,
        counts: 'none',
      }),
      ...relapseFound(who, '2021-09-07', reason, 'First relapse', {
        blasts: 63,
        cd19: 97,
        conclusion: 'Relapse, 63 % lymphoblasts.',
      }),
      ...treatment(who, 'blinatumomab', {
        regimen: { title: 'Blinatumomab', cycles: repeat(2, blinatumomab), every: 42 },
        start: '2021-09-20',
        reason,
        counts: 'first',
      }),
      ...relapseFound(who, '2023-01-17', reason, 'Second relapse', {
        blasts: 34,
        cd19: 96,
        conclusion: 'Second relapse, 34 % lymphoblasts.',
      }),
      hospitalStay(who, 'kymriah', '2023-04-03', '2023-04-24', 'Kymriah infusion'),
      ...treatment(who, 'lymphodepletion', {
        regimen: {
          title: 'Fludarabine and cyclophosphamide before Kymriah',
          cycles: [fludarabineCyclophosphamide],
          every: 28,
        },
        start: '2023-04-04',
        reason,
        counts: 'none',
      }),
      procedure(who, 'kymriah', concept('Tisagenlecleucel infusion', kymriah.hcpcs), '2023-04-10', {
        encounter: stayOf(who, 'kymriah'),
        reasonReference: [reason],
      }),
      ...remissionFound(who, '2023-05-09', reason, 'Day 28 after Kymriah', {
        blasts: 0,
        conclusion: 'Remission, MRD negative; B-cell aplasia.',
      }),
      ...relapseFound(who, '2026-01-27', reason, 'Third relapse, B cells recovered since 2025', {
        blasts: 28,
        cd19: 91,
        cd19Called: 'positive',
        conclusion: 'Third relapse, 28 % lymphoblasts, CD19 positive.',
      }),
      ...clearTaps(who, ['2026-01-29']),
      ...carTEvaluation(who, {
        day: '2026-02-16',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 59,
        disease: 'relapsed B-cell ALL',
        product: 'obecabtagene autoleucel',
        team: true,
      }),
    ],
  });
}
