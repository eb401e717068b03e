import { attestation } from '../attestation.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, cpt, referenceTo, snomed } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { aucatzyl, draftBloodCount, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion, stayOf, hospitalStay } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, encounterDiagnosis, problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import { type Person, idOf } from '../person.ts';
import { procedure } from '../procedures.ts';
import { alternate, blinatumomab, hyperCvadA, hyperCvadB } from '../regimens.ts';
import { diseaseStatus, report } from '../reports.ts';
import { laboratoryIncidents, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, leukemiaWorkup, marrowVisit, inRelapse, inRemission } from './leukemia-course.ts';

const shah: Person = {
  code: 'shah',
  given: ['Meena'],
  family: 'Shah',
  gender: 'female',
  birthDate: '1959-12-08',
  race: 'asian',
  town: ['Rocky Hill', '06067'],
  height: 157,
  weight: 58,
  oncologist: 'Priya Raman, MD',
  primaryCare: 'Lucia Marchetti, MD',
};

/** Relapse after an allogeneic transplant; all that a clinician must say is signed. */
export function bAllAllAttested(): Fixture {
  const who = shah;
  const condition = problem(who, 'b-all', {
    code: diagnosis(
      'Ph-negative B-ALL, in relapse',
      snomed(
        '714251006',
        'Philadelphia chromosome-negative precursor B-cell acute lymphoblastic leukemia (disorder)',
      ),
      inRelapse,
    ),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2022-10-05',
    recordedDate: '2025-12-18',
  });
  const reason = referenceTo(condition, 'Ph-negative B-ALL, in relapse');
  return fixtureOf({
    name: 'b-all-all-attested',
    story:
      '66-year-old woman, relapse of B-ALL after hyper-CVAD and an allogeneic transplant; outpatient Aucatzyl, every ' +
      'statement that only a clinician can make already on a signed questionnaire.',
    who,
    encounter: 'car-t-encounter',
    userId: `PractitionerRole/${idOf(who, 'oncologist-role')}`,
    draftOrders: ordersOf(
      draftService(who, 'draft-aucatzyl', {
        code: concept('Obecabtagene autoleucel, per infusion', aucatzyl.hcpcs),
        quantityQuantity: { value: 2, unit: 'infusion' },
        occurrenceDateTime: '2026-04-09',
        reasonReference: [reason],
      }),
      draftBloodCount(who),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      plannedInfusion(who, 'AMB', '2026-04-09'),
      condition,
      ...routineCare(who, {
        from: '2019-02-19',
        years: 3,
        comorbidities: ['hypothyroidism', 'hyperlipidemia'],
        surgery: 'cataract',
        systolic: 118,
      }),
      ...ruledOutEmbolism(who, '2021-04-13'),
      ...leukemiaWorkup(who, {
        day: '2022-10-04',
        complaint: 'Fever, night sweats and leukocytosis',
        marrow: {
          blasts: 88,
          conclusion: 'B lymphoblastic leukemia, 88 % lymphoblasts.',
          conclusionCode: concept(
            'B lymphoblastic leukemia',
            snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)'),
          ),
        },
        flow: 'Lymphoblasts CD19, CD10, CD34 and TdT positive, CD20 negative.',
        cytogenetics:
          'Low hypodiploidy, 37 chromosomes. FISH negative for BCR::ABL1. TP53 mutation detected.',
        summary:
          'Low-hypodiploid B-ALL, high risk. Hyper-CVAD, then allogeneic transplant in first remission.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(2, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2022-10-07',
        reason,
        firstCount: 'leukemia',
      }),
      ...supportiveCare(who, '2022-10-07'),
      ...clearTaps(who, ['2022-11-09', '2022-12-14']),
      ...marrowVisit(who, '2022-12-20', 'remission', 'Marrow before transplant', {
        blasts: 1,
        conclusion: 'Morphologic remission; MRD negative.',
      }),
      diseaseStatus(who, '2022-12-22', 'full-remission', 'pathology', reason, 'First complete remission.'),
      hospitalStay(who, 'transplant', '2023-02-06', '2023-03-10', 'Allogeneic transplant'),
      procedure(
        who,
        'transplant',
        concept(
          'Allogeneic peripheral blood stem cell transplant, matched sibling',
          cpt('38240', 'Transplt allo hct/donor'),
          snomed('425843001', 'Allogeneic peripheral blood stem cell transplant (procedure)'),
        ),
        '2023-02-14',
        { encounter: stayOf(who, 'transplant'), reasonReference: [reason] },
      ),
      encounterDiagnosis(who, 'b-all-remission', {
        clinicalStatus: clinicalStatus('remission'),
        code: inRemission,
        onsetDateTime: '2022-12-22',
        abatementDateTime: '2025-12-16',
        recordedDate: '2023-02-06',
        encounter: stayOf(who, 'transplant'),
      }),
      ...marrowVisit(who, '2023-05-16', 'remission', 'Day 90 after transplant', {
        blasts: 1,
        conclusion: 'Remission, full donor chimerism.',
      }),
      report(
        who,
        'chimerism-2024-02-13',
        'flow',
        '2024-02-13',
        'Chimerism, peripheral blood',
        'CD3 fraction 100 % donor, CD33 fraction 100 % donor.',
      ),
      ...laboratoryIncidents(who, '2024-06-04'),
      ...marrowVisit(who, '2025-12-16', 'relapse', 'Falling platelets 34 months after transplant', {
        blasts: 26,
        cd19: 99,
        conclusion:
          'Relapse of B lymphoblastic leukemia, 26 % lymphoblasts, CD19 positive; recipient chimerism re-emerging.',
      }),
      diseaseStatus(
        who,
        '2025-12-18',
        'worsened',
        'pathology',
        reason,
        'Relapse after allogeneic transplant.',
      ),
      ...byReference(
        who,
        ['blinatumomab'],
        treatment(who, 'blinatumomab', {
          regimen: { title: 'Blinatumomab, one cycle', cycles: [blinatumomab], every: 42 },
          start: '2025-12-29',
          reason,
          counts: 'none',
        }),
      ),
      ...marrowVisit(who, '2026-02-10', 'relapse', 'Marrow after blinatumomab', {
        blasts: 31,
        cd19: 97,
        conclusion:
          'Persistent B lymphoblastic leukemia, 31 % lymphoblasts, no response to blinatumomab. CD19 expression retained.',
      }),
      diseaseStatus(who, '2026-02-11', 'worsened', 'pathology', reason, 'No response to blinatumomab.'),
      ...carTEvaluation(who, {
        day: '2026-02-16',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 59,
        disease: 'relapsed B-cell ALL',
        product: 'obecabtagene autoleucel',
        team: true,
      }),
      attestation(who, {
        indication: 'carepartners-ct-aucatzyl/aucatzyl',
        criteria: ['3', 'limit.one-time', 'limit.prior-car-t'],
        grouped: ['outpatient.1', 'outpatient.2'],
      }),
    ],
  });
}
