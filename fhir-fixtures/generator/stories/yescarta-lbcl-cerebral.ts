import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse } from '../medications.ts';
import type { Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { highDoseMethotrexateRituximab, repeat } from '../regimens.ts';
import { note, report } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, cerebralLymphoma, followUp } from './lymphoma-course.ts';

const ahlstrom: Person = {
  code: 'ahlstrom',
  given: ['Karin'],
  family: 'Ahlstrom',
  gender: 'female',
  birthDate: '1960-11-23',
  race: 'white',
  town: ['Wellesley', '02481'],
  height: 169,
  weight: 64,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** Lymphoma of the brain alone, which the last criterion excludes. */
export function yescartaLbclCerebral(): Fixture {
  const who = ahlstrom;
  const condition = problem(who, 'pcnsl', {
    code: cerebralLymphoma,
    onsetDateTime: '2024-10-22',
    recordedDate: '2024-10-28',
  });
  const reason = referenceTo(condition, 'Primary CNS lymphoma');
  return fixtureOf({
    name: 'yescarta-lbcl-cerebral',
    story:
      '65-year-old woman, primary lymphoma of the brain relapsed after methotrexate with rituximab and on ibrutinib; inpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('Yescarta', yescarta.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'One infusion', timing: { event: ['2026-04-07'] } }],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-01'),
      condition,
      ...routineCare(who, {
        from: '2016-03-22',
        years: 7,
        comorbidities: ['hyperlipidemia', 'anxiety'],
        surgery: 'cholecystectomy',
        systolic: 125,
      }),
      ...laterVaccines(who, '2023-10-03'),
      hospitalStay(who, 'diagnosis', '2024-10-19', '2024-11-02', 'New left weakness and confusion'),
      report(
        who,
        'brain-mri',
        'imaging',
        '2024-10-20',
        'MRI brain with and without contrast',
        'Enhancing right periventricular mass 3.4 cm with edema.',
      ),
      procedure(
        who,
        'brain-biopsy',
        concept('Stereotactic biopsy, right frontal', cpt('61751', 'Brain biopsy w/ct/mr guide')),
        '2024-10-22',
        { reasonReference: [reason] },
      ),
      report(
        who,
        'brain-biopsy',
        'pathology',
        '2024-10-22',
        'Brain, right frontal, stereotactic biopsy',
        'Diffuse large B-cell lymphoma of the central nervous system. CD20 positive; Ki-67 90 %.',
        { conclusionCode: [cerebralLymphoma] },
      ),
      report(
        who,
        'staging',
        'imaging',
        '2024-10-25',
        'CT chest, abdomen and pelvis',
        'No disease outside the brain.',
      ),
      note(
        who,
        'consultation',
        'consultation',
        '2024-10-28',
        'Neuro-oncology consultation, new diagnosis',
        'Primary CNS lymphoma, eyes clear. High-dose methotrexate with rituximab.',
      ),
      ...treatment(who, 'methotrexate', {
        regimen: {
          title: 'High-dose methotrexate with rituximab every 14 days',
          cycles: repeat(8, highDoseMethotrexateRituximab),
          every: 14,
          inpatient: true,
        },
        start: '2024-11-04',
        reason,
        firstCount: 'lymphoma',
      }),
      ...assessed(who, '2025-03-18', reason, 'full-remission', 'No enhancing lesion.', 'MRI brain'),
      ...followUp(who, 'remission', 'Neuro-oncology follow-up', ['2025-05-13', '2025-07-15']),
      ...assessed(
        who,
        '2025-09-16',
        reason,
        'worsened',
        'New enhancing lesion of the left thalamus.',
        'MRI brain',
      ),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2025-09-29',
        end: '2026-01-28',
        every: 30,
        fills: 4,
        quantity: 30,
        sig: '560 mg by mouth once daily',
        reason,
      }),
      ...assessed(
        who,
        '2026-01-27',
        reason,
        'worsened',
        'Thalamic lesion 2.6 cm, previously 1.1 cm.',
        'MRI brain',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-16',
        state: 'lymphoma',
        ecog: 2,
        ejectionFraction: 59,
        disease: 'relapsed primary CNS lymphoma',
        product: 'axicabtagene ciloleucel',
        team: true,
      }),
    ],
  });
}
