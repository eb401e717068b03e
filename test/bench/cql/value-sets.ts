import type { Library } from '../../../src/policy/library.ts';
import { retrievesOf } from '../../../src/policy/fact.ts';
import { ancestry } from '../../../src/policy/vocabulary.ts';

/** What CQL needs of the project's codes, made of them when it is needed: no list is copied. */

interface Code {
  readonly code: string;
  readonly system: string;
}

const ingredientSet = (name: string): string => `urn:cartograph:ingredient:${encodeURIComponent(name)}`;

/** Value sets that the project's facts and diseases name together, by the name of the group. */
function groupsOf(library: Library): Readonly<Record<string, readonly string[]>> {
  const codesOf = (fact: string, place: number): readonly string[] => {
    const found = library.facts.get(fact);
    const codes = found === undefined ? undefined : retrievesOf(found)[place]?.code;
    if (codes === undefined) throw new Error(`the fact ${fact} has changed`);
    return codes;
  };
  return {
    'car-t-products': codesOf('prior-car-t', 0),
    'lymphoma-therapy': codesOf('lymphoma-therapy', 0),
    lymphoma: [...library.diseases.values()]
      .filter(({ id }) => ancestry(id, library.diseases)?.includes('lymphoma') === true)
      .flatMap(({ codes }) => codes),
  };
}

/** The drugs of lymphoma therapy by class: the codes of each combination of ingredients. */
function drugsByClass(library: Library): ReadonlyMap<string, ReadonlyMap<string, readonly Code[]>> {
  const classes = groupsOf(library)['lymphoma-therapy'] ?? [];
  return new Map(
    classes.map((id) => [
      id,
      Map.groupBy(codesIn(library, [id]), ({ system, code }) => {
        const key = library.terminology.coding({ system, code })?.key ?? '';
        return (library.ingredients.get(key) ?? [key]).join(' / ');
      }),
    ]),
  );
}

function codesIn(library: Library, ids: readonly string[]): Code[] {
  return ids.flatMap((id) => {
    const found = library.terminology.valueSets.get(id);
    if (found === undefined) throw new Error(`there is no value set ${id}`);
    return found.codings.map(({ system, code }) => ({ system, code }));
  });
}

/** Expanded value sets by id and version, as cql-execution's CodeService takes them. */
export function expansions(library: Library): Record<string, Record<string, Code[]>> {
  const published = [...library.terminology.valueSets.values()].map(
    ({ id, url, version }) => [url, { [version]: codesIn(library, [id]) }] as const,
  );
  const groups = Object.entries(groupsOf(library)).map(
    ([name, ids]) => [`urn:cartograph:group:${name}`, { 1: codesIn(library, ids) }] as const,
  );
  const byIngredient = [...drugsByClass(library).values()].flatMap((drugs) => [...drugs]);
  const ingredients = [...Map.groupBy(byIngredient, ([name]) => name)].map(
    ([name, found]) => [ingredientSet(name), { 1: found.flatMap(([, codes]) => codes) }] as const,
  );
  return Object.fromEntries([...published, ...groups, ...ingredients]);
}

/** A CQL library that tells a drug's ingredients, so that a switch of brand or route is no change of therapy. */
export function ingredientLibrary(library: Library): string {
  const classes = drugsByClass(library);
  const names = [...new Set([...classes.values()].flatMap((drugs) => [...drugs.keys()]))];
  const listed = (combination: string): string =>
    `{ ${combination
      .split(' / ')
      .map((name) => `'${name}'`)
      .join(', ')} }`;
  return [
    "library Ingredients version '1'",
    ...[...classes.keys()].map((id) => `valueset "${id}": 'urn:cartograph:ValueSet:${id}'`),
    ...names.map((name) => `valueset "${name}": '${ingredientSet(name)}'`),
    'define function "Ingredients"(drug Concept):',
    '  case',
    ...[...classes].flatMap(([id, drugs]) => [
      `    when drug in "${id}" then case`,
      ...[...drugs.keys()].map((name) => `      when drug in "${name}" then ${listed(name)}`),
      '      else null end',
    ]),
    '    else null',
    '  end',
    '',
  ].join('\n');
}
