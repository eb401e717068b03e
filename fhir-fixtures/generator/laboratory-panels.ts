import type { CodeableConcept, DiagnosticReport, Observation, Reference } from 'fhir/r4.js';
import type { AnalyteName } from './analytes.ts';
import { type Day, at, yearsBetween } from './calendar.ts';
import { coded, concept, hl7, loinc, referenceTo } from './codings.ts';
import { result } from './laboratory.ts';
import { type Person, idOf, subjectOf } from './person.ts';
import { type Spread, around, randomStream } from './random.ts';

/** The condition of the blood: means and spreads that every draw of that state varies about. */
export type BloodState = keyof typeof bloodStates;

type CountName = 'alc' | 'anc' | 'hgb' | 'plt' | 'wbc';
type Counts = Readonly<Record<CountName | 'ldh', Spread>>;

const bloodStates = {
  healthy: {
    wbc: [6.6, 1.6],
    hgb: [13.9, 0.9],
    plt: [238, 45],
    anc: [4, 1],
    alc: [1.9, 0.5],
    ldh: [176, 28],
  },
  lymphoma: {
    wbc: [8.4, 2],
    hgb: [11.4, 0.8],
    plt: [156, 30],
    anc: [4.4, 1],
    alc: [2.9, 0.9],
    ldh: [362, 70],
  },
  chemotherapy: {
    wbc: [4.6, 1.1],
    hgb: [11.2, 0.7],
    plt: [192, 40],
    anc: [2.7, 0.7],
    alc: [0.8, 0.25],
    ldh: [196, 32],
  },
  nadir: {
    wbc: [0.7, 0.3],
    hgb: [8.2, 0.6],
    plt: [34, 14],
    anc: [0.21, 0.15],
    alc: [0.3, 0.15],
    ldh: [188, 30],
  },
  leukemia: {
    wbc: [46, 18],
    hgb: [7.9, 0.7],
    plt: [29, 11],
    anc: [0.7, 0.3],
    alc: [3.2, 1],
    ldh: [910, 220],
  },
  leukostasis: {
    wbc: [238, 22],
    hgb: [7.4, 0.5],
    plt: [21, 8],
    anc: [1.1, 0.4],
    alc: [5.2, 1.5],
    ldh: [1680, 300],
  },
  relapse: {
    wbc: [9.8, 3.5],
    hgb: [9.6, 0.7],
    plt: [64, 18],
    anc: [1.1, 0.3],
    alc: [2.1, 0.6],
    ldh: [438, 90],
  },
  myeloma: {
    wbc: [4.8, 1],
    hgb: [10.8, 0.5],
    plt: [148, 30],
    anc: [2.6, 0.6],
    alc: [1.1, 0.3],
    ldh: [212, 35],
  },
  remission: {
    wbc: [4.9, 1],
    hgb: [12.2, 0.7],
    plt: [186, 35],
    anc: [2.9, 0.7],
    alc: [1.2, 0.4],
    ldh: [182, 26],
  },
} as const satisfies Record<string, Counts>;

/** Share of blasts among circulating leukocytes, %; only leukemia that is out of remission has any. */
const circulatingBlasts: Partial<Record<BloodState, Spread>> = {
  leukemia: [64, 20],
  leukostasis: [91, 5],
  relapse: [19, 9],
};

export interface Draw {
  readonly state: BloodState;
  readonly encounter?: Reference;
}

const countNames = ['wbc', 'hgb', 'plt', 'anc', 'alc'] as const;

/** A complete blood count, its report last. */
export function bloodCount(
  who: Person,
  day: Day,
  { state, encounter }: Draw,
): readonly (DiagnosticReport | Observation)[] {
  const next = randomStream(`count ${who.code} ${day}`);
  const linked = encounter === undefined ? {} : { encounter };
  const counts = countNames.map((name) =>
    result(who, day, name, Math.max(0.02, around(next, bloodStates[state][name])), linked),
  );
  const blasts = circulatingBlasts[state];
  const results =
    blasts === undefined ? counts : [...counts, result(who, day, 'blasts', around(next, blasts), linked)];
  return [
    ...results,
    panel(
      who,
      day,
      'cbc',
      concept('CBC with differential', loinc('57021-8', 'CBC W Auto Differential panel - Blood')),
      results,
      linked,
    ),
  ];
}

const chemistryMeans = {
  bun: [17, 5],
  sodium: [139, 3],
  potassium: [4.2, 0.4],
  bicarbonate: [25, 3],
  calcium: [9.3, 0.4],
  albumin: [4, 0.4],
  bilirubin: [0.6, 0.3],
  alt: [24, 12],
  ast: [23, 9],
  alp: [82, 25],
} as const satisfies Partial<Record<AnalyteName, Spread>>;

type ChemistryName = keyof typeof chemistryMeans;
const chemistryNames = Object.keys(chemistryMeans) as readonly ChemistryName[];

export interface ChemistryDraw extends Draw {
  readonly diabetic?: boolean;
  /** mg/dL, when it is not near 0.9 */
  readonly creatinine?: number;
}

/** A comprehensive metabolic panel with LDH, its report last. */
export function chemistry(
  who: Person,
  day: Day,
  draw: ChemistryDraw,
): readonly (DiagnosticReport | Observation)[] {
  const next = randomStream(`chemistry ${who.code} ${day}`);
  const linked = draw.encounter === undefined ? {} : { encounter: draw.encounter };
  const creatinine = Number(around(next, [draw.creatinine ?? 0.92, 0.12]).toFixed(2));
  const results = [
    result(who, day, 'glucose', around(next, draw.diabetic === true ? [152, 32] : [94, 11]), linked),
    result(who, day, 'creatinine', creatinine, linked),
    result(who, day, 'egfr', filtrationRate(who, creatinine, day), linked),
    ...chemistryNames.map((name) => result(who, day, name, around(next, chemistryMeans[name]), linked)),
  ];
  const ldh = result(who, day, 'ldh', around(next, bloodStates[draw.state].ldh), linked);
  const cmp = concept(
    'Comprehensive metabolic panel',
    loinc('24323-8', 'Comprehensive metabolic 2000 panel - Serum or Plasma'),
  );
  return [...results, ldh, panel(who, day, 'cmp', cmp, results, linked)];
}

/** CKD-EPI creatinine equation of 2021, mL/min/1.73 m2. */
function filtrationRate(who: Person, creatinine: number, day: Day): number {
  const female = who.gender === 'female';
  const ratio = creatinine / (female ? 0.7 : 0.9);
  return (
    142 *
    Math.min(ratio, 1) ** (female ? -0.241 : -0.302) *
    Math.max(ratio, 1) ** -1.2 *
    0.9938 ** yearsBetween(who.birthDate, day) *
    (female ? 1.012 : 1)
  );
}

const panel = (
  who: Person,
  day: Day,
  name: string,
  code: CodeableConcept,
  results: readonly Observation[],
  elements: Partial<DiagnosticReport>,
): DiagnosticReport => ({
  resourceType: 'DiagnosticReport',
  id: idOf(who, `panel-${day}-${name}`),
  status: 'final',
  category: [coded(hl7('v2-0074', 'LAB', 'Laboratory'))],
  code,
  subject: subjectOf(who),
  effectiveDateTime: at(day, '08:40'),
  issued: at(day, '11:55'),
  result: results.map((observation) => referenceTo(observation)),
  ...elements,
});
