import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { containedDrug, draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { epicShaped } from '../epic-shapes.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { prescription, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { obinutuzumabAlone, obinutuzumabBendamustine, repeat } from '../regimens.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, follicularGrade3a, lymphomaWorkup } from './lymphoma-course.ts';

const thibodeau: Person = {
  code: 'thibodeau',
  given: ['Marc'],
  family: 'Thibodeau',
  gender: 'male',
  birthDate: '1968-08-08',
  race: 'white',
  town: ['Gardner', '01440'],
  height: 183,
  weight: 97,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** One line with maintenance; the second was prescribed, and no record says that it was taken. */
export function kymriahFlOneLine(): Fixture {
  const who = thibodeau;
  const condition = problem(who, 'fl', {
    code: follicularGrade3a,
    onsetDateTime: '2021-06-08',
    recordedDate: '2021-06-11',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade 3A');
  return fixtureOf({
    name: 'kymriah-fl-one-line',
    story:
      '57-year-old man, follicular lymphoma grade 3A after obinutuzumab with bendamustine; lenalidomide prescribed, never ' +
      'shown as taken; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-kymriah', {
        ...containedDrug('kymriah', concept('Kymriah', kymriah.brand)),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-30'] } }],
      }),
    ),
    records: epicShaped([
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-24'),
      condition,
      ...routineCare(who, {
        from: '2016-05-03',
        years: 5,
        comorbidities: ['hypertension', 'diabetes'],
        smoking: 'former',
        systolic: 143,
      }),
      ...laterVaccines(who, '2022-09-13'),
      ...lymphomaWorkup(who, condition, {
        day: '2021-06-01',
        complaint: 'Flank pain and hydronephrosis',
        node: 'right axillary',
        pathology: 'Follicular lymphoma, grade 3A. CD20 and CD10 positive; Ki-67 45 %.',
        pathologyCode: follicularGrade3a,
        marrow: 'Negative for lymphoma.',
        scan: 'Retroperitoneal mass 8 cm encasing the right ureter.',
        summary: 'Stage III follicular lymphoma, high tumor burden. Obinutuzumab with bendamustine.',
      }),
      ...treatment(who, 'gb', {
        regimen: {
          title: 'Obinutuzumab and bendamustine every 28 days',
          cycles: repeat(6, obinutuzumabBendamustine),
          every: 28,
        },
        start: '2021-06-28',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2021-06-28'),
      ...assessed(who, '2021-12-14', reason, 'full-remission', 'Residual fibrosis without avidity.'),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Obinutuzumab maintenance', cycles: repeat(11, obinutuzumabAlone), every: 60 },
        start: '2022-02-14',
        reason,
        counts: 'none',
      }),
      ...laboratoryIncidents(who, '2023-06-06'),
      ...followUp(who, 'remission', 'Surveillance', ['2023-12-12', '2024-09-10']),
      ...assessed(who, '2025-07-08', reason, 'worsened', 'Recurrent retroperitoneal nodes to 5.6 cm.'),
      prescription(who, 'rx-lenalidomide', 'lenalidomide', {
        status: 'unknown',
        authoredOn: '2025-07-22',
        reasonReference: [reason],
        dosageInstruction: [{ text: '20 mg by mouth daily, days 1 to 21' }],
        note: [{ text: 'Sent to a specialty pharmacy outside this system.' }],
      }),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 58,
        disease: 'follicular lymphoma',
        product: 'tisagenlecleucel',
        diabetic: true,
        creatinine: 1.3,
      }),
    ]),
  });
}
