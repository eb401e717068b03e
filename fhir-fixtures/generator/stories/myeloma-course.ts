import type { Condition, FhirResource } from 'fhir/r4.js';
import { type Day, daysAfter } from '../calendar.ts';
import { concept, cpt, icd10cm, referenceTo, snomed } from '../codings.ts';
import { visit, visitOf } from '../encounters.ts';
import { bloodCount, chemistry } from '../laboratory-panels.ts';
import { result } from '../laboratory.ts';
import { diagnosis } from '../medical-history.ts';
import type { Person } from '../person.ts';
import { marrow, procedure } from '../procedures.ts';
import { highDoseMelphalan } from '../regimens.ts';
import { note } from '../reports.ts';
import { treatment } from '../treatment.ts';
import { vitalSigns } from '../vital-signs.ts';
import { scan } from './lymphoma-course.ts';

export const multipleMyeloma = diagnosis(
  'Multiple myeloma, IgG kappa',
  icd10cm('C90.00', 'Multiple myeloma not having achieved remission'),
  snomed('109989006', 'Multiple myeloma (disorder)'),
);

export const smolderingMyeloma = diagnosis(
  'Smoldering multiple myeloma, IgG kappa',
  snomed('413587002', 'Smoldering myeloma (disorder)'),
);

/** M-protein and free light chains of one day: g/dL and mg/L. */
export interface Paraprotein {
  readonly day: Day;
  readonly serum: number;
  readonly kappa: number;
  readonly lambda: number;
  /** mg in 24 hours */
  readonly urine?: number;
}

export const paraproteins = (who: Person, draws: readonly Paraprotein[]): readonly FhirResource[] =>
  draws.flatMap(({ day, serum, kappa, lambda, urine }) => [
    result(who, day, 'mProtein', serum),
    result(who, day, 'freeKappa', kappa),
    result(who, day, 'freeLambda', lambda),
    ...(urine === undefined ? [] : [result(who, day, 'urineMProtein', urine)]),
  ]);

export interface MyelomaWorkup {
  readonly day: Day;
  readonly complaint: string;
  readonly paraprotein: Omit<Paraprotein, 'day'>;
  /** % */
  readonly plasmaCells: number;
  /** The marrow's impression, where it is not the usual one of a kappa-restricted myeloma. */
  readonly marrow?: string;
  readonly scan: string;
  readonly summary: string;
}

/** From the first visit to the start of treatment: paraprotein, marrow, scan and the first note. */
export function myelomaWorkup(who: Person, work: MyelomaWorkup): readonly FhirResource[] {
  const { day } = work;
  const encounter = visitOf(who, day);
  const draw = { state: 'myeloma', encounter } as const;
  return [
    visit(who, day, work.complaint),
    ...vitalSigns(who, day, encounter),
    ...bloodCount(who, day, draw),
    ...chemistry(who, day, draw),
    ...paraproteins(who, [{ day, ...work.paraprotein }]),
    ...marrow(who, daysAfter(day, 6), {
      plasmaCells: work.plasmaCells,
      conclusion:
        work.marrow ??
        `Plasma cell neoplasm, about ${String(work.plasmaCells)} % of cells, kappa restricted, CD138 positive.`,
    }),
    scan(who, daysAfter(day, 9), 'Whole-body low-dose CT', work.scan),
    note(
      who,
      `consultation-${day}`,
      'consultation',
      daysAfter(day, 12),
      'Hematology/oncology consultation, new diagnosis',
      work.summary,
    ),
  ];
}

/** Collection of stem cells, high-dose melphalan and the transplant. */
export function autologousTransplant(who: Person, day: Day, condition: Condition): readonly FhirResource[] {
  const reason = referenceTo(condition, 'Multiple myeloma');
  return [
    procedure(
      who,
      'stem-cell-collection',
      concept('Collection of autologous stem cells', cpt('38206', 'Harvest auto stem cells')),
      daysAfter(day, -21),
    ),
    ...treatment(who, 'melphalan', {
      regimen: {
        title: 'High-dose melphalan before autologous transplant',
        cycles: [highDoseMelphalan],
        every: 28,
        inpatient: true,
      },
      start: daysAfter(day, -1),
      reason,
      counts: 'none',
    }),
    procedure(
      who,
      'autologous-transplant',
      concept('Autologous stem cell transplantation', cpt('38241', 'Transplt autol hct/donor')),
      day,
      { reasonReference: [reason] },
    ),
  ];
}
