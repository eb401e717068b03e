import type { Determination } from '../engine/determination.ts';

export interface IdentifiedDetermination extends Determination {
  /** 20 to 30 unguessable letters and digits: the `coverage-assertion-id` on the order. */
  readonly id: string;
}

/** Where determinations are kept for `GET /determinations/{id}`. */
export interface DeterminationStore {
  readonly keep: (determination: IdentifiedDetermination) => void;
  readonly find: (id: string) => IdentifiedDetermination | undefined;
}

/** Determinations that are kept: the newest, in memory, while the process lives. */
const KEPT = 1000;

export function createDeterminationStore(): DeterminationStore {
  const kept = new Map<string, IdentifiedDetermination>();
  return {
    keep(determination) {
      kept.set(determination.id, determination);
      for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(id);
    },
    find: (id) => kept.get(id),
  };
}
