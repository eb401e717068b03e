import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { breyanzi, draftService, ordersOf } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { rChop, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, largeCell, largeCellMorphology, lymphomaWorkup, scan } from './lymphoma-course.ts';

const mccoy: Person = {
  code: 'mccoy',
  given: ['Raymond'],
  family: 'McCoy',
  gender: 'male',
  birthDate: '1946-03-21',
  race: 'black',
  town: ['Attleboro', '02703'],
  height: 174,
  weight: 88,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Relapse told by a scan, and a letter that says why no transplant can be done. */
export function breyanziLbclTransplantNotPossible(): Fixture {
  const who = mccoy;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2024-09-10',
    recordedDate: '2024-09-13',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'breyanzi-lbcl-transplant-not-possible',
    story:
      '79-year-old man with COPD and diabetes, large B-cell lymphoma back within a year of R-CHOP by a scan’s words; that no ' +
      'transplant is possible stands in a note; inpatient Breyanzi as second line.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-breyanzi', {
        code: concept('Lisocabtagene maraleucel', breyanzi.hcpcs),
        occurrenceDateTime: '2026-04-16',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-10'),
      condition,
      ...routineCare(who, {
        from: '2016-01-19',
        years: 8,
        comorbidities: ['copd', 'diabetes', 'hypertension', 'prostate'],
        smoking: 'former',
        systolic: 147,
      }),
      ...laterVaccines(who, '2017-11-07'),
      ...lymphomaWorkup(who, condition, {
        day: '2024-09-03',
        complaint: 'Dyspnea and axillary mass',
        node: 'right axillary',
        pathology: 'Diffuse large B-cell lymphoma, NOS. CD20 positive; Ki-67 75 %.',
        pathologyCode: largeCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Axillary and mediastinal nodes to 5.7 cm.',
        summary: 'Stage III DLBCL in a patient with COPD. R-CHOP at reduced dose.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days, reduced', cycles: repeat(6, rChop), every: 21 },
        start: '2024-09-30',
        reason,
        firstCount: 'lymphoma',
        delays: { 3: 7 },
      }),
      hospitalStay(who, 'copd', '2025-02-18', '2025-02-23', 'COPD exacerbation'),
      scan(who, '2025-03-11', 'PET/CT skull base to mid thigh', 'Marked response, Deauville 3.'),
      ...followUp(who, 'remission', 'Surveillance', ['2025-06-10', '2025-09-16']),
      scan(
        who,
        '2025-12-02',
        'PET/CT skull base to mid thigh',
        'New avid axillary and retroperitoneal nodes; recurrent lymphoma suspected.',
      ),
      note(
        who,
        'progress-2025-12-09',
        'progress',
        '2025-12-09',
        'Hematology/oncology progress note',
        'Relapse assumed; age, COPD and renal function rule out a transplant.',
      ),
      ...carTEvaluation(who, {
        day: '2026-01-20',
        state: 'lymphoma',
        ecog: 2,
        ejectionFraction: 50,
        disease: 'large B-cell lymphoma',
        product: 'lisocabtagene maraleucel',
        diabetic: true,
        creatinine: 1.6,
      }),
    ],
  });
}
