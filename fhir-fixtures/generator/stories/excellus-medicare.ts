import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { excellus } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { type Person } from '../person.ts';
import { rChop, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { largeCell, lymphomaWorkup } from './lymphoma-course.ts';

const vanHorn: Person = {
  code: 'vanhorn',
  given: ['Peter'],
  family: 'Van Horn',
  gender: 'male',
  birthDate: '1951-12-08',
  race: 'white',
  town: ['Elmira', '14901'],
  height: 179,
  weight: 85,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Helen Pruitt, MD',
};

/** A Medicare product: its own national coverage decision stands in the policy's place. */
export function excellusMedicare(): Fixture {
  const who = vanHorn;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2024-11-12',
    recordedDate: '2024-11-15',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'excellus-medicare',
    story:
      '74-year-old man, large B-cell lymphoma refractory to R-CHOP; outpatient Yescarta under a Medicare HMO of Excellus, to ' +
      'which the commercial policy does not apply.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('Axicabtagene ciloleucel', yescarta.hcpcs),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'Intravenous, once', timing: { event: ['2026-04-21'] } }],
      }),
    ),
    records: [
      ...excellus(who, 'Medicare'),
      plannedInfusion(who, 'AMB', '2026-04-21'),
      condition,
      ...routineCare(who, {
        from: '2018-02-06',
        years: 4,
        comorbidities: ['hypertension', 'diabetes', 'hyperlipidemia'],
        smoking: 'former',
        systolic: 139,
      }),
      ...laterVaccines(who, '2019-03-12'),
      ...lymphomaWorkup(who, condition, {
        day: '2024-11-07',
        complaint: 'Weight loss and a groin mass',
        node: 'right inguinal',
        pathology: 'Diffuse large B-cell lymphoma, NOS. CD20 positive; Ki-67 85 %.',
        marrow: 'Negative for lymphoma.',
        scan: 'Inguinal, iliac and mesenteric nodes up to 6.1 cm, SUVmax 24.',
        summary: 'Stage III DLBCL. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2024-12-02',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      diseaseStatus(who, '2025-05-20', 'worsened', 'imaging', reason, 'Progression after R-CHOP.'),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 55,
        disease: 'refractory large B-cell lymphoma',
        product: 'axicabtagene ciloleucel',
        diabetic: true,
      }),
    ],
  });
}
