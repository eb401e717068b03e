import type { FhirResource } from 'fhir/r4.js';
import { type Day, daysAfter } from './calendar.ts';
import { nameOf, type Person } from './person.ts';
import { note, report } from './reports.ts';

/** What a payer's checklist asks for beside the work-up of `car-t-evaluation.ts`. */

export const electrocardiogram = (who: Person, day: Day): FhirResource =>
  report(
    who,
    `ekg-${day}`,
    'electrocardiogram',
    day,
    '12-lead electrocardiogram',
    'Sinus rhythm, 74 per minute. PR 162 ms, QRS 92 ms, QTc 431 ms. No acute ST changes.',
  );

export const chestFilm = (
  who: Person,
  day: Day,
  conclusion = 'Clear lungs. Port tip in the SVC.',
): FhirResource =>
  report(who, `chest-${day}`, 'chestRadiograph', day, 'Chest radiograph, two views', conclusion);

/** The history and physical with comorbidities, and the plan of care with the balance of benefit and risk. */
export const candidateNotes = (who: Person, day: Day, product: string): readonly FhirResource[] => [
  note(
    who,
    'candidate-history',
    'history',
    day,
    'History and physical before cellular therapy',
    `Comorbidities of ${nameOf(who)}, their treatment and present state.`,
  ),
  note(
    who,
    'candidate-plan',
    'summary',
    daysAfter(day, 2),
    'Plan of care: risk and benefit of cellular therapy',
    `Expected benefit of ${product} against cytokine release, neurotoxicity and infection; alternatives.`,
  ),
];
