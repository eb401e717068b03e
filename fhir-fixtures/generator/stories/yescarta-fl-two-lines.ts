import { carTEvaluation, plannedCollection } from '../car-t-evaluation.ts';
import { concept, referenceTo } from '../codings.ts';
import { blueCrossMassachusetts } from '../coverage.ts';
import { draftService, ordersOf, yescarta } from '../draft-orders.ts';
import { plannedInfusion } from '../encounters.ts';
import { type Fixture, fixtureOf } from '../fixture.ts';
import { problem } from '../medical-history.ts';
import { byReference, supportiveCare } from '../medications.ts';
import type { Person } from '../person.ts';
import { obinutuzumabBendamustine, rChop, repeat } from '../regimens.ts';
import { laterVaccines, routineCare } from '../routine-care.ts';
import { treatment } from '../treatment.ts';
import {
  assessed,
  follicularGrade3a,
  followUp,
  lymphomaWorkup,
  neutropenicFever,
} from './lymphoma-course.ts';

const mcallister: Person = {
  code: 'mcallister',
  given: ['Ian', 'Robert'],
  family: 'McAllister',
  gender: 'male',
  birthDate: '1963-07-14',
  race: 'white',
  town: ['Plymouth', '02360'],
  height: 185,
  weight: 95,
  oncologist: 'Hannah Weisz, MD',
  primaryCare: 'Teresa Quill, MD',
  hospital: 'bayside',
};

/** Progression within two years of R-CHOP and again after obinutuzumab with bendamustine. */
export function yescartaFlTwoLines(): Fixture {
  const who = mcallister;
  const condition = problem(who, 'fl', {
    code: follicularGrade3a,
    onsetDateTime: '2022-02-15',
    recordedDate: '2022-02-18',
  });
  const reason = referenceTo(condition, 'Follicular lymphoma grade 3A');
  return fixtureOf({
    name: 'yescarta-fl-two-lines',
    story:
      '62-year-old man, follicular lymphoma grade 3A progressing within two years of R-CHOP and again after obinutuzumab ' +
      'with bendamustine; inpatient Yescarta.',
    who,
    encounter: 'car-t-encounter',
    draftOrders: ordersOf(
      draftService(who, 'draft-yescarta', {
        code: concept('Axicabtagene ciloleucel', yescarta.hcpcs),
        occurrenceDateTime: '2026-04-13',
        reasonReference: [reason],
      }),
    ),
    records: [
      ...blueCrossMassachusetts(who, 'PPO'),
      plannedInfusion(who, 'IMP', '2026-04-07'),
      condition,
      ...routineCare(who, {
        from: '2017-05-30',
        years: 4,
        comorbidities: ['hypertension', 'hyperlipidemia'],
        smoking: 'former',
        systolic: 139,
      }),
      ...laterVaccines(who, '2021-10-26'),
      ...lymphomaWorkup(who, condition, {
        day: '2022-02-08',
        complaint: 'Abdominal fullness',
        node: 'right inguinal',
        pathology: 'Follicular lymphoma, grade 3A, no diffuse areas. CD20, CD10 and BCL2 positive.',
        pathologyCode: follicularGrade3a,
        marrow: 'Negative for lymphoma.',
        scan: 'Mesenteric mass 9.6 cm, SUVmax 12.',
        summary: 'Stage III follicular lymphoma, grade 3A, bulky. R-CHOP.',
      }),
      ...byReference(
        who,
        ['rituximab', 'doxorubicin'],
        treatment(who, 'rchop', {
          regimen: { title: 'R-CHOP every 21 days', cycles: repeat(6, rChop), every: 21 },
          start: '2022-03-07',
          reason,
          firstCount: 'lymphoma',
        }),
      ),
      ...supportiveCare(who, '2022-03-07'),
      ...neutropenicFever(who, '2022-05-02', 5),
      ...assessed(who, '2022-07-26', reason, 'partial-remission', 'Mesenteric mass 3.0 cm, Deauville 3.'),
      ...assessed(who, '2023-10-17', reason, 'worsened', 'Mesenteric mass 6.2 cm, new iliac nodes.'),
      ...treatment(who, 'gb', {
        regimen: {
          title: 'Obinutuzumab and bendamustine every 28 days',
          cycles: repeat(6, obinutuzumabBendamustine),
          every: 28,
        },
        start: '2023-11-06',
        reason,
        firstCount: 'lymphoma',
        delays: { 4: 14 },
        note: 'Cycle 4 two weeks late for a respiratory infection.',
      }),
      ...followUp(who, 'lymphoma', 'Surveillance', ['2024-06-18', '2025-02-11']),
      ...assessed(who, '2025-12-02', reason, 'worsened', 'Iliac nodes 5.8 cm, new pleural effusion.'),
      ...carTEvaluation(who, {
        day: '2026-01-22',
        state: 'lymphoma',
        ecog: 1,
        ejectionFraction: 56,
        disease: 'relapsed follicular lymphoma',
        product: 'axicabtagene ciloleucel',
        team: true,
      }),
      plannedCollection(who, '2026-03-16'),
    ],
  });
}
