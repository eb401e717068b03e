import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { aucatzyl, draftService, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { epicShaped } from '../epic-shapes.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { marrow } from '../procedures.ts';
import { alternate, inotuzumab, miniHyperCvdA, miniHyperCvdB, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { bAll, clearTaps, leukemiaWorkup, notInRemission } from './leukemia-course.ts';

const delacroix: Person = {
  code: 'delacroix',
  given: ['Mireille'],
  family: 'Delacroix',
  gender: 'female',
  birthDate: '1964-03-29',
  race: 'black',
  town: ['Brockton', '02301'],
  height: 166,
  weight: 75,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Remission and relapse are told in reports and letters alone; the problem list still says "not in remission". */
export function aucatzylBAllRelapseInProse(): Fixture {
  const who = delacroix;
  const condition = problem(who, 'b-all', {
    code: diagnosis('B-cell acute lymphoblastic leukemia', bAll, notInRemission),
    onsetDateTime: '2023-09-19',
    recordedDate: '2023-09-21',
  });
  const reason = referenceTo(condition, 'B-cell acute lymphoblastic leukemia');
  return fixtureOf({
    name: 'aucatzyl-b-all-relapse-in-prose',
    story:
      '61-year-old woman, B-ALL after mini-hyper-CVD and inotuzumab; that it relapsed stands in a marrow report’s words; outpatient Aucatzyl.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-aucatzyl', {
        code: concept('Obecabtagene autoleucel', aucatzyl.hcpcs),
        occurrenceDateTime: '2026-04-23',
        reasonReference: [reason],
      }),
    ),
    records: epicShaped([
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-04-23'),
      condition,
      ...routineCare(who, {
        from: '2017-04-04',
        years: 5,
        comorbidities: ['hypertension', 'diabetes'],
        surgery: 'cholecystectomy',
        systolic: 137,
      }),
      ...laterVaccines(who, '2022-10-18'),
      ...leukemiaWorkup(who, {
        day: '2023-09-18',
        complaint: 'Fatigue and pancytopenia',
        ejectionFraction: 57,
        marrow: {
          counted: 'blasts',
          blasts: 77,
          conclusion: 'B lymphoblastic leukemia.',
          conclusionCode: concept('B lymphoblastic leukemia', bAll),
        },
        flow: 'CD19, CD22 and TdT positive blasts.',
        cytogenetics: 'Low hypodiploidy. BCR::ABL1 negative.',
        summary: 'B-ALL at 59, hypodiploid. Mini-hyper-CVD with inotuzumab.',
      }),
      ...treatment(who, 'mini-hcvd', {
        regimen: {
          title: 'Mini-hyper-CVD, cycles A and B in turn',
          cycles: alternate(3, miniHyperCvdA, miniHyperCvdB),
          every: 28,
          inpatient: true,
        },
        start: '2023-09-22',
        reason,
        firstCount: 'leukemia',
      }),
      ...treatment(who, 'inotuzumab', {
        regimen: { title: 'Inotuzumab ozogamicin', cycles: repeat(2, inotuzumab), every: 28 },
        start: '2023-09-25',
        reason,
        counts: 'none',
      }),
      ...supportiveCare(who, '2023-09-22'),
      ...clearTaps(who, ['2023-10-24', '2023-12-19']),
      ...marrow(who, '2023-11-14', {
        conclusion: 'Hypocellular marrow without an increase of blasts; consistent with remission.',
      }),
      ...marrow(who, '2026-01-20', {
        conclusion:
          'Recurrent B lymphoblastic leukemia, extensive. Aspirate a dry tap; no differential count.',
      }),
      note(
        who,
        'progress-2026-01-27',
        'progress',
        '2026-01-27',
        'Leukemia clinic progress note',
        'Relapse about two years after remission. Options reviewed.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-12',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'B-cell ALL',
        product: 'obecabtagene autoleucel',
        diabetic: true,
      }),
    ]),
  });
}
