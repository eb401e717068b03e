import type { JsonObject } from '../fhir/json.ts';

/** QuestionnaireResponses that were sent in: evidence in the next determination of their patient. */
export interface ResponseStore {
  /** @param resource with its id */
  readonly keep: (patient: string, resource: JsonObject & { readonly id: string }) => void;
  readonly find: (id: string) => JsonObject | undefined;
  /** @param patient `Patient/id` */
  readonly of: (patient: string) => readonly JsonObject[];
}

/** Responses that are kept: the newest, in memory, while the process lives. */
const KEPT = 1000;

export function createResponseStore(): ResponseStore {
  const kept = new Map<string, { readonly patient: string; readonly resource: JsonObject }>();
  return {
    keep(patient, resource) {
      kept.set(resource.id, { patient, resource });
      for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(id);
    },
    find: (id) => kept.get(id)?.resource,
    of: (patient) =>
      [...kept.values()].filter((item) => item.patient === patient).map(({ resource }) => resource),
  };
}
