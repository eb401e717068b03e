import { derived } from '../fhir/derived.ts';
import type { Condition } from '../fhir/fhirpath.ts';
import type { CHANGES } from './fact-schema.ts';
import type { RetrieveSource } from './retrieve-schema.ts';

/** A retrieve with its FHIRPath compiled for each of its resource types. */
export interface Retrieve extends Omit<RetrieveSource, 'where' | 'code'> {
  /** Empty where only words are named. */
  readonly code: readonly string[];
  /** That the record exists is what is asked. */
  readonly isPresence: boolean;
  readonly conditions: ReadonlyMap<string, Condition>;
}

export interface Missing {
  readonly what: string;
  readonly valueSet?: string;
}

interface Named {
  readonly name: string;
  readonly ask: string;
}
export interface Question extends Named {
  readonly kind: 'question';
  readonly yes: readonly Retrieve[];
  readonly no: readonly Retrieve[];
  readonly doubt: readonly Retrieve[];
  readonly doubtOfNo: readonly Retrieve[];
  readonly signs: readonly Retrieve[];
  readonly incomplete: readonly Retrieve[];
  readonly latestDecides: boolean;
  readonly yesPrevails: boolean;
  readonly missing: Missing | undefined;
}
export interface AgeFact extends Named {
  readonly kind: 'age';
  readonly at: 'infusion' | 'request-and-infusion';
  readonly unplannedMonths: number;
}
export interface SettingFact extends Named {
  readonly kind: 'setting';
  readonly setting: 'inpatient' | 'outpatient';
}
export interface EventsFact extends Named {
  readonly kind: 'events';
  readonly events: readonly Retrieve[];
  readonly apart: readonly {
    readonly drugs: readonly string[];
    readonly before: readonly Retrieve[];
    readonly days: number;
  }[];
  readonly bridging: readonly Retrieve[];
}
/** One of the fact's own unit is `per` of `unit`. */
export interface Molar {
  readonly unit: string;
  readonly per: number;
}
export interface MeasurementFact extends Named {
  readonly kind: 'measurement';
  readonly retrieve: Retrieve;
  readonly unit: string;
  readonly molar: Molar | undefined;
  readonly episode: string | undefined;
  readonly staleAfter: string | undefined;
  readonly isReviewedWithEarlier: boolean;
  readonly doubt: readonly Retrieve[];
  readonly missing: Missing | undefined;
}
export type Change = (typeof CHANGES)[number];
export interface SeriesFact extends Named {
  readonly kind: 'series';
  readonly retrieve: Retrieve;
  readonly minus: Retrieve | undefined;
  readonly unit: string;
  readonly molar: Molar | undefined;
  readonly change: Change;
  readonly since: string;
  readonly orWithoutEvents: boolean;
  readonly isOneKind: boolean;
  readonly missing: Missing | undefined;
}
export interface LinesFact extends Named {
  readonly kind: 'lines';
  readonly of: string;
  readonly progression: readonly Retrieve[];
  /** Undefined: lines are counted whether the disease progressed after them or not. */
  readonly progressed: { readonly response: readonly Retrieve[] } | undefined;
  readonly isFirst: boolean;
  /** Groups of value sets; empty: whatever the regimen holds. */
  readonly holding: readonly (readonly string[])[];
  readonly after: readonly Retrieve[];
  readonly until: readonly Retrieve[];
  readonly assigned:
    | {
        readonly resource: readonly string[];
        readonly extension: string;
        readonly diseases: readonly string[];
      }
    | undefined;
  readonly missing: Missing | undefined;
}
export interface PairedFact extends Named {
  readonly kind: 'paired';
  readonly count: Retrieve;
  readonly unit: string;
  readonly with: Retrieve;
  readonly withUnit: string;
  readonly present: readonly string[];
  readonly absent: readonly string[];
  readonly episode: string | undefined;
  readonly missing: Missing | undefined;
}
export interface EpisodesFact extends Named {
  readonly kind: 'episodes';
  readonly therapy: string;
  readonly remission: readonly Retrieve[];
  readonly recurrence: readonly Retrieve[];
  readonly returned: Returned | undefined;
}
/** A result of at least so much, in a UCUM unit. */
export interface Returned {
  readonly retrieve: Retrieve;
  readonly unit: string;
  readonly molar: Molar | undefined;
  readonly atLeast: number;
}
export interface FailuresFact extends Named {
  readonly kind: 'failures';
  readonly drugs: readonly Retrieve[];
  readonly progression: readonly Retrieve[];
  readonly reasons: readonly string[];
  readonly missing: Missing | undefined;
}
export interface DaysBeforeFact extends Named {
  readonly kind: 'days-before';
  readonly events: readonly Retrieve[];
  readonly unclear: readonly Retrieve[];
  readonly missing: Missing | undefined;
}
/** A named question to the chart. */
export type Fact =
  | Question
  | AgeFact
  | SettingFact
  | EventsFact
  | MeasurementFact
  | SeriesFact
  | LinesFact
  | EpisodesFact
  | FailuresFact
  | DaysBeforeFact
  | PairedFact;

