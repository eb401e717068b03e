import { carTEvaluation } from '../car-t-evaluation.ts';
import { concept, referenceTo, snomed } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, kymriah, ordersOf } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { clinicalStatus, diagnosis, problem } from '../medical-history.ts';
import { supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { alternate, hyperCvadA, hyperCvadB, inotuzumab, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { clearTaps, inRelapse, leukemiaWorkup, relapseFound, remissionFound } from './leukemia-course.ts';

const marchetti: Person = {
  code: 'marchetti',
  given: ['Elisa', 'Noemi'],
  family: 'Marchetti',
  gender: 'female',
  birthDate: '2003-10-27',
  race: 'white',
  town: ['Natick', '01760'],
  height: 165,
  weight: 59,
  oncologist: 'Gregory Tan, MD',
  primaryCare: 'Anjali Mehra, MD',
  hospital: 'sudbury',
};

const precursorB = snomed('277572006', 'Precursor B-cell acute lymphoblastic leukemia (disorder)');

/** The last marrow is older than the last therapy, and nobody has called its CD19. */
export function kymriahBAllMarrowOutdated(): Fixture {
  const who = marchetti;
  const condition = problem(who, 'b-all', {
    code: diagnosis('Precursor B-ALL in relapse', precursorB, inRelapse),
    clinicalStatus: clinicalStatus('relapse'),
    onsetDateTime: '2023-03-07',
    recordedDate: '2025-11-20',
  });
  const reason = referenceTo(condition, 'Precursor B-ALL in relapse');
  return fixtureOf({
    name: 'kymriah-b-all-marrow-outdated',
    story:
      '22-year-old woman, first relapse of B-ALL, bridged with inotuzumab since the last marrow; outpatient Kymriah. CD19 ' +
      'stands as a number that nobody calls.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-kymriah', {
        code: concept('Tisagenlecleucel, per therapeutic dose', kymriah.hcpcs),
        occurrenceDateTime: '2026-04-21',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'AMB', '2026-04-21'),
      condition,
      ...routineCare(who, { from: '2019-08-20', years: 3, comorbidities: ['anxiety'], systolic: 112 }),
      ...leukemiaWorkup(who, {
        day: '2023-03-06',
        complaint: 'Fever, gum bleeding and pancytopenia',
        marrow: {
          blasts: 88,
          cd19: 96,
          conclusion: 'Precursor B-cell acute lymphoblastic leukemia.',
          conclusionCode: concept('Precursor B-cell ALL', precursorB),
        },
        flow: 'CD19, CD22, CD10 and CD34 on 86 % of cells.',
        cytogenetics: 'Hyperdiploid, 54 chromosomes. BCR::ABL1 FISH negative.',
        summary: 'Standard-risk B-ALL of a young adult. Hyper-CVAD.',
      }),
      ...treatment(who, 'hyper-cvad', {
        regimen: {
          title: 'Hyper-CVAD, cycles A and B in turn',
          cycles: alternate(4, hyperCvadA, hyperCvadB),
          every: 24,
          inpatient: true,
        },
        start: '2023-03-10',
        reason,
        firstCount: 'leukemia',
        delays: { 4: 7 },
        counts: 'first',
      }),
      ...supportiveCare(who, '2023-03-10'),
      ...clearTaps(who, ['2023-04-18', '2023-06-06']),
      ...remissionFound(who, '2023-05-02', reason, 'Marrow after cycle 2', {
        blasts: 1,
        conclusion: 'Remission; MRD negative by flow.',
      }),
      ...laboratoryIncidents(who, '2024-10-08'),
      ...relapseFound(who, '2025-11-18', reason, 'Bone pain two years off treatment', {
        blasts: 64,
        cd19: 98,
        conclusion: 'Relapse of precursor B-cell ALL, 64 % lymphoblasts.',
      }),
      ...treatment(who, 'inotuzumab', {
        regimen: { title: 'Inotuzumab ozogamicin', cycles: repeat(2, inotuzumab), every: 21 },
        start: '2025-12-08',
        reason,
      }),
      note(
        who,
        'progress-2026-02-03',
        'progress',
        '2026-02-03',
        'Leukemia clinic progress note',
        'Counts falling again after two cycles of inotuzumab. Marrow to be repeated.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-18',
        state: 'relapse',
        ecog: 1,
        ejectionFraction: 60,
        disease: 'relapsed B-cell ALL',
        product: 'tisagenlecleucel',
      }),
    ],
  });
}
