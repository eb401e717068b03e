import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { alternate, rChop, repeat, rituximabAlone, rituximabCytarabine } from '../regimens.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup, mantleCell, mantleCellMorphology } from './lymphoma-course.ts';

const lavoie: Person = {
  code: 'lavoie',
  given: ['Gerard', 'Luc'],
  family: 'Lavoie',
  gender: 'male',
  birthDate: '1957-01-16',
  race: 'white',
  town: ['Lowell', '01852'],
  height: 173,
  weight: 84,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Mantle cell lymphoma under an order for a product that covers leukemia, large cell and follicular lymphoma. */
export function kymriahMantleCell(): Fixture {
  const who = lavoie;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2020-02-11',
    recordedDate: '2020-02-14',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'kymriah-mantle-cell',
    story:
      '69-year-old man, mantle cell lymphoma after R-CHOP with cytarabine, rituximab maintenance and zanubrutinib; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-kymriah', {
        code: concept('Tisagenlecleucel', kymriah.hcpcs),
        occurrenceDateTime: '2026-04-15',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-10'),
      condition,
      ...routineCare(who, {
        from: '2015-04-07',
        years: 4,
        comorbidities: ['hypertension', 'diabetes', 'prostate'],
        smoking: 'former',
        systolic: 138,
      }),
      ...laterVaccines(who, '2019-10-15'),
      ...lymphomaWorkup(who, condition, {
        day: '2020-02-03',
        complaint: 'Night sweats and a swollen spleen',
        node: 'right cervical',
        pathology: 'Mantle cell lymphoma. CD5, CD20 and cyclin D1 positive; Ki-67 30 %.',
        pathologyCode: mantleCellMorphology,
        marrow: 'Marrow with 25 % mantle cell lymphoma.',
        scan: 'Spleen 18 cm; cervical, axillary and mesenteric nodes to 3.6 cm.',
        summary: 'Stage IV mantle cell lymphoma. R-CHOP alternating with R-cytarabine, then rituximab.',
      }),
      ...treatment(who, 'induction', {
        regimen: {
          title: 'R-CHOP and rituximab with cytarabine in turn',
          cycles: alternate(3, rChop, rituximabCytarabine),
          every: 21,
        },
        start: '2020-03-02',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2020-03-02'),
      ...assessed(who, '2020-07-28', reason, 'full-remission', 'No avid disease, Deauville 2.'),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Rituximab maintenance', cycles: repeat(8, rituximabAlone), every: 60 },
        start: '2020-09-14',
        reason,
        counts: 'none',
      }),
      ...assessed(who, '2023-05-16', reason, 'worsened', 'New avid inguinal nodes to 3.1 cm.'),
      ...oralCourse(who, 'zanubrutinib', {
        drug: 'zanubrutinib',
        start: '2023-06-05',
        end: '2026-01-20',
        every: 90,
        fills: 10,
        quantity: 360,
        sig: '160 mg by mouth twice daily',
        reason,
      }),
      ...followUp(who, 'lymphoma', 'Follow-up on zanubrutinib', ['2023-12-12', '2024-08-13', '2025-06-10']),
      ...laboratoryIncidents(who, '2024-11-05'),
      ...assessed(
        who,
        '2026-01-15',
        reason,
        'worsened',
        'Progression of inguinal and new mediastinal nodes.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'relapsed mantle cell lymphoma',
        product: 'CAR-T therapy',
        diabetic: true,
        creatinine: 1.2,
        team: true,
      }),
    ],
  });
}
