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

/** Every retrieve of a fact, for lint and for the list of what a policy reads. */
export function retrievesOf(fact: Fact): readonly Retrieve[] {
  switch (fact.kind) {
    case 'question':
      return [...fact.yes, ...fact.no, ...fact.doubt, ...fact.doubtOfNo, ...fact.signs, ...fact.incomplete];
    case 'events':
      return [...fact.events, ...fact.apart.flatMap(({ before }) => before), ...fact.bridging];
    case 'measurement':
      return [fact.retrieve, ...fact.doubt];
    case 'paired':
      return [fact.count, fact.with];
    case 'series':
      return fact.minus === undefined ? [fact.retrieve] : [fact.retrieve, fact.minus];
    case 'lines':
      return [...fact.progression, ...(fact.progressed?.response ?? []), ...fact.after, ...fact.until];
    case 'episodes':
      return [
        ...fact.remission,
        ...fact.recurrence,
        ...(fact.returned === undefined ? [] : [fact.returned.retrieve]),
      ];
    case 'failures':
      return [...fact.drugs, ...fact.progression];
    case 'days-before':
      return [...fact.events, ...fact.unclear];
    case 'age':
    case 'setting':
      return [];
  }
}

/** Resource types that a fact reads. */
export const typesOf = (fact: Fact): readonly string[] => [
  ...new Set([
    ...retrievesOf(fact).flatMap(({ resource }) => resource),
    ...(fact.kind === 'lines' ? (fact.assigned?.resource ?? []) : []),
  ]),
];

/** Facts that a fact refers to: those whose events it is placed by, and those whose episodes. */
export const referencesOf = (
  fact: Fact,
): readonly { readonly name: string; readonly kind: 'events' | 'episodes' }[] => {
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
};
