import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed, sopt } from '../codings.ts';
import { carePartners, otherCoverage } from '../coverage.ts';
import { draftBloodCount, containedDrug, draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis, familyHistory, problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { alternate, blinatumomab, hyperCvadA, hyperCvadB, maintenance, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laboratoryIncidents, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit, inRelapse, inRemission, bAll } from './leukemia-course.ts';

const pryce: Person = {
  code: 'pryce',
  given: ['Dolores', 'Jean'],
  family: 'Pryce',
  gender: 'female',
  birthDate: '1963-05-02',
  race: 'black',
  town: ['Bloomfield', '06002'],
  height: 168,
  weight: 72,
  oncologist: 'Priya Raman, MD',
  primaryCare: 'Helen Pruitt, MD',
};

/** Two relapses, blinatumomab between them, outpatient Tecartus. */
export function bAllSecondRelapseOutpatient(): Fixture {
  const who = pryce;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell acute lymphoblastic leukemia, in relapse', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2021-08-17',
    recordedDate: '2026-02-11',
  });
  const reason = referenceTo(condition, 'B-cell acute lymphoblastic leukemia, in relapse');
  return fixtureOf({
    name: 'b-all-second-relapse-outpatient',
    story:
      '62-year-old woman, second marrow relapse of B-ALL (38 % lymphoblasts) after hyper-CVAD and blinatumomab, no ' +
      'transplant; outpatient Tecartus, nothing attested.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        ...containedDrug('tecartus', concept('Tecartus, ALL dose', tecartus.allProduct)),
        reasonReference: [reason],
        dispenseRequest: { validityPeriod: { start: '2026-04-14' } },
      }),
      draftBloodCount(who),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      // A commercial plan of another policy's payer, ended: no determination may come of it.
      ...otherCoverage(who, {
        name: 'bcbsma',
        payer: 'Blue Cross Blue Shield of Massachusetts',
        type: sopt('611', 'BC Managed Care - HMO'),
        start: '2018-01-01',
        end: '2023-12-31',
        order: 1,
      }),
      plannedInfusion(who, 'AMB', '2026-04-14'),
      condition,
      ...routineCare(who, {
        from: '2018-03-06',
        years: 2,
        comorbidities: ['hypertension', 'anxiety'],
        surgery: 'cholecystectomy',
        allergy: 'penicillin',
        systolic: 130,
      }),
      familyHistory(
        who,
        'maternal grandmother',
        concept(
          'Follicular lymphoma',
          icd10cm('C82.90', 'Follicular lymphoma, unspecified, unspecified site'),
        ),
        81,
      ),
      ...leukemiaWorkup(who, {
        day: '2021-08-16',
        complaint: 'Bruising, fatigue and leukocytosis with circulating blasts',
        marrow: {
          blasts: 91,
          cd19: 97,
          conclusion:
            'B lymphoblastic leukemia. Markedly hypercellular marrow, 91 % lymphoblasts. TdT and PAX5 positive.',
          conclusionCode: concept(
            'B lymphoblastic leukemia',
            snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)'),
          ),
        },
        flow: 'B-lymphoblast population, 89 % of events: CD19 bright, CD10, CD22 and CD34 positive, CD20 dim in 15 %, TdT positive; negative for cytoplasmic CD3 and myeloperoxidase.',
        cytogenetics:
          'Normal karyotype, 46,XX[20]. FISH negative for BCR::ABL1, KMT2A rearrangement and CRLF2 rearrangement.',
        summary: 'New Ph-negative B-ALL, CNS 1. Hyper-CVAD with intrathecal prophylaxis recommended.',
      }),
      ...byReference(
        who,
        ['blinatumomab', 'cytarabine'],
        [
          ...treatment(who, 'hyper-cvad', {
            regimen: {
              title: 'Hyper-CVAD, cycles A and B in turn',
              cycles: alternate(3, hyperCvadA, hyperCvadB),
              every: 24,
              inpatient: true,
            },
            start: '2021-08-20',
            reason,
            firstCount: 'leukemia',
            counts: 'first',
          }),
          ...treatment(who, 'maintenance', {
            regimen: {
              title: 'Maintenance with vincristine and prednisone pulses every 12 weeks',
              cycles: repeat(6, maintenance),
              every: 84,
            },
            start: '2022-02-14',
            reason,
            counts: 'none',
            note: 'Ended by the relapse of July 2023.',
          }),
          ...treatment(who, 'blinatumomab', {
            regimen: {
              title: 'Blinatumomab, 28 days on, 14 days off',
              cycles: repeat(2, blinatumomab),
              every: 42,
            },
            start: '2023-08-07',
            reason,
            firstCount: 'relapse',
          }),
        ],
      ),
      ...supportiveCare(who, '2021-08-20'),
      ...clearTaps(who, ['2021-09-23', '2021-11-10', '2022-01-05']),
      ...marrowVisit(who, '2021-10-04', 'remission', 'Marrow after cycle 1B', {
        blasts: 1,
        conclusion: 'Morphologic remission, 1 % blasts, trilineage recovery. MRD by flow negative at 0.01 %.',
      }),
      diseaseStatus(
        who,
        '2021-10-07',
        'full-remission',
        'pathology',
        reason,
        'First complete remission, MRD negative.',
      ),
      encounterDiagnosis(who, 'b-all-remission', {
        clinicalStatus: clinicalStatus('remission'),
        code: inRemission,
        onsetDateTime: '2021-10-07',
        abatementDateTime: '2023-07-25',
        recordedDate: '2022-02-14',
      }),
      ...marrowVisit(who, '2023-07-25', 'relapse', 'New cytopenias, 23 months from diagnosis', {
        blasts: 44,
        cd19: 98,
        conclusion: 'Relapsed B lymphoblastic leukemia, 44 % lymphoblasts.',
      }),
      diseaseStatus(who, '2023-07-27', 'worsened', 'pathology', reason, 'First relapse, marrow.'),
      ...marrowVisit(who, '2023-11-14', 'remission', 'Marrow after blinatumomab cycle 2', {
        blasts: 2,
        conclusion: 'Second morphologic remission, 2 % blasts; MRD negative.',
      }),
      diseaseStatus(
        who,
        '2023-11-16',
        'full-remission',
        'pathology',
        reason,
        'Second complete remission; no donor, no transplant.',
      ),
      ...laboratoryIncidents(who, '2024-05-21'),
      ...marrowVisit(who, '2026-02-09', 'relapse', 'Falling counts on surveillance', {
        blasts: 38,
        cd19: 96,
        conclusion:
          'Second relapse of B lymphoblastic leukemia. Cellularity 70 %, lymphoblasts 38 % of nucleated cells by 500-cell count. ' +
          'CD19 retained on essentially all blasts.',
      }),
      diseaseStatus(
        who,
        '2026-02-11',
        'worsened',
        'pathology',
        reason,
        'Second relapse, marrow 38 % lymphoblasts.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'B-cell ALL in second relapse',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
    ],
  });
}
