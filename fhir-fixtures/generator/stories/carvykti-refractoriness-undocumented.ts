import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { carvykti, containedDrug, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion, visit } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { statement } from '../medications.ts';
import type { Person } from '../person.ts';
import { carfilzomibCyclophosphamide, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, scan } from './lymphoma-course.ts';

const bouchard: Person = {
  code: 'bouchard',
  given: ['Simone'],
  family: 'Bouchard',
  gender: 'female',
  birthDate: '1962-12-12',
  race: 'white',
  town: ['Fitchburg', '01420'],
  height: 160,
  weight: 71,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Lenalidomide on the patient's list without an end, no paraprotein and no stated response: refractory to what, nobody wrote. */
export function carvyktiRefractorinessUndocumented(): Fixture {
  const who = bouchard;
  const condition = problem(who, 'mm', {
    code: diagnosis('Multiple myeloma', icd10cm('C90.00', 'Multiple myeloma not having achieved remission')),
    recordedDate: '2024-06-04',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'carvykti-refractoriness-undocumented',
    story:
      '63-year-old woman, myeloma first treated elsewhere with lenalidomide and bortezomib, then carfilzomib here; no ' +
      'M-protein and no stated response on record; outpatient Carvykti.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-carvykti', {
        ...containedDrug('carvykti', concept('ciltacabtagene autoleucel', carvykti.ingredient)),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-28'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-04-28'),
      condition,
      ...routineCare(who, {
        from: '2018-09-18',
        years: 6,
        comorbidities: ['hypertension', 'diabetes', 'anxiety'],
        surgery: 'cholecystectomy',
        systolic: 140,
      }),
      ...ruledOutEmbolism(who, '2023-03-21'),
      ...laterVaccines(who, '2023-10-10'),
      visit(who, '2024-06-04', 'Transfer of care'),
      note(
        who,
        'transfer',
        'consultation',
        '2024-06-04',
        'Hematology/oncology consultation, transfer of care',
        'Myeloma since 2022, RVd elsewhere and lenalidomide since. Records requested.',
      ),
      statement(who, 'lenalidomide', 'lenalidomide', { effectivePeriod: { start: '2022' } }),
      statement(who, 'bortezomib', 'bortezomib', {
        status: 'completed',
        effectivePeriod: { start: '2022', end: '2023' },
      }),
      ...treatment(who, 'kcd', {
        regimen: {
          title: 'Carfilzomib, cyclophosphamide and dexamethasone',
          cycles: repeat(8, carfilzomibCyclophosphamide),
          every: 28,
        },
        start: '2024-07-01',
        reason,
        firstCount: 'myeloma',
      }),
      ...followUp(who, 'myeloma', 'Follow-up of myeloma', ['2025-04-15', '2025-08-12', '2025-12-09']),
      scan(
        who,
        '2026-01-13',
        'Whole-body low-dose CT',
        'New lucency of the left femur; progression not excluded.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'multiple myeloma',
        product: 'ciltacabtagene autoleucel',
        diabetic: true,
      }),
    ],
  });
}
