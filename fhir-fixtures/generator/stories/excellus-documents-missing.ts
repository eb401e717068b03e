import { concept, referenceTo } from '../codings.ts';
import { excellus } from '../coverage.ts';
import { cellServices, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { bendamustineRituximab, rChop, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, largeCell, lymphomaWorkup, scan } from './lymphoma-course.ts';

const osei: Person = {
  code: 'osei',
  given: ['Daniel', 'Kofi'],
  family: 'Osei',
  gender: 'male',
  birthDate: '1960-02-19',
  race: 'black',
  town: ['Rochester', '14618'],
  height: 178,
  weight: 88,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Helen Pruitt, MD',
};

/** The four services are ordered before the candidate has been worked up. */
export function excellusDocumentsMissing(): Fixture {
  const who = osei;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2023-03-07',
    recordedDate: '2023-03-10',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  const service = (name: keyof typeof cellServices, text: string, day: string) =>
    draftService(who, `draft-${name}`, {
      code: concept(text, cellServices[name]),
      reasonReference: [reason],
      occurrenceDateTime: day,
    });
  return fixtureOf({
    name: 'excellus-documents-missing',
    story:
      '66-year-old man, large B-cell lymphoma after R-CHOP and BR; collection, preparation, receipt and infusion of CAR-T cells ' +
      'ordered together, no product named. The work-up has hardly begun: no serologies, EKG, film, scores or team notes.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      service('collection', 'Leukapheresis for CAR-T manufacture', '2026-04-16'),
      service('preparation', 'Preparation of T cells for transport', '2026-04-16'),
      service('receipt', 'Receipt and preparation of CAR-T cells', '2026-05-18'),
      service('administration', 'CAR-T cell infusion', '2026-05-19'),
    ),
    records: [
      ...excellus(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-05-13'),
      condition,
      ...routineCare(who, {
        from: '2016-09-12',
        years: 4,
        comorbidities: ['hypertension', 'prostate', 'reflux'],
        surgery: 'appendectomy',
        allergy: 'codeine',
        smoking: 'never',
        systolic: 142,
      }),
      ...laterVaccines(who, '2021-10-05'),
      ...laboratoryIncidents(who, '2022-03-08'),
      ...lymphomaWorkup(who, condition, {
        day: '2023-03-02',
        complaint: 'Enlarging neck mass',
        node: 'left cervical',
        pathology: 'Diffuse large B-cell lymphoma, NOS, non-germinal center type. CD20 positive; Ki-67 90 %.',
        marrow: 'Negative for lymphoma.',
        scan: 'Avid cervical and mediastinal nodes up to 5.4 cm.',
        summary: 'Stage II DLBCL. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2023-03-27',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2023-03-27'),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(4, bendamustineRituximab), every: 28 },
        start: '2025-02-10',
        reason,
        counts: 'first',
        firstCount: 'lymphoma',
      }),
      ...followUp(who, 'lymphoma', 'Follow-up after BR', ['2025-07-15', '2025-12-09']),
      scan(
        who,
        '2026-02-12',
        'CT neck, chest and abdomen with contrast',
        'Cervical conglomerate 6.0 cm, previously 3.1 cm; new axillary nodes.',
      ),
      note(
        who,
        'referral',
        'consultation',
        '2026-02-20',
        'Referral for cellular therapy',
        'Relapsed large B-cell lymphoma; asks for evaluation. Outside records to follow.',
      ),
    ],
  });
}
