import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { breyanzi, containedDrug, draftMedication, ordersOf } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { fludarabineCyclophosphamide, rChop, rIce, repeat, tafasitamabLenalidomide } from '../regimens.ts';
import { routineCare } from '../routine-care.ts';
import { administration, treatment } from '../treatment.ts';
import { assessed, largeCell, largeCellMorphology, lymphomaWorkup, rebiopsy } from './lymphoma-course.ts';

const santoro: Person = {
  code: 'santoro',
  given: ['Vincent', 'Paul'],
  family: 'Santoro',
  gender: 'male',
  birthDate: '1966-06-06',
  race: 'white',
  town: ['Everett', '02149'],
  height: 170,
  weight: 79,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** The same product once before. */
export function breyanziLbclSecondCourse(): Fixture {
  const who = santoro;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2020-12-01',
    recordedDate: '2020-12-04',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'breyanzi-lbcl-second-course',
    story:
      '59-year-old man, large B-cell lymphoma relapsed after R-CHOP, R-ICE, Breyanzi in 2022 and tafasitamab; a second course of Breyanzi, inpatient.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-breyanzi', {
        ...containedDrug('breyanzi', concept('Breyanzi 73153-0900-01', breyanzi.ndc)),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-23'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-17'),
      condition,
      ...routineCare(who, {
        from: '2017-08-15',
        years: 3,
        comorbidities: ['hypertensionOnAmlodipine', 'hyperlipidemia'],
        allergy: 'penicillin',
        smoking: 'former',
        systolic: 131,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2020-11-24',
        complaint: 'Drenching sweats and cervical mass',
        node: 'right cervical',
        pathology: 'Diffuse large B-cell lymphoma, NOS. CD20 positive; BCL2 and MYC expressed.',
        pathologyCode: largeCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Nodes above and below the diaphragm to 7.0 cm.',
        summary: 'Stage III DLBCL, IPI 3. R-CHOP.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2020-12-14',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2020-12-14'),
      ...assessed(who, '2021-10-19', reason, 'worsened', 'Relapse in cervical and mesenteric nodes.'),
      ...treatment(who, 'rice', {
        regimen: { title: 'R-ICE every 21 days', cycles: repeat(3, rIce), every: 21, inpatient: true },
        start: '2021-11-08',
        reason,
      }),
      ...assessed(who, '2022-01-25', reason, 'worsened', 'Progression on R-ICE.'),
      hospitalStay(who, 'breyanzi', '2022-04-04', '2022-04-22', 'Breyanzi infusion'),
      ...treatment(who, 'lymphodepletion', {
        regimen: {
          title: 'Fludarabine and cyclophosphamide before Breyanzi',
          cycles: [fludarabineCyclophosphamide],
          every: 28,
        },
        start: '2022-04-05',
        reason,
        counts: 'none',
      }),
      administration(who, 'breyanzi', 'breyanzi', {
        effectiveDateTime: '2022-04-11T12:15:00-04:00',
        context: stayOf(who, 'breyanzi'),
        reasonReference: [reason],
      }),
      encounterDiagnosis(who, 'cytokine-release', {
        clinicalStatus: clinicalStatus('resolved'),
        code: diagnosis(
          'Cytokine release syndrome, grade 2',
          icd10cm('D89.832', 'Cytokine release syndrome, grade 2'),
        ),
        encounter: stayOf(who, 'breyanzi'),
        onsetDateTime: '2022-04-14',
        abatementDateTime: '2022-04-18',
        recordedDate: '2022-04-14',
      }),
      ...assessed(who, '2022-07-12', reason, 'full-remission', 'Complete metabolic response.'),
      ...assessed(who, '2024-08-13', reason, 'worsened', 'Mesenteric relapse 4.0 cm.'),
      ...rebiopsy(
        who,
        '2024-08-20',
        'mesenteric node',
        'Diffuse large B-cell lymphoma, CD19 positive.',
        largeCell,
      ),
      ...treatment(who, 'tafa-len', {
        regimen: {
          title: 'Tafasitamab and lenalidomide every 28 days',
          cycles: repeat(8, tafasitamabLenalidomide),
          every: 28,
        },
        start: '2024-09-09',
        reason,
        counts: 'first',
      }),
      ...assessed(who, '2026-01-20', reason, 'worsened', 'Mesenteric mass 7.5 cm.'),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 53,
        disease: 'relapsed large B-cell lymphoma',
        product: 'lisocabtagene maraleucel',
      }),
    ],
  });
}
