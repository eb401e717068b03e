import type { DtrVersion } from '../dtr/draft.ts';
import type { FilledForm } from '../dtr/package.ts';
import type { Determination } from '../engine/determination.ts';

export interface IdentifiedDetermination extends Determination {
  /** 20 to 30 unguessable letters and digits: the `coverage-assertion-id` on the order. */
  readonly id: string;
}

/** What DTR asks for later under the determination's id. */
export interface FormContext {
  readonly version: DtrVersion;
  /** The forms that ask for what is missing, filled in with what the chart held. */
  readonly forms: readonly FilledForm[];
}

/** Where determinations are kept for `GET /determinations/{id}` and for DTR, each for the caller that asked for it. */
export interface DeterminationStore {
  /** @param owner `ownerOf` the caller */
  readonly keep: (determination: IdentifiedDetermination, owner: string, context: FormContext) => void;
  readonly find: (id: string, owner: string) => IdentifiedDetermination | undefined;
  readonly context: (id: string, owner: string) => FormContext | undefined;
}

/** Determinations that are kept: the newest, in memory, while the process lives, and no longer than a day (CRD-S-03). */
const KEPT = 1000;
export const KEPT_MILLISECONDS = 24 * 60 * 60_000;

interface Kept {
  readonly determination: IdentifiedDetermination;
  readonly owner: string;
  readonly context: FormContext;
  readonly until: number;
}

/** @param now milliseconds since 1970 */
export function createDeterminationStore(now: () => number = Date.now): DeterminationStore {
  const kept = new Map<string, Kept>();
  const own = (id: string, owner: string): Kept | undefined => {
    const found = kept.get(id);
    return found?.owner === owner && found.until > now() ? found : undefined;
  };
  return {
    keep(determination, owner, context) {
      const time = now();
      kept.set(determination.id, { determination, owner, context, until: time + KEPT_MILLISECONDS });
      for (const [id, { until }] of kept) {
        if (kept.size <= KEPT && until > time) break;
        kept.delete(id);
      }
    },
    find: (id, owner) => own(id, owner)?.determination,
    context: (id, owner) => own(id, owner)?.context,
  };
}
