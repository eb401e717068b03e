import type { CodeableConcept, Observation } from 'fhir/r4.js';
import { type Analyte, type AnalyteName, analytes } from './analytes.ts';
import { type Day, at, daysAfter } from './calendar.ts';
import { coded, concept, hl7, ucum } from './codings.ts';
import { without } from './elements.ts';
import { type Person, idOf, subjectOf } from './person.ts';

const category = {
  laboratory: coded(hl7('observation-category', 'laboratory', 'Laboratory')),
  imaging: coded(hl7('observation-category', 'imaging', 'Imaging')),
} as const;

const nameOfDraw = (day: Day, name: AnalyteName): string => `lab-${day}-${name.toLowerCase()}`;

/** One numeric result, flagged against its reference range. */
export function result(
  who: Person,
  day: Day,
  name: AnalyteName,
  value: number,
  elements: Partial<Observation> = {},
): Observation {
  const analyte: Analyte = analytes[name];
  const rounded = Number(value.toFixed(analyte.decimals));
  const flag = flagOf(analyte, rounded);
  return {
    resourceType: 'Observation',
    id: idOf(who, nameOfDraw(day, name)),
    status: 'final',
    category: [name === 'lvef' ? category.imaging : category.laboratory],
    code: concept(analyte.text, analyte.code),
    subject: subjectOf(who),
    effectiveDateTime: at(day, '08:40'),
    issued: at(day, '11:55'),
    valueQuantity: { value: rounded, unit: analyte.unit, system: ucum, code: analyte.unit },
    ...(flag === null ? {} : { interpretation: [flag] }),
    ...(analyte.low === undefined && analyte.high === undefined
      ? {}
      : {
          referenceRange: [
            {
              ...(analyte.low === undefined ? {} : { low: { value: analyte.low, unit: analyte.unit } }),
              ...(analyte.high === undefined ? {} : { high: { value: analyte.high, unit: analyte.unit } }),
            },
          ],
        }),
    ...elements,
  };
}

function flagOf({ low, high }: Analyte, value: number): CodeableConcept | null {
  if (low !== undefined && value < low) return coded(hl7('v3-ObservationInterpretation', 'L', 'Low'));
  if (high !== undefined && value > high) return coded(hl7('v3-ObservationInterpretation', 'H', 'High'));
  return null;
}

/** A result in words: a serology, a transcript looked for. */
export const finding = (
  who: Person,
  day: Day,
  name: string,
  code: CodeableConcept,
  value: CodeableConcept,
  elements: Partial<Observation> = {},
): Observation => ({
  resourceType: 'Observation',
  id: idOf(who, `lab-${day}-${name}`),
  status: 'final',
  category: [category.laboratory],
  code,
  subject: subjectOf(who),
  effectiveDateTime: at(day, '08:40'),
  issued: at(day, '16:10'),
  valueCodeableConcept: value,
  ...elements,
});

/** The same result after the laboratory put it right: the first value stays in the note, as an interface sends it. */
export const corrected = (observation: Observation, value: number): Observation => ({
  ...observation,
  status: 'corrected',
  ...(observation.valueQuantity === undefined
    ? {}
    : { valueQuantity: { ...observation.valueQuantity, value } }),
  note: [
    {
      text: `Corrected result. Previously reported as ${String(observation.valueQuantity?.value ?? 'not given')}.`,
    },
  ],
});

/** The same specimen reported twice, the second time a few hours later. */
export const repeated = (observation: Observation, day: Day): Observation => ({
  ...observation,
  id: `${observation.id ?? ''}-repeat`,
  issued: at(daysAfter(day, 1), '06:20'),
  note: [{ text: 'Repeat analysis of the same specimen.' }],
});

/** A test that was ordered and could not be done. */
export const cancelled = (observation: Observation, reason: string): Observation => ({
  ...without(observation, 'valueQuantity', 'interpretation'),
  status: 'cancelled',
  dataAbsentReason: coded(hl7('data-absent-reason', 'not-performed', 'Not Performed')),
  note: [{ text: reason }],
});
