import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, carvykti } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { followUp } from './lymphoma-course.ts';
import { smolderingMyeloma, paraproteins, myelomaWorkup } from './myeloma-course.ts';

const haddad: Person = {
  code: 'haddad',
  given: ['Samir', 'Elias'],
  family: 'Haddad',
  gender: 'male',
  birthDate: '1970-05-19',
  race: 'white',
  town: ['Medford', '02155'],
  height: 176,
  weight: 83,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Gerald Whitcomb, MD',
};

/** Smoldering myeloma under observation: a stage that does not document multiple myeloma. */
export function carvyktiSmolderingOnly(): Fixture {
  const who = haddad;
  const condition = problem(who, 'smoldering', {
    code: smolderingMyeloma,
    onsetDateTime: '2022-05-09',
    recordedDate: '2022-05-16',
  });
  const reason = referenceTo(condition, 'Smoldering multiple myeloma');
  return fixtureOf({
    name: 'carvykti-smoldering-only',
    story: '55-year-old man with smoldering myeloma under observation, never treated; inpatient Carvykti.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-carvykti', {
        medicationCodeableConcept: concept('Carvykti', carvykti.brand),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion, day 0', timing: { event: ['2026-05-05'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-05-04'),
      condition,
      ...routineCare(who, {
        from: '2016-03-14',
        years: 3,
        comorbidities: ['hyperlipidemia', 'anxiety'],
        surgery: 'appendectomy',
        smoking: 'never',
        systolic: 126,
      }),
      ...laterVaccines(who, '2019-11-05'),
      familyHistory(who, 'paternal grandmother', concept('Multiple myeloma'), 77),
      ...myelomaWorkup(who, {
        day: '2022-05-09',
        complaint: 'Raised total protein',
        paraprotein: { serum: 2.2, kappa: 64, lambda: 9.4 },
        plasmaCells: 14,
        scan: 'No lytic lesion.',
        summary: 'IgG kappa smoldering myeloma, low risk. Observation.',
      }),
      ...followUp(who, 'remission', 'Follow-up of smoldering myeloma', [
        '2022-11-14',
        '2023-05-15',
        '2023-11-13',
        '2024-05-13',
        '2024-11-11',
        '2025-05-12',
        '2025-11-10',
      ]),
      ...paraproteins(who, [
        { day: '2023-05-15', serum: 2.3, kappa: 66, lambda: 9.2 },
        { day: '2024-05-13', serum: 2.3, kappa: 68, lambda: 9 },
        { day: '2025-05-12', serum: 2.5, kappa: 70, lambda: 9.1 },
        { day: '2025-11-10', serum: 2.6, kappa: 73, lambda: 9 },
      ]),
      ...carTEvaluation(who, {
        day: '2026-02-19',
        state: 'remission',
        ecog: 0,
        ejectionFraction: 62,
        disease: 'smoldering myeloma',
        product: 'ciltacabtagene autoleucel',
      }),
    ],
  });
}
