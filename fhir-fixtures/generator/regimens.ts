import { coded, snomed } from './codings.ts';
import type { DrugName } from './drugs.ts';

/** One drug of one cycle. */
export interface Dose {
  readonly drug: DrugName;
  readonly amount: number;
  /** m2 of body surface, kg of body weight, or the same for all. */
  readonly per: 'flat' | 'kg' | 'm2';
  readonly unit: '[IU]' | 'mg' | 'ug';
  /** Days within the cycle; day 1 is the start. */
  readonly days: readonly number[];
  readonly route: keyof typeof routes;
  /** No dose above this, in the same unit. */
  readonly cap?: number;
  /** Tablets taken once a week of those days. */
  readonly weekly?: boolean;
}

export type Cycle = readonly Dose[];

export interface Regimen {
  readonly title: string;
  readonly cycles: readonly Cycle[];
  /** Days from one cycle to the next. */
  readonly every: number;
  /** Given on the ward rather than in the infusion center. */
  readonly inpatient?: boolean;
}

export const routes = {
  intravenous: coded(snomed('47625008', 'Intravenous route (qualifier value)')),
  intrathecal: coded(snomed('72607000', 'Intrathecal route (qualifier value)')),
  oral: coded(snomed('26643006', 'Oral route (qualifier value)')),
} as const;

/** Every day from one to another. */
const daily = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const iv = (drug: DrugName, amount: number, days: readonly number[], rest: Partial<Dose> = {}): Dose => ({
  drug,
  amount,
  per: 'm2',
  unit: 'mg',
  days,
  route: 'intravenous',
  ...rest,
});

const oral = (drug: DrugName, amount: number, days: readonly number[], rest: Partial<Dose> = {}): Dose => ({
  ...iv(drug, amount, days, rest),
  per: 'flat',
  route: 'oral',
});

const intrathecal = (drug: DrugName, amount: number, day: number): Dose => ({
  ...iv(drug, amount, [day]),
  per: 'flat',
  route: 'intrathecal',
});

export const repeat = (times: number, cycle: Cycle): readonly Cycle[] =>
  Array.from({ length: times }, () => cycle);

/** Cycles A and B in turn. */
export const alternate = (pairs: number, a: Cycle, b: Cycle): readonly Cycle[] =>
  Array.from({ length: pairs }, () => [a, b]).flat();

export const rChop: Cycle = [
  iv('rituximab', 375, [1]),
  iv('cyclophosphamide', 750, [1]),
  iv('doxorubicin', 50, [1]),
  iv('vincristine', 1.4, [1], { cap: 2 }),
  oral('prednisone', 100, daily(1, 5)),
];

export const bendamustineRituximab: Cycle = [iv('rituximab', 375, [1]), iv('bendamustine', 90, daily(1, 2))];

export const rituximabAlone: Cycle = [iv('rituximab', 375, [1])];

export const rIce: Cycle = [
  iv('rituximab', 375, [1]),
  iv('etoposide', 100, daily(1, 3)),
  iv('carboplatin', 650, [2], { per: 'flat' }),
  iv('ifosfamide', 5000, [2]),
];

export const polatuzumabBr: Cycle = [iv('polatuzumab', 1.8, [1], { per: 'kg' }), ...bendamustineRituximab];

export const hyperCvadA: Cycle = [
  iv('cyclophosphamide', 600, daily(1, 3)),
  iv('doxorubicin', 50, [4]),
  iv('vincristine', 2, [4, 11], { per: 'flat' }),
  oral('dexamethasone', 40, daily(1, 4)),
  intrathecal('methotrexate', 12, 2),
];

export const hyperCvadB: Cycle = [
  iv('methotrexate', 1000, [1]),
  iv('cytarabine', 3000, daily(2, 3)),
  intrathecal('cytarabine', 100, 8),
];

/** Dose-reduced for older adults: no anthracycline. */
export const miniHyperCvdA: Cycle = [
  iv('cyclophosphamide', 300, daily(1, 3)),
  iv('vincristine', 2, [1, 8], { per: 'flat' }),
  oral('dexamethasone', 20, daily(1, 4)),
  intrathecal('methotrexate', 12, 2),
];

export const miniHyperCvdB: Cycle = [iv('methotrexate', 250, [1]), iv('cytarabine', 500, daily(2, 3))];

export const fourDrugInduction: Cycle = [
  iv('daunorubicin', 25, [1, 8, 15, 22]),
  iv('vincristine', 1.5, [1, 8, 15, 22], { cap: 2 }),
  iv('pegaspargase', 2500, [4], { unit: '[IU]' }),
  oral('prednisone', 100, daily(1, 28)),
  intrathecal('cytarabine', 70, 1),
  intrathecal('methotrexate', 15, 8),
];

/** Maintenance of acute lymphoblastic leukemia, twelve weeks at a time. */
export const maintenance: Cycle = [
  oral('mercaptopurine', 100, daily(1, 84)),
  oral('methotrexateTablets', 30, daily(1, 84), { weekly: true }),
  iv('vincristine', 2, [1], { per: 'flat' }),
  oral('prednisone', 60, daily(1, 5)),
];

export const blinatumomab: Cycle = [iv('blinatumomab', 28, daily(1, 28), { per: 'flat', unit: 'ug' })];

export const inotuzumab: Cycle = [iv('inotuzumab', 0.6, [1, 8, 15])];

