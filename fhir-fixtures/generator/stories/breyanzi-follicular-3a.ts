import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { breyanzi, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { mosunetuzumab, obinutuzumabBendamustine, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, follicularGrade3a, followUp, lymphomaWorkup } from './lymphoma-course.ts';

const zielinski: Person = {
  code: 'zielinski',
  given: ['Anton'],
  family: 'Zielinski',
  gender: 'male',
  birthDate: '1959-04-27',
  race: 'white',
  town: ['Westfield', '01085'],
  height: 181,
  weight: 92,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Follicular lymphoma of a grade that the product's one indication does not count. */
export function breyanziFollicular3a(): Fixture {
  const who = zielinski;
  const condition = problem(who, 'fl', {
    code: follicularGrade3a,
    onsetDateTime: '2021-01-26',
    recordedDate: '2021-01-29',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade 3A');
  return fixtureOf({
    name: 'breyanzi-follicular-3a',
    story:
      '66-year-old man, follicular lymphoma grade 3A after obinutuzumab with bendamustine and mosunetuzumab; inpatient Breyanzi.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-breyanzi', {
        medicationCodeableConcept: concept('lisocabtagene maraleucel', breyanzi.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-30'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-24'),
      condition,
      ...routineCare(who, {
        from: '2015-07-07',
        years: 6,
        comorbidities: ['hypertension', 'prostate'],
        surgery: 'appendectomy',
        systolic: 136,
      }),
      ...laterVaccines(who, '2024-09-17'),
      ...lymphomaWorkup(who, condition, {
        day: '2021-01-19',
        complaint: 'Incidental retroperitoneal mass',
        node: 'left cervical',
        pathology: 'Follicular lymphoma, grade 3A. CD20 and CD10 positive.',
        pathologyCode: follicularGrade3a,
        marrow: 'Involved, 5 %.',
        scan: 'Retroperitoneal mass 7.7 cm; cervical nodes.',
        summary: 'Stage IV follicular lymphoma grade 3A. Obinutuzumab with bendamustine.',
      }),
      ...treatment(who, 'gb', {
        regimen: {
          title: 'Obinutuzumab and bendamustine every 28 days',
          cycles: repeat(6, obinutuzumabBendamustine),
          every: 28,
        },
        start: '2021-02-15',
        reason,
        firstCount: 'lymphoma',
      }),
      ...followUp(who, 'remission', 'Surveillance', ['2021-12-14', '2022-06-14', '2023-01-10']),
      ...assessed(who, '2024-01-16', reason, 'worsened', 'Retroperitoneal mass 6.0 cm.'),
      ...treatment(who, 'mosunetuzumab', {
        regimen: { title: 'Mosunetuzumab every 21 days', cycles: repeat(8, mosunetuzumab), every: 21 },
        start: '2024-02-05',
        reason,
      }),
      ...assessed(who, '2025-12-09', reason, 'worsened', 'Mass 8.1 cm, new pelvic nodes.'),
      ...carTEvaluation(who, {
        day: '2026-02-03',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 57,
        disease: 'relapsed follicular lymphoma',
        product: 'lisocabtagene maraleucel',
      }),
    ],
  });
}
