import type { Observation, Reference } from 'fhir/r4.js';
import { type Day, at } from './calendar.ts';
import { coded, concept, hl7, loinc, ucum } from './codings.ts';
import { type Person, idOf, subjectOf } from './person.ts';
import { around, randomStream } from './random.ts';

const category = [coded(hl7('observation-category', 'vital-signs', 'Vital Signs'))];

/** Blood pressure, pulse, temperature, weight and oxygen saturation of one visit. */
export function vitalSigns(
  who: Person,
  day: Day,
  encounter: Reference,
  systolic = 128,
): readonly Observation[] {
  const next = randomStream(`vitals ${who.code} ${day}`);
  const sign = (
    name: string,
    code: string,
    text: string,
    value: number,
    unit: string,
    decimals = 0,
  ): Observation => ({
    ...vital(who, day, name, encounter),
    code: concept(text, loinc(code, text)),
    valueQuantity: { value: Number(value.toFixed(decimals)), unit, system: ucum, code: unit },
  });
  const pressure = (code: string, text: string, value: number) => ({
    code: concept(text, loinc(code, text)),
    valueQuantity: { value: Math.round(value), unit: 'mm[Hg]', system: ucum, code: 'mm[Hg]' },
  });
  return [
    {
      ...vital(who, day, 'blood-pressure', encounter),
      code: concept('Blood pressure', loinc('85354-9', 'Blood pressure panel with all children optional')),
      component: [
        pressure('8480-6', 'Systolic blood pressure', around(next, [systolic, 12])),
        pressure('8462-4', 'Diastolic blood pressure', around(next, [systolic * 0.59, 8])),
      ],
    },
    sign('pulse', '8867-4', 'Heart rate', around(next, [76, 12]), '/min'),
    sign('temperature', '8310-5', 'Body temperature', around(next, [36.7, 0.3]), 'Cel', 1),
    sign('weight', '29463-7', 'Body weight', around(next, [who.weight, 2.5]), 'kg', 1),
    sign(
      'oxygen',
      '59408-5',
      'Oxygen saturation in Arterial blood by Pulse oximetry',
      around(next, [97, 1.5]),
      '%',
    ),
  ];
}

const vital = (who: Person, day: Day, name: string, encounter: Reference): Observation => ({
  resourceType: 'Observation',
  id: idOf(who, `vital-${day}-${name}`),
  status: 'final',
  category,
  code: {},
  subject: subjectOf(who),
  encounter,
  effectiveDateTime: at(day, '09:05'),
});

/** ECOG performance status, 0 to 5, as mCODE records it. */
export const ecog = (who: Person, day: Day, grade: number, encounter: Reference): Observation => ({
  ...vital(who, day, 'ecog', encounter),
  category: [coded(hl7('observation-category', 'survey', 'Survey'))],
  code: concept('ECOG performance status', loinc('89247-1', 'ECOG Performance Status score')),
  valueInteger: grade,
});

const smoking = {
  never: concept('Never smoker', {
    system: 'http://snomed.info/sct',
    code: '266919005',
    display: 'Never smoked tobacco (finding)',
  }),
  former: concept('Former smoker', {
    system: 'http://snomed.info/sct',
    code: '8517006',
    display: 'Ex-smoker (finding)',
  }),
} as const;

export const smokingStatus = (
  who: Person,
  day: Day,
  status: keyof typeof smoking,
  encounter: Reference,
): Observation => ({
  ...vital(who, day, 'smoking', encounter),
  category: [coded(hl7('observation-category', 'social-history', 'Social History'))],
  code: concept('Tobacco smoking status', loinc('72166-2', 'Tobacco smoking status')),
  valueCodeableConcept: smoking[status],
});
