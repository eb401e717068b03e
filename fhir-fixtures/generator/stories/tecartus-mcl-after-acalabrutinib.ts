import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse, stoppedFor } from '../medications.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, repeat, rituximabAlone } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, lymphomaWorkup, mantleCell, mantleCellMorphology } from './lymphoma-course.ts';

const faulkner: Person = {
  code: 'faulkner',
  given: ['Beatrice'],
  family: 'Faulkner',
  gender: 'female',
  birthDate: '1954-09-12',
  race: 'white',
  town: ['Hingham', '02043'],
  height: 164,
  weight: 62,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** BR, rituximab and acalabrutinib, progression coded after it. */
export function tecartusMclAfterAcalabrutinib(): Fixture {
  const who = faulkner;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2020-10-06',
    recordedDate: '2020-10-09',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'tecartus-mcl-after-acalabrutinib',
    story:
      '71-year-old woman, mantle cell lymphoma after BR with rituximab maintenance, progressing on acalabrutinib; outpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-tecartus', {
        medicationCodeableConcept: concept('Tecartus, MCL dose', tecartus.mclProduct),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-20'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-04-20'),
      condition,
      ...routineCare(who, {
        from: '2014-08-26',
        years: 6,
        comorbidities: ['hypertension', 'hyperlipidemia', 'hypothyroidism'],
        surgery: 'cataract',
        systolic: 133,
      }),
      ...laterVaccines(who, '2019-09-24'),
      ...lymphomaWorkup(who, condition, {
        day: '2020-09-29',
        complaint: 'Diarrhea and abdominal nodes',
        node: 'mesenteric',
        pathology:
          'Mantle cell lymphoma. CD5, CD20, cyclin D1 and SOX11 positive; Ki-67 25 %; TP53 wild type.',
        pathologyCode: mantleCellMorphology,
        marrow: 'Marrow with 15 % mantle cell lymphoma.',
        scan: 'Mesenteric and retroperitoneal nodes to 4.4 cm; colonic wall thickening.',
        summary: 'Stage IV mantle cell lymphoma, MIPI intermediate. BR, then rituximab.',
      }),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2020-10-26',
        reason,
        firstCount: 'lymphoma',
      }),
      ...assessed(who, '2021-04-27', reason, 'full-remission', 'No avid disease.'),
      ...treatment(who, 'maintenance', {
        regimen: { title: 'Rituximab maintenance', cycles: repeat(10, rituximabAlone), every: 60 },
        start: '2021-06-07',
        reason,
        counts: 'none',
      }),
      ...assessed(who, '2023-09-19', reason, 'worsened', 'New avid mesenteric nodes to 3.8 cm.'),
      ...oralCourse(who, 'acalabrutinib', {
        drug: 'acalabrutinib',
        start: '2023-10-02',
        end: '2026-01-16',
        every: 90,
        fills: 9,
        quantity: 180,
        sig: '100 mg by mouth twice daily',
        reason,
        stopped: stoppedFor('Progression'),
      }),
      ...followUp(who, 'lymphoma', 'Follow-up on acalabrutinib', ['2024-04-16', '2025-01-21', '2025-08-19']),
      ...assessed(who, '2026-01-13', reason, 'worsened', 'Mesenteric nodes 6.1 cm, new pleural disease.'),
      ...carTEvaluation(who, {
        day: '2026-02-05',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 58,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-18'),
    ],
  });
}
