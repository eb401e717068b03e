import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, carvykti } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { repeat, vrd } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp } from './lymphoma-course.ts';
import { multipleMyeloma, paraproteins, myelomaWorkup } from './myeloma-course.ts';

const brennan: Person = {
  code: 'brennan',
  given: ['Fiona', 'Margaret'],
  family: 'Brennan',
  gender: 'female',
  birthDate: '1963-10-11',
  race: 'white',
  town: ['Quincy', '02169'],
  height: 163,
  weight: 68,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Lucia Marchetti, MD',
};

/** Lenalidomide ended as planned; the disease progressed eight months later. */
export function carvyktiLateProgression(): Fixture {
  const who = brennan;
  const condition = problem(who, 'mm', {
    code: multipleMyeloma,
    onsetDateTime: '2022-01-10',
    recordedDate: '2022-01-17',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'carvykti-late-progression',
    story:
      '62-year-old woman with myeloma, VRd ended as planned in June 2022, progression in February 2026 and none before; ' +
      'inpatient Carvykti.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-carvykti', {
        code: concept('Carvykti', carvykti.hcpcs),
        reasonReference: [reason],
        occurrenceDateTime: '2026-04-16',
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-15'),
      condition,
      ...routineCare(who, {
        from: '2017-09-04',
        years: 3,
        comorbidities: ['hypertension', 'reflux'],
        surgery: 'cholecystectomy',
        smoking: 'never',
        systolic: 133,
      }),
      ...laterVaccines(who, '2019-01-15'),
      ...myelomaWorkup(who, {
        day: '2022-01-10',
        complaint: 'Recurrent sinusitis and anemia',
        paraprotein: { serum: 2.9, kappa: 215, lambda: 8.8 },
        plasmaCells: 28,
        scan: 'Single lytic lesion of the right femur.',
        summary:
          'IgG kappa multiple myeloma, R-ISS II. Six cycles of VRd, then observation as the patient wishes.',
      }),
      ...treatment(who, 'vrd', {
        regimen: { title: 'VRd every 28 days', cycles: repeat(5, vrd), every: 28 },
        start: '2022-02-07',
        reason,
        counts: 'none',
      }),
      diseaseStatus(
        who,
        '2022-07-11',
        'full-remission',
        'imaging',
        reason,
        'Complete remission; no maintenance.',
      ),
      ...followUp(who, 'remission', 'Follow-up of myeloma in remission', [
        '2023-01-16',
        '2024-01-15',
        '2025-01-20',
        '2026-01-12',
      ]),
      ...paraproteins(who, [
        { day: '2022-07-11', serum: 0, kappa: 14, lambda: 10.2 },
        { day: '2025-01-20', serum: 0.1, kappa: 18.3, lambda: 10 },
        { day: '2026-02-02', serum: 1.2, kappa: 96, lambda: 8.9 },
      ]),
      diseaseStatus(
        who,
        '2026-02-04',
        'worsened',
        'imaging',
        reason,
        'First relapse, four years after treatment.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-18',
        state: 'myeloma',
        ecog: 0,
        ejectionFraction: 61,
        disease: 'relapsed multiple myeloma',
        product: 'ciltacabtagene autoleucel',
      }),
    ],
  });
}
