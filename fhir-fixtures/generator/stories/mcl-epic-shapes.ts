import type { FhirResource, Medication } from 'fhir/r4.js';
import { at, orderDay } from '../calendar.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { coded, concept, icd10cm, referenceTo } from '../codings.ts';
import { carePartners, coverageOf } from '../coverage.ts';
import { draftBloodCount } from '../draft-orders.ts';
import { plannedInfusion, plannedInfusionOf } from '../encounters.ts';
import { epicShaped } from '../epic-shapes.ts';
import { type DraftOrders, type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, familyHistory, problem } from '../medical-history.ts';
import { byReference, oralCourse, supportiveCare } from '../medications.ts';
import { type Person, idOf, oncologistOf, subjectOf } from '../person.ts';
import { bendamustineRituximab, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, scan } from './lymphoma-course.ts';

const wexler: Person = {
  code: 'wexler',
  given: ['Martin'],
  family: 'Wexler',
  gender: 'male',
  birthDate: '1959-03-27',
  race: 'white',
  town: ['Glastonbury', '06033'],
  height: 182,
  weight: 91,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** 194 characters with `.`, `-` and `_`, as the unsigned orders of Epic's tutorial have; FHIR allows 64. */
const unsignedOrderId = `wexler-${'eTk9.Qm3-Zr7_Lw2.'.repeat(11)}`;

/** BR and zanubrutinib with coded progression, in the shapes that Epic sends. */
export function mclEpicShapes(): Fixture {
  const who = wexler;
  const condition = problem(who, 'mcl', {
    code: diagnosis(
      'Mantle cell lymphoma of lymph nodes of multiple regions (HCC)',
      icd10cm('C83.18', 'Mantle cell lymphoma, lymph nodes of multiple sites'),
    ),
    onsetDateTime: '2021-05-11',
    recordedDate: '2021-05-18',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma of lymph nodes of multiple regions (HCC)');
  const records: readonly FhirResource[] = [
    ...carePartners(who, 'PPO'),
    plannedInfusion(who, 'IMP', '2026-03-30'),
    condition,
    ...routineCare(who, {
      from: '2018-04-10',
      years: 4,
      comorbidities: ['hypertensionOnAmlodipine', 'hyperlipidemia', 'diabetes'],
      surgery: 'appendectomy',
      allergy: 'codeine',
      systolic: 138,
    }),
    ...ruledOutEmbolism(who, '2020-12-15'),
    familyHistory(
      who,
      'father',
      concept('Prostate cancer', icd10cm('C61', 'Malignant neoplasm of prostate')),
      71,
    ),
    ...lymphomaWorkup(who, condition, {
      day: '2021-05-06',
      complaint: 'Incidental lymphocytosis and axillary adenopathy',
      node: 'left axillary',
      pathology:
        'Mantle cell lymphoma, CD20+, CD5+, cyclin D1+, CD23-. Ki-67 approximately 20 %. TP53 sequencing without mutation.',
      marrow: 'Involved by mantle cell lymphoma, 15 % of cells.',
      scan: 'Multistation FDG-avid adenopathy, largest left axillary 3.6 cm, SUVmax 5.8.',
      summary: 'Stage IV mantle cell lymphoma; BR chosen in view of diabetes and neuropathy.',
    }),
    ...treatment(who, 'br', {
      regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
      start: '2021-06-07',
      reason,
      firstCount: 'lymphoma',
    }),
    ...supportiveCare(who, '2021-06-07'),
    diseaseStatus(who, '2021-12-20', 'full-remission', 'imaging', reason, 'Complete remission after BR.'),
    diseaseStatus(who, '2024-02-27', 'worsened', 'imaging', reason, 'First relapse, multistation nodes.'),
    ...oralCourse(who, 'zanubrutinib', {
      drug: 'zanubrutinib',
      start: '2024-03-11',
      every: 90,
      fills: 8,
      quantity: 360,
      sig: '160 mg by mouth twice daily',
      reason,
    }),
    ...followUp(who, 'remission', 'Follow-up on zanubrutinib', ['2024-06-11', '2024-12-10', '2025-08-12']),
    scan(
      who,
      '2026-02-16',
      'PET/CT skull base to mid thigh',
      'Progressive disease, Deauville 5: new supraclavicular, porta hepatis and iliac nodes, SUVmax 13.3; new splenic lesions.',
    ),
    diseaseStatus(who, '2026-02-18', 'worsened', 'imaging', reason, 'Progression on zanubrutinib.'),
    ...carTEvaluation(who, {
      day: '2026-02-24',
      state: 'lymphoma',
      ecog: 1,
      ejectionFraction: 57,
      disease: 'relapsed mantle cell lymphoma',
      product: 'Tecartus',
      diabetic: true,
      creatinine: 1.15,
    }),
  ];
  return fixtureOf({
    name: 'mcl-epic-shapes',
    story:
      '66-year-old man with mantle cell lymphoma progressing on zanubrutinib after BR; inpatient Tecartus, in the shapes ' +
      'Epic sends: a 194-character order id, category as an object, OIDs, dotless ICD-10-CM, the drug as a later entry.',
    who,
    encounter: 'car-t-encounter',
    userId: `PractitionerRole/${idOf(who, 'oncologist-role')}`,
    withoutFullUrl: true,
    draftOrders: draftOrders(who),
    records: epicShaped(
      byReference(who, ['rituximab', 'bendamustine', 'zanubrutinib', 'lisinopril'], records),
    ),
  });
}

/** One Medication with the knowledge bases' own codes (Medi-Span, by OID) beside RxNorm by OID. */
const medication = (who: Person): Medication => ({
  resourceType: 'Medication',
  id: idOf(who, 'draft-medication'),
  code: {
    coding: [
      {
        system: 'urn:oid:2.16.840.1.113883.6.253',
        code: '217044',
        display: 'BREXUCABTAGENE AUTOLEUCEL IV SUSP',
      },
      {
        system: 'urn:oid:2.16.840.1.113883.6.68',
        code: '21650012001820',
        display: 'Brexucabtagene Autoleucel IV Susp',
      },
      { system: 'urn:oid:2.16.840.1.113883.6.88', code: '2387277', display: 'brexucabtagene autoleucel' },
    ],
    text: 'BREXUCABTAGENE AUTOLEUCEL IV SUSP',
  },
});

const draftOrders = (who: Person): DraftOrders => ({
  resourceType: 'Bundle',
  entry: [
    {
      resource: {
        resourceType: 'MedicationRequest',
        id: unsignedOrderId,
        status: 'draft',
        intent: 'order',
        category: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
              code: 'inpatient',
              display: 'Inpatient',
            },
          ],
          text: 'Inpatient',
        },
        medicationReference: {
          reference: `Medication/${idOf(who, 'draft-medication')}`,
          display: 'BREXUCABTAGENE AUTOLEUCEL IV SUSP',
        },
        subject: subjectOf(who),
        encounter: plannedInfusionOf(who),
        authoredOn: at(orderDay, '13:20'),
        requester: oncologistOf(who),
        insurance: [coverageOf(who)],
        reasonCode: [
          coded({
            system: 'urn:oid:2.16.840.1.113883.6.90',
            code: 'C8318',
            display: 'Mantle cell lymphoma, lymph nodes of multiple sites',
          }),
        ],
        dosageInstruction: [{ text: 'Intravenous, once', timing: { event: ['2026-04-06T11:00:00-04:00'] } }],
      },
    },
    { resource: draftBloodCount(who) },
    { resource: medication(who) },
  ],
});
