import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { aucatzyl, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rEpoch, rIce, repeat } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup } from './lymphoma-course.ts';

const achebe: Person = {
  code: 'achebe',
  given: ['Samuel', 'Chidi'],
  family: 'Achebe',
  gender: 'male',
  birthDate: '1986-02-02',
  race: 'black',
  town: ['Randolph', '02368'],
  height: 177,
  weight: 78,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

const burkitt = diagnosis(
  'Burkitt lymphoma, intra-abdominal lymph nodes',
  icd10cm('C83.73', 'Burkitt lymphoma, intra-abdominal lymph nodes'),
  snomed('118617000', "Burkitt's lymphoma (disorder)"),
);

/** A mature B-cell neoplasm, taken for a leukemia that the product treats. */
export function aucatzylBurkitt(): Fixture {
  const who = achebe;
  const condition = problem(who, 'burkitt', {
    code: burkitt,
    onsetDateTime: '2025-03-11',
    recordedDate: '2025-03-14',
  });
  const reason = referenceTo(condition, 'Burkitt lymphoma');
  return fixtureOf({
    name: 'aucatzyl-burkitt',
    story: '40-year-old man, Burkitt lymphoma relapsed after R-EPOCH and R-ICE; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        medicationCodeableConcept: concept('Aucatzyl', aucatzyl.brand, aucatzyl.ndc),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'Split dose', timing: { event: ['2026-04-08', '2026-04-17'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-02'),
      condition,
      ...routineCare(who, {
        from: '2020-01-28',
        years: 5,
        comorbidities: ['hypertension'],
        surgery: 'appendectomy',
        systolic: 134,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2025-03-06',
        complaint: 'Abdominal pain and distension',
        node: 'mesenteric',
        pathology:
          'Burkitt lymphoma. CD20, CD10 and BCL6 positive, BCL2 negative; Ki-67 near 100 %; MYC::IGH.',
        pathologyCode: burkitt,
        marrow: 'Negative for lymphoma.',
        scan: 'Bulky ileocecal mass 9 cm, ascites.',
        summary: 'Burkitt lymphoma, stage III. Dose-adjusted R-EPOCH.',
      }),
      ...treatment(who, 'epoch', {
        regimen: {
          title: 'Dose-adjusted R-EPOCH every 21 days',
          cycles: repeat(6, rEpoch),
          every: 21,
          inpatient: true,
        },
        start: '2025-03-24',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2025-03-24'),
      ...assessed(who, '2025-08-12', reason, 'full-remission', 'No avid disease.'),
      ...followUp(who, 'remission', 'Follow-up after R-EPOCH', ['2025-09-16']),
      ...assessed(who, '2025-11-11', reason, 'worsened', 'New avid mesenteric mass 4.8 cm.'),
      ...treatment(who, 'rice', {
        regimen: { title: 'R-ICE every 21 days', cycles: repeat(2, rIce), every: 21, inpatient: true },
        start: '2025-11-24',
        reason,
      }),
      ...assessed(who, '2026-01-20', reason, 'worsened', 'Mesenteric mass 7.3 cm.'),
      ...carTEvaluation(who, {
        day: '2026-02-09',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'relapsed Burkitt lymphoma',
        product: 'CAR-T therapy',
      }),
    ],
  });
}
