import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { rEpoch, rIce, repeat } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup, mediastinal } from './lymphoma-course.ts';

const vance: Person = {
  code: 'vance',
  given: ['Alyssa', 'Marie'],
  family: 'Vance',
  gender: 'female',
  birthDate: '1994-09-09',
  race: 'white',
  town: ['Salem', '01970'],
  height: 171,
  weight: 68,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Primary mediastinal lymphoma, which the policy calls investigational with this product. */
export function kymriahLbclMediastinal(): Fixture {
  const who = vance;
  const condition = problem(who, 'pmbcl', {
    code: mediastinal,
    onsetDateTime: '2024-01-16',
    recordedDate: '2024-01-19',
  });
  const reason = referenceTo(condition, 'Primary mediastinal large B-cell lymphoma');
  return fixtureOf({
    name: 'kymriah-lbcl-mediastinal',
    story:
      '31-year-old woman, primary mediastinal large B-cell lymphoma after R-EPOCH, R-ICE and radiotherapy; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-kymriah', {
        medicationCodeableConcept: concept('tisagenlecleucel', kymriah.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-09'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-03'),
      condition,
      ...routineCare(who, {
        from: '2020-02-04',
        years: 4,
        comorbidities: ['anxiety'],
        allergy: 'codeine',
        systolic: 114,
      }),
      hospitalStay(who, 'svc', '2024-01-09', '2024-01-18', 'Facial swelling, superior vena cava syndrome'),
      ...lymphomaWorkup(who, condition, {
        day: '2024-01-11',
        complaint: 'Cough, facial swelling and a mediastinal mass',
        node: 'anterior mediastinal',
        pathology: 'Primary mediastinal large B-cell lymphoma. CD20, CD30 and CD23 positive.',
        pathologyCode: mediastinal,
        marrow: 'Negative for lymphoma.',
        scan: 'Bulky mediastinal mass 12 cm, SUVmax 19.',
        summary: 'Primary mediastinal lymphoma, stage II bulky. Dose-adjusted R-EPOCH.',
      }),
      ...treatment(who, 'epoch', {
        regimen: {
          title: 'Dose-adjusted R-EPOCH every 21 days',
          cycles: repeat(6, rEpoch),
          every: 21,
          inpatient: true,
        },
        start: '2024-01-29',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2024-01-29'),
      ...assessed(who, '2024-06-18', reason, 'partial-remission', 'Residual mass 3.8 cm, Deauville 4.'),
      ...followUp(who, 'remission', 'Follow-up after R-EPOCH', ['2024-07-09', '2024-10-08']),
      ...assessed(who, '2024-12-10', reason, 'worsened', 'Mediastinal mass 6.1 cm, SUVmax 21.'),
      ...treatment(who, 'rice', {
        regimen: { title: 'R-ICE every 21 days', cycles: repeat(3, rIce), every: 21, inpatient: true },
        start: '2024-12-30',
        reason,
      }),
      procedure(
        who,
        'radiotherapy',
        concept('External beam radiotherapy, mediastinum', cpt('77427', 'Radiation tx management x5')),
        '2025-04-14',
        { reasonReference: [reason] },
      ),
      ...assessed(who, '2026-01-06', reason, 'worsened', 'New avid pleural and renal lesions.'),
      ...carTEvaluation(who, {
        day: '2026-01-29',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'primary mediastinal lymphoma',
        product: 'tisagenlecleucel',
        team: true,
      }),
    ],
  });
}
