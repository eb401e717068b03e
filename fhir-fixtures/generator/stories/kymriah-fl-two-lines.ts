import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, kymriah, ordersWithUrns } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, repeat, rituximabLenalidomide } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, follicularGrade2, lymphomaWorkup } from './lymphoma-course.ts';

const stavros: Person = {
  code: 'stavros',
  given: ['Eleni'],
  family: 'Stavros',
  gender: 'female',
  birthDate: '1961-02-26',
  race: 'white',
  town: ['Arlington', '02474'],
  height: 163,
  weight: 70,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Follicular lymphoma after BR and after lenalidomide with rituximab. */
export function kymriahFlTwoLines(): Fixture {
  const who = stavros;
  const condition = problem(who, 'fl', {
    code: follicularGrade2,
    onsetDateTime: '2018-05-15',
    recordedDate: '2018-05-18',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade II');
  return fixtureOf({
    name: 'kymriah-fl-two-lines',
    story:
      '65-year-old woman, follicular lymphoma grade 2, watched, then BR and lenalidomide with rituximab, each followed by ' +
      'coded progression; outpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersWithUrns(
      draftMedication(who, 'draft-kymriah', {
        medicationCodeableConcept: concept('Kymriah 00078-0958-19', kymriah.ndc),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-05-12'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-05-12'),
      condition,
      familyHistory(who, 'father', concept('Prostate cancer'), 74),
      ...routineCare(who, {
        from: '2014-03-11',
        years: 5,
        comorbidities: ['hyperlipidemia', 'hypothyroidism'],
        systolic: 126,
      }),
      ...laterVaccines(who, '2019-10-08'),
      ...lymphomaWorkup(who, condition, {
        day: '2018-05-08',
        complaint: 'Painless inguinal swelling',
        node: 'left inguinal',
        pathology: 'Follicular lymphoma, grade 2. CD20, CD10, BCL2 and BCL6 positive; Ki-67 20 %.',
        pathologyCode: follicularGrade2,
        marrow: 'Paratrabecular aggregates, 5 %.',
        scan: 'Inguinal, iliac and axillary nodes to 2.8 cm, SUVmax 8.',
        summary: 'Stage IV follicular lymphoma of low burden. Watch and wait.',
      }),
      ...followUp(who, 'lymphoma', 'Watchful waiting', ['2018-11-13', '2019-05-14', '2019-11-12']),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2020-02-10',
        reason,
        firstCount: 'lymphoma',
      }),
      ...assessed(who, '2020-08-18', reason, 'full-remission', 'No avid disease.'),
      ...assessed(who, '2022-10-11', reason, 'worsened', 'Recurrent iliac and mesenteric nodes to 4.5 cm.'),
      ...treatment(who, 'r2', {
        regimen: {
          title: 'Lenalidomide and rituximab every 28 days',
          cycles: repeat(10, rituximabLenalidomide),
          every: 28,
        },
        start: '2022-11-07',
        reason,
        counts: 'first',
      }),
      ...assessed(who, '2023-10-03', reason, 'partial-remission', 'Nodes to 1.8 cm.'),
      ...followUp(who, 'lymphoma', 'Surveillance', ['2024-05-14', '2025-01-14']),
      ...assessed(
        who,
        '2025-12-09',
        reason,
        'worsened',
        'Mesenteric conglomerate 6.4 cm, new supraclavicular nodes.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-03',
        state: 'lymphoma',
        ecog: 0,
        ejectionFraction: 62,
        disease: 'relapsed follicular lymphoma',
        product: 'tisagenlecleucel',
        team: true,
      }),
    ],
  });
}
