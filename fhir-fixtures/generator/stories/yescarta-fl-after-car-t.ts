import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { bendamustineRituximab, epcoritamab, rGemOx, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, follicularGrade2, followUp, lymphomaWorkup } from './lymphoma-course.ts';

const castellano: Person = {
  code: 'castellano',
  given: ['Rosa', 'Maria'],
  family: 'Castellano',
  gender: 'female',
  birthDate: '1970-01-05',
  race: 'white',
  hispanic: true,
  town: ['Holyoke', '01040'],
  height: 158,
  weight: 67,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** An earlier CAR-T, billed by its service code without a product. */
export function yescartaFlAfterCarT(): Fixture {
  const who = castellano;
  const condition = problem(who, 'fl', {
    code: follicularGrade2,
    onsetDateTime: '2017-11-14',
    recordedDate: '2017-11-17',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade II');
  return fixtureOf({
    name: 'yescarta-fl-after-car-t',
    story:
      '56-year-old woman, follicular lymphoma after BR, R-GemOx, CAR-T cells in 2022 (CPT code alone) and epcoritamab; inpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('axicabtagene ciloleucel', yescarta.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-21'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-15'),
      condition,
      ...routineCare(who, {
        from: '2014-01-21',
        years: 4,
        comorbidities: ['hypothyroidism', 'anxiety', 'reflux'],
        surgery: 'cholecystectomy',
        allergy: 'penicillin',
        systolic: 119,
      }),
      ...laterVaccines(who, '2024-10-01'),
      ...lymphomaWorkup(who, condition, {
        day: '2017-11-07',
        complaint: 'Lump in the left armpit',
        node: 'left axillary',
        pathology: 'Follicular lymphoma, grade 2. CD20, CD10 and BCL6 positive.',
        pathologyCode: follicularGrade2,
        marrow: 'Negative for lymphoma.',
        scan: 'Axillary, hilar and mesenteric nodes to 4.4 cm.',
        summary: 'Stage III follicular lymphoma. BR.',
      }),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2017-12-04',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...assessed(who, '2020-09-22', reason, 'worsened', 'Axillary and mesenteric nodes to 5.0 cm.'),
      ...treatment(who, 'gemox', {
        regimen: { title: 'R-GemOx every 14 days', cycles: repeat(6, rGemOx), every: 14 },
        start: '2020-10-12',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2020-10-12'),
      ...assessed(who, '2022-02-01', reason, 'worsened', 'Mesenteric mass 6.6 cm.'),
      hospitalStay(who, 'cells', '2022-05-09', '2022-05-24', 'CAR-T cell infusion'),
      procedure(
        who,
        'car-t',
        concept('CAR-T cell administration, autologous', cpt('0540T', 'CAR-T therapy; administration')),
        '2022-05-16',
        { encounter: stayOf(who, 'cells') },
      ),
      ...assessed(who, '2022-08-16', reason, 'full-remission', 'No avid disease.'),
      ...followUp(who, 'remission', 'Follow-up after cellular therapy', ['2023-02-14', '2023-11-14']),
      ...assessed(who, '2024-06-11', reason, 'worsened', 'New hilar and splenic disease.'),
      ...treatment(who, 'epcoritamab', {
        regimen: { title: 'Epcoritamab every 28 days', cycles: repeat(6, epcoritamab), every: 28 },
        start: '2024-07-08',
        reason,
        counts: 'first',
      }),
      ...assessed(who, '2026-01-08', reason, 'worsened', 'Splenic lesions larger, new axillary nodes.'),
      ...carTEvaluation(who, {
        day: '2026-02-03',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 61,
        disease: 'relapsed follicular lymphoma',
        product: 'axicabtagene ciloleucel',
      }),
    ],
  });
}
