import type { Library } from '../../src/policy/library.ts';
import { flatten, type Policy } from '../../src/policy/policy.ts';
import { statusOf } from '../support/expectation.ts';
import { possibleStates, STATES, type State } from './states.ts';
import type { StoredVignette } from './vignette-files.ts';

/** The vignettes that show one criterion in each status; null where it can never have it. */
export interface Coverage {
  readonly indication: string;
  /** Whole id. */
  readonly id: string;
  readonly title: string;
  readonly shown: Readonly<Record<State, readonly StoredVignette[] | null>>;
}

/** Every numbered criterion of a policy, by indication, with what the vignettes state of it. */
export function coverageOf(
  policy: Policy,
  library: Library,
  vignettes: readonly StoredVignette[],
): readonly Coverage[] {
  const stated = statements(vignettes);
  return policy.indications.flatMap((indication) => {
    const key = `${policy.id}/${indication.id}`;
    return flatten(indication.criteria).flatMap((criterion) => {
      const { id, title } = criterion;
      if (id === undefined) return [];
      const possible = possibleStates(criterion, library.facts);
      const number = shortId(policy.id, indication.id, id);
      const showing = (state: State): readonly StoredVignette[] | null =>
        possible.includes(state) ? (stated.get(`${key} ${number} ${state}`) ?? []) : null;
      const shown = Object.fromEntries(STATES.map((state) => [state, showing(state)]));
      return [{ indication: indication.id, id, title, shown: shown as Coverage['shown'] }];
    });
  });
}

/** The id as a vignette writes it under the indication: a definition keeps its `def/`. */
export const shortId = (policy: string, indication: string, id: string): string => {
  const own = `${policy}/${indication}/`;
  return id.slice(id.startsWith(own) ? own.length : policy.length + 1);
};

/** Statuses that can be reached and that no vignette shows. */
export const gapsOf = ({ shown }: Coverage): readonly State[] =>
  STATES.filter((state) => shown[state]?.length === 0);

function statements(vignettes: readonly StoredVignette[]): ReadonlyMap<string, readonly StoredVignette[]> {
  const stated = new Map<string, StoredVignette[]>();
  for (const stored of vignettes)
    for (const [key, { criteria }] of Object.entries(stored.vignette.expect))
      for (const [id, outcome] of Object.entries(criteria)) {
        const statement = `${key.split(' ')[0] ?? ''} ${id} ${statusOf(outcome)}`;
        const known = stated.get(statement);
        if (known === undefined) stated.set(statement, [stored]);
        else known.push(stored);
      }
  return stated;
}
