import type { Intake } from './intake.ts';
import type { JsonObject } from './json.ts';

/** Why a FHIR server's answer is missing or incomplete. No patient data. */
export interface Failure {
  /** `refused`: the server does not offer this query (400, 404, 405, 422, 501); another form of it may do. */
  readonly kind:
    'refused' | 'not-found' | 'forbidden' | 'unavailable' | 'timeout' | 'unreadable' | 'cut-short';
  /** A short sentence for the reader of the determination: `timed out`, `HTTP 503`. */
  readonly reason: string;
}

export type Reading = { readonly resource: JsonObject } | { readonly failure: Failure };

/** The resources of all pages that were read; `failure` when they are not all there are. */
export interface Searching {
  readonly intakes: readonly Intake[];
  readonly failure: Failure | undefined;
}

/** The EHR's FHIR server within one call: reads and searches, never writes. Failures are values, not exceptions. */
export interface FhirClient {
  /** @param reference `Type/id` */
  read(reference: string): Promise<Reading>;
  /** @param query `Type?parameter=value&…`, values encoded; pages are followed */
  search(query: string): Promise<Searching>;
  /** Follows the `next` link of a page that came with the request. */
  pagesFrom(next: string): Promise<Searching>;
}
