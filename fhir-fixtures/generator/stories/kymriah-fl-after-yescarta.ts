import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, kymriah, ordersOf } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import {
  fludarabineCyclophosphamide,
  mosunetuzumab,
  rChop,
  repeat,
  rituximabLenalidomide,
} from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { administration, treatment } from '../treatment.ts';
import { assessed, follicularGrade2, lymphomaWorkup, rebiopsy } from './lymphoma-course.ts';

const mwangi: Person = {
  code: 'mwangi',
  given: ['Joseph', 'Njoroge'],
  family: 'Mwangi',
  gender: 'male',
  birthDate: '1965-10-20',
  race: 'black',
  town: ['Waltham', '02453'],
  height: 172,
  weight: 76,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Yescarta in 2023, then mosunetuzumab: a second CD19-directed product is ordered. */
export function kymriahFlAfterYescarta(): Fixture {
  const who = mwangi;
  const condition = problem(who, 'fl', {
    code: follicularGrade2,
    onsetDateTime: '2016-09-13',
    recordedDate: '2016-09-20',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade II');
  return fixtureOf({
    name: 'kymriah-fl-after-yescarta',
    story:
      '60-year-old man, follicular lymphoma after R-CHOP, lenalidomide with rituximab, Yescarta in 2023 and mosunetuzumab; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-kymriah', {
        code: concept('Tisagenlecleucel, per dose', kymriah.hcpcs),
        occurrenceDateTime: '2026-04-14',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-08'),
      condition,
      ...routineCare(who, {
        from: '2013-01-15',
        years: 4,
        comorbidities: ['hypertensionOnAmlodipine', 'reflux'],
        allergy: 'penicillin',
        systolic: 132,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2016-09-06',
        complaint: 'Axillary and cervical nodes',
        node: 'right cervical',
        pathology: 'Follicular lymphoma, grade 2. CD20, CD10 and BCL2 positive.',
        pathologyCode: follicularGrade2,
        marrow: 'Involved, 10 %.',
        scan: 'Nodes above and below the diaphragm to 5.5 cm.',
        summary: 'Stage IV follicular lymphoma, FLIPI 3. R-CHOP.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2016-10-03',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2016-10-03'),
      ...assessed(who, '2019-04-09', reason, 'worsened', 'Recurrent cervical and mesenteric nodes.'),
      ...treatment(who, 'r2', {
        regimen: { title: 'Lenalidomide and rituximab', cycles: repeat(8, rituximabLenalidomide), every: 28 },
        start: '2019-05-06',
        reason,
        counts: 'none',
      }),
      ...assessed(who, '2023-01-24', reason, 'worsened', 'Mesenteric mass 7 cm.'),
      hospitalStay(who, 'yescarta', '2023-05-01', '2023-05-17', 'Yescarta infusion'),
      ...treatment(who, 'lymphodepletion', {
        regimen: {
          title: 'Fludarabine and cyclophosphamide before Yescarta',
          cycles: [fludarabineCyclophosphamide],
          every: 28,
        },
        start: '2023-05-03',
        reason,
        counts: 'none',
      }),
      administration(who, 'yescarta', 'yescarta', {
        effectiveDateTime: '2023-05-08T11:10:00-04:00',
        context: stayOf(who, 'yescarta'),
        reasonReference: [reason],
      }),
      ...assessed(who, '2023-08-08', reason, 'full-remission', 'Complete metabolic response.'),
      ...assessed(who, '2024-12-10', reason, 'worsened', 'New iliac nodes to 4.0 cm.'),
      ...rebiopsy(
        who,
        '2024-12-17',
        'left iliac node',
        'Follicular lymphoma, grade 2; CD19 and CD20 positive.',
        follicularGrade2,
      ),
      ...treatment(who, 'mosunetuzumab', {
        regimen: { title: 'Mosunetuzumab every 21 days', cycles: repeat(8, mosunetuzumab), every: 21 },
        start: '2025-01-13',
        reason,
      }),
      ...assessed(who, '2026-01-20', reason, 'worsened', 'Iliac nodes 5.2 cm, new bone lesions.'),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 57,
        disease: 'relapsed follicular lymphoma',
        product: 'tisagenlecleucel',
      }),
    ],
  });
}
