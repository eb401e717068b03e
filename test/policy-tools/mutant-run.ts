import type { DataFile } from '../../src/policy/data-files.ts';
import type { Fact } from '../../src/policy/fact.ts';
import { formsOf } from '../../src/policy/form.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import { factsAsked, type Library } from '../../src/policy/library.ts';
import { parseYaml, type YamlParser } from '../../src/policy/parse.ts';
import { flatten } from '../../src/policy/policy.ts';
import type { Mutant } from './mutations.ts';
import { policiesOf, runVignette, type StoredVignette } from './vignette-files.ts';

/** `refused`: the files no longer load. `killed`: some vignette came out otherwise. */
export type Fate = 'refused' | 'killed' | 'survived';

/** Runs mutants against the vignettes that they concern, nearest first, until one comes out otherwise. */
export async function mutantRunner(
  files: readonly DataFile[],
  library: Library,
  vignettes: readonly StoredVignette[],
): Promise<(mutant: Mutant) => Promise<Fate>> {
  const askedBy = await factsLookedUp(library, vignettes);
  const askers = criteriaByFact(library);
  const parse = keeping(parseYaml);
  let order = [...vignettes];
  return async (mutant) => {
    const text = mutant.text();
    const changed = files.map((file) => (file.path === mutant.file ? { ...file, text } : file));
    const mutated = createLibrary(changed, (file, content, schema) =>
      file === mutant.file ? parseYaml(file, content, schema) : parse(file, content, schema),
    );
    if ('problems' in mutated) return 'refused';
    const facts = isOfFacts(mutant) ? mutant.touched() : [];
    const changedLibrary = isOfFacts(mutant) ? withFacts(library, facts, mutated) : mutated;
    const isConcerned = concernedBy(mutant, facts, library, askedBy);
    const near = isOfFacts(mutant) ? nearFacts(facts, askers) : nearPlace(mutant);
    for (const stored of nearestFirst(order.filter(isConcerned), near)) {
      const { differences } = await runVignette(stored, changedLibrary);
      if (differences.length === 0) continue;
      // The next change is mostly of the same place.
      order = [stored, ...order.filter((item) => item !== stored)];
      return 'killed';
    }
    return 'survived';
  };
}

/** Which facts each vignette's evaluation looks up: a change of any other cannot show in it. */
async function factsLookedUp(
  library: Library,
  vignettes: readonly StoredVignette[],
): Promise<ReadonlyMap<StoredVignette, ReadonlySet<string>>> {
  // What forms ask of every fact is no use of it.
  for (const policy of library.policies) formsOf(policy, library.facts);
  const askedBy = new Map<StoredVignette, ReadonlySet<string>>();
  for (const stored of vignettes) {
    const facts = new WatchedFacts(library.facts);
    await runVignette(stored, { ...library, facts });
    askedBy.set(stored, facts.asked);
  }
  return askedBy;
}

class WatchedFacts extends Map<string, Fact> {
  readonly asked = new Set<string>();

  override get(name: string): Fact | undefined {
    this.asked.add(name);
    return super.get(name);
  }
}

const isOfFacts = ({ file }: Mutant): boolean => file.startsWith('shared/facts/');

/** The library with these facts as they are after the change: what is known of the rest need not be found again. */
function withFacts(library: Library, names: readonly string[], mutated: Library): Library {
  const changed = names.flatMap((name) => {
    const fact = mutated.facts.get(name);
    return fact === undefined ? [] : [[name, fact] as const];
  });
  return { ...library, facts: new Map([...library.facts, ...changed]) };
}

/** What a change can show in: of a fact, where it is asked; of a policy, where something is expected of that policy. */
function concernedBy(
  mutant: Mutant,
  facts: readonly string[],
  { policies }: Library,
  askedBy: ReadonlyMap<StoredVignette, ReadonlySet<string>>,
): (stored: StoredVignette) => boolean {
  if (isOfFacts(mutant)) return (stored) => facts.some((fact) => askedBy.get(stored)?.has(fact) === true);
  const [folder = ''] = mutant.file.split('/');
  const concerned = policies.filter(
    ({ id, version }) => folder === 'shared' || folder === id || folder === `${id}@${version}`,
  );
  return (stored) => {
    const expected = policiesOf(stored);
    return expected.length === 0 || concerned.some(({ id }) => expected.includes(id));
  };
}

type Nearness = (stored: StoredVignette) => number;

/** Those first that expect something of the changed criterion itself, then of others of its indication. */
function nearPlace({ change }: Mutant): Nearness {
  const ids = change.split(':')[0]?.split(' ') ?? [];
  return ({ vignette }) => {
    const names = Object.entries(vignette.expect).flatMap(([key, { criteria }]) => [
      ...key.split('/'),
      ...Object.keys(criteria).flatMap((id) => [id, ...id.split('/')]),
    ]);
    return new Set(ids.filter((id) => names.includes(id))).size;
  };
}

/** Those first that expect something of the criteria that ask the fact, the more so the less else these ask. */
function nearFacts(
  facts: readonly string[],
  askers: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Nearness {
  return ({ vignette }) => {
    let near = 0;
    for (const [key, { criteria }] of Object.entries(vignette.expect)) {
      const [policy = '', indication = ''] = key.split(/[/ ]/);
      for (const id of Object.keys(criteria))
        for (const fact of facts) {
          const weights = askers.get(fact);
          near += weights?.get(`${policy}/${indication}/${id}`) ?? weights?.get(`${policy}/${id}`) ?? 0;
        }
    }
    return near;
  };
}

/** The criteria that ask each fact, and how much of what they ask it is. */
function criteriaByFact({ policies, facts }: Library): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const askers = new Map<string, Map<string, number>>();
  for (const { indications } of policies)
    for (const criterion of flatten(indications.flatMap(({ criteria }) => criteria))) {
      const asked = criterion.id === undefined ? [] : factsAsked([criterion], facts);
      for (const { name } of asked)
        askers.set(
          name,
          (askers.get(name) ?? new Map<string, number>()).set(criterion.id ?? '', 1 / asked.length),
        );
    }
  return askers;
}

function nearestFirst(stored: readonly StoredVignette[], nearness: Nearness): readonly StoredVignette[] {
  const near = new Map(stored.map((item) => [item, nearness(item)]));
  return stored.toSorted((a, b) => (near.get(b) ?? 0) - (near.get(a) ?? 0));
}

/** A parser that keeps what it made of each file. */
function keeping(parse: YamlParser): YamlParser {
  const kept = new Map<string, unknown>();
  return (file, text, schema) => {
    const known = kept.get(file) as ReturnType<typeof parse<typeof schema>> | undefined;
    if (known !== undefined) return known;
    const parsed = parse(file, text, schema);
    kept.set(file, parsed);
    return parsed;
  };
}
