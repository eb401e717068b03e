import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersWithUrns, tecartus } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { fludarabineCyclophosphamide, rChop, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { administration, treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup, mantleCell, mantleCellMorphology } from './lymphoma-course.ts';

const desrosiers: Person = {
  code: 'desrosiers',
  given: ['Philip'],
  family: 'Desrosiers',
  gender: 'male',
  birthDate: '1961-12-19',
  race: 'white',
  town: ['Haverhill', '01830'],
  height: 178,
  weight: 85,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Breyanzi in 2024; another CD19-directed product is ordered. */
export function tecartusMclAfterBreyanzi(): Fixture {
  const who = desrosiers;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2019-07-16',
    recordedDate: '2019-07-19',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'tecartus-mcl-after-breyanzi',
    story:
      '64-year-old man, mantle cell lymphoma after R-CHOP, ibrutinib and, in 2024, Breyanzi; relapsed; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersWithUrns(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('brexucabtagene autoleucel', tecartus.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-02'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-03-27'),
      condition,
      ...routineCare(who, {
        from: '2015-10-27',
        years: 4,
        comorbidities: ['hypertension', 'reflux'],
        surgery: 'appendectomy',
        systolic: 135,
      }),
      ...laterVaccines(who, '2022-03-15'),
      ...lymphomaWorkup(who, condition, {
        day: '2019-07-09',
        complaint: 'Weight loss and cervical nodes',
        node: 'left cervical',
        pathology: 'Mantle cell lymphoma, blastoid variant. CD20, CD5 and cyclin D1 positive; Ki-67 60 %.',
        pathologyCode: mantleCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Cervical, mediastinal and axillary nodes to 5.0 cm, SUVmax 14.',
        summary: 'Blastoid mantle cell lymphoma, stage III. R-CHOP.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2019-08-05',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2019-08-05'),
      ...assessed(who, '2021-05-11', reason, 'worsened', 'New mediastinal nodes.'),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2021-05-24',
        end: '2024-06-18',
        every: 90,
        fills: 12,
        quantity: 90,
        sig: '560 mg by mouth once daily',
        reason,
      }),
      ...assessed(who, '2024-06-11', reason, 'worsened', 'Progression on ibrutinib.'),
      hospitalStay(who, 'breyanzi', '2024-09-04', '2024-09-20', 'Breyanzi infusion'),
      ...treatment(who, 'lymphodepletion', {
        regimen: {
          title: 'Fludarabine and cyclophosphamide before Breyanzi',
          cycles: [fludarabineCyclophosphamide],
          every: 28,
        },
        start: '2024-09-05',
        reason,
        counts: 'none',
      }),
      administration(who, 'breyanzi', 'breyanzi', {
        effectiveDateTime: '2024-09-10T10:40:00-04:00',
        context: stayOf(who, 'breyanzi'),
        reasonReference: [reason],
      }),
      ...assessed(who, '2024-12-10', reason, 'full-remission', 'Complete metabolic response.'),
      ...followUp(who, 'remission', 'Follow-up after Breyanzi', ['2025-03-11', '2025-09-09']),
      ...assessed(who, '2026-01-06', reason, 'worsened', 'New avid subcutaneous and nodal disease.'),
      ...carTEvaluation(who, {
        day: '2026-01-29',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
      }),
    ],
  });
}
