import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { breyanzi, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rChop, rGemOx, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, follicularGrade3b, lymphomaWorkup } from './lymphoma-course.ts';

const abernathy: Person = {
  code: 'abernathy',
  given: ['Clara', 'Louise'],
  family: 'Abernathy',
  gender: 'female',
  birthDate: '1951-10-10',
  race: 'white',
  town: ['Framingham', '01701'],
  height: 162,
  weight: 60,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Follicular lymphoma grade 3B, counted here among the large B-cell lymphomas, after two lines. */
export function breyanziLbclFollicular3b(): Fixture {
  const who = abernathy;
  const condition = problem(who, 'fl-3b', {
    code: follicularGrade3b,
    onsetDateTime: '2023-06-20',
    recordedDate: '2023-06-23',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade 3B');
  return fixtureOf({
    name: 'breyanzi-lbcl-follicular-3b',
    story:
      '74-year-old woman, follicular lymphoma grade 3B relapsed six months after R-CHOP and again after R-GemOx; outpatient Breyanzi.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-breyanzi', {
        medicationCodeableConcept: concept('Breyanzi', breyanzi.brand, breyanzi.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-27'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-04-27'),
      condition,
      ...routineCare(who, {
        from: '2017-12-05',
        years: 5,
        comorbidities: ['hypertension', 'hyperlipidemia', 'reflux'],
        surgery: 'cataract',
        systolic: 134,
      }),
      ...laterVaccines(who, '2022-11-08'),
      ...lymphomaWorkup(who, condition, {
        day: '2023-06-13',
        complaint: 'Enlarging groin mass',
        node: 'left inguinal',
        pathology: 'Follicular lymphoma, grade 3B. CD20 and BCL6 positive, CD10 negative; Ki-67 70 %.',
        pathologyCode: follicularGrade3b,
        marrow: 'Negative for lymphoma.',
        scan: 'Inguinal and iliac nodes to 6.3 cm, SUVmax 22.',
        summary: 'Stage III follicular lymphoma grade 3B. R-CHOP.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2023-07-10',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2023-07-10'),
      ...assessed(who, '2023-11-21', reason, 'full-remission', 'Deauville 2.'),
      ...assessed(who, '2024-05-14', reason, 'worsened', 'New avid iliac mass 4.1 cm.'),
      ...treatment(who, 'gemox', {
        regimen: { title: 'R-GemOx every 14 days', cycles: repeat(8, rGemOx), every: 14 },
        start: '2024-06-03',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...assessed(who, '2026-01-13', reason, 'worsened', 'Iliac mass 5.9 cm, new liver lesion.'),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'relapsed follicular lymphoma grade 3B',
        product: 'lisocabtagene maraleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-24'),
    ],
  });
}
