import type { DataFile } from '../../src/policy/data-files.ts';
import { createLibrary, factsOf, type Library } from '../../src/policy/library.ts';
import type { Mutant } from './mutations.ts';
import { policiesOf, runVignette, type StoredVignette } from './vignette-files.ts';

/** `refused`: the files no longer load. `killed`: some vignette came out otherwise. */
export type Fate = 'refused' | 'killed' | 'survived';

/** Runs mutants against vignettes, those first that killed the mutant before: the next is mostly of the same place. */
export function mutantRunner(
  files: readonly DataFile[],
  library: Library,
  vignettes: readonly StoredVignette[],
): (mutant: Mutant) => Promise<Fate> {
  let order = [...vignettes];
  return async (mutant) => {
    const text = mutant.text();
    const mutated = createLibrary(
      files.map((file) => (file.path === mutant.file ? { ...file, text } : file)),
    );
    if ('problems' in mutated) return 'refused';
    const concerned = concernedBy(mutant, library);
    for (const stored of order) {
      const policies = policiesOf(stored);
      if (policies.length > 0 && !policies.some((id) => concerned.has(id))) continue;
      const { differences } = await runVignette(stored, mutated);
      if (differences.length === 0) continue;
      order = [stored, ...order.filter((item) => item !== stored)];
      return 'killed';
    }
    return 'survived';
  };
}

/** The policies that a file touches: its own, or those that ask the fact. */
function concernedBy({ file, change }: Mutant, { policies, facts }: Library): ReadonlySet<string> {
  const fact = file.startsWith('shared/facts/') ? change.split(/[.:]/)[0] : undefined;
  const [folder = ''] = file.split('/');
  return new Set(
    policies
      .filter((policy) =>
        fact !== undefined
          ? factsOf(policy, facts).some(({ name }) => name === fact)
          : folder === 'shared' || folder === policy.id || folder === `${policy.id}@${policy.version}`,
      )
      .map(({ id }) => id),
  );
}
