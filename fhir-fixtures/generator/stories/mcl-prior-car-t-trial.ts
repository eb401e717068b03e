import type { FhirResource } from 'fhir/r4.js';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, icd10cm, referenceTo, snomed } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, enteredInError, problem } from '../medical-history.ts';
import { oralCourse, prescription, supportiveCare } from '../medications.ts';
import { type Person, idOf, subjectOf } from '../person.ts';
import { procedure } from '../procedures.ts';
import { fludarabineCyclophosphamide, rChop, repeat, rituximabAlone } from '../regimens.ts';
import { diseaseStatus, note } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, scan, mantleCell } from './lymphoma-course.ts';

const lindgren: Person = {
  code: 'lindgren',
  given: ['Harold', 'Nils'],
  family: 'Lindgren',
  gender: 'male',
  birthDate: '1956-10-02',
  race: 'white',
  town: ['Simsbury', '06070'],
  height: 185,
  weight: 88,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Gerald Whitcomb, MD',
};

/** CAR-T in a trial in 2023, relapse, and an order for a second product. */
export function mclPriorCarTTrial(): Fixture {
  const who = lindgren;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    clinicalStatus: clinicalStatus('recurrence'),
    onsetDateTime: '2018-08-30',
    recordedDate: '2018-09-04',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'mcl-prior-car-t-trial',
    story:
      '69-year-old man with mantle cell lymphoma who received an investigational CAR-T in a trial in May 2023, relapsed, and ' +
      'is progressing on pirtobrutinib; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('Tecartus infusion bag', tecartus.ndc),
        reasonReference: [reason],
        dispenseRequest: { validityPeriod: { start: '2026-04-08' }, quantity: { value: 1, unit: 'bag' } },
      }),
    ),
    records: [
      ...carePartners(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-03'),
      condition,
      enteredInError(
        problem(who, 'entered-in-error-myeloma', {
          code: diagnosis(
            'Multiple myeloma',
            icd10cm('C90.00', 'Multiple myeloma not having achieved remission'),
          ),
          recordedDate: '2022-03-01',
        }),
      ),
      ...routineCare(who, {
        from: '2016-03-15',
        years: 3,
        comorbidities: ['hypertension', 'prostate'],
        surgery: 'appendectomy',
        smoking: 'former',
        systolic: 133,
      }),
      ...laterVaccines(who, '2022-10-18'),
      ...lymphomaWorkup(who, condition, {
        day: '2018-08-24',
        complaint: 'Enlarging neck nodes',
        node: 'left cervical',
        pathology: 'Mantle cell lymphoma, cyclin D1 and SOX11 positive, CD20 and CD5 positive, Ki-67 30 %.',
        marrow:
          'Negative for lymphoma by morphology; flow detects a 2 % CD5-positive clonal B-cell population.',
        scan: 'Cervical, axillary and inguinal adenopathy up to 3.8 cm, SUVmax 9.1.',
        summary: 'Stage IV by marrow flow. R-CHOP followed by rituximab maintenance.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2018-09-17',
        reason,
        counts: 'first',
        firstCount: 'lymphoma',
      }),
      ...treatment(who, 'maintenance', {
        regimen: {
          title: 'Rituximab maintenance every 8 weeks',
          cycles: repeat(9, rituximabAlone),
          every: 56,
        },
        start: '2019-03-18',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2018-09-17'),
      diseaseStatus(who, '2021-11-16', 'worsened', 'imaging', reason, 'First relapse.'),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2021-12-01',
        end: '2023-02-20',
        every: 90,
        fills: 5,
        quantity: 90,
        sig: '560 mg by mouth once daily',
        reason,
      }),
      diseaseStatus(
        who,
        '2023-02-21',
        'worsened',
        'imaging',
        reason,
        'Progression on ibrutinib; referred for a cellular therapy trial.',
      ),
      ...trialCarT(who),
      diseaseStatus(
        who,
        '2023-08-15',
        'full-remission',
        'imaging',
        reason,
        'Complete remission three months after the investigational CAR-T.',
      ),
      ...followUp(who, 'remission', 'Follow-up after cellular therapy', [
        '2023-11-14',
        '2024-05-14',
        '2024-11-12',
      ]),
      diseaseStatus(who, '2025-03-11', 'worsened', 'imaging', reason, 'Relapse 22 months after CAR-T.'),
      ...oralCourse(who, 'pirtobrutinib', {
        drug: 'pirtobrutinib',
        start: '2025-03-24',
        every: 30,
        fills: 11,
        quantity: 60,
        sig: '200 mg by mouth once daily',
        reason,
      }),
      prescription(who, 'rx-venetoclax', 'venetoclax', {
        status: 'cancelled',
        statusReason: concept('Not started; pirtobrutinib chosen'),
        authoredOn: '2025-03-18',
        dosageInstruction: [{ text: 'Ramp-up to 400 mg by mouth daily' }],
      }),
      scan(
        who,
        '2026-01-26',
        'PET/CT skull base to mid thigh',
        'New avid retroperitoneal and pelvic nodes up to 4.0 cm, SUVmax 11.8. Deauville 5.',
      ),
      diseaseStatus(who, '2026-01-28', 'worsened', 'imaging', reason, 'Progression on pirtobrutinib.'),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
      }),
    ],
  });
}

/** Collection, lymphodepletion and infusion within a research study. */
function trialCarT(who: Person): readonly FhirResource[] {
  return [
    {
      resourceType: 'ResearchStudy',
      id: idOf(who, 'study'),
      status: 'closed-to-accrual',
      title:
        'A phase 1/2 study of an autologous CD19-directed CAR-T in relapsed or refractory mantle cell lymphoma',
    },
    {
      resourceType: 'ResearchSubject',
      id: idOf(who, 'study-subject'),
      status: 'follow-up',
      study: { reference: `ResearchStudy/${idOf(who, 'study')}` },
      individual: subjectOf(who),
      period: { start: '2023-03-20' },
    },
    procedure(
      who,
      'collection',
      concept(
        'Leukapheresis for CAR-T manufacture',
        cpt('0537T', 'CAR-T therapy; harvesting of blood-derived T lymphocytes, per day'),
      ),
      '2023-04-04',
    ),
    ...treatment(who, 'lymphodepletion', {
      regimen: {
        title: 'Lymphodepletion before investigational CAR-T',
        cycles: [fludarabineCyclophosphamide],
        every: 21,
        inpatient: true,
      },
      start: '2023-05-12',
      reason: { reference: `Condition/${idOf(who, 'mcl')}` },
      counts: 'none',
    }),
    hospitalStay(who, 'car-t-trial', '2023-05-16', '2023-06-02', 'Investigational CAR-T infusion'),
    procedure(
      who,
      'car-t-trial',
      concept(
        'Investigational CD19 CAR-T infusion',
        snomed('1156961008', 'Chimeric antigen receptor T-cell immunotherapy (procedure)'),
      ),
      '2023-05-17',
      {
        encounter: stayOf(who, 'car-t-trial'),
        reasonReference: [{ reference: `Condition/${idOf(who, 'mcl')}` }],
        note: [
          {
            text: 'Infused on study, day 0. Grade 1 cytokine release syndrome on day 3, resolved with acetaminophen; no neurotoxicity.',
          },
        ],
      },
    ),
    note(
      who,
      'trial-discharge',
      'summary',
      '2023-06-02',
      'Discharge summary, cellular therapy trial',
      'Admitted for investigational CAR-T. Infusion on 17 May 2023, tolerated well.',
    ),
  ];
}
