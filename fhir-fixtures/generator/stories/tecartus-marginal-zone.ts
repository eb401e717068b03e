import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { bendamustineRituximab, repeat, rituximabAlone } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup, marginalZone } from './lymphoma-course.ts';

const kowalczyk: Person = {
  code: 'kowalczyk',
  given: ['Halina'],
  family: 'Kowalczyk',
  gender: 'female',
  birthDate: '1959-05-08',
  race: 'white',
  town: ['Chicopee', '01013'],
  height: 160,
  weight: 66,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** An indolent lymphoma that the product's two indications do not hold. */
export function tecartusMarginalZone(): Fixture {
  const who = kowalczyk;
  const condition = problem(who, 'mzl', {
    code: marginalZone,
    onsetDateTime: '2017-10-03',
    recordedDate: '2017-10-10',
  });
  const reason = referenceTo(condition, 'Splenic marginal zone lymphoma');
  return fixtureOf({
    name: 'tecartus-marginal-zone',
    story:
      '66-year-old woman, splenic marginal zone lymphoma after rituximab, splenectomy, BR and zanubrutinib; outpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('Tecartus 71287-0219-01', tecartus.ndc),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-05-06'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-05-06'),
      condition,
      ...routineCare(who, {
        from: '2013-06-18',
        years: 4,
        comorbidities: ['hypertensionOnAmlodipine', 'hyperlipidemia'],
        surgery: 'cataract',
        systolic: 133,
      }),
      ...laterVaccines(who, '2017-11-14'),
      ...lymphomaWorkup(who, condition, {
        day: '2017-09-26',
        complaint: 'Early satiety and lymphocytosis',
        node: 'splenic hilar',
        pathology: 'Splenic marginal zone lymphoma. CD20 positive; CD5, CD10 and cyclin D1 negative.',
        pathologyCode: marginalZone,
        marrow: 'Intrasinusoidal involvement, 15 %.',
        scan: 'Spleen 19 cm, mildly avid.',
        summary: 'Symptomatic splenic marginal zone lymphoma. Rituximab weekly for four weeks.',
      }),
      ...treatment(who, 'rituximab', {
        regimen: { title: 'Rituximab weekly', cycles: repeat(4, rituximabAlone), every: 7 },
        start: '2017-10-23',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...assessed(who, '2018-01-23', reason, 'partial-remission', 'Spleen 14 cm.', 'CT abdomen'),
      procedure(
        who,
        'splenectomy',
        concept('Laparoscopic splenectomy', cpt('38120', 'Laparoscopy splenectomy')),
        '2019-08-20',
        { reasonReference: [reason] },
      ),
      ...assessed(
        who,
        '2021-11-09',
        reason,
        'worsened',
        'Retroperitoneal nodes to 4.2 cm.',
        'CT abdomen and pelvis',
      ),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2021-11-29',
        reason,
        firstCount: 'lymphoma',
      }),
      ...assessed(who, '2024-02-06', reason, 'worsened', 'New axillary and mesenteric nodes.'),
      ...oralCourse(who, 'zanubrutinib', {
        drug: 'zanubrutinib',
        start: '2024-02-26',
        end: '2026-01-12',
        every: 90,
        fills: 7,
        quantity: 360,
        sig: '160 mg by mouth twice daily',
        reason,
      }),
      ...followUp(who, 'lymphoma', 'Follow-up on zanubrutinib', ['2024-06-11', '2025-01-14', '2025-08-12']),
      ...assessed(who, '2026-01-08', reason, 'worsened', 'Mesenteric nodes to 5.0 cm, previously 2.2 cm.'),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 62,
        disease: 'relapsed marginal zone lymphoma',
        product: 'CAR-T therapy',
      }),
    ],
  });
}
