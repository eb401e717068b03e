import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rChop, rGdp, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  assessed,
  followUp,
  largeCell,
  lymphomaWorkup,
  neutropenicFever,
  rebiopsy,
} from './lymphoma-course.ts';

const pereira: Person = {
  code: 'pereira',
  given: ['Lucinda'],
  family: 'Pereira',
  gender: 'female',
  birthDate: '1956-06-17',
  race: 'white',
  town: ['New Bedford', '02740'],
  height: 159,
  weight: 63,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Large B-cell lymphoma that progressed after two lines, biopsied again. */
export function kymriahLbclThirdLine(): Fixture {
  const who = pereira;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2022-04-05',
    recordedDate: '2022-04-08',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'kymriah-lbcl-third-line',
    story:
      '69-year-old woman, large B-cell lymphoma relapsed after R-CHOP and progressing after R-GDP, unfit for a transplant; outpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-kymriah', {
        medicationCodeableConcept: concept('Kymriah', kymriah.brand),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-16'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-04-16'),
      condition,
      ...routineCare(who, {
        from: '2016-10-11',
        years: 5,
        comorbidities: ['hypertension', 'reflux', 'hypothyroidism'],
        surgery: 'cataract',
        systolic: 136,
      }),
      ...laterVaccines(who, '2021-09-28'),
      ...lymphomaWorkup(who, condition, {
        day: '2022-03-29',
        complaint: 'Rapidly growing neck nodes',
        node: 'left cervical',
        pathology: 'Diffuse large B-cell lymphoma, NOS, germinal center type. CD20 positive, Ki-67 80 %.',
        pathologyCode: largeCell,
        marrow: 'Negative for lymphoma.',
        scan: 'Avid cervical, axillary and para-aortic nodes to 4.9 cm.',
        summary: 'Stage III DLBCL, de novo, IPI 2. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2022-04-18',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2022-04-18'),
      ...neutropenicFever(who, '2022-06-11', 4),
      ...assessed(who, '2022-09-06', reason, 'full-remission', 'Deauville 2, no residual mass.'),
      ...followUp(who, 'remission', 'Surveillance', ['2023-03-07', '2023-09-12', '2024-03-12']),
      ...assessed(who, '2025-03-04', reason, 'worsened', 'New avid para-aortic mass 5.2 cm.'),
      ...rebiopsy(
        who,
        '2025-03-11',
        'para-aortic mass',
        'Relapsed diffuse large B-cell lymphoma, CD20 positive.',
        largeCell,
      ),
      ...treatment(who, 'gdp', {
        regimen: { title: 'R-GDP every 21 days', cycles: repeat(4, rGdp), every: 21 },
        start: '2025-03-24',
        reason,
        firstCount: 'lymphoma',
      }),
      ...assessed(
        who,
        '2026-01-13',
        reason,
        'worsened',
        'Para-aortic mass 6.8 cm, new liver lesions, Deauville 5.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-05',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'relapsed large B-cell lymphoma',
        product: 'tisagenlecleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-11'),
    ],
  });
}
