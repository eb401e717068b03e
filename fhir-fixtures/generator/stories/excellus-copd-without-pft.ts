import { pharmacyAnswer } from '../authorization.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { candidateNotes, chestFilm, electrocardiogram } from '../candidate-documents.ts';
import { concept, referenceTo } from '../codings.ts';
import { excellus } from '../coverage.ts';
import { draftService, ordersWithUrns, tecartus } from '../draft-orders.ts';
import { orderVisit, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { oralCourse, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { bendamustineRituximab, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { lymphomaWorkup, mantleCell, mantleCellMorphology, scan } from './lymphoma-course.ts';

const kowalski: Person = {
  code: 'kowalski',
  given: ['Edward'],
  family: 'Kowalski',
  gender: 'male',
  birthDate: '1961-07-30',
  race: 'white',
  town: ['Utica', '13502'],
  height: 175,
  weight: 82,
  oncologist: 'Priya Raghunathan, MD',
  primaryCare: 'Deborah Klein, MD',
};

/** COPD on the problem list makes pulmonary function tests a document; none was done. */
export function excellusCopdWithoutPft(): Fixture {
  const who = kowalski;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2022-01-18',
    recordedDate: '2022-01-24',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'excellus-copd-without-pft',
    story:
      '64-year-old former smoker with COPD, mantle cell lymphoma progressing on acalabrutinib after BR; inpatient Tecartus. ' +
      'The pharmacy has approved the drug and the work-up is done but for pulmonary function tests.',
    who,
    encounter: `visit-2026-03-02`,
    draftOrders: ordersWithUrns(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel infusion', tecartus.hcpcs),
        occurrenceDateTime: '2026-04-20',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...excellus(who, 'HMO'),
      orderVisit(who),
      plannedInfusion(who, 'IMP', '2026-04-15'),
      condition,
      ...routineCare(who, {
        from: '2016-11-08',
        years: 4,
        comorbidities: ['copd', 'hypertension'],
        smoking: 'former',
        systolic: 136,
      }),
      ...laterVaccines(who, '2022-10-18'),
      ...lymphomaWorkup(who, condition, {
        day: '2022-01-11',
        complaint: 'Splenomegaly and lymphocytosis',
        node: 'left cervical',
        pathology: 'Mantle cell lymphoma. CD20, CD5 and cyclin D1 positive. Ki-67 25 %.',
        pathologyCode: mantleCellMorphology,
        marrow: 'Marrow with 20 % involvement by mantle cell lymphoma.',
        scan: 'Splenomegaly 17 cm; cervical and mesenteric nodes. Emphysematous changes of both upper lobes.',
        summary: 'Stage IV mantle cell lymphoma. BR in view of COPD.',
      }),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2022-02-14',
        reason,
        counts: 'first',
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2022-02-14'),
      diseaseStatus(who, '2022-09-13', 'full-remission', 'imaging', reason, 'Complete remission after BR.'),
      diseaseStatus(who, '2024-06-11', 'worsened', 'imaging', reason, 'First relapse.'),
      ...oralCourse(who, 'acalabrutinib', {
        drug: 'acalabrutinib',
        start: '2024-06-24',
        every: 90,
        fills: 6,
        quantity: 180,
        sig: '100 mg by mouth twice daily',
        reason,
      }),
      scan(
        who,
        '2026-01-27',
        'CT chest, abdomen and pelvis with contrast',
        'Progression; spleen 19 cm. Emphysema.',
      ),
      diseaseStatus(who, '2026-01-29', 'worsened', 'imaging', reason, 'Progression on acalabrutinib.'),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'relapsed mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      electrocardiogram(who, '2026-02-12'),
      chestFilm(who, '2026-02-12', 'Hyperinflated lungs, no infiltrate. Port tip in the SVC.'),
      ...candidateNotes(who, '2026-02-13', 'brexucabtagene autoleucel'),
      ...pharmacyAnswer(who, {
        asked: '2026-02-17',
        answered: '2026-02-25',
        drug: tecartus.hcpcs,
        decision: 'certified',
      }),
    ],
  });
}
