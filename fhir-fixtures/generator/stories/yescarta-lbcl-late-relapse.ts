import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rChop, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  assessed,
  followUp,
  largeCell,
  largeCellMorphology,
  lymphomaWorkup,
  rebiopsy,
} from './lymphoma-course.ts';

const huang: Person = {
  code: 'huang',
  given: ['Mei', 'Lan'],
  family: 'Huang',
  gender: 'female',
  birthDate: '1958-01-30',
  race: 'asian',
  town: ['Quincy', '02170'],
  height: 155,
  weight: 52,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** One line, and a relapse three years later: neither early failure nor two lines is on record. */
export function yescartaLbclLateRelapse(): Fixture {
  const who = huang;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2021-08-24',
    recordedDate: '2021-08-27',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'yescarta-lbcl-late-relapse',
    story:
      '68-year-old woman, large B-cell lymphoma in remission for three years after R-CHOP, now relapsed; no second line on record; inpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-yescarta', {
        code: concept('Axicabtagene ciloleucel', yescarta.hcpcs),
        occurrenceDateTime: '2026-04-02',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-03-27'),
      condition,
      ...routineCare(who, {
        from: '2015-02-10',
        years: 6,
        comorbidities: ['hypertensionOnAmlodipine', 'hyperlipidemia', 'reflux'],
        surgery: 'cataract',
        systolic: 129,
      }),
      ...laterVaccines(who, '2020-10-06'),
      ...lymphomaWorkup(who, condition, {
        day: '2021-08-19',
        complaint: 'Enlarged tonsil and neck nodes',
        node: 'right cervical',
        pathology: 'Diffuse large B-cell lymphoma, NOS. CD20 positive; Ki-67 70 %.',
        pathologyCode: largeCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Tonsillar and cervical disease to 3.9 cm.',
        summary: 'Stage II DLBCL. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2021-09-13',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2021-09-13'),
      ...assessed(who, '2022-01-25', reason, 'full-remission', 'Deauville 1.'),
      ...followUp(who, 'remission', 'Surveillance', ['2022-07-12', '2023-01-17', '2023-07-11', '2024-07-09']),
      ...assessed(who, '2025-12-16', reason, 'worsened', 'New avid axillary and splenic disease.'),
      ...rebiopsy(who, '2025-12-22', 'left axilla', 'Relapsed diffuse large B-cell lymphoma.', largeCell),
      ...carTEvaluation(who, {
        day: '2026-01-27',
        state: 'lymphoma',
        ecog: 0,
        ejectionFraction: 60,
        disease: 'relapsed large B-cell lymphoma',
        product: 'axicabtagene ciloleucel',
      }),
    ],
  });
}
