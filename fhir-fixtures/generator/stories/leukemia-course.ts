import type { FhirResource, Reference } from 'fhir/r4.js';
import { type Day, daysAfter } from '../calendar.ts';
import { concept, icd10cm, loinc, snomed } from '../codings.ts';
import { hospitalStay, stayOf, visit, visitOf } from '../encounters.ts';
import { bloodCount, chemistry } from '../laboratory-panels.ts';
import { finding, repeated, result } from '../laboratory.ts';
import { diagnosis } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { type Marrow, echocardiogram, lumbarPuncture, marrow, portPlacement } from '../procedures.ts';
import { diseaseStatus, note, report } from '../reports.ts';
import { vitalSigns } from '../vital-signs.ts';

export const bAll = snomed('277571004', 'B-cell acute lymphoblastic leukemia (disorder)');
export const notInRemission = icd10cm('C91.00', 'Acute lymphoblastic leukemia not having achieved remission');
export const inRelapse = icd10cm('C91.02', 'Acute lymphoblastic leukemia, in relapse');
export const inRemission = diagnosis(
  'Acute lymphoblastic leukemia in remission',
  icd10cm('C91.01', 'Acute lymphoblastic leukemia, in remission'),
);

export interface LeukemiaWorkup {
  readonly day: Day;
  readonly complaint: string;
  readonly state?: 'leukemia' | 'leukostasis';
  readonly marrow: Marrow;
  readonly flow: string;
  readonly cytogenetics: string;
  readonly summary: string;
  readonly ejectionFraction?: number;
  readonly bcrAbl?: keyof typeof transcripts;
}

/** The first admission: counts, marrow, flow, cytogenetics, spinal fluid, echocardiogram, port and the first note. */
export function leukemiaWorkup(who: Person, work: LeukemiaWorkup): readonly FhirResource[] {
  const { day } = work;
  const encounter = stayOf(who, 'diagnosis');
  const draw = { state: work.state ?? 'leukemia', encounter };
  const uricAcid = result(who, day, 'uricAcid', 9.4, { encounter });
  const marrowDay = daysAfter(day, 1);
  return [
    hospitalStay(who, 'diagnosis', day, daysAfter(day, 26), work.complaint),
    ...vitalSigns(who, day, encounter),
    ...bloodCount(who, day, draw),
    ...chemistry(who, day, draw),
    uricAcid,
    repeated(uricAcid, day),
    ...marrow(who, marrowDay, work.marrow),
    report(who, `flow-${marrowDay}`, 'flow', marrowDay, 'Flow cytometry, bone marrow', work.flow),
    report(
      who,
      `cytogenetics-${marrowDay}`,
      'cytogenetics',
      marrowDay,
      'Karyotype and FISH, bone marrow',
      work.cytogenetics,
    ),
    bcrAbl(who, marrowDay, work.bcrAbl ?? 'not-detected'),
    ...lumbarPuncture(who, daysAfter(day, 2), 1, null),
    ...echocardiogram(who, daysAfter(day, 2), work.ejectionFraction ?? 63),
    portPlacement(who, daysAfter(day, 4)),
    note(
      who,
      `consultation-${day}`,
      'consultation',
      daysAfter(day, 3),
      'Leukemia service consultation, new diagnosis',
      work.summary,
    ),
  ];
}

const transcripts = {
  detected: concept('Detected', snomed('260373001', 'Detected (qualifier value)')),
  'not-detected': concept('Not detected', snomed('260415000', 'Not detected (qualifier value)')),
} as const;

const bcrAbl = (who: Person, day: Day, value: keyof typeof transcripts): FhirResource =>
  finding(
    who,
    day,
    'bcr-abl1',
    concept(
      'BCR::ABL1 fusion transcript, qualitative',
      loinc('21821-4', 't(9;22)(q34.1;q11)(ABL1,BCR) fusion transcript'),
    ),
    transcripts[value],
  );

/** A clinic visit with counts, chemistry and a marrow: remission assessed, or relapse found. */
export function marrowVisit(
  who: Person,
  day: Day,
  state: 'relapse' | 'remission',
  reason: string,
  sample: Marrow,
): readonly FhirResource[] {
  const encounter = visitOf(who, day);
  return [
    visit(who, day, reason),
    ...vitalSigns(who, day, encounter),
    ...bloodCount(who, day, { state, encounter }),
    ...chemistry(who, day, { state, encounter }),
    ...marrow(who, day, sample),
  ];
}

/** A marrow in remission, and the oncologist's statement of it two days later. */
export const remissionFound = (
  who: Person,
  day: Day,
  about: Reference,
  why: string,
  sample: Marrow,
): readonly FhirResource[] => [
  ...marrowVisit(who, day, 'remission', why, sample),
  diseaseStatus(who, daysAfter(day, 2), 'full-remission', 'pathology', about, 'Complete remission.'),
];

/** A marrow in relapse, and the oncologist's statement of it two days later. */
export const relapseFound = (
  who: Person,
  day: Day,
  about: Reference,
  why: string,
  sample: Marrow,
): readonly FhirResource[] => [
  ...marrowVisit(who, day, 'relapse', why, sample),
  diseaseStatus(who, daysAfter(day, 2), 'worsened', 'pathology', about, `${why}: relapse in the marrow.`),
];

/** Spinal taps of prophylaxis, all of them clear. */
export const clearTaps = (who: Person, days: readonly Day[]): readonly FhirResource[] =>
  days.flatMap((day, index) => lumbarPuncture(who, day, index % 2, 0));
