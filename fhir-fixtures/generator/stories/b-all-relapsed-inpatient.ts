import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { aucatzyl, draftMedication, ordersWithUrns } from '../draft-orders.ts';
import { orderVisit, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { statement, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import {
  alternate,
  inotuzumab,
  miniHyperCvdA,
  miniHyperCvdB,
  maintenance,
  repeat,
  rituximabAlone,
} from '../regimens.ts';
import { diseaseStatus, note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit, inRelapse } from './leukemia-course.ts';

const becker: Person = {
  code: 'becker',
  given: ['Thomas'],
  family: 'Becker',
  gender: 'male',
  birthDate: '1958-07-11',
  race: 'white',
  town: ['Manchester', '06040'],
  height: 176,
  weight: 79,
  oncologist: 'Priya Raman, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** Relapse after mini-hyper-CVD and inotuzumab; rituximab long ago, for the joints. */
export function bAllRelapsedInpatient(): Fixture {
  const who = becker;
  const condition = problem(who, 'b-all', {
    code: diagnosis(
      'Precursor B-cell ALL, in relapse',
      snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)'),
      inRelapse,
    ),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2024-04-23',
    recordedDate: '2026-01-22',
  });
  const reason = referenceTo(condition, 'Precursor B-cell ALL, in relapse');
  const arthritis = problem(who, 'rheumatoid-arthritis', {
    code: diagnosis('Rheumatoid arthritis', icd10cm('M06.9', 'Rheumatoid arthritis, unspecified')),
    clinicalStatus: clinicalStatus('inactive'),
    onsetDateTime: '2011',
    recordedDate: '2011-09-06',
  });
  return fixtureOf({
    name: 'b-all-relapsed-inpatient',
    story:
      '67-year-old man, first relapse of B-ALL after mini-hyper-CVD with inotuzumab; inpatient Aucatzyl. Rituximab in 2018 ' +
      'was for rheumatoid arthritis.',
    who,
    encounter: 'visit-2026-03-02',
    draftOrders: ordersWithUrns(
      draftMedication(who, 'draft-aucatzyl', {
        medicationCodeableConcept: concept('obecabtagene autoleucel', aucatzyl.ingredient),
        reasonReference: [reason],
        dosageInstruction: [
          {
            text: 'Split dose by marrow blasts, day 1 and day 10',
            timing: { event: ['2026-04-20', '2026-04-29'] },
          },
        ],
      }),
    ),
    records: [
      ...carePartners(who, 'PPO'),
      orderVisit(who),
      plannedInfusion(who, 'IMP', '2026-04-14'),
      condition,
      arthritis,
      ...routineCare(who, {
        from: '2019-01-22',
        years: 5,
        comorbidities: ['hypertension', 'diabetes'],
        surgery: 'appendectomy',
        smoking: 'former',
        systolic: 139,
      }),
      ...laterVaccines(who, '2023-09-19'),
      statement(who, 'hydroxychloroquine', 'hydroxychloroquine', {
        status: 'completed',
        effectivePeriod: { start: '2012', end: '2021' },
      }),
      ...treatment(who, 'rituximab-arthritis', {
        regimen: {
          title: 'Rituximab for rheumatoid arthritis, two doses',
          cycles: repeat(2, rituximabAlone),
          every: 14,
        },
        start: '2018-05-08',
        reason: referenceTo(arthritis, 'Rheumatoid arthritis'),
        counts: 'none',
      }),
      ...leukemiaWorkup(who, {
        day: '2024-04-22',
        complaint: 'Leukocytosis with blasts, bone pain',
        ejectionFraction: 54,
        marrow: {
          blasts: 84,
          cd19: 94,
          conclusion: 'Precursor B-cell acute lymphoblastic leukemia, 84 % lymphoblasts.',
          conclusionCode: concept(
            'B lymphoblastic leukemia',
            snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)'),
          ),
        },
        flow: 'Immature B-cell population positive for CD19, CD10, CD22, CD79a, HLA-DR and TdT; surface light chain negative.',
        cytogenetics: 'Hypodiploid clone absent. 46,XY,del(9)(p21)[12]/46,XY[8]. BCR::ABL1 FISH negative.',
        summary: 'Ph-negative B-ALL at 65. Mini-hyper-CVD with inotuzumab chosen for age and diabetes.',
      }),
      ...treatment(who, 'mini-hcvd', {
        regimen: {
          title: 'Mini-hyper-CVD, cycles A and B in turn',
          cycles: alternate(2, miniHyperCvdA, miniHyperCvdB),
          every: 28,
          inpatient: true,
        },
        start: '2024-04-26',
        reason,
        firstCount: 'leukemia',
      }),
      ...treatment(who, 'inotuzumab', {
        regimen: {
          title: 'Inotuzumab ozogamicin with mini-hyper-CVD',
          cycles: repeat(3, inotuzumab),
          every: 28,
        },
        start: '2024-04-29',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2024-04-26'),
      ...clearTaps(who, ['2024-05-30', '2024-07-11']),
      ...marrowVisit(who, '2024-06-18', 'remission', 'Marrow after cycle 2', {
        blasts: 2,
        conclusion: 'Morphologic remission, 2 % blasts. MRD by flow 0.004 %.',
      }),
      diseaseStatus(who, '2024-06-20', 'full-remission', 'pathology', reason, 'Complete remission.'),
      ...treatment(who, 'maintenance', {
        regimen: {
          title: 'Maintenance with vincristine and prednisone pulses every 12 weeks',
          cycles: repeat(4, maintenance),
          every: 84,
        },
        start: '2024-09-16',
        reason,
        counts: 'first',
      }),
      ...laboratoryIncidents(who, '2025-02-25'),
      ...marrowVisit(who, '2026-01-20', 'relapse', 'Thrombocytopenia off maintenance', {
        blasts: 57,
        cd19: 92,
        conclusion: 'Relapsed B lymphoblastic leukemia, 57 % lymphoblasts; CD19 and CD22 positive.',
      }),
      diseaseStatus(who, '2026-01-22', 'worsened', 'pathology', reason, 'First relapse, marrow.'),
      note(
        who,
        'treatment-summary',
        'summary',
        '2026-01-29',
        'Oncology treatment summary',
        'Mini-hyper-CVD and inotuzumab from April 2024, remission in June 2024, maintenance to August 2025, relapse in January 2026.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'relapsed B-cell ALL',
        product: 'obecabtagene autoleucel',
        diabetic: true,
        creatinine: 1.1,
        team: true,
      }),
      plannedCollection(who, '2026-03-16'),
    ],
  });
}
