import { concept, cpt, icd10cm } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftMedication, draftService, ordersOf } from '../draft-orders.ts';
import { drugs } from '../drugs.ts';
import { orderVisit, primaryCareVisit, visitOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import {
  clinicalStatus,
  diagnosis,
  encounterDiagnosis,
  enteredInError,
  familyHistory,
  problem,
  verificationStatus,
} from '../medical-history.ts';
import { type Person, primaryCareOf } from '../person.ts';
import { procedure } from '../procedures.ts';
import { report } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';

const doyle: Person = {
  code: 'doyle',
  given: ['Eileen', 'Mary'],
  family: 'Doyle',
  gender: 'female',
  birthDate: '1950-02-16',
  race: 'white',
  town: ['Newington', '06111'],
  height: 159,
  weight: 74,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Gerald Whitcomb, MD',
};

/** An ordinary chart and ordinary orders: no CAR-T policy has anything to say. */
export function hypertensionOnly(): Fixture {
  const who = doyle;
  const workup = visitOf(who, '2023-03-14');
  const hypertension = {
    reference: 'Condition/doyle-problem-hypertension',
    display: 'Essential hypertension',
  };
  const orderDayElements = {
    encounter: visitOf(who, '2026-03-02'),
    requester: primaryCareOf(who),
    reasonReference: [hypertension],
  };
  return fixtureOf({
    name: 'hypertension-only',
    story:
      '76-year-old woman in primary care for hypertension and diabetes; lisinopril and a blood count, no CAR-T.',
    who,
    encounter: 'visit-2026-03-02',
    userId: primaryCareOf(who).reference ?? '',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-lisinopril', {
        medicationCodeableConcept: drugs.lisinopril,
        dosageInstruction: [{ text: '40 mg by mouth daily' }],
        dispenseRequest: { validityPeriod: { start: '2026-03-02' }, numberOfRepeatsAllowed: 3 },
        ...orderDayElements,
      }),
      draftService(who, 'draft-cbc', {
        code: concept('CBC with differential', cpt('85025', 'Complete cbc w/auto diff wbc')),
        occurrenceDateTime: '2026-03-03',
        ...orderDayElements,
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      orderVisit(who),
      ...routineCare(who, {
        from: '2016-02-23',
        years: 10,
        comorbidities: ['hypertension', 'diabetes', 'hyperlipidemia', 'reflux'],
        surgery: 'appendectomy',
        allergy: 'penicillin',
        smoking: 'never',
        systolic: 144,
      }),
      ...ruledOutEmbolism(who, '2019-05-07'),
      ...laterVaccines(who, '2018-09-11'),
      ...laboratoryIncidents(who, '2022-06-21'),
      familyHistory(who, 'paternal grandmother', concept('Lymphoma'), 83),
      primaryCareVisit(who, '2023-03-14', 'Neck lump'),
      encounterDiagnosis(who, 'rule-out-lymphoma', {
        code: diagnosis(
          'Rule out lymphoma',
          icd10cm('C85.90', 'Non-Hodgkin lymphoma, unspecified, unspecified site'),
        ),
        clinicalStatus: clinicalStatus('inactive'),
        verificationStatus: verificationStatus('unconfirmed'),
        encounter: workup,
        recordedDate: '2023-03-14',
      }),
      procedure(who, 'needle-biopsy', concept('Fine needle aspiration, left cervical node'), '2023-03-21', {
        encounter: workup,
      }),
      report(
        who,
        'needle-biopsy',
        'pathology',
        '2023-03-21',
        'Left cervical node, fine needle aspirate',
        'Reactive lymphoid hyperplasia. Flow cytometry shows polytypic B cells. Negative for lymphoma.',
      ),
      enteredInError(
        problem(who, 'entered-in-error-asthma', {
          code: diagnosis('Asthma', icd10cm('J45.909', 'Unspecified asthma, uncomplicated')),
          recordedDate: '2020-01-09',
        }),
      ),
    ],
  });
}
