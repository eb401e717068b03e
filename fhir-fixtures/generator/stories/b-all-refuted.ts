import { attestation } from '../attestation.ts';
import { at } from '../calendar.ts';
import { concept, icd10cm, referenceTo, sopt } from '../codings.ts';
import { carePartners, otherCoverage } from '../coverage.ts';
import { aucatzyl, draftLisinopril, draftMedication, ordersOf } from '../draft-orders.ts';
import { plannedInfusion, visit, visitOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { bloodCount, chemistry } from '../laboratory-panels.ts';
import {
  clinicalStatus,
  diagnosis,
  encounterDiagnosis,
  enteredInError,
  familyHistory,
  problem,
  verificationStatus,
} from '../medical-history.ts';
import { prescription } from '../medications.ts';
import type { Person } from '../person.ts';
import { marrow } from '../procedures.ts';
import { note, report } from '../reports.ts';
import { laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { vitalSigns } from '../vital-signs.ts';
import { bAll, inRelapse, notInRemission } from './leukemia-course.ts';

const novak: Person = {
  code: 'novak',
  given: ['Irena'],
  family: 'Novak',
  gender: 'female',
  birthDate: '1960-08-03',
  race: 'white',
  town: ['Bristol', '06010'],
  height: 167,
  weight: 70,
  oncologist: 'Daniel Kowalski, MD',
  primaryCare: 'Lucia Marchetti, MD',
};

/** A leukemia that was suspected, miskeyed and refuted, and an order left over from the suspicion. */
export function bAllRefuted(): Fixture {
  const who = novak;
  const refuted = problem(who, 'b-all-refuted', {
    code: diagnosis('B-cell acute lymphoblastic leukemia', bAll, notInRemission),
    clinicalStatus: clinicalStatus('inactive'),
    verificationStatus: verificationStatus('refuted'),
    recordedDate: '2025-12-16',
  });
  const encounter = visitOf(who, '2025-12-09');
  return fixtureOf({
    name: 'b-all-refuted',
    story:
      '65-year-old woman worked up for pancytopenia that was vitamin B12 deficiency: B-ALL stands in her chart as refuted, as ' +
      'entered in error and as a differential, with a questionnaire never completed; inpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-aucatzyl', {
        medicationCodeableConcept: concept('Aucatzyl', aucatzyl.ndc),
        reasonReference: [referenceTo(refuted)],
        dispenseRequest: { validityPeriod: { start: '2026-04-15' } },
      }),
      draftLisinopril(who),
    ),
    records: [
      ...carePartners(who, 'PPO'),
      ...otherCoverage(who, {
        name: 'charter-oak',
        payer: 'Charter Oak Benefit Trust',
        type: sopt('521', 'Commercial Indemnity'),
        start: '2012-01-01',
        end: '2025-12-31',
        order: 1,
      }),
      plannedInfusion(who, 'IMP', '2026-04-10'),
      refuted,
      enteredInError(
        problem(who, 'b-all-entered-in-error', {
          code: diagnosis('B-cell ALL, in relapse', bAll, inRelapse),
          recordedDate: '2025-12-17',
          note: [{ text: 'Entered in the wrong chart.' }],
        }),
      ),
      visit(who, '2025-12-09', 'Pancytopenia'),
      encounterDiagnosis(who, 'b-all-differential', {
        code: diagnosis('Acute lymphoblastic leukemia, B-cell', bAll),
        verificationStatus: verificationStatus('differential'),
        encounter,
        recordedDate: '2025-12-09',
      }),
      problem(who, 'b12-deficiency', {
        code: diagnosis(
          'Vitamin B12 deficiency',
          icd10cm('E53.8', 'Deficiency of other specified B group vitamins'),
        ),
        clinicalStatus: clinicalStatus('resolved'),
        onsetDateTime: '2025-12-19',
        abatementDateTime: '2026-02-10',
        recordedDate: '2025-12-19',
      }),
      ...routineCare(who, {
        from: '2018-06-12',
        years: 7,
        comorbidities: ['hypertension'],
        surgery: 'cholecystectomy',
        allergy: 'penicillin',
        systolic: 139,
      }),
      ...ruledOutEmbolism(who, '2020-09-22'),
      ...laterVaccines(who, '2024-04-09'),
      familyHistory(
        who,
        'paternal grandmother',
        concept(
          'Acute leukemia',
          icd10cm('C95.00', 'Acute leukemia of unspecified cell type not having achieved remission'),
        ),
        74,
      ),
      ...vitalSigns(who, '2025-12-09', encounter),
      ...bloodCount(who, '2025-12-09', { state: 'nadir', encounter }),
      ...chemistry(who, '2025-12-09', { state: 'lymphoma', encounter }),
      report(
        who,
        'smear-2025-12-09',
        'flow',
        '2025-12-09',
        'Peripheral smear review',
        'Pancytopenia with rare immature lymphoid cells. Acute lymphoblastic leukemia to be excluded; marrow advised.',
        { status: 'preliminary' },
      ),
      ...marrow(who, '2025-12-15', {
        blasts: 2,
        conclusion:
          'Megaloblastic hematopoiesis. 2 % lymphoblast-like cells with the maturing pattern of hematogones. No evidence of acute leukemia.',
      }),
      report(
        who,
        'flow-2025-12-15',
        'flow',
        '2025-12-15',
        'Flow cytometry, bone marrow',
        'Hematogones with normal maturation of CD19, CD10 and CD20. No aberrant lymphoblast population. No evidence of B lymphoblastic leukemia.',
      ),
      prescription(who, 'rx-dexamethasone', 'dexamethasone', {
        status: 'cancelled',
        statusReason: concept('Leukemia excluded'),
        authoredOn: at('2025-12-10'),
        doNotPerform: true,
      }),
      note(
        who,
        'consultation',
        'consultation',
        '2025-12-19',
        'Hematology consultation',
        'Leukemia excluded. B12 deficiency from atrophic gastritis; replacement started.',
      ),
      ...bloodCount(who, '2026-02-10', { state: 'healthy' }),
      ...chemistry(who, '2026-02-10', { state: 'healthy' }),
      attestation(who, {
        indication: 'carepartners-ct-aucatzyl/aucatzyl',
        criteria: ['3', 'limit.one-time', 'limit.prior-car-t'],
        status: 'in-progress',
      }),
    ],
  });
}
