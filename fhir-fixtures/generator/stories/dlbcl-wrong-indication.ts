import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { aucatzyl, draftBloodCount, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { polatuzumabBr, rChop, rIce, repeat } from '../regimens.ts';
import { diseaseStatus, note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare, ruledOutEmbolism } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, largeCell, largeCellMorphology, lymphomaWorkup, scan } from './lymphoma-course.ts';

const abrams: Person = {
  code: 'abrams',
  given: ['Judith', 'Ellen'],
  family: 'Abrams',
  gender: 'female',
  birthDate: '1953-09-28',
  race: 'white',
  town: ['Middletown', '06457'],
  height: 163,
  weight: 68,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** Large B-cell lymphoma under an order for a leukemia product. */
export function dlbclWrongIndication(): Fixture {
  const who = abrams;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2023-10-17',
    recordedDate: '2023-10-20',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'dlbcl-wrong-indication',
    story:
      '72-year-old woman, diffuse large B-cell lymphoma after R-CHOP, R-ICE and Pola-BR; an inpatient order for Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-aucatzyl', {
        code: concept('Obecabtagene autoleucel', {
          ...aucatzyl.hcpcs,
          system: 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
        }),
        occurrenceDateTime: '2026-04-16',
        reasonReference: [reason],
      }),
      draftBloodCount(who),
    ),
    records: [
      ...carePartners(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-10'),
      condition,
      ...routineCare(who, {
        from: '2018-11-13',
        years: 4,
        comorbidities: ['hypertension', 'hypothyroidism', 'reflux'],
        surgery: 'cholecystectomy',
        allergy: 'codeine',
        smoking: 'former',
        systolic: 135,
      }),
      ...ruledOutEmbolism(who, '2022-02-15'),
      ...laterVaccines(who, '2019-09-10'),
      familyHistory(
        who,
        'maternal grandmother',
        concept(
          'Acute lymphoblastic leukemia',
          icd10cm('C91.00', 'Acute lymphoblastic leukemia not having achieved remission'),
        ),
        12,
      ),
      ...lymphomaWorkup(who, condition, {
        day: '2023-10-12',
        complaint: 'Rapidly growing abdominal and groin masses',
        node: 'left inguinal',
        pathology:
          'Diffuse large B-cell lymphoma, NOS, non-germinal center type (Hans). CD20, BCL6, MUM1 and BCL2 positive, CD10 negative; ' +
          'Ki-67 85 %. FISH negative for MYC, BCL2 and BCL6 rearrangements.',
        pathologyCode: largeCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Bulky avid mesenteric mass 9.4 cm, SUVmax 26.1; inguinal, iliac and mediastinal nodes.',
        summary: 'Stage IV DLBCL, IPI 3. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2023-11-06',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2023-11-06'),
      diseaseStatus(who, '2024-03-19', 'full-remission', 'imaging', reason, 'Complete remission.'),
      scan(
        who,
        '2025-03-04',
        'PET/CT skull base to mid thigh',
        'Recurrent avid mesenteric mass 5.5 cm, SUVmax 22.',
      ),
      diseaseStatus(who, '2025-03-06', 'worsened', 'imaging', reason, 'First relapse, biopsy proven.'),
      ...treatment(who, 'rice', {
        regimen: { title: 'R-ICE every 21 days', cycles: repeat(2, rIce), every: 21, inpatient: true },
        start: '2025-03-17',
        reason,
        firstCount: 'lymphoma',
      }),
      ...treatment(who, 'pola-br', {
        regimen: {
          title: 'Polatuzumab vedotin, bendamustine and rituximab every 21 days',
          cycles: repeat(4, polatuzumabBr),
          every: 21,
        },
        start: '2025-06-09',
        reason,
        counts: 'first',
      }),
      ...followUp(who, 'remission', 'Follow-up after Pola-BR', ['2025-09-16', '2025-11-18']),
      ...laboratoryIncidents(who, '2025-10-07'),
      scan(
        who,
        '2026-02-03',
        'PET/CT skull base to mid thigh',
        'Progressive disease, Deauville 5. Mesenteric mass 7.1 cm, new hepatic lesions.',
      ),
      diseaseStatus(who, '2026-02-05', 'worsened', 'imaging', reason, 'Second relapse.'),
      note(
        who,
        'treatment-summary',
        'summary',
        '2026-02-06',
        'Oncology treatment summary',
        'R-CHOP x6, R-ICE x2, Pola-BR x4.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 57,
        disease: 'relapsed large B-cell lymphoma',
        product: 'CAR-T therapy',
        team: true,
      }),
    ],
  });
}
