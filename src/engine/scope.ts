import type { Chart } from '../fhir/chart.ts';
import type { DateInterval } from '../fhir/date.ts';
import { derived } from '../fhir/derived.ts';
import { referencesOf, retrievesOf, type Fact, type Question, type Retrieve } from '../policy/fact.ts';
import type { Library } from '../policy/library.ts';
import type { DiseaseReader } from './disease.ts';
import type { PlannedOrder, Searched } from './result.ts';

/** What a fact is asked of: one chart, one order, one day. */
export interface Scope {
  readonly library: Library;
  readonly diseases: DiseaseReader;
  readonly chart: Chart;
  readonly order: PlannedOrder;
  readonly asOf: DateInterval;
}

/** Sources that take back an answer, and sources that only leave an open one open (`determination.md`, rule 4). */
export const BROKEN_SOURCES = ['failed', 'incomplete'] as const;
export const OPEN_SOURCES = ['not-asked', 'unresolved'] as const;

export function isUnread(types: ReadonlySet<string>, chart: Chart, states: readonly string[]): boolean {
  for (const type of types) if (states.includes(chart.source(type).state)) return true;
  return false;
}

export const searchedBy = (retrieves: readonly Retrieve[], chart: Chart): readonly Searched[] =>
  searchedTypes(resourcesOf(retrieves), chart);

export const searchedTypes = (types: ReadonlySet<string>, chart: Chart): readonly Searched[] =>
  [...types].map((type) => searchedType(type, chart));

/** The resource types that retrieves read. */
export const resourcesOf = (retrieves: readonly Retrieve[]): ReadonlySet<string> =>
  new Set(retrieves.flatMap(({ resource }) => resource));

export function searchedType(type: string, chart: Chart): Searched {
  const { state, reason } = chart.source(type);
  return {
    resourceType: type,
    count: chart.count(type),
    ...(state === 'complete' ? {} : { status: state === 'unresolved' ? 'incomplete' : state }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What the facts read that a fact refers to, through others too: when therapy was given, when the disease came back. */
export const referredRetrieves = (fact: Fact, library: Library): readonly Retrieve[] =>
  referredIn(library)(fact);

const referredIn = derived((library: Library) =>
  derived((fact: Fact): readonly Retrieve[] => {
    const found = new Set<Fact>([fact]);
    for (const known of found)
      for (const { name } of referencesOf(known)) {
        const referred = library.facts.get(name);
        if (referred !== undefined) found.add(referred);
      }
    found.delete(fact);
    return [...found].flatMap(retrievesOf);
  }),
);

/** The resource types that a question reads: all of them, those that can decide it, those of its signs. */
export const questionTypes = derived((library: Library) =>
  derived((fact: Question) => {
    const referred = referredRetrieves(fact, library);
    return {
      all: resourcesOf([...retrievesOf(fact), ...referred]),
      deciding: resourcesOf([...fact.yes, ...fact.no, ...fact.doubt, ...fact.doubtOfNo, ...referred]),
      signs: resourcesOf([...fact.signs, ...fact.incomplete]),
    };
  }),
);
