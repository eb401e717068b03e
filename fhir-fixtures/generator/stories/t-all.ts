import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed, sopt } from '../codings.ts';
import { carePartners, otherCoverage } from '../coverage.ts';
import { aucatzyl, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, familyHistory, problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { alternate, hyperCvadA, hyperCvadB, nelarabine, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laboratoryIncidents, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit } from './leukemia-course.ts';
import { neutropenicFever } from './lymphoma-course.ts';

const tran: Person = {
  code: 'tran',
  given: ['Kevin', 'Minh'],
  family: 'Tran',
  gender: 'male',
  birthDate: '1981-01-25',
  race: 'asian',
  town: ['Vernon', '06066'],
  height: 172,
  weight: 68,
  oncologist: 'Daniel Kowalski, MD',
  primaryCare: 'Helen Pruitt, MD',
};

/** T-cell leukemia, for which the ordered product is not. */
export function tAll(): Fixture {
  const who = tran;
  const condition = problem(who, 't-all', {
    code: diagnosis(
      'T-cell acute lymphoblastic leukemia',
      snomed('277575008', 'T-cell acute lymphoblastic leukemia (disorder)'),
    ),
    onsetDateTime: '2024-02-13',
    recordedDate: '2024-02-15',
  });
  const reason = referenceTo(condition, 'T-cell acute lymphoblastic leukemia');
  return fixtureOf({
    name: 't-all',
    story:
      '45-year-old man with T-cell acute lymphoblastic leukemia persisting after nelarabine; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-aucatzyl', {
        code: concept('Aucatzyl infusion', aucatzyl.hcpcs),
        occurrenceDateTime: '2026-03-31T10:00:00-04:00',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      ...otherCoverage(who, {
        name: 'medicaid',
        payer: 'Connecticut Department of Social Services',
        type: sopt('2', 'MEDICAID'),
        start: '2025-02-01',
        order: 2,
      }),
      plannedInfusion(who, 'IMP', '2026-03-25'),
      condition,
      ...routineCare(who, {
        from: '2020-07-14',
        years: 3,
        comorbidities: ['anxiety'],
        surgery: 'appendectomy',
        smoking: 'never',
        systolic: 119,
      }),
      familyHistory(
        who,
        'sister',
        concept(
          'Systemic lupus erythematosus',
          icd10cm('M32.9', 'Systemic lupus erythematosus, unspecified'),
        ),
        29,
      ),
      ...leukemiaWorkup(who, {
        day: '2024-02-12',
        complaint: 'Superior vena cava syndrome, anterior mediastinal mass and circulating blasts',
        marrow: {
          blasts: 82,
          conclusion: 'T lymphoblastic leukemia, 82 % lymphoblasts.',
          conclusionCode: concept(
            'T lymphoblastic leukemia',
            snomed('277575008', 'T-cell acute lymphoblastic leukemia (disorder)'),
          ),
        },
        flow: 'Blasts positive for cytoplasmic CD3, CD7, CD5 dim and TdT; negative for CD1a, CD8, CD19, CD22, CD79a and myeloperoxidase.',
        cytogenetics: '46,XY,t(10;14)(q24;q11)[16]/46,XY[4].',
        summary: 'T-ALL with a 9 cm mediastinal mass. Hyper-CVAD with intrathecal prophylaxis.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(3, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2024-02-16',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2024-02-16'),
      ...neutropenicFever(who, '2024-03-01', 4),
      ...clearTaps(who, ['2024-03-19', '2024-05-07', '2024-06-25']),
      ...marrowVisit(who, '2024-07-16', 'remission', 'Marrow after cycle 3B', {
        blasts: 2,
        conclusion: 'Remission, 2 % blasts.',
      }),
      diseaseStatus(
        who,
        '2024-07-18',
        'full-remission',
        'pathology',
        reason,
        'Complete remission; mediastinal mass resolved.',
      ),
      ...laboratoryIncidents(who, '2025-01-14'),
      ...marrowVisit(who, '2025-08-05', 'relapse', 'Pancytopenia', {
        blasts: 52,
        conclusion: 'Relapsed T lymphoblastic leukemia, 52 % lymphoblasts, CD19 negative.',
      }),
      diseaseStatus(who, '2025-08-07', 'worsened', 'pathology', reason, 'First relapse.'),
      ...byReference(
        who,
        ['nelarabine'],
        treatment(who, 'nelarabine', {
          regimen: { title: 'Nelarabine every 21 days', cycles: repeat(2, nelarabine), every: 21 },
          start: '2025-08-18',
          reason,
          firstCount: 'relapse',
        }),
      ),
      ...marrowVisit(who, '2025-12-02', 'relapse', 'Marrow after nelarabine', {
        blasts: 34,
        conclusion: 'Persistent T lymphoblastic leukemia, 34 % lymphoblasts.',
      }),
      ...carTEvaluation(who, {
        day: '2026-02-09',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 60,
        disease: 'acute lymphoblastic leukemia',
        product: 'obecabtagene autoleucel',
      }),
    ],
  });
}
