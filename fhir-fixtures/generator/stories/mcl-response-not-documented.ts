import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { carePartners } from '../coverage.ts';
import { draftService, ordersWithUrns, tecartus } from '../draft-orders.ts';
import { orderVisit, plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { familyHistory, problem } from '../medical-history.ts';
import { oralCourse, supportiveCare } from '../medications.ts';
import { type Person } from '../person.ts';
import { bendamustineRituximab, rChop, repeat } from '../regimens.ts';
import { note } from '../reports.ts';
import { laboratoryIncidents, laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import { followUp, lymphomaWorkup, mantleCellMorphology, scan, mantleCell } from './lymphoma-course.ts';

const moreau: Person = {
  code: 'moreau',
  given: ['Claudette'],
  family: 'Moreau',
  gender: 'female',
  birthDate: '1951-04-06',
  race: 'white',
  town: ['Willimantic', '06226'],
  height: 164,
  weight: 61,
  oncologist: 'Samuel Adeyemi, MD',
  primaryCare: 'Helen Pruitt, MD',
};

/** Progression that only a radiologist's sentence and a change of drug suggest. */
export function mclResponseNotDocumented(): Fixture {
  const who = moreau;
  const condition = problem(who, 'mcl', {
    code: mantleCell,
    onsetDateTime: '2021-02',
    recordedDate: '2021-02-22',
  });
  const reason = referenceTo(condition, 'Mantle cell lymphoma');
  return fixtureOf({
    name: 'mcl-response-not-documented',
    story:
      '74-year-old woman with mantle cell lymphoma, R-CHOP, BR and ibrutinib behind her, on pirtobrutinib since December; ' +
      'nobody has coded a response, only a scan report speaks of it; inpatient Tecartus.',
    who,
    encounter: 'visit-2026-03-02',
    draftOrders: ordersWithUrns(
      draftService(who, 'draft-tecartus', {
        code: concept('Brexucabtagene autoleucel infusion', tecartus.hcpcs),
        occurrenceDateTime: '2026-04-13',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...carePartners(who, 'HMO'),
      orderVisit(who),
      plannedInfusion(who, 'IMP', '2026-04-07'),
      condition,
      ...routineCare(who, {
        from: '2017-06-20',
        years: 4,
        comorbidities: ['hypertension', 'hypothyroidism'],
        surgery: 'cataract',
        allergy: 'allopurinol',
        systolic: 141,
      }),
      ...laterVaccines(who, '2019-11-05'),
      familyHistory(who, 'paternal grandmother', concept('Lymphoma, type unknown'), 70),
      ...lymphomaWorkup(who, condition, {
        day: '2021-02-12',
        complaint: 'Weight loss and a mass in the right axilla',
        node: 'right axillary',
        pathology:
          'Mantle cell lymphoma, classic variant. CD20, CD5, cyclin D1 and SOX11 positive. Ki-67 15 to 20 %. t(11;14) by FISH.',
        pathologyCode: mantleCellMorphology,
        marrow: 'Marrow with 10 % involvement by mantle cell lymphoma.',
        scan: 'Avid axillary, supraclavicular and retroperitoneal adenopathy up to 5.1 cm, SUVmax 7.2. Spleen normal in size.',
        summary:
          'Stage IV mantle cell lymphoma, fit. R-CHOP with rituximab recommended over intensive induction.',
      }),
      ...treatment(who, 'rchop', {
        regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
        start: '2021-03-15',
        reason,
        firstCount: 'lymphoma',
      }),
      ...supportiveCare(who, '2021-03-15'),
      scan(
        who,
        '2021-08-03',
        'PET/CT, end of treatment',
        'Marked decrease in size and avidity of all nodes. Residual axillary node 1.4 cm, Deauville 3.',
      ),
      ...treatment(who, 'br', {
        regimen: { title: 'BR every 28 days', cycles: repeat(6, bendamustineRituximab), every: 28 },
        start: '2022-09-12',
        reason,
        counts: 'first',
        firstCount: 'lymphoma',
      }),
      ...oralCourse(who, 'ibrutinib', {
        drug: 'ibrutinib',
        start: '2023-11-20',
        end: '2025-12-15',
        every: 90,
        fills: 8,
        quantity: 90,
        sig: '560 mg by mouth once daily; 420 mg from March 2025',
        reason,
      }),
      ...followUp(who, 'remission', 'Follow-up on ibrutinib', ['2024-02-20', '2024-08-20', '2025-03-18']),
      ...laboratoryIncidents(who, '2025-05-06'),
      scan(
        who,
        '2025-12-09',
        'CT chest, abdomen and pelvis with contrast',
        'Interval enlargement of axillary and mesenteric lymph nodes, the largest 4.4 x 3.0 cm (previously 2.0 x 1.5 cm). ' +
          'New perisplenic nodule. Findings are suspicious for progression of lymphoma; clinical correlation recommended.',
      ),
      ...oralCourse(who, 'pirtobrutinib', {
        drug: 'pirtobrutinib',
        start: '2025-12-17',
        every: 30,
        fills: 3,
        quantity: 60,
        sig: '200 mg by mouth once daily',
        reason,
      }),
      note(
        who,
        'progress-2026-01-27',
        'progress',
        '2026-01-27',
        'Hematology/oncology progress note',
        'Six weeks on pirtobrutinib. Nodes palpable as before. Options after BTK inhibition discussed.',
      ),
      ...carTEvaluation(who, {
        day: '2026-02-19',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 61,
        disease: 'mantle cell lymphoma',
        product: 'brexucabtagene autoleucel',
      }),
      plannedCollection(who, '2026-03-17'),
    ],
  });
}
