import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readIngredients } from '../../src/policy/ingredients.ts';
import type { Problem } from '../../src/policy/parse.ts';
import { createTerminology } from '../../src/fhir/terminology.ts';
import { loadLibrary } from '../../src/server/policies.ts';

const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const terminology = createTerminology([{ uri: rxnorm, name: 'RxNorm', aliases: [] }], []);
const read = (text: string) => {
  const problems: Problem[] = [];
  const found = readIngredients([{ path: 'shared/ingredients.json', text }], terminology, problems);
  return { found, problems: problems.map(({ message }) => message) };
};

describe('the ingredients file', () => {
  it('gives each code its ingredients', () => {
    const { found } = read(JSON.stringify({ [rxnorm]: { '1': 'a', '2': 'a / b' } }));
    expect(found.get(`${rxnorm}|1`)).toEqual(['a']);
    expect(found.get(`${rxnorm}|2`)).toEqual(['a', 'b']);
  });

  it('says what is wrong with it', () => {
    expect(read('{').problems[0]).toContain('is not JSON');
    expect(read('[]').problems).toEqual(['is not a list of ingredients by code, by code system']);
    expect(read('{"urn:x":{"1":"a"}}').problems).toEqual(['"urn:x" is not a system in code-systems.yaml']);
  });

  it('knows every code of the drugs that facts count', () => {
    const library = loadLibrary(fileURLToPath(new URL('../../cds-services', import.meta.url)));
    const drugs = /rxnorm|atc|HCPCS/;
    const codes = [...library.facts.values()]
      .flatMap((fact) => (fact.kind === 'events' ? fact.events.flatMap(({ code }) => code) : []))
      .flatMap((id) => [...(library.terminology.valueSets.get(id)?.concepts.keys() ?? [])])
      .filter((key) => drugs.test(key));
    expect(codes.filter((key) => !library.ingredients.has(key))).toEqual([]);
  });
});
