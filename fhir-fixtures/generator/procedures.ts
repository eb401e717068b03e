import type { CodeableConcept, FhirResource, Procedure, Specimen } from 'fhir/r4.js';
import { type Day, at, daysAfter } from './calendar.ts';
import { coded, concept, cpt, hl7, referenceTo, snomed } from './codings.ts';
import { cancelled, result } from './laboratory.ts';
import { type Person, idOf, oncologistOf, subjectOf } from './person.ts';
import { report } from './reports.ts';

export const procedure = (
  who: Person,
  name: string,
  code: CodeableConcept,
  day: string,
  elements: Partial<Procedure> = {},
): Procedure => ({
  resourceType: 'Procedure',
  id: idOf(who, `procedure-${name}`),
  status: 'completed',
  code,
  subject: subjectOf(who),
  performedDateTime: day,
  ...elements,
});

export const portPlacement = (who: Person, day: Day): Procedure =>
  procedure(
    who,
    'port',
    concept('Port placement, right internal jugular', cpt('36561', 'Insert tunneled cv cath')),
    day,
  );

export interface Marrow {
  /** %, in leukemia; a marrow taken to stage a lymphoma has no count. */
  readonly blasts?: number;
  /** `lymphoblasts` when the count says so (LOINC 50724-4), else blasts of unstated lineage (11150-0). */
  readonly counted?: 'blasts' | 'lymphoblasts';
  /** Share of blasts that carry CD19, %. */
  readonly cd19?: number;
  /** What the laboratory calls that share; without it the number stands alone, as many laboratories leave it. */
  readonly cd19Called?: keyof typeof called;
  /** %, in myeloma. */
  readonly plasmaCells?: number;
  readonly conclusion: string;
  readonly conclusionCode?: CodeableConcept;
}

const called = {
  positive: coded(hl7('v3-ObservationInterpretation', 'POS', 'Positive')),
  negative: coded(hl7('v3-ObservationInterpretation', 'NEG', 'Negative')),
} as const;

/** A marrow aspiration and biopsy: procedure, specimen, differential and report. */
export function marrow(
  who: Person,
  day: Day,
  { blasts, counted, cd19, cd19Called, plasmaCells, conclusion, conclusionCode }: Marrow,
): readonly FhirResource[] {
  const specimen = specimenOf(
    who,
    day,
    'marrow',
    concept('Bone marrow', snomed('119359002', 'Bone marrow specimen (specimen)')),
  );
  const drawn = {
    specimen: referenceTo(specimen),
    effectiveDateTime: at(day, '10:20'),
    issued: at(daysAfter(day, 2), '15:30'),
  };
  const results = [
    ...(blasts === undefined
      ? []
      : [result(who, day, counted === 'blasts' ? 'marrowBlasts' : 'marrowLymphoblasts', blasts, drawn)]),
    ...(plasmaCells === undefined ? [] : [result(who, day, 'marrowPlasmaCells', plasmaCells, drawn)]),
    ...(cd19 === undefined
      ? []
      : [
          result(who, day, 'cd19OnBlasts', cd19, {
            ...drawn,
            ...(cd19Called === undefined ? {} : { interpretation: [called[cd19Called]] }),
          }),
        ]),
  ];
  return [
    procedure(
      who,
      `marrow-${day}`,
      concept(
        'Bone marrow aspiration and biopsy, left posterior iliac crest',
        cpt('38222', 'Dx bone marrow bx & aspir'),
        snomed('49401003', 'Bone marrow aspiration procedure (procedure)'),
      ),
      day,
      { performer: [{ actor: oncologistOf(who) }] },
    ),
    specimen,
    ...results,
    report(who, `marrow-${day}`, 'marrow', day, 'Bone marrow aspirate and biopsy', conclusion, {
      specimen: [referenceTo(specimen)],
      ...(results.length === 0 ? {} : { result: results.map((observation) => referenceTo(observation)) }),
      ...(conclusionCode === undefined ? {} : { conclusionCode: [conclusionCode] }),
    }),
  ];
}

/** A lumbar puncture and its spinal fluid. */
export function lumbarPuncture(
  who: Person,
  day: Day,
  leukocytes: number,
  blasts: number | null,
): readonly FhirResource[] {
  const specimen = specimenOf(
    who,
    day,
    'csf',
    concept('Cerebrospinal fluid', snomed('258450006', 'Cerebrospinal fluid sample (specimen)')),
  );
  const drawn = { specimen: referenceTo(specimen) };
  const blastCount = result(who, day, 'csfBlasts', blasts ?? 0, drawn);
  return [
    procedure(
      who,
      `lumbar-puncture-${day}`,
      concept('Lumbar puncture', cpt('62270', 'Dx lmbr spi pnxr')),
      day,
    ),
    specimen,
    result(who, day, 'csfLeukocytes', leukocytes, drawn),
    blasts === null ? cancelled(blastCount, 'Too few cells for a differential.') : blastCount,
  ];
}

const specimenOf = (who: Person, day: Day, name: string, type: CodeableConcept): Specimen => ({
  resourceType: 'Specimen',
  id: idOf(who, `specimen-${name}-${day}`),
  status: 'available',
  type,
  subject: subjectOf(who),
  collection: { collectedDateTime: at(day, '10:20') },
});

/** An echocardiogram with its ejection fraction. */
export function echocardiogram(who: Person, day: Day, ejectionFraction: number): readonly FhirResource[] {
  const lvef = result(who, day, 'lvef', ejectionFraction);
  return [
    lvef,
    report(
      who,
      `echo-${day}`,
      'echocardiogram',
      day,
      'Transthoracic echocardiogram',
      `Normal left ventricular size. Left ventricular ejection fraction ${String(ejectionFraction)} % by biplane method of disks. ` +
        'No regional wall motion abnormality. Trace mitral regurgitation. No pericardial effusion.',
      { result: [referenceTo(lvef)] },
    ),
  ];
}
