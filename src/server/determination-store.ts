import type { Determination } from '../engine/determination.ts';

export interface IdentifiedDetermination extends Determination {
  /** 20 to 30 unguessable letters and digits: the `coverage-assertion-id` on the order. */
  readonly id: string;
}

/** Where determinations are kept for `GET /determinations/{id}`, each for the caller that asked for it. */
export interface DeterminationStore {
  /** @param owner `ownerOf` the caller */
  readonly keep: (determination: IdentifiedDetermination, owner: string) => void;
  readonly find: (id: string, owner: string) => IdentifiedDetermination | undefined;
}

/** Determinations that are kept: the newest, in memory, while the process lives. */
const KEPT = 1000;

export function createDeterminationStore(): DeterminationStore {
  const kept = new Map<string, { readonly determination: IdentifiedDetermination; readonly owner: string }>();
  return {
    keep(determination, owner) {
      kept.set(determination.id, { determination, owner });
      for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(id);
    },
    find(id, owner) {
      const found = kept.get(id);
      return found?.owner === owner ? found.determination : undefined;
    },
  };
}
