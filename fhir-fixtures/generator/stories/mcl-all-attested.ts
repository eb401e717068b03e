import { attestation } from '../attestation.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { oralCourse, statement, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, rChop, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, scan, mantleCell } from './lymphoma-course.ts';

const ortiz: Person = {
  code: 'ortiz',
  given: ['Carmen', 'Luz'],
  family: 'Ortiz',
  gender: 'female',
  birthDate: '1957-11-30',
  race: 'white',
  hispanic: true,
  town: ['New Britain', '06051'],
  height: 160,
  weight: 66,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Lucia Marchetti, MD',
};

/** As the patient above, outpatient, with the attestations the policy asks for already given. */
export function mclAllAttested(): Fixture {
  const who = ortiz;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2019-06-20',
    recordedDate: '2019-06-25',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'mcl-all-attested',
    story:
      '68-year-old woman with mantle cell lymphoma progressing on acalabrutinib after R-CHOP and BR; outpatient Tecartus, ' +
      'every statement that only a clinician can make already on a signed questionnaire.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('Tecartus', tecartus.mclProduct),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion, day 0', timing: { event: ['2026-03-31'] } }],
      }),
    ),
    records: [
      ...carePartners(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-03-31'),
      condition,
      ...routineCare(who, {
        from: '2016-09-13',
        years: 3,
        comorbidities: ['hypothyroidism', 'reflux'],
        surgery: 'cholecystectomy',
        systolic: 122,
      }),
      ...laterVaccines(who, '2018-10-02'),
      familyHistory(
        who,
        'mother',
        concept(
          'Breast cancer',
          icd10cm('C50.919', 'Malignant neoplasm of unspecified site of unspecified female breast'),
        ),
        66,
      ),
      ...lymphomaWorkup(who, condition, {
        day: '2019-06-14',
        complaint: 'Early satiety and left upper quadrant fullness',
        node: 'left inguinal',
        pathology:
          'Mantle cell lymphoma. CD20 and CD5 positive, cyclin D1 positive, SOX11 positive, CD23 negative. Ki-67 30 to 35 %. ' +
          'No blastoid or pleomorphic features.',
        marrow: 'Marrow involved by mantle cell lymphoma, about 35 % of cellularity.',
        scan: 'Splenomegaly, 17.2 cm. Inguinal, retroperitoneal and mesenteric adenopathy up to 3.0 cm, SUVmax 6.4. Diffuse colonic uptake; correlate with colonoscopy.',
        summary:
          'Stage IV mantle cell lymphoma with splenic and colonic involvement. R-CHOP recommended; transplant declined.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2019-07-08',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2019-07-08'),
      scan(who, '2019-12-09', 'PET/CT, end of treatment', 'Complete metabolic response. Spleen 12.5 cm.'),
      diseaseStatus(
        who,
        '2021-09-14',
        'worsened',
        'imaging',
        reason,
        'First relapse in the spleen and marrow.',
      ),
      ...treatment(who, 'br', {
        regimen: {
          title: 'Bendamustine and rituximab every 28 days',
          cycles: repeat(4, bendamustineRituximab),
          every: 28,
        },
        start: '2021-10-04',
        reason,
        counts: 'first',
        note: 'Stopped after four of six planned cycles for prolonged thrombocytopenia.',
      }),
      diseaseStatus(
        who,
        '2022-03-01',
        'partial-remission',
        'imaging',
        reason,
        'Partial remission after four cycles of BR.',
      ),
      diseaseStatus(who, '2023-01-09', 'worsened', 'imaging', reason, 'Second relapse, nodal.'),
      ...oralCourse(who, 'acalabrutinib', {
        drug: 'acalabrutinib',
        start: '2023-01-17',
        every: 90,
        fills: 13,
        quantity: 180,
        sig: '100 mg by mouth every 12 hours',
        reason,
      }),
      statement(who, 'zanubrutinib', 'zanubrutinib', {
        status: 'not-taken',
        statusReason: [concept('Insurance preferred acalabrutinib; never started')],
        effectiveDateTime: '2023-01-10',
      }),
      ...followUp(who, 'remission', 'Follow-up on acalabrutinib', [
        '2023-04-18',
        '2023-10-17',
        '2024-05-14',
        '2025-06-10',
      ]),
      scan(
        who,
        '2026-02-03',
        'CT chest, abdomen and pelvis with contrast',
        'Interval growth of retroperitoneal nodes to 5.6 x 4.0 cm, previously 2.1 x 1.6 cm. New hilar adenopathy. Spleen 16.8 cm. Findings indicate progression.',
      ),
      diseaseStatus(who, '2026-02-05', 'worsened', 'imaging', reason, 'Progression on acalabrutinib.'),
      ...carTEvaluation(who, {
        day: '2026-02-18',
        state: 'lymphoma',
        ecog: 0,
        ejectionFraction: 58,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      attestation(who, {
        indication: 'carepartners-ct-tecartus/tecartus',
        criteria: ['limit.one-time', 'limit.prior-car-t', 'outpatient'],
      }),
    ],
  });
}
