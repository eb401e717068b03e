import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo, sopt } from '../codings.ts';
import { carePartners, otherCoverage } from '../coverage.ts';
import { draftBloodCount, draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { corrected, result } from '../laboratory.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { byReference, oralCourse, stoppedFor, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, rChop, repeat } from '../regimens.ts';
import { diseaseStatus, note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  followUp,
  lymphomaWorkup,
  mantleCellMorphology,
  neutropenicFever,
  scan,
  mantleCell,
} from './lymphoma-course.ts';

const hale: Person = {
  code: 'hale',
  given: ['Raymond', 'Arthur'],
  family: 'Hale',
  gender: 'male',
  birthDate: '1954-08-19',
  race: 'white',
  town: ['Avon', '06001'],
  height: 178,
  weight: 84,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Gerald Whitcomb, MD',
};

/** R-CHOP, BR, ibrutinib, and progression on ibrutinib that the oncologist has coded. */
export function mclProgressedOnBtk(): Fixture {
  const who = hale;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2020-10-14',
    recordedDate: '2020-10-19',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'mcl-progressed-on-btk',
    story:
      '71-year-old man with stage IV mantle cell lymphoma, relapsed after R-CHOP and again after BR, progressing on ' +
      'ibrutinib with a coded disease status three weeks before the order; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('brexucabtagene autoleucel (Tecartus)', tecartus.ingredient),
        reasonReference: [reason],
        dosageInstruction: [
          { text: '2 x 10^6 CAR-positive viable T cells/kg IV once', timing: { event: ['2026-04-07'] } },
        ],
      }),
      draftBloodCount(who),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      ...otherCoverage(who, {
        name: 'northeast-mutual',
        payer: 'Northeast Mutual Health Plan',
        type: sopt('512', 'Commercial Managed Care - PPO'),
        start: '2015-01-01',
        end: '2019-08-31',
        order: 1,
      }),
      plannedInfusion(who, 'IMP', '2026-04-01'),
      condition,
      ...routineCare(who, {
        from: '2017-05-08',
        years: 4,
        comorbidities: ['hypertension', 'hyperlipidemia', 'prostate'],
        surgery: 'appendectomy',
        allergy: 'penicillin',
        smoking: 'former',
        systolic: 136,
      }),
      ...ruledOutEmbolism(who, '2019-02-11'),
      ...laterVaccines(who, '2020-02-03'),
      familyHistory(who, 'maternal grandmother', concept('Non-Hodgkin lymphoma'), 78),
      ...lymphomaWorkup(who, condition, {
        day: '2020-10-09',
        complaint: 'Night sweats and enlarging neck nodes for three months',
        node: 'right cervical',
        pathology:
          'Mantle cell lymphoma, classic type. The node is effaced by a nodular to diffuse proliferation of small cells with ' +
          'irregular nuclei. Positive for CD20, CD5, cyclin D1 and SOX11; negative for CD10, CD23 and BCL6. Ki-67 about 25 %. ' +
          'FISH positive for t(11;14) CCND1::IGH. p53 by immunohistochemistry wild-type pattern.',
        pathologyCode: mantleCellMorphology,
        marrow:
          'Mantle cell lymphoma involving about 20 % of a normocellular marrow in nodular and interstitial aggregates. ' +
          'Trilineage hematopoiesis otherwise maintained.',
        scan:
          'FDG-avid cervical, mediastinal, mesenteric and inguinal adenopathy, largest a right cervical conglomerate of ' +
          '4.2 x 3.1 cm, SUVmax 8.6. Mild splenomegaly, 14.5 cm, diffusely avid. No extranodal mass.',
        summary:
          'Stage IV mantle cell lymphoma, MIPI intermediate. Options discussed; R-CHOP for six cycles recommended.',
      }),
      ...byReference(
        who,
        ['rituximab'],
        [
          ...treatment(who, 'rchop', {
            regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
            start: '2020-11-09',
            reason,
            firstCount: 'lymphoma',
            delays: { 4: 7 },
            note: 'Cycle 4 a week late after admission for febrile neutropenia; pegfilgrastim from then on.',
          }),
          ...treatment(who, 'br', {
            regimen: {
              title: 'Bendamustine and rituximab every 28 days',
              cycles: repeat(6, bendamustineRituximab),
              every: 28,
            },
            start: '2022-11-07',
            reason,
            firstCount: 'lymphoma',
            counts: 'first',
          }),
        ],
      ),
      ...supportiveCare(who, '2020-11-09'),
      ...neutropenicFever(who, '2021-01-01', 5),
      scan(
        who,
        '2021-04-01',
        'PET/CT, end of treatment',
        'Complete metabolic response, Deauville 2. Spleen 11.8 cm. No FDG-avid adenopathy.',
      ),
      diseaseStatus(
        who,
        '2021-04-05',
        'full-remission',
        'imaging',
        reason,
        'Complete remission after six cycles of R-CHOP.',
      ),
      scan(
        who,
        '2022-10-17',
        'PET/CT skull base to mid thigh',
        'New FDG-avid axillary and retroperitoneal adenopathy, SUVmax 7.9, consistent with relapse. Marrow uptake mildly increased.',
      ),
      diseaseStatus(
        who,
        '2022-10-20',
        'worsened',
        'imaging',
        reason,
        'First relapse, 20 months after R-CHOP. Axillary core biopsy confirmed mantle cell lymphoma.',
      ),
      scan(who, '2023-05-04', 'PET/CT, end of treatment', 'Complete metabolic response, Deauville 2.'),
      diseaseStatus(
        who,
        '2023-05-10',
        'full-remission',
        'imaging',
        reason,
        'Second complete remission after six cycles of BR.',
      ),
      diseaseStatus(
        who,
        '2024-05-23',
        'worsened',
        'imaging',
        reason,
        'Second relapse: bulky mesenteric nodes and rising LDH.',
      ),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2024-06-03',
        end: '2026-02-13',
        every: 90,
        fills: 7,
        quantity: 90,
        sig: '560 mg by mouth once daily',
        reason,
        stopped: stoppedFor('Disease progression'),
      }),
      ...followUp(who, 'remission', 'Follow-up on ibrutinib', ['2024-10-08', '2025-03-11', '2025-09-09']),
      diseaseStatus(
        who,
        '2024-10-08',
        'partial-remission',
        'imaging',
        reason,
        'Partial remission on ibrutinib.',
      ),
      corrected(result(who, '2025-06-10', 'hgb', 9.2), 12.1),
      ...laboratoryIncidents(who, '2025-07-15'),
      scan(
        who,
        '2026-02-10',
        'PET/CT skull base to mid thigh',
        'Progressive disease. New and enlarging FDG-avid nodes above and below the diaphragm: right cervical 3.4 x 2.2 cm, ' +
          'SUVmax 12.1; mesenteric conglomerate 6.8 x 4.9 cm, SUVmax 14.7. Spleen 15.9 cm. Deauville 5.',
      ),
      diseaseStatus(
        who,
        '2026-02-12',
        'worsened',
        'imaging',
        reason,
        'Progression on ibrutinib after 20 months; ibrutinib to stop.',
      ),
      note(
        who,
        'treatment-summary',
        'summary',
        '2026-02-17',
        'Oncology treatment summary',
        'R-CHOP x6 (2020-2021), BR x6 (2022-2023), ibrutinib from June 2024 to February 2026.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-23',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 60,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-10'),
    ],
  });
}
