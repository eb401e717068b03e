import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion, visit } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, encounterDiagnosis, problem } from '../medical-history.ts';
import { statement, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { portPlacement } from '../procedures.ts';
import { flagIda } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { notInRemission } from './leukemia-course.ts';
import { followUp } from './lymphoma-course.ts';

const silva: Person = {
  code: 'silva',
  given: ['Rafael', 'Augusto'],
  family: 'Silva',
  gender: 'male',
  birthDate: '1991-04-19',
  race: 'white',
  hispanic: true,
  town: ['Fall River', '02720'],
  height: 175,
  weight: 74,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Treated abroad until last autumn: what is on record here is an ICD code, the patient's own list of drugs, and notes. */
export function tecartusBAllOutsideRecords(): Fixture {
  const who = silva;
  const condition = problem(who, 'all', {
    code: diagnosis('Acute lymphoblastic leukemia', notInRemission),
    recordedDate: '2025-09-30',
  });
  const reason = referenceTo(condition, 'Acute lymphoblastic leukemia');
  return fixtureOf({
    name: 'tecartus-b-all-outside-records',
    story:
      '34-year-old man, ALL treated abroad; lineage, marrow and relapse are in letters not yet received; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('brexucabtagene autoleucel', tecartus.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-28'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-22'),
      condition,
      ...routineCare(who, {
        from: '2023-10-10',
        years: 2,
        comorbidities: ['reflux', 'anxiety'],
        surgery: 'appendectomy',
        allergy: 'allopurinol',
        systolic: 118,
      }),
      visit(who, '2025-09-30', 'Transfer of care from abroad'),
      note(
        who,
        'transfer',
        'consultation',
        '2025-09-30',
        'Leukemia service consultation, transfer of care',
        'Diagnosed and treated abroad in 2023 and 2024. Reports of the first marrow, flow cytometry and cytogenetics requested.',
      ),
      encounterDiagnosis(who, 'thrombocytopenia', {
        code: diagnosis('Thrombocytopenia', icd10cm('D69.6', 'Thrombocytopenia, unspecified')),
        recordedDate: '2025-09-30',
      }),
      ...(['vincristine', 'daunorubicin', 'pegaspargase', 'blinatumomab'] as const).map((drug) =>
        statement(who, drug, drug, {
          status: 'completed',
          effectivePeriod: drug === 'blinatumomab' ? { start: '2024' } : { start: '2023', end: '2024' },
          note: [{ text: 'As the patient tells it.' }],
        }),
      ),
      portPlacement(who, '2025-10-07'),
      ...treatment(who, 'flag-ida', {
        regimen: { title: 'FLAG-IDA', cycles: [flagIda], every: 28, inpatient: true },
        start: '2025-10-13',
        reason,
        firstCount: 'relapse',
      }),
      ...supportiveCare(who, '2025-10-13'),
      ...followUp(who, 'remission', 'Leukemia clinic', ['2025-11-25', '2025-12-16', '2026-01-13']),
      ...laboratoryIncidents(who, '2025-12-02'),
      note(
        who,
        'progress-2026-02-10',
        'progress',
        '2026-02-10',
        'Leukemia clinic progress note',
        'Blasts in the smear again. Outside letters still awaited.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'acute lymphoblastic leukemia',
        product: 'brexucabtagene autoleucel',
      }),
    ],
  });
}
