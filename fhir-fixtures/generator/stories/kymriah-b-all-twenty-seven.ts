import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { containedDrug, draftBloodCount, draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { clofarabineSalvage, consolidation, fourDrugInduction, maintenance, repeat } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  bAll,
  inRelapse,
  inRemission,
  leukemiaWorkup,
  relapseFound,
  remissionFound,
} from './leukemia-course.ts';

const khoury: Person = {
  code: 'khoury',
  given: ['Karim'],
  family: 'Khoury',
  gender: 'male',
  birthDate: '1998-12-30',
  race: 'white',
  town: ['Malden', '02148'],
  height: 181,
  weight: 86,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Relapse at 27 after a pediatric regimen at 20: too old for this product. */
export function kymriahBAllTwentySeven(): Fixture {
  const who = khoury;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell ALL, relapsed', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2019-05-21',
    recordedDate: '2025-10-09',
  });
  const reason = referenceTo(condition, 'B-cell ALL, relapsed');
  return fixtureOf({
    name: 'kymriah-b-all-twenty-seven',
    story:
      '27-year-old man, late relapse of B-ALL after a pediatric regimen, no response to clofarabine; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftBloodCount(who),
      draftMedication(who, 'draft-kymriah', {
        ...containedDrug('kymriah', concept('tisagenlecleucel', kymriah.ndc)),
        reasonReference: [reason],
        dispenseRequest: { validityPeriod: { start: '2026-05-05' } },
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-05-05'),
      condition,
      ...routineCare(who, {
        from: '2016-07-19',
        years: 3,
        comorbidities: [],
        surgery: 'appendectomy',
        smoking: 'former',
        systolic: 121,
      }),
      ...leukemiaWorkup(who, {
        day: '2019-05-20',
        complaint: 'Mediastinal fullness, fatigue and circulating blasts',
        marrow: {
          blasts: 79,
          cd19: 95,
          cd19Called: 'positive',
          conclusion: 'B lymphoblastic leukemia, 79 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'B lymphoblasts, CD19 and CD22 positive, CD20 partial.',
        cytogenetics: 'CRLF2 rearrangement. BCR::ABL1 negative.',
        summary: 'Ph-like B-ALL at 20; pediatric regimen.',
      }),
      ...treatment(who, 'induction', {
        regimen: { title: 'Four-drug induction', cycles: [fourDrugInduction], every: 35, inpatient: true },
        start: '2019-05-24',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2019-05-24'),
      ...remissionFound(who, '2019-06-27', reason, 'Day 29 of induction', {
        blasts: 2,
        conclusion: 'Morphologic remission; MRD 0.3 %.',
      }),
      encounterDiagnosis(who, 'b-all-remission', {
        clinicalStatus: clinicalStatus('resolved'),
        code: inRemission,
        onsetDateTime: '2019-06-27',
        abatementDateTime: '2025-10-07',
        recordedDate: '2019-07-02',
      }),
      ...treatment(who, 'consolidation', {
        regimen: { title: 'Consolidation', cycles: repeat(3, consolidation), every: 28 },
        start: '2019-07-08',
        reason,
        counts: 'first',
      }),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Maintenance, 12-week blocks', cycles: repeat(8, maintenance), every: 84 },
        start: '2019-11-04',
        reason,
        counts: 'none',
      }),
      ...relapseFound(who, '2025-10-07', reason, 'Relapse four years off therapy', {
        blasts: 58,
        cd19: 96,
        conclusion: 'Relapsed B lymphoblastic leukemia, 58 % lymphoblasts.',
      }),
      ...treatment(who, 'clofarabine', {
        regimen: {
          title: 'Clofarabine, etoposide and cyclophosphamide',
          cycles: [clofarabineSalvage],
          every: 28,
          inpatient: true,
        },
        start: '2025-10-20',
        reason,
        firstCount: 'relapse',
      }),
      ...relapseFound(who, '2025-12-02', reason, 'Marrow after clofarabine', {
        blasts: 41,
        cd19: 95,
        cd19Called: 'positive',
        conclusion: 'Persistent leukemia, 41 % lymphoblasts.',
      }),
      ...carTEvaluation(who, {
        day: '2026-01-27',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 58,
        disease: 'relapsed B-cell ALL',
        product: 'tisagenlecleucel',
      }),
    ],
  });
}
