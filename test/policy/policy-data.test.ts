import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isObject, objects } from '../../src/fhir/json.ts';
import { retrievesOf } from '../../src/policy/fact.ts';
import { flatten } from '../../src/policy/policy.ts';
import { asWords } from '../../src/policy/words.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { readFixtures } from '../../src/server/sandbox.ts';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const library = loadLibrary(path('cds-services'));
const resources = readFixtures(path('fhir-fixtures'))
  .flatMap(({ chart }) => chart.entry ?? [])
  .map(({ resource }): unknown => resource)
  .filter(isObject);

describe.each(library.policies.map((policy) => [policy.id, policy] as const))('%s', (id, policy) => {
  const criteria = policy.indications.flatMap((indication) => flatten(indication.criteria));

  it('numbers its criteria under the indication or under a definition', () => {
    const prefixes = [`${id}/def/`, ...policy.indications.map((indication) => `${id}/${indication.id}/`)];
    const strays = criteria
      .map((criterion) => criterion.id)
      .filter((number) => number !== undefined && !prefixes.some((prefix) => number.startsWith(prefix)));
    expect(strays).toEqual([]);
  });
});

describe('the shared files', () => {
  it('give every code of a value set a key and a display of its own', () => {
    const folder = path('cds-services/shared/value-sets');
    const lost: string[] = [];
    for (const file of readdirSync(folder)) {
      const resource = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as {
        readonly compose?: { readonly include?: unknown };
      };
      for (const include of objects(resource.compose?.include)) {
        for (const concept of objects(include['concept'])) {
          const coding = library.terminology.coding({ ...concept, system: include['system'] });
          if (coding?.key === undefined || coding.display === undefined)
            lost.push(`${file}: ${String(include['system'])}|${String(concept['code'])}`);
        }
      }
    }
    expect(lost).toEqual([]);
  });

  it('name each payer and each product by words that name no other', () => {
    const owners = (entries: readonly (readonly [string, readonly string[]])[]): readonly string[] => {
      const seen = new Map<string, string>();
      return entries.flatMap(([id, names]) =>
        names.flatMap((name) => {
          const other = seen.get(asWords(name));
          seen.set(asWords(name), id);
          return other === undefined || other === id ? [] : [`${name}: ${other} and ${id}`];
        }),
      );
    };
    expect(owners([...library.payers].map(([id, { names }]) => [id, names]))).toEqual([]);
    expect(owners(library.products.products.map(({ id, names }) => [id, names]))).toEqual([]);
    expect(owners([...library.diseases].map(([id, { names }]) => [id, names]))).toEqual([]);
  });
});

describe('each FHIRPath of a fact', () => {
  const conditions = [...library.facts.values()].flatMap((fact) =>
    retrievesOf(fact).flatMap((retrieve) =>
      [...retrieve.conditions].map(([type, condition]) => [fact.name, type, condition] as const),
    ),
  );

  it.each(
    conditions.map(([name, type, condition]) => [name, condition.expression, type, condition] as const),
  )('%s: %s runs on every fixture %s', (_name, _expression, type, condition) => {
    const ofType = resources.filter(({ resourceType }) => resourceType === type);
    expect(ofType.length).toBeGreaterThan(0);
    for (const resource of ofType)
      expect([true, false, null]).toContain(condition.holds(resource, '2026-03-02'));
  });
});

const policies = path('../shared/policies');
describe.skipIf(!existsSync(policies))(
  'titles are our words (skipped where ../shared/policies, with the payers’ texts, is not at hand)',
  () => {
    const RUN = 8;
    /** The name of a disease counts as one word: nobody has another for it. */
    const diseases = [...library.diseases.values()]
      .flatMap(({ names }) => names.map(asWords))
      .toSorted((a, b) => b.length - a.length);
    const runs = (text: string): readonly string[] => {
      const words = diseases
        .reduce((rest, name) => rest.replaceAll(name, ` ${name.trim().replaceAll(' ', '-')} `), asWords(text))
        .trim()
        .split(' ');
      return words
        .slice(0, Math.max(0, words.length - RUN + 1))
        .map((_word, index) => words.slice(index, index + RUN).join(' '));
    };

    it(`share no ${RUN} words in a row with a payer's text`, () => {
      const printed = new Set(
        readdirSync(policies)
          .filter((file) => file.endsWith('.txt'))
          .flatMap((file) => runs(readFileSync(`${policies}/${file}`, 'utf8'))),
      );
      expect(printed.size).toBeGreaterThan(1000);
      const copied = library.policies
        .flatMap(({ indications, anomalies }) => [
          ...indications
            .flatMap(({ criteria }) => flatten(criteria))
            .flatMap(({ title, missing }) => [title, missing ?? '']),
          ...[...anomalies.values()].map(({ text }) => text),
        ])
        .flatMap(runs)
        .filter((run) => printed.has(run));
      expect([...new Set(copied)]).toEqual([]);
    });
  },
);
