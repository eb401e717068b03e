import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, icd10cm, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { aucatzyl, containedDrug, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, familyHistory, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { marrow, procedure } from '../procedures.ts';
import { miniHyperCvdA } from '../regimens.ts';
import { laboratoryIncidents, laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, bAll, notInRemission } from './leukemia-course.ts';

const dunn: Person = {
  code: 'dunn',
  given: ['Walter', 'Eugene'],
  family: 'Dunn',
  gender: 'male',
  birthDate: '1955-12-21',
  race: 'black',
  town: ['Windsor', '06095'],
  height: 174,
  weight: 77,
  oncologist: 'Priya Raman, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** B-ALL in its first induction: the diagnosis is there, relapse and refractoriness are not. */
export function bAllNewlyDiagnosed(): Fixture {
  const who = dunn;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell acute lymphoblastic leukemia', bAll, notInRemission),
    onsetDateTime: '2026-01-27',
    recordedDate: '2026-01-29',
  });
  const reason = referenceTo(condition, 'B-cell acute lymphoblastic leukemia');
  return fixtureOf({
    name: 'b-all-newly-diagnosed',
    story:
      '70-year-old man, B-ALL diagnosed five weeks ago and still in induction, no relapse; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        ...containedDrug('aucatzyl', concept('Aucatzyl', aucatzyl.brand)),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'Day 1 of split dose', timing: { event: ['2026-05-04'] } }],
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-28'),
      condition,
      ...routineCare(who, {
        from: '2019-08-06',
        years: 6,
        comorbidities: ['hypertension', 'diabetes', 'hyperlipidemia', 'prostate'],
        surgery: 'cataract',
        allergy: 'codeine',
        smoking: 'former',
        systolic: 142,
      }),
      ...ruledOutEmbolism(who, '2022-05-03'),
      ...laterVaccines(who, '2021-10-12'),
      ...laboratoryIncidents(who, '2025-04-15'),
      familyHistory(
        who,
        'father',
        concept(
          'Chronic lymphocytic leukemia',
          icd10cm('C91.10', 'Chronic lymphocytic leukemia of B-cell type not having achieved remission'),
        ),
        77,
      ),
      ...leukemiaWorkup(who, {
        day: '2026-01-26',
        complaint: 'Dyspnea and confusion, leukocytes above 200 x 10*3/uL',
        state: 'leukostasis',
        ejectionFraction: 58,
        marrow: {
          blasts: 93,
          cd19: 99,
          conclusion: 'B lymphoblastic leukemia, 93 % lymphoblasts, packed marrow.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'Lymphoblasts CD19, CD22, cytoplasmic CD79a and TdT positive; CD10 negative.',
        cytogenetics:
          't(4;11)(q21;q23) in 18 of 20 metaphases; KMT2A rearrangement by FISH. BCR::ABL1 negative.',
        summary:
          'KMT2A-rearranged B-ALL with leukostasis. Leukapheresis, then mini-hyper-CVD. Early thought of cellular therapy in first remission.',
      }),
      procedure(
        who,
        'leukapheresis',
        concept('Therapeutic leukapheresis for leukostasis', cpt('36511', 'Apheresis wbc')),
        '2026-01-27',
      ),
      ...treatment(who, 'mini-hcvd', {
        regimen: { title: 'Mini-hyper-CVD, induction', cycles: [miniHyperCvdA], every: 28, inpatient: true },
        start: '2026-01-30',
        reason,
        firstCount: 'leukemia',
        status: 'active',
      }),
      ...supportiveCare(who, '2026-01-30'),
      ...clearTaps(who, ['2026-02-10']),
      ...marrow(who, '2026-02-24', {
        blasts: 4,
        conclusion:
          'Day 26 of induction: hypocellular marrow, 4 % blasts, recovery incomplete. Remission not yet assessable.',
      }),
      ...carTEvaluation(who, {
        day: '2026-02-25',
        state: 'chemotherapy',
        ecog: 2,
        ejectionFraction: 58,
        disease: 'newly diagnosed B-cell ALL',
        product: 'obecabtagene autoleucel',
        diabetic: true,
        creatinine: 1.2,
      }),
    ],
  });
}
