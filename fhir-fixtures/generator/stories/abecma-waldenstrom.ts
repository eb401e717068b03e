import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo, snomed } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { abecma, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { oralCourse } from '../medications.ts';
import type { Person } from '../person.ts';
import { bendamustineRituximab, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp } from './lymphoma-course.ts';
import { myelomaWorkup } from './myeloma-course.ts';

const rasmussen: Person = {
  code: 'rasmussen',
  given: ['Niels'],
  family: 'Rasmussen',
  gender: 'male',
  birthDate: '1953-02-08',
  race: 'white',
  town: ['Acton', '01720'],
  height: 180,
  weight: 78,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** A monoclonal protein of another disease. */
export function abecmaWaldenstrom(): Fixture {
  const who = rasmussen;
  const condition = problem(who, 'waldenstrom', {
    code: diagnosis(
      'Waldenstrom macroglobulinemia',
      icd10cm('C88.00', 'Waldenstrom macroglobulinemia not having achieved remission'),
      snomed('190818004', 'Waldenstrom macroglobulinemia (disorder)'),
    ),
    onsetDateTime: '2017-03-21',
    recordedDate: '2017-03-28',
  });
  const reason = referenceTo(condition, 'Waldenstrom macroglobulinemia');
  return fixtureOf({
    name: 'abecma-waldenstrom',
    story: '73-year-old man, Waldenstrom macroglobulinemia after BR and ibrutinib; inpatient Abecma.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-abecma', {
        code: concept('Idecabtagene vicleucel', abecma.hcpcs),
        occurrenceDateTime: '2026-04-21',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-15'),
      condition,
      ...routineCare(who, {
        from: '2012-05-15',
        years: 5,
        comorbidities: ['hypertensionOnAmlodipine', 'prostate'],
        surgery: 'appendectomy',
        systolic: 138,
      }),
      ...laterVaccines(who, '2018-10-09'),
      ...myelomaWorkup(who, {
        day: '2017-03-14',
        complaint: 'Nosebleeds and anemia',
        paraprotein: { serum: 4.1, kappa: 88, lambda: 12 },
        plasmaCells: 4,
        marrow: 'Lymphoplasmacytic lymphoma, 45 % of cells; MYD88 L265P.',
        scan: 'Mild splenomegaly, no lytic lesion.',
        summary: 'Symptomatic Waldenstrom macroglobulinemia, IgM kappa. BR.',
      }),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2017-04-10',
        reason,
        firstCount: 'myeloma',
      }),
      ...followUp(who, 'remission', 'Follow-up after BR', ['2018-03-13', '2019-03-12', '2020-03-10']),
      ...assessed(
        who,
        '2021-02-09',
        reason,
        'worsened',
        'Retroperitoneal nodes to 3.0 cm; IgM rising.',
        'CT abdomen',
      ),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2021-03-01',
        end: '2026-01-05',
        every: 90,
        fills: 18,
        quantity: 90,
        sig: '420 mg by mouth once daily',
        reason,
      }),
      ...assessed(who, '2025-12-16', reason, 'worsened', 'Nodes 5.0 cm; IgM doubled.', 'CT abdomen'),
      ...carTEvaluation(who, {
        day: '2026-02-05',
        state: 'myeloma',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'relapsed Waldenstrom macroglobulinemia',
        product: 'CAR-T therapy',
      }),
    ],
  });
}
