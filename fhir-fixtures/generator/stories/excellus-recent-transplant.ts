import { pharmacyAnswer } from '../authorization.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { candidateNotes, electrocardiogram } from '../candidate-documents.ts';
import { concept, cpt, referenceTo, snomed } from '../codings.ts';
import { excellus } from '../coverage.ts';
import { draftService, ordersOf, tecartus } from '../draft-orders.ts';
import { hospitalStay, plannedInfusion, stayOf } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { procedure } from '../procedures.ts';
import { alternate, hyperCvadA, hyperCvadB } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { bAll, inRelapse, leukemiaWorkup, marrowVisit } from './leukemia-course.ts';

const ferraro: Person = {
  code: 'ferraro',
  given: ['Lucia'],
  family: 'Ferraro',
  gender: 'female',
  birthDate: '1984-05-16',
  race: 'white',
  town: ['Syracuse', '13210'],
  height: 166,
  weight: 63,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** Relapse four months after an allogeneic transplant; the pharmacy has denied the drug. */
export function excellusRecentTransplant(): Fixture {
  const who = ferraro;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell acute lymphoblastic leukemia, in relapse', bAll, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2025-02-11',
    recordedDate: '2026-02-05',
  });
  const reason = referenceTo(condition, 'B-ALL, in relapse');
  return fixtureOf({
    name: 'excellus-recent-transplant',
    story:
      '41-year-old woman, B-ALL relapsed four months after an allogeneic transplant; inpatient Tecartus. The pharmacy has ' +
      'denied the drug; what a recent transplant is the policy does not say.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel infusion', tecartus.hcpcs),
        reasonReference: [reason],
        occurrenceDateTime: '2026-04-24',
      }),
    ),
    records: [
      ...excellus(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-17'),
      condition,
      ...routineCare(who, {
        from: '2020-03-10',
        years: 3,
        comorbidities: ['anxiety'],
        allergy: 'penicillin',
        smoking: 'never',
        systolic: 112,
      }),
      ...laterVaccines(who, '2023-09-12'),
      ...leukemiaWorkup(who, {
        day: '2025-02-10',
        complaint: 'Bruising and fatigue',
        marrow: {
          blasts: 82,
          conclusion: 'B lymphoblastic leukemia, 82 % lymphoblasts.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'Lymphoblasts CD19, CD10, CD22 and TdT positive.',
        cytogenetics: 'KMT2A rearranged, t(4;11). FISH negative for BCR::ABL1.',
        summary: 'High-risk B-ALL. Hyper-CVAD, then allogeneic transplant in first remission.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(2, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2025-02-14',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2025-02-14'),
      ...marrowVisit(who, '2025-06-03', 'remission', 'Marrow before transplant', {
        blasts: 1,
        conclusion: 'Morphologic remission; MRD negative.',
      }),
      diseaseStatus(who, '2025-06-05', 'full-remission', 'pathology', reason, 'First complete remission.'),
      hospitalStay(who, 'transplant', '2025-09-29', '2025-10-31', 'Allogeneic transplant'),
      procedure(
        who,
        'transplant',
        concept(
          'Allogeneic peripheral blood stem cell transplant, unrelated donor',
          cpt('38240', 'Transplt allo hct/donor'),
          snomed('425843001', 'Allogeneic peripheral blood stem cell transplant (procedure)'),
        ),
        '2025-10-06',
        { encounter: stayOf(who, 'transplant'), reasonReference: [reason] },
      ),
      ...marrowVisit(who, '2026-02-03', 'relapse', 'Falling counts four months after transplant', {
        blasts: 34,
        cd19: 98,
        conclusion: 'Relapse of B lymphoblastic leukemia, 34 % lymphoblasts, CD19 positive.',
      }),
      diseaseStatus(who, '2026-02-05', 'worsened', 'pathology', reason, 'Relapse after transplant.'),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 62,
        disease: 'relapsed B-cell ALL',
        product: 'brexucabtagene autoleucel',
        team: true,
      }),
      electrocardiogram(who, '2026-02-12'),
      ...candidateNotes(who, '2026-02-13', 'brexucabtagene autoleucel'),
      ...pharmacyAnswer(who, {
        asked: '2026-02-16',
        answered: '2026-02-26',
        drug: tecartus.hcpcs,
        decision: 'denied',
      }),
    ],
  });
}
