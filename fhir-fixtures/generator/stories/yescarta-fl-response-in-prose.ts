import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { dispense, prescription } from '../medications.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, scan } from './lymphoma-course.ts';

const fontaine: Person = {
  code: 'fontaine',
  given: ['Odette'],
  family: 'Fontaine',
  gender: 'female',
  birthDate: '1955-05-25',
  race: 'black',
  town: ['Worcester', '01609'],
  height: 161,
  weight: 73,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** What each line came to is written in scans and notes; the pathologist's report carries no code. */
export function yescartaFlResponseInProse(): Fixture {
  const who = fontaine;
  const condition = problem(who, 'fl', {
    code: diagnosis(
      'Follicular lymphoma, unspecified',
      icd10cm('C82.90', 'Follicular lymphoma, unspecified, unspecified site'),
    ),
    recordedDate: '2019-03-12',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma');
  return fixtureOf({
    name: 'yescarta-fl-response-in-prose',
    story:
      '70-year-old woman, follicular lymphoma after BR and lenalidomide from a mail-order pharmacy; uncoded pathology, ' +
      'responses in scans’ words only; outpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('Yescarta'),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-05-05'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-05-05'),
      condition,
      ...routineCare(who, {
        from: '2014-11-18',
        years: 5,
        comorbidities: ['hypertensionOnAmlodipine', 'diabetes', 'hypothyroidism'],
        surgery: 'cataract',
        systolic: 141,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2019-03-05',
        complaint: 'Leg swelling',
        node: 'left inguinal',
        pathology: 'Follicular lymphoma, grade 1 to 2.',
        marrow: 'Marrow with paratrabecular lymphoid aggregates.',
        scan: 'Pelvic and inguinal nodes to 6.0 cm.',
        summary: 'Follicular lymphoma with compression of the iliac vein. BR.',
      }),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(5, bendamustineRituximab), every: 28 },
        start: '2019-04-01',
        reason,
        firstCount: 'lymphoma',
        note: 'Sixth cycle omitted for cytopenia.',
      }),
      scan(who, '2019-09-10', 'CT abdomen and pelvis', 'Marked decrease of all nodes.'),
      ...followUp(who, 'remission', 'Surveillance', ['2020-06-09', '2021-06-15', '2022-06-14']),
      ...laboratoryIncidents(who, '2022-09-20'),
      scan(
        who,
        '2023-05-09',
        'CT abdomen and pelvis',
        'Increase of pelvic nodes, concerning for recurrence.',
      ),
      prescription(who, 'rx-lenalidomide', 'lenalidomide', {
        status: 'stopped',
        authoredOn: '2023-05-30',
        dosageInstruction: [{ text: '20 mg by mouth daily, days 1 to 21 of 28' }],
      }),
      ...['2023-06-05', '2023-07-03', '2023-07-31', '2023-08-28'].map((day, index) =>
        dispense(who, `lenalidomide-fill-${String(index + 1)}`, 'lenalidomide', day, {
          quantity: { value: 21, unit: 'capsule' },
        }),
      ),
      note(
        who,
        'progress-2023-10-10',
        'progress',
        '2023-10-10',
        'Hematology/oncology progress note',
        'Lenalidomide stopped for rash after four cycles; nodes smaller.',
      ),
      ...followUp(who, 'lymphoma', 'Surveillance', ['2024-07-16', '2025-04-15']),
      scan(
        who,
        '2025-12-16',
        'PET/CT skull base to mid thigh',
        'Avid pelvic nodes 5.5 cm, previously 3.0 cm, most consistent with progression.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-09',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 57,
        disease: 'follicular lymphoma',
        product: 'axicabtagene ciloleucel',
        diabetic: true,
      }),
    ],
  });
}
