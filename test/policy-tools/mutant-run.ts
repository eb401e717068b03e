import type { DataFile } from '../../src/policy/data-files.ts';
import type { Fact } from '../../src/policy/fact.ts';
import { formsOf } from '../../src/policy/form.ts';
import { createLibrary, type Library } from '../../src/policy/library.ts';
import { parseYaml, type YamlParser } from '../../src/policy/parse.ts';
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
  const askedBy = await factsAsked(library, vignettes);
  const parse = keeping(parseYaml);
  let order = [...vignettes];
  return async (mutant) => {
    const text = mutant.text();
    const changed = files.map((file) => (file.path === mutant.file ? { ...file, text } : file));
    const mutated = createLibrary(changed, (file, content, schema) =>
      file === mutant.file ? parseYaml(file, content, schema) : parse(file, content, schema),
    );
    if ('problems' in mutated) return 'refused';
    const isConcerned = concernedBy(mutant, library, askedBy);
    for (const stored of nearestFirst(order.filter(isConcerned), mutant)) {
      const { differences } = await runVignette(stored, mutated);
      if (differences.length === 0) continue;
      // The next change is mostly of the same place.
      order = [stored, ...order.filter((item) => item !== stored)];
      return 'killed';
    }
    return 'survived';
  };
}

/** Which facts each vignette's evaluation looks up: a change of any other cannot show in it. */
async function factsAsked(
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

/** What a change can show in: of a fact, where it is asked; of a policy, where something is expected of that policy. */
function concernedBy(
  { file, touched }: Mutant,
  { policies }: Library,
  askedBy: ReadonlyMap<StoredVignette, ReadonlySet<string>>,
): (stored: StoredVignette) => boolean {
  const [folder = ''] = file.split('/');
  if (file.startsWith('shared/facts/')) {
    const facts = touched();
    return (stored) => facts.some((fact) => askedBy.get(stored)?.has(fact) === true);
  }
  const concerned = policies.filter(
    ({ id, version }) => folder === 'shared' || folder === id || folder === `${id}@${version}`,
  );
  return (stored) => {
    const expected = policiesOf(stored);
    return expected.length === 0 || concerned.some(({ id }) => expected.includes(id));
  };
}

/** Those first that expect something of the changed criterion itself, then of others of its indication. */
function nearestFirst(stored: readonly StoredVignette[], { change }: Mutant): readonly StoredVignette[] {
  const ids = change.split(':')[0]?.split(' ') ?? [];
  const nearness = ({ vignette }: StoredVignette): number => {
    const names = Object.entries(vignette.expect).flatMap(([key, { criteria }]) => [
      ...key.split('/'),
      ...Object.keys(criteria).flatMap((id) => [id, ...id.split('/')]),
    ]);
    return new Set(ids.filter((id) => names.includes(id))).size;
  };
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
