import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, abecma } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare, statement, prescription } from '../medications.ts';
import type { Person } from '../person.ts';
import { repeat, carfilzomibCyclophosphamide } from '../regimens.ts';
import { note } from '../reports.ts';
import { laterVaccines, routineCare, laboratoryIncidents } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, scan } from './lymphoma-course.ts';
import { multipleMyeloma, paraproteins } from './myeloma-course.ts';

const okafor: Person = {
  code: 'okafor',
  given: ['Emmanuel', 'Chidi'],
  family: 'Okafor',
  gender: 'male',
  birthDate: '1958-12-05',
  race: 'black',
  town: ['Springfield', '01103'],
  height: 181,
  weight: 92,
  oncologist: 'Priya Raghunathan, MD',
  primaryCare: 'Deborah Klein, MD',
};

/** A late line is charted; the earlier ones were given elsewhere and stand in a note. */
export function abecmaLinesUndocumented(): Fixture {
  const who = okafor;
  const condition = problem(who, 'mm', {
    code: multipleMyeloma,
    onsetDateTime: '2017-06-05',
    recordedDate: '2024-11-12',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'abecma-lines-undocumented',
    story:
      '67-year-old man with myeloma treated elsewhere until 2024; carfilzomib and cyclophosphamide here. Earlier lines ' +
      'stand in a referral note and as an undated list, the response in the wording of a scan; inpatient Abecma.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-abecma', {
        code: concept('Abecma', abecma.hcpcs),
        reasonReference: [reason],
        occurrenceDateTime: '2026-04-02',
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-01'),
      condition,
      ...routineCare(who, {
        from: '2014-04-07',
        years: 3,
        comorbidities: ['hypertension', 'diabetes', 'prostate'],
        allergy: 'codeine',
        smoking: 'former',
        systolic: 139,
      }),
      ...laterVaccines(who, '2018-02-12'),
      ...laboratoryIncidents(who, '2020-09-08'),
      note(
        who,
        'referral',
        'summary',
        '2024-11-12',
        'Referral: oncologic history',
        'Bortezomib with dexamethasone, lenalidomide, daratumumab and pomalidomide given elsewhere since 2017; dates on request.',
      ),
      statement(who, 'lenalidomide', 'lenalidomide', { status: 'completed' }),
      statement(who, 'bortezomib', 'bortezomib', { status: 'unknown' }),
      prescription(who, 'daratumumab', 'daratumumab', { status: 'stopped', authoredOn: '2023-04-11' }),
      ...treatment(who, 'kcd', {
        regimen: {
          title: 'Carfilzomib, cyclophosphamide and dexamethasone',
          cycles: repeat(6, carfilzomibCyclophosphamide),
          every: 28,
        },
        start: '2025-02-10',
        reason,
        counts: 'first',
      }),
      ...supportiveCare(who, '2025-02-10'),
      ...paraproteins(who, [{ day: '2026-01-27', serum: 1.9, kappa: 22.1, lambda: 160.4, urine: 310 }]),
      ...followUp(who, 'myeloma', 'Follow-up of myeloma', [
        '2025-05-13',
        '2025-08-12',
        '2025-11-18',
        '2026-01-27',
      ]),
      scan(
        who,
        '2026-02-03',
        'PET/CT whole body',
        'New hypermetabolic lytic lesion in the left iliac wing. Findings suggest progression of myeloma.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-16',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'multiple myeloma',
        product: 'idecabtagene vicleucel',
        diabetic: true,
      }),
    ],
  });
}
