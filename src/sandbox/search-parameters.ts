import {
  definitions,
  everyResource,
  type Definitions,
  type ElementKind,
} from './search-parameter-definitions.ts';

export interface SearchParameter {
  readonly name: string;
  readonly kind: ElementKind;
  /** Property names from the resource inward, one list for each alternative. */
  readonly paths: readonly (readonly string[])[];
}

const parameterKinds: readonly ElementKind[] = ['reference', 'token', 'code', 'date'];

/** Property names that a choice element `name[x]` can have, for one kind of parameter. */
const choiceSuffixes: Readonly<Record<ElementKind, readonly string[]>> = {
  reference: ['Reference'],
  token: ['CodeableConcept', 'Coding'],
  code: [],
  date: ['DateTime', 'Period', 'Timing', 'Date', 'Instant'],
};

function paths(kind: ElementKind, path: string): SearchParameter['paths'] {
  return path.split(' | ').flatMap((alternative) => {
    const names = alternative.split('.');
    if (!alternative.endsWith('[x]')) return [names];
    const choice = (names.at(-1) ?? '').slice(0, -'[x]'.length);
    return choiceSuffixes[kind].map((suffix) => [...names.slice(0, -1), choice + suffix]);
  });
}

const parametersOf = (resource: Definitions): readonly SearchParameter[] =>
  parameterKinds.flatMap((kind) =>
    Object.entries(resource[kind] ?? {}).map(([name, path]) => ({ name, kind, paths: paths(kind, path) })),
  );

/**
 * The resource types that the sandbox serves and the search parameters of each, by name.
 * FHIR R4, "Search Parameter Registry".
 */
export const searchParameters: ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> = new Map(
  Object.entries(definitions).map(([type, resource]) => [
    type,
    new Map([...parametersOf(everyResource), ...parametersOf(resource)].map((one) => [one.name, one])),
  ]),
);
