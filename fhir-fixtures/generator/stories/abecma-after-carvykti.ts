import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersWithUrns, abecma } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { repeat, vrd, daratumumabPomalidomide, carfilzomibCyclophosphamide } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { administration, treatment } from '../treatment.ts';
import { followUp } from './lymphoma-course.ts';
import { multipleMyeloma, myelomaWorkup } from './myeloma-course.ts';

const gauthier: Person = {
  code: 'gauthier',
  given: ['Claude', 'Henri'],
  family: 'Gauthier',
  gender: 'male',
  birthDate: '1955-02-14',
  race: 'white',
  town: ['Lowell', '01852'],
  height: 174,
  weight: 80,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Deborah Klein, MD',
};

/** An approved BCMA-directed CAR-T product was given two years before. */
export function abecmaAfterCarvykti(): Fixture {
  const who = gauthier;
  const condition = problem(who, 'mm', {
    code: multipleMyeloma,
    onsetDateTime: '2016-09-19',
    recordedDate: '2016-09-26',
  });
  const reason = referenceTo(condition, 'Multiple myeloma');
  return fixtureOf({
    name: 'abecma-after-carvykti',
    story:
      '71-year-old man with myeloma, relapsed after Carvykti given in 2024 and refractory to daratumumab and pomalidomide ' +
      'since; inpatient Abecma.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersWithUrns(
      draftMedication(who, 'draft-abecma', {
        medicationCodeableConcept: concept('Abecma', abecma.brand),
        reasonReference: [reason],
        dispenseRequest: { validityPeriod: { start: '2026-03-30' } },
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-03-29'),
      condition,
      ...routineCare(who, {
        from: '2013-03-18',
        years: 3,
        comorbidities: ['hyperlipidemia', 'reflux'],
        surgery: 'appendectomy',
        smoking: 'former',
        systolic: 128,
      }),
      ...laterVaccines(who, '2016-11-14'),
      familyHistory(who, 'maternal grandmother', concept('Multiple myeloma'), 80),
      ...myelomaWorkup(who, {
        day: '2016-09-19',
        complaint: 'Anemia',
        paraprotein: { serum: 3.1, kappa: 260, lambda: 9 },
        plasmaCells: 32,
        scan: 'Lytic lesions of skull and humerus.',
        summary: 'IgG kappa multiple myeloma, ISS II. VRd recommended; transplant declined.',
      }),
      ...treatment(who, 'vrd', {
        regimen: { title: 'VRd every 28 days', cycles: repeat(6, vrd), every: 28 },
        start: '2016-10-17',
        reason,
        counts: 'none',
      }),
      diseaseStatus(who, '2019-04-08', 'worsened', 'imaging', reason, 'First relapse.'),
      ...treatment(who, 'kcd', {
        regimen: {
          title: 'Carfilzomib, cyclophosphamide and dexamethasone',
          cycles: repeat(6, carfilzomibCyclophosphamide),
          every: 28,
        },
        start: '2019-05-06',
        reason,
        counts: 'none',
      }),
      diseaseStatus(who, '2024-01-15', 'worsened', 'imaging', reason, 'Second relapse.'),
      administration(who, 'carvykti-infusion', 'carvykti', {
        effectiveDateTime: '2024-03-19T11:20:00-04:00',
      }),
      diseaseStatus(who, '2025-05-12', 'worsened', 'imaging', reason, 'Third relapse, after CAR-T.'),
      ...treatment(who, 'dpd', {
        regimen: {
          title: 'Daratumumab, pomalidomide and dexamethasone',
          cycles: repeat(6, daratumumabPomalidomide),
          every: 28,
        },
        start: '2025-06-02',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2025-06-02'),
      ...followUp(who, 'myeloma', 'Follow-up of myeloma', ['2025-09-08', '2025-12-08']),
      diseaseStatus(
        who,
        '2025-12-29',
        'worsened',
        'imaging',
        reason,
        'Progression on daratumumab and pomalidomide.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-11',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 57,
        disease: 'relapsed multiple myeloma',
        product: 'idecabtagene vicleucel',
      }),
    ],
  });
}
