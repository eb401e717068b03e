import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { coded, concept, referenceTo, snomed } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersWithUrns, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { statement, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { blinatumomab, repeat, vincristineDexamethasone } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, inRelapse, leukemiaWorkup, relapseFound, remissionFound } from './leukemia-course.ts';

const nakamura: Person = {
  code: 'nakamura',
  given: ['Keiko'],
  family: 'Nakamura',
  gender: 'female',
  birthDate: '1967-08-05',
  race: 'asian',
  town: ['Newton', '02459'],
  height: 158,
  weight: 55,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

const philadelphiaPositive = snomed(
  '425688002',
  'Philadelphia chromosome-positive acute lymphoblastic leukemia (disorder)',
);
const precursorB = snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)');
const noResponse = coded(snomed('266721009', 'Absent response to treatment (situation)'));

/** Philadelphia-positive disease that two tyrosine kinase inhibitors could not hold. */
export function tecartusBAllPhPositive(): Fixture {
  const who = nakamura;
  const condition = problem(who, 'b-all', {
    code: diagnosis('Ph-positive B-ALL in relapse', precursorB, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2022-06-14',
    recordedDate: '2026-01-22',
  });
  const reason = referenceTo(condition, 'Ph-positive B-ALL in relapse');
  return fixtureOf({
    name: 'tecartus-b-all-ph-positive',
    story:
      '58-year-old woman, Ph-positive B-ALL, relapsed on dasatinib with T315I and again on ponatinib after blinatumomab; ' +
      'inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersWithUrns(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('Tecartus', tecartus.brand),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-14'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-08'),
      condition,
      problem(who, 'ph-positive', {
        code: diagnosis('Philadelphia chromosome positive ALL', philadelphiaPositive),
        clinicalStatus: clinicalStatus('active'),
        onsetDateTime: '2022-06-14',
        recordedDate: '2022-06-20',
      }),
      ...routineCare(who, {
        from: '2018-05-15',
        years: 4,
        comorbidities: ['hyperlipidemia', 'hypothyroidism'],
        systolic: 124,
      }),
      ...laterVaccines(who, '2021-09-21'),
      ...leukemiaWorkup(who, {
        day: '2022-06-13',
        complaint: 'Fatigue, splenomegaly and leukocytosis',
        marrow: {
          blasts: 82,
          cd19: 94,
          cd19Called: 'positive',
          conclusion: 'B lymphoblastic leukemia with BCR::ABL1, 82 % lymphoblasts.',
          conclusionCode: concept('Precursor B-cell ALL', precursorB),
        },
        flow: 'B lymphoblasts CD19, CD10, CD25 and CD34 positive.',
        cytogenetics: 't(9;22)(q34;q11.2) in 17 of 20 metaphases. p190 transcript.',
        bcrAbl: 'detected',
        summary: 'Ph-positive B-ALL. Dasatinib with vincristine and dexamethasone.',
      }),
      ...treatment(who, 'induction', {
        regimen: {
          title: 'Vincristine and dexamethasone beside dasatinib',
          cycles: repeat(2, vincristineDexamethasone),
          every: 28,
        },
        start: '2022-06-20',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2022-06-20'),
      statement(who, 'dasatinib', 'dasatinib', {
        status: 'stopped',
        statusReason: [noResponse],
        effectivePeriod: { start: '2022-06-20', end: '2024-09-06' },
        note: [{ text: 'Stopped at relapse: T315I by sequencing.' }],
      }),
      ...clearTaps(who, ['2022-07-19', '2022-08-16']),
      ...remissionFound(who, '2022-08-09', reason, 'Marrow after cycle 2', {
        blasts: 1,
        conclusion: 'Remission; BCR::ABL1 0.02 %.',
      }),
      ...relapseFound(who, '2024-09-03', reason, 'First relapse, on dasatinib', {
        blasts: 49,
        cd19: 95,
        conclusion: 'Relapse, 49 % lymphoblasts; ABL1 T315I.',
      }),
      statement(who, 'ponatinib', 'ponatinib', {
        status: 'stopped',
        statusReason: [noResponse],
        effectivePeriod: { start: '2024-09-16', end: '2026-01-23' },
      }),
      ...treatment(who, 'blinatumomab', {
        regimen: { title: 'Blinatumomab beside ponatinib', cycles: repeat(3, blinatumomab), every: 42 },
        start: '2024-09-30',
        reason,
        counts: 'first',
      }),
      ...remissionFound(who, '2025-02-11', reason, 'Marrow after blinatumomab', {
        blasts: 2,
        conclusion: 'Second remission, transcript not detected. Transplant declined.',
      }),
      ...relapseFound(who, '2026-01-20', reason, 'Second relapse, on ponatinib', {
        blasts: 37,
        cd19: 93,
        cd19Called: 'positive',
        conclusion: 'Second relapse, 37 % lymphoblasts; CD19 positive.',
        conclusionCode: concept('Precursor B-cell ALL', precursorB),
      }),
      ...clearTaps(who, ['2026-01-22']),
      ...carTEvaluation(who, {
        day: '2026-02-11',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 58,
        disease: 'relapsed Ph-positive B-cell ALL',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-18'),
    ],
  });
}
