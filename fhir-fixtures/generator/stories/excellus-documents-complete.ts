import { pharmacyAnswer } from '../authorization.ts';
import { carTEvaluation } from '../car-t-evaluation.ts';
import { candidateNotes, chestFilm, electrocardiogram } from '../candidate-documents.ts';
import { concept, referenceTo } from '../codings.ts';
import { excellus } from '../coverage.ts';
import { draftMedication, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { rChop, rIce, repeat } from '../regimens.ts';
import { diseaseStatus } from '../reports.ts';
import { routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { largeCell, largeCellMorphology, lymphomaWorkup, scan } from './lymphoma-course.ts';

const halvorsen: Person = {
  code: 'halvorsen',
  given: ['Karin', 'Marie'],
  family: 'Halvorsen',
  gender: 'female',
  birthDate: '1967-11-02',
  race: 'white',
  town: ['Canandaigua', '14424'],
  height: 171,
  weight: 74,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** Every document is on file and the pharmacy has approved; only a clinician's statements are open. */
export function excellusDocumentsComplete(): Fixture {
  const who = halvorsen;
  const condition = problem(who, 'dlbcl', {
    code: largeCell,
    onsetDateTime: '2024-08-20',
    recordedDate: '2024-08-23',
  });
  const reason = referenceTo(condition, 'Diffuse large B-cell lymphoma');
  return fixtureOf({
    name: 'excellus-documents-complete',
    story:
      '58-year-old woman, large B-cell lymphoma relapsed after R-CHOP and R-ICE; outpatient Yescarta. Every document of the ' +
      'checklist is on file, the pharmacy has approved the drug; what only a clinician can state is not stated yet.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftMedication(who, 'draft-yescarta', {
        medicationCodeableConcept: concept('Axicabtagene ciloleucel', yescarta.hcpcs, yescarta.ingredient),
        reasonReference: [reason],
        dosageInstruction: [{ text: 'Intravenous, once', timing: { event: ['2026-04-22'] } }],
      }),
    ),
    records: [
      ...excellus(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-04-22'),
      condition,
      ...routineCare(who, {
        from: '2019-05-14',
        years: 4,
        comorbidities: ['hypothyroidism', 'hyperlipidemia'],
        allergy: 'penicillin',
        smoking: 'never',
        systolic: 124,
      }),
      ...lymphomaWorkup(who, condition, {
        day: '2024-08-15',
        complaint: 'Abdominal fullness and night sweats',
        node: 'right inguinal',
        pathology:
          'Diffuse large B-cell lymphoma, NOS, germinal center type. CD20, CD10 and BCL6 positive; Ki-67 80 %.',
        pathologyCode: largeCellMorphology,
        marrow: 'Negative for lymphoma.',
        scan: 'Retroperitoneal mass 7.8 cm, SUVmax 22.4; inguinal and iliac nodes.',
        summary: 'Stage III DLBCL, IPI 2. R-CHOP for six cycles.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2024-09-09',
        reason,
        firstCount: 'lymphoma',
        counts: 'first',
      }),
      ...supportiveCare(who, '2024-09-09'),
      diseaseStatus(who, '2025-01-21', 'full-remission', 'imaging', reason, 'Complete remission.'),
      diseaseStatus(who, '2025-09-16', 'worsened', 'imaging', reason, 'Relapse in the retroperitoneum.'),
      ...treatment(who, 'rice', {
        regimen: { title: 'R-ICE every 21 days', cycles: repeat(2, rIce), every: 21, inpatient: true },
        start: '2025-10-06',
        reason,
        firstCount: 'lymphoma',
      }),
      scan(
        who,
        '2026-01-20',
        'PET/CT skull base to mid thigh',
        'Progressive disease, Deauville 5; new mesenteric nodes.',
      ),
      diseaseStatus(who, '2026-01-22', 'worsened', 'imaging', reason, 'Refractory to R-ICE.'),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 60,
        disease: 'relapsed large B-cell lymphoma',
        product: 'axicabtagene ciloleucel',
        team: true,
      }),
      electrocardiogram(who, '2026-02-10'),
      chestFilm(who, '2026-02-10'),
      ...candidateNotes(who, '2026-02-11', 'axicabtagene ciloleucel'),
      ...pharmacyAnswer(who, {
        asked: '2026-02-16',
        answered: '2026-02-24',
        drug: yescarta.hcpcs,
        decision: 'certified',
      }),
    ],
  });
}
