import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, icd10cm, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion, visit } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { statement } from '../medications.ts';
import type { Person } from '../person.ts';
import { portPlacement } from '../procedures.ts';
import { polatuzumabBr, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, scan } from './lymphoma-course.ts';

const whitcomb: Person = {
  code: 'whitcomb',
  given: ['Leonard', 'James'],
  family: 'Whitcomb',
  gender: 'male',
  birthDate: '1949-12-02',
  race: 'white',
  town: ['Concord', '01742'],
  height: 179,
  weight: 81,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

/** First treated in another state: the biopsy is a letter, the first line a list. */
export function kymriahLbclNoPathology(): Fixture {
  const who = whitcomb;
  const condition = problem(who, 'dlbcl', {
    code: diagnosis(
      'DLBCL',
      icd10cm('C83.38', 'Diffuse large B-cell lymphoma, lymph nodes of multiple sites'),
    ),
    recordedDate: '2025-04-15',
  });
  const reason = referenceTo(condition, 'DLBCL');
  return fixtureOf({
    name: 'kymriah-lbcl-no-pathology',
    story:
      '76-year-old man, large B-cell lymphoma first treated in Florida; no pathology report, R-CHOP on the patient’s list, ' +
      'progression after Pola-BR in a scan’s words; inpatient Kymriah.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-kymriah', {
        code: concept('Tisagenlecleucel', kymriah.hcpcs),
        occurrenceDateTime: '2026-04-22',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-17'),
      condition,
      ...routineCare(who, {
        from: '2019-09-10',
        years: 5,
        comorbidities: ['hypertension', 'hyperlipidemia', 'prostate'],
        surgery: 'appendectomy',
        smoking: 'former',
        systolic: 140,
      }),
      ...laterVaccines(who, '2020-10-20'),
      visit(who, '2025-04-15', 'Transfer of care'),
      note(
        who,
        'transfer',
        'consultation',
        '2025-04-15',
        'Hematology/oncology consultation, transfer of care',
        'Biopsy and first treatment in Florida in 2023. Slides and reports requested.',
      ),
      statement(who, 'r-chop-rituximab', 'rituximab', {
        status: 'completed',
        effectivePeriod: { start: '2023', end: '2023' },
        reasonReference: [reason],
        note: [{ text: 'R-CHOP, six cycles, by the patient’s list.' }],
      }),
      portPlacement(who, '2025-04-29'),
      ...treatment(who, 'pola-br', {
        regimen: { title: 'Pola-BR every 21 days', cycles: repeat(6, polatuzumabBr), every: 21 },
        start: '2025-05-05',
        reason,
        firstCount: 'lymphoma',
      }),
      ...followUp(who, 'lymphoma', 'Follow-up after Pola-BR', ['2025-10-14', '2025-12-16', '2026-01-20']),
      scan(
        who,
        '2026-01-27',
        'PET/CT skull base to mid thigh',
        'Enlarging avid pelvic nodes, suspicious for progression of lymphoma.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-17',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 53,
        disease: 'large B-cell lymphoma',
        product: 'tisagenlecleucel',
        creatinine: 1.2,
      }),
    ],
  });
}
