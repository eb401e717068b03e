import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo, sopt } from '../codings.ts';
import { carePartners, otherCoverage } from '../coverage.ts';
import { draftLisinopril, draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, familyHistory, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import { type Person, idOf } from '../person.ts';
import { alternate, flagIda, hyperCvadA, hyperCvadB, maintenance, repeat } from '../regimens.ts';
import { laboratoryIncidents, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit, inRelapse } from './leukemia-course.ts';

const quinn: Person = {
  code: 'quinn',
  given: ['Patrick', 'Joseph'],
  family: 'Quinn',
  gender: 'male',
  birthDate: '1967-09-15',
  race: 'white',
  town: ['Torrington', '06790'],
  height: 180,
  weight: 86,
  oncologist: 'Daniel Kowalski, MD',
  primaryCare: 'Gerald Whitcomb, MD',
};

/** Relapsed ALL on ICD-10-CM alone: whether of B or of T cells stands in the reports' prose only. */
export function allLineageNotStated(): Fixture {
  const who = quinn;
  const condition = problem(who, 'all', {
    code: diagnosis('Acute lymphoblastic leukemia in relapse', inRelapse),
    onsetDateTime: '2022-11',
    recordedDate: '2025-11-13',
  });
  const reason = referenceTo(condition, 'Acute lymphoblastic leukemia in relapse');
  const brand = {
    resourceType: 'Medication',
    id: idOf(who, 'draft-medication'),
    code: concept('Tecartus', tecartus.brand),
  } as const;
  return fixtureOf({
    name: 'all-lineage-not-stated',
    story:
      '58-year-old man, relapse of acute lymphoblastic leukemia coded C91.02 and nothing else; the flow report mentions CD19 in ' +
      'its text, no code states B lineage; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftLisinopril(who),
      draftMedication(who, 'draft-tecartus', {
        medicationReference: referenceTo(brand, 'Tecartus'),
        reasonReference: [reason],
        dosageInstruction: [
          { text: '1 x 10^6 CAR-positive viable T cells/kg IV once', timing: { event: ['2026-03-30'] } },
        ],
      }),
      brand,
    ),
    records: [
      ...carePartners(who, 'HMO'),
      ...otherCoverage(who, {
        name: 'medicaid',
        payer: 'Connecticut Department of Social Services',
        type: sopt('2', 'MEDICAID'),
        start: '2024-07-01',
        order: 2,
      }),
      plannedInfusion(who, 'IMP', '2026-03-25'),
      condition,
      ...routineCare(who, {
        from: '2019-07-09',
        years: 3,
        comorbidities: ['hypertension', 'reflux'],
        surgery: 'appendectomy',
        allergy: 'penicillin',
        smoking: 'former',
        systolic: 137,
      }),
      ...ruledOutEmbolism(who, '2021-08-24'),
      familyHistory(who, 'maternal grandmother', concept('Lymphoma'), 69),
      ...leukemiaWorkup(who, {
        day: '2022-11-07',
        complaint: 'Gingival bleeding and marked leukocytosis',
        ejectionFraction: 61,
        marrow: {
          blasts: 90,
          counted: 'blasts',
          conclusion: 'Acute lymphoblastic leukemia, 90 % blasts. See flow cytometry for immunophenotype.',
        },
        flow: 'Blasts express CD34, TdT, HLA-DR, CD19, CD10 and CD79a. No cytoplasmic CD3, no myeloperoxidase.',
        cytogenetics: '46,XY[20]. BCR::ABL1 not detected by FISH.',
        summary: 'New acute lymphoblastic leukemia. Hyper-CVAD followed by maintenance.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(3, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2022-11-10',
        reason,
        firstCount: 'leukemia',
        counts: 'first',
      }),
      ...treatment(who, 'maintenance', {
        regimen: {
          title: 'Maintenance with vincristine and prednisone pulses every 12 weeks',
          cycles: repeat(8, maintenance),
          every: 84,
        },
        start: '2023-05-08',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2022-11-10'),
      ...clearTaps(who, ['2022-12-13', '2023-02-07']),
      ...marrowVisit(who, '2023-01-10', 'remission', 'Marrow after cycle 1B', {
        blasts: 2,
        counted: 'blasts',
        conclusion: 'No morphologic evidence of leukemia, 2 % blasts.',
      }),
      ...laboratoryIncidents(who, '2024-10-08'),
      ...marrowVisit(who, '2025-11-11', 'relapse', 'Blasts on peripheral smear', {
        blasts: 63,
        counted: 'blasts',
        conclusion: 'Relapsed acute lymphoblastic leukemia, 63 % blasts.',
      }),
      ...treatment(who, 'flag-ida', {
        regimen: { title: 'FLAG-Ida reinduction', cycles: [flagIda], every: 28, inpatient: true },
        start: '2025-11-17',
        reason,
        firstCount: 'relapse',
      }),
      ...marrowVisit(who, '2026-01-06', 'relapse', 'Marrow after FLAG-Ida', {
        blasts: 22,
        counted: 'blasts',
        conclusion:
          'Persistent acute lymphoblastic leukemia, 22 % blasts. Blasts remain CD19 and CD22 positive by flow.',
      }),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'relapsed acute lymphoblastic leukemia',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
    ],
  });
}
