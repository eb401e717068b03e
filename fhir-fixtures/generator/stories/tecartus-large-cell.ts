import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftService, ordersOf, tecartus } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { rChp, rGemOx, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { assessed, followUp, highGrade, lymphomaWorkup } from './lymphoma-course.ts';

const hathaway: Person = {
  code: 'hathaway',
  given: ['Norma'],
  family: 'Hathaway',
  gender: 'female',
  birthDate: '1950-08-15',
  race: 'white',
  town: ['Glastonbury', '06033'],
  height: 157,
  weight: 59,
  oncologist: 'Naomi Feldstein, MD',
  primaryCare: 'Ruth Ostrander, MD',
};

/** High-grade lymphoma under an order for a product that treats mantle cell lymphoma and B-ALL. */
export function tecartusLargeCell(): Fixture {
  const who = hathaway;
  const condition = problem(who, 'hgbl', {
    code: highGrade,
    onsetDateTime: '2024-08-06',
    recordedDate: '2024-08-09',
  });
  const reason = referenceTo(condition, 'High-grade B-cell lymphoma');
  return fixtureOf({
    name: 'tecartus-large-cell',
    story:
      '75-year-old woman of CarePartners, high-grade B-cell lymphoma after Pola-R-CHP and R-GemOx; inpatient Tecartus.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel', tecartus.hcpcs),
        occurrenceDateTime: '2026-04-14',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      plannedInfusion(who, 'IMP', '2026-04-08'),
      condition,
      ...routineCare(who, {
        from: '2018-04-10',
        years: 6,
        comorbidities: ['hypertension', 'hypothyroidism', 'anxiety'],
        surgery: 'cataract',
        systolic: 139,
      }),
      ...laterVaccines(who, '2019-10-22'),
      ...lymphomaWorkup(who, condition, {
        day: '2024-07-30',
        complaint: 'Abdominal pain and weight loss',
        node: 'mesenteric',
        pathology: 'High-grade B-cell lymphoma with MYC and BCL2 rearrangements. Ki-67 90 %.',
        pathologyCode: highGrade,
        marrow: 'Negative for lymphoma.',
        scan: 'Mesenteric mass 10 cm, SUVmax 27.',
        summary: 'Stage III double-hit lymphoma. Pola-R-CHP.',
      }),
      ...treatment(who, 'pola-r-chp', {
        regimen: { title: 'Pola-R-CHP every 21 days', cycles: repeat(6, rChp), every: 21 },
        start: '2024-08-19',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2024-08-19'),
      ...assessed(who, '2025-01-14', reason, 'full-remission', 'Deauville 2.'),
      ...followUp(who, 'remission', 'Surveillance', ['2025-04-08', '2025-07-08']),
      ...assessed(who, '2025-08-12', reason, 'worsened', 'New mesenteric nodes 3.6 cm.'),
      ...treatment(who, 'gemox', {
        regimen: { title: 'R-GemOx every 14 days', cycles: repeat(6, rGemOx), every: 14 },
        start: '2025-09-02',
        reason,
      }),
      ...assessed(who, '2026-01-20', reason, 'worsened', 'Mesenteric mass 6.9 cm.'),
      ...carTEvaluation(who, {
        day: '2026-02-10',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 54,
        disease: 'relapsed high-grade lymphoma',
        product: 'CAR-T therapy',
      }),
    ],
  });
}
