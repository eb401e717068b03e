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

/** Determinations that are kept: the newest, in memory, while the process lives, and no longer than a day (CRD-S-03). */
const KEPT = 1000;
export const KEPT_MILLISECONDS = 24 * 60 * 60_000;

interface Kept {
  readonly determination: IdentifiedDetermination;
  readonly owner: string;
  readonly until: number;
}

/** @param now milliseconds since 1970 */
export function createDeterminationStore(now: () => number = Date.now): DeterminationStore {
  const kept = new Map<string, Kept>();
  return {
    keep(determination, owner) {
      const time = now();
      kept.set(determination.id, { determination, owner, until: time + KEPT_MILLISECONDS });
      for (const [id, { until }] of kept) {
        if (kept.size <= KEPT && until > time) break;
        kept.delete(id);
      }
    },
    find(id, owner) {
      const found = kept.get(id);
      return found?.owner === owner && found.until > now() ? found.determination : undefined;
    },
  };
}
