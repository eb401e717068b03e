import type { JsonObject } from '../fhir/json.ts';
import { KEPT_MILLISECONDS } from './determination-store.ts';

/** QuestionnaireResponses that were sent in: evidence in the next determination of their patient, for the same caller. */
export interface ResponseStore {
  /**
   * @param resource with its id
   * @param patient `Patient/id`
   * @param owner `ownerOf` the caller
   */
  readonly keep: (resource: JsonObject & { readonly id: string }, patient: string, owner: string) => void;
  readonly find: (id: string, owner: string) => JsonObject | undefined;
  readonly of: (patient: string, owner: string) => readonly JsonObject[];
}

interface Kept {
  readonly resource: JsonObject;
  readonly patient: string;
  readonly owner: string;
  readonly until: number;
}

/** Responses that are kept: the newest, in memory, while the process lives, and no longer than a day (CRD-S-03). */
const KEPT = 1000;

/** @param now milliseconds since 1970 */
export function createResponseStore(now: () => number = Date.now): ResponseStore {
  const kept = new Map<string, Kept>();
  const own = (owner: string): readonly (readonly [string, Kept])[] =>
    [...kept].filter(([, item]) => item.owner === owner && item.until > now());
  return {
    keep(resource, patient, owner) {
      const time = now();
      kept.set(resource.id, { resource, patient, owner, until: time + KEPT_MILLISECONDS });
      for (const [id, { until }] of kept) {
        if (kept.size <= KEPT && until > time) break;
        kept.delete(id);
      }
    },
    find: (id, owner) => own(owner).find(([key]) => key === id)?.[1].resource,
    of: (patient, owner) =>
      own(owner).flatMap(([, item]) => (item.patient === patient ? [item.resource] : [])),
  };
}