/** The retrieves of a fact by what their records count as, in words. */
export function evidenceOf(
  fact: Fact,
): readonly { readonly role: string; readonly retrieves: readonly Retrieve[] }[] {
  const all = rolesOf(fact);
  return all
    .filter(([, retrieves]) => retrieves.length > 0)
    .map(([role, retrieves]) => ({ role, retrieves }));
}

function rolesOf(fact: Fact): readonly (readonly [string, readonly Retrieve[]])[] {
  switch (fact.kind) {
    case 'question':
      return [
        ['Says yes', fact.yes],
        ['Says no', fact.no],
        ['Opens the question again', fact.doubt],
        ['Opens a no again', fact.doubtOfNo],
        ['Shown, never decisive', fact.signs],
        ['Beside these, an open answer needs a record', fact.incomplete],
      ];
    case 'events':
      return [
        ['Counts as one', fact.events],
        ['What some doses prepare for', fact.apart.flatMap(({ before }) => before)],
        ['After this, therapy bridges to the ordered course', fact.bridging],
      ];
    case 'measurement':
      return [
        ['Measured', [fact.retrieve]],
        ['Leaves open what the result is of', fact.doubt],
      ];
    case 'paired':
      return [
        ['Counted', [fact.count]],
        ['Must be in the same specimen', [fact.with]],
      ];
    case 'series':
      return [
        ['Measured', [fact.retrieve]],
        ['Taken from each result', fact.minus === undefined ? [] : [fact.minus]],
      ];
    case 'lines':
      return [
        ['Documents progression', fact.progression],
        ['Documents a response', fact.progressed?.response ?? []],
        ['Only after the earliest of these', fact.after],
        ['Only before the earliest of these', fact.until],
      ];
    case 'episodes':
      return [
        ['Documents remission', fact.remission],
        ['Documents that it came back', fact.recurrence],
        [
          'Found after a remission, shows that it came back',
          fact.returned === undefined ? [] : [fact.returned.retrieve],
        ],
      ];
    case 'failures':
      return [
        ['Counts as such a drug', fact.drugs],
        ['Documents progression', fact.progression],
      ];
    case 'days-before':
      return [
        ['Counts as such an event', fact.events],
        ['May be one', fact.unclear],
      ];
    case 'age':
    case 'setting':
      return [];
  }
}

/** Every retrieve of a fact, for lint and for the list of what a policy reads. */
export const retrievesOf: (fact: Fact) => readonly Retrieve[] = derived((fact) =>
  rolesOf(fact).flatMap(([, retrieves]) => retrieves),
);

/** Resource types that a fact reads. */
export const typesOf: (fact: Fact) => readonly string[] = derived((fact) => [
  ...new Set([
    ...retrievesOf(fact).flatMap(({ resource }) => resource),
    ...(fact.kind === 'lines' ? (fact.assigned?.resource ?? []) : []),
  ]),
]);

/** Facts that a fact refers to: those whose events it is placed by, and those whose episodes. */
export const referencesOf: (
  fact: Fact,
) => readonly { readonly name: string; readonly kind: 'events' | 'episodes' }[] = derived((fact) => {
  const to = (kind: 'events' | 'episodes', ...names: readonly (string | undefined)[]) =>
    names.flatMap((id) => (id === undefined ? [] : [{ name: id, kind }]));
  const retrieves = retrievesOf(fact);
  return [
    ...to(
      'events',
      ...retrieves.flatMap((retrieve) => [
        retrieve.since,
        retrieve['newer-than'],
        retrieve['on-first'],
        retrieve['dose-of'],
      ]),
    ),
    ...to('episodes', ...retrieves.map(({ untreated }) => untreated)),
    ...(fact.kind === 'series' ? to('events', fact.since) : []),
    ...(fact.kind === 'lines' ? to('events', fact.of) : []),
    ...(fact.kind === 'episodes' ? to('events', fact.therapy) : []),
    ...(fact.kind === 'measurement'
      ? [...to('events', fact.staleAfter), ...to('episodes', fact.episode)]
      : []),
    ...(fact.kind === 'paired' ? to('episodes', fact.episode) : []),
  ];
});
