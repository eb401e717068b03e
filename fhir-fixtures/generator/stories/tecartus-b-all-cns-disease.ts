import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, familyHistory, problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { lumbarPuncture } from '../procedures.ts';
import { alternate, hyperCvadA, hyperCvadB, maintenance, repeat } from '../regimens.ts';
import { report } from '../reports.ts';
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

const tierney: Person = {
  code: 'tierney',
  given: ['Siobhan'],
  family: 'Tierney',
  gender: 'female',
  birthDate: '1980-11-11',
  race: 'white',
  town: ['Weymouth', '02188'],
  height: 170,
  weight: 69,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Relapse in marrow and spinal fluid, with more cells in the fluid than the policy allows. */
export function tecartusBAllCnsDisease(): Fixture {
  const who = tierney;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-ALL in relapse, marrow and CNS', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2023-01-24',
    recordedDate: '2026-02-03',
  });
  const reason = referenceTo(condition, 'B-ALL in relapse');
  return fixtureOf({
    name: 'tecartus-b-all-cns-disease',
    story:
      '45-year-old woman, B-ALL relapsed in marrow and spinal fluid (64 cells per uL, blasts) after hyper-CVAD; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel', tecartus.hcpcs),
        occurrenceDateTime: '2026-04-09',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-03'),
      condition,
      familyHistory(who, 'mother', concept('Breast cancer'), 58),
      ...routineCare(who, {
        from: '2018-02-27',
        years: 4,
        comorbidities: ['hypothyroidism', 'anxiety'],
        surgery: 'cholecystectomy',
        systolic: 122,
      }),
      ...leukemiaWorkup(who, {
        day: '2023-01-23',
        complaint: 'Fever and pancytopenia with blasts',
        marrow: {
          blasts: 90,
          cd19: 98,
          cd19Called: 'positive',
          conclusion: 'B lymphoblastic leukemia, 90 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'CD19, CD10, CD20 and TdT positive lymphoblasts.',
        cytogenetics: 't(1;19)(q23;p13). BCR::ABL1 negative.',
        summary: 'B-ALL with TCF3::PBX1, CNS 1. Hyper-CVAD with intrathecal therapy.',
      }),
      ...byReference(
        who,
        ['methotrexate', 'cytarabine'],
        [
          ...treatment(who, 'hyper-cvad', {
            regimen: {
              title: 'Hyper-CVAD, cycles A and B in turn',
              cycles: alternate(4, hyperCvadA, hyperCvadB),
              every: 25,
              inpatient: true,
            },
            start: '2023-01-27',
            reason,
            firstCount: 'leukemia',
            counts: 'first',
          }),
        ],
      ),
      ...supportiveCare(who, '2023-01-27'),
      ...clearTaps(who, ['2023-03-07', '2023-04-25', '2023-06-13']),
      ...remissionFound(who, '2023-03-21', reason, 'Marrow after cycle 2', {
        blasts: 1,
        conclusion: 'Remission, MRD negative.',
      }),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Maintenance, 12-week blocks', cycles: repeat(8, maintenance), every: 84 },
        start: '2023-09-04',
        reason,
        counts: 'none',
      }),
      ...relapseFound(who, '2026-02-03', reason, 'Headache, diplopia and cytopenias', {
        blasts: 22,
        cd19: 97,
        cd19Called: 'positive',
        conclusion: 'Relapsed B lymphoblastic leukemia, 22 % lymphoblasts.',
      }),
      ...lumbarPuncture(who, '2026-02-04', 64, 78),
      report(
        who,
        'brain-mri',
        'imaging',
        '2026-02-04',
        'MRI brain with and without contrast',
        'Leptomeningeal enhancement of the cranial nerves. No mass.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-19',
        state: 'relapse',
        ecog: 2,
        ejectionFraction: 61,
        disease: 'B-cell ALL relapsed in marrow and CNS',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
    ],
  });
}
