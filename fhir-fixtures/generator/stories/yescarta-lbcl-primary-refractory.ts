import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rChp, repeat } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, highGrade, lymphomaWorkup } from './lymphoma-course.ts';

const goldstein: Person = {
  code: 'goldstein',
  given: ['Aaron'],
  family: 'Goldstein',
  gender: 'male',
  birthDate: '1971-03-03',
  race: 'white',
  town: ['Brookline', '02445'],
  height: 176,
  weight: 83,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** High-grade lymphoma progressing two months after the last dose of the first line. */
export function yescartaLbclPrimaryRefractory(): Fixture {
  const who = goldstein;
  const condition = problem(who, 'hgbl', {
    code: highGrade,
    onsetDateTime: '2025-05-20',
    recordedDate: '2025-05-23',
  });
  const reason = referenceTo(condition, 'High-grade B-cell lymphoma');
  return fixtureOf({
    name: 'yescarta-lbcl-primary-refractory',
    story:
      '54-year-old man, double-hit high-grade B-cell lymphoma progressing within months of Pola-R-CHP; inpatient Yescarta as second line.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('axicabtagene ciloleucel (Yescarta)', yescarta.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-03-30'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-03-25'),
      condition,
      ...routineCare(who, {
        from: '2018-12-04',
        years: 6,
        comorbidities: ['hypertension', 'hyperlipidemia', 'anxiety'],
        surgery: 'cholecystectomy',
        systolic: 138,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2025-05-15',
        complaint: 'Night sweats and an abdominal mass',
        node: 'left supraclavicular',
        pathology: 'High-grade B-cell lymphoma with MYC and BCL2 rearrangements. CD20 positive; Ki-67 95 %.',
        pathologyCode: highGrade,
        marrow: 'Negative for lymphoma.',
        scan: 'Bulky retroperitoneal mass 11 cm, SUVmax 31.',
        summary: 'Stage IV double-hit lymphoma. Pola-R-CHP for six cycles.',
      }),
      ...treatment(who, 'pola-r-chp', {
        regimen: { title: 'Pola-R-CHP every 21 days', cycles: repeat(6, rChp), every: 21 },
        start: '2025-06-02',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2025-06-02'),
      ...assessed(
        who,
        '2025-08-05',
        reason,
        'partial-remission',
        'Mass 5.5 cm, Deauville 4.',
        'PET/CT, interim',
      ),
      ...assessed(who, '2025-11-18', reason, 'worsened', 'Mass 8.9 cm, new splenic lesions, Deauville 5.'),
      ...carTEvaluation(who, {
        day: '2026-01-13',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'primary refractory high-grade lymphoma',
        product: 'axicabtagene ciloleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-05'),
    ],
  });
}