export const flagIda: Cycle = [
  iv('fludarabine', 30, daily(2, 6)),
  iv('cytarabine', 2000, daily(2, 6)),
  iv('idarubicin', 8, daily(4, 6)),
];

export const nelarabine: Cycle = [iv('nelarabine', 1500, daily(1, 5))];

/** Lymphodepletion of a CAR-T trial; no line of therapy. */
export const fludarabineCyclophosphamide: Cycle = [
  iv('fludarabine', 30, daily(1, 3)),
  iv('cyclophosphamide', 500, daily(1, 3)),
];

/** Bortezomib, lenalidomide and dexamethasone. */
export const vrd: Cycle = [
  iv('bortezomib', 1.3, [1, 8, 15]),
  oral('lenalidomide', 25, daily(1, 21)),
  oral('dexamethasone', 40, daily(1, 4)),
];

export const daratumumabPomalidomide: Cycle = [
  iv('daratumumab', 1800, [1, 15], { per: 'flat' }),
  oral('pomalidomide', 4, daily(1, 21)),
  oral('dexamethasone', 40, daily(1, 4)),
];

export const daratumumabLenalidomide: Cycle = [
  iv('daratumumab', 1800, [1], { per: 'flat' }),
  oral('lenalidomide', 25, daily(1, 21)),
  oral('dexamethasone', 20, daily(1, 4)),
];

export const carfilzomibCyclophosphamide: Cycle = [
  iv('carfilzomib', 56, [1, 8, 15]),
  iv('cyclophosphamide', 300, [1]),
  oral('dexamethasone', 40, daily(1, 4)),
];

export const selinexorBortezomib: Cycle = [
  oral('selinexor', 100, daily(1, 28), { weekly: true }),
  iv('bortezomib', 1.3, [1, 8, 15]),
  oral('dexamethasone', 40, daily(1, 4)),
];

/** The day before an autologous transplant, and no line of therapy. */
export const highDoseMelphalan: Cycle = [iv('melphalan', 200, [1])];

/** Weeks of consolidation after a remission in childhood. */
export const consolidation: Cycle = [
  iv('cyclophosphamide', 1000, [1]),
  iv('cytarabine', 75, daily(1, 4)),
  iv('vincristine', 1.5, [15, 22], { cap: 2 }),
  iv('pegaspargase', 2500, [15], { unit: '[IU]' }),
  oral('mercaptopurine', 75, daily(1, 14)),
  intrathecal('methotrexate', 12, 1),
];

export const clofarabineSalvage: Cycle = [
  iv('clofarabine', 40, daily(1, 5)),
  iv('etoposide', 100, daily(1, 5)),
  iv('cyclophosphamide', 440, daily(1, 5)),
];

/** Vincristine and dexamethasone beside a tyrosine kinase inhibitor. */
export const vincristineDexamethasone: Cycle = [
  iv('vincristine', 2, [1, 8, 15, 22], { per: 'flat' }),
  oral('dexamethasone', 40, daily(1, 4)),
];

export const highDoseMethotrexateRituximab: Cycle = [
  iv('methotrexate', 3500, [1]),
  iv('rituximab', 375, [3]),
];

/** Dose-adjusted R-EPOCH. */
export const rEpoch: Cycle = [
  iv('rituximab', 375, [1]),
  iv('etoposide', 50, daily(1, 4)),
  iv('doxorubicin', 10, daily(1, 4)),
  iv('vincristine', 0.4, daily(1, 4)),
  iv('cyclophosphamide', 750, [5]),
  oral('prednisone', 100, daily(1, 5)),
];

export const rGdp: Cycle = [
  iv('rituximab', 375, [1]),
  iv('gemcitabine', 1000, [1, 8]),
  iv('cisplatin', 75, [1]),
  oral('dexamethasone', 40, daily(1, 4)),
];

export const rGemOx: Cycle = [
  iv('rituximab', 375, [1]),
  iv('gemcitabine', 1000, [2]),
  iv('oxaliplatin', 100, [2]),
];

export const rituximabCytarabine: Cycle = [iv('rituximab', 375, [1]), iv('cytarabine', 3000, daily(1, 2))];

export const rituximabLenalidomide: Cycle = [
  iv('rituximab', 375, [1]),
  oral('lenalidomide', 20, daily(1, 21)),
];

export const tafasitamabLenalidomide: Cycle = [
  iv('tafasitamab', 12, [1, 8, 15, 22], { per: 'kg' }),
  oral('lenalidomide', 25, daily(1, 21)),
];

export const obinutuzumabBendamustine: Cycle = [
  iv('obinutuzumab', 1000, [1], { per: 'flat' }),
  iv('bendamustine', 90, daily(1, 2)),
];

export const obinutuzumabAlone: Cycle = [iv('obinutuzumab', 1000, [1], { per: 'flat' })];

export const mosunetuzumab: Cycle = [iv('mosunetuzumab', 30, [1], { per: 'flat' })];

export const epcoritamab: Cycle = [iv('epcoritamab', 48, [1, 8, 15, 22], { per: 'flat' })];

export const rChp: Cycle = [
  iv('rituximab', 375, [1]),
  iv('polatuzumab', 1.8, [1], { per: 'kg' }),
  iv('cyclophosphamide', 750, [1]),
  iv('doxorubicin', 50, [1]),
  oral('prednisone', 100, daily(1, 5)),
];
