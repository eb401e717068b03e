import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse } from '../medications.ts';
import type { Person } from '../person.ts';
import { obinutuzumabAlone, repeat } from '../regimens.ts';
import { laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, chronicLymphocytic, followUp, lymphomaWorkup } from './lymphoma-course.ts';

const carrington: Person = {
  code: 'carrington',
  given: ['Howard'],
  family: 'Carrington',
  gender: 'male',
  birthDate: '1952-04-04',
  race: 'black',
  town: ['Springfield', '01108'],
  height: 182,
  weight: 90,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Chronic lymphocytic leukemia, for which the policy covers no product. */
export function yescartaLymphocyticLeukemia(): Fixture {
  const who = carrington;
  const condition = problem(who, 'cll', {
    code: chronicLymphocytic,
    onsetDateTime: '2014-11-04',
    recordedDate: '2014-11-11',
  });
  const reason = referenceTo(condition, 'Chronic lymphocytic leukemia');
  return fixtureOf({
    name: 'yescarta-lymphocytic-leukemia',
    story:
      '73-year-old man, chronic lymphocytic leukemia after obinutuzumab, acalabrutinib and pirtobrutinib; inpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('axicabtagene ciloleucel', yescarta.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-05-04'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-28'),
      condition,
      ...routineCare(who, {
        from: '2010-06-08',
        years: 5,
        comorbidities: ['hypertension', 'diabetes', 'prostate', 'reflux'],
        smoking: 'former',
        systolic: 144,
      }),
      ...ruledOutEmbolism(who, '2016-02-16'),
      ...laterVaccines(who, '2018-10-16'),
      ...lymphomaWorkup(who, condition, {
        day: '2014-10-30',
        complaint: 'Lymphocytosis and neck nodes',
        node: 'left cervical',
        pathology: 'Small lymphocytic lymphoma/CLL. CD5, CD23 and CD19 positive, CD20 dim.',
        pathologyCode: chronicLymphocytic,
        marrow: 'Involved by CLL, 60 %.',
        scan: 'Generalized nodes to 3.0 cm, spleen 15 cm.',
        summary: 'CLL, Rai II. Observation.',
      }),
      ...followUp(who, 'lymphoma', 'Watchful waiting', ['2015-11-10', '2016-11-15', '2017-11-14']),
      ...treatment(who, 'obinutuzumab', {
        regimen: { title: 'Obinutuzumab every 28 days', cycles: repeat(6, obinutuzumabAlone), every: 28 },
        start: '2018-03-05',
        reason,
        firstCount: 'lymphoma',
      }),
      ...oralCourse(who, 'acalabrutinib', {
        drug: 'acalabrutinib',
        start: '2020-06-15',
        end: '2024-03-12',
        every: 90,
        fills: 14,
        quantity: 180,
        sig: '100 mg by mouth twice daily',
        reason,
      }),
      ...assessed(who, '2024-03-05', reason, 'worsened', 'Nodes to 5.1 cm.', 'CT neck, chest and abdomen'),
      ...oralCourse(who, 'pirtobrutinib', {
        drug: 'pirtobrutinib',
        start: '2024-03-19',
        end: '2026-01-20',
        every: 90,
        fills: 7,
        quantity: 180,
        sig: '200 mg by mouth once daily',
        reason,
      }),
      ...assessed(
        who,
        '2026-01-13',
        reason,
        'worsened',
        'Bulky axillary nodes 7.2 cm.',
        'CT neck, chest and abdomen',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-11',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'chronic lymphocytic leukemia',
        product: 'CAR-T therapy',
        diabetic: true,
        creatinine: 1.3,
      }),
    ],
  });
}
