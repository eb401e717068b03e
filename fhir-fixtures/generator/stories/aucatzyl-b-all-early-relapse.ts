import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { aucatzyl, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { alternate, hyperCvadA, hyperCvadB, inotuzumab, repeat } from '../regimens.ts';
import { laboratoryIncidents, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  bAll,
  clearTaps,
  inRelapse,
  leukemiaWorkup,
  relapseFound,
  remissionFound,
} from './leukemia-course.ts';

const obrien: Person = {
  code: 'obrien',
  given: ['Declan', 'Patrick'],
  family: "O'Brien",
  gender: 'male',
  birthDate: '1973-09-14',
  race: 'white',
  town: ['Medford', '02155'],
  height: 180,
  weight: 92,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Relapse eight months into the first remission: all that the policy's garbled text leaves open is the payer's to say. */
export function aucatzylBAllEarlyRelapse(): Fixture {
  const who = obrien;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell ALL, first relapse', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2024-12-10',
    recordedDate: '2025-10-16',
  });
  const reason = referenceTo(condition, 'B-cell ALL, first relapse');
  return fixtureOf({
    name: 'aucatzyl-b-all-early-relapse',
    story:
      '52-year-old man, B-ALL relapsed eight months after remission on hyper-CVAD, again active after inotuzumab; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        medicationCodeableConcept: concept('Aucatzyl', aucatzyl.product),
        reasonReference: [reason],
        dosageInstruction: [
          { text: 'Split dose, day 1 and day 10', timing: { event: ['2026-04-06', '2026-04-15'] } },
        ],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-01'),
      condition,
      ...routineCare(who, {
        from: '2018-11-06',
        years: 6,
        comorbidities: ['hypertension', 'hyperlipidemia', 'reflux'],
        smoking: 'former',
        systolic: 141,
      }),
      ...ruledOutEmbolism(who, '2023-02-07'),
      ...leukemiaWorkup(who, {
        day: '2024-12-09',
        complaint: 'Bleeding gums and leukocytosis',
        marrow: {
          blasts: 86,
          cd19: 97,
          cd19Called: 'positive',
          conclusion: 'B lymphoblastic leukemia, 86 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'CD19, CD22, CD10 positive B lymphoblasts; CD20 in 40 %.',
        cytogenetics: 'Complex karyotype with IKZF1 deletion. BCR::ABL1 negative.',
        summary: 'Adult B-ALL, IKZF1 deleted. Hyper-CVAD; no sibling donor.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(3, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2024-12-13',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2024-12-13'),
      ...clearTaps(who, ['2025-01-14', '2025-03-11', '2025-10-16']),
      ...remissionFound(who, '2025-02-04', reason, 'Marrow after cycle 2', {
        blasts: 2,
        conclusion: 'Remission; MRD 0.06 %.',
      }),
      ...laboratoryIncidents(who, '2025-07-08'),
      ...relapseFound(who, '2025-10-14', reason, 'Bone pain, blasts in the smear', {
        blasts: 52,
        cd19: 96,
        conclusion: 'Relapse, 52 % lymphoblasts, CD19 and CD22 positive.',
      }),
      ...treatment(who, 'inotuzumab', {
        regimen: { title: 'Inotuzumab ozogamicin', cycles: repeat(2, inotuzumab), every: 21 },
        start: '2025-10-27',
        reason,
      }),
      ...relapseFound(who, '2026-01-06', reason, 'Marrow after inotuzumab', {
        blasts: 19,
        cd19: 95,
        cd19Called: 'positive',
        conclusion: 'Persistent leukemia, 19 % lymphoblasts.',
      }),
      ...carTEvaluation(who, {
        day: '2026-02-05',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'relapsed B-cell ALL',
        product: 'obecabtagene autoleucel',
        team: true,
      }),
    ],
  });
}
