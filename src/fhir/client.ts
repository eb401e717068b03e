import type { Intake } from './intake.ts';
import type { JsonObject } from './json.ts';

/** Why a FHIR server's answer is missing or incomplete. No patient data, and nothing about the inside of a network. */
export interface Failure {
  /** `refused`: the server does not offer this query (400, 405, 422, 501); another form of it may do. */
  readonly kind:
    | 'refused'
    | 'not-found'
    | 'forbidden'
    | 'redirect'
    | 'unavailable'
    | 'timeout'
    | 'unreadable'
    | 'cut-short';
  /** A clause for the reader of the determination: `timed out waiting for the server`. */
  readonly reason: string;
  /** The HTTP status that says so, if one does. */
  readonly status?: number;
}

export type Reading = { readonly resource: JsonObject } | { readonly failure: Failure };

/** The resources of all pages that were read; `failure` when they are not all there are. */
export interface Searching {
  readonly intakes: readonly Intake[];
  readonly failure: Failure | undefined;
}

/** What a request's `fhirAuthorization` grants (CDS Hooks 2.0.1, "FHIR Resource Access"). */
export interface FhirAuthorization {
  readonly accessToken: string;
  /** From the arrival of the request on; undefined: not said. */
  readonly expiresInSeconds: number | undefined;
  /** SMART scopes, separated by spaces; undefined: not said, and nothing is held back. */
  readonly scope: string | undefined;
  /** The patient whom the token is for, where it says so. */
  readonly patientId: string | undefined;
}

/** The EHR's FHIR server within one call: reads and searches, never writes. Failures are values, not exceptions. */
export interface FhirClient {
  /** @param reference `Type/id` */
  read(reference: string): Promise<Reading>;
  /** @param query `Type?parameter=value&…`, values encoded; pages are followed */
  search(query: string): Promise<Searching>;
  /** Follows the `next` link of a page that came with the request. @param types what the pages complete */
  pagesFrom(next: string, types: readonly string[]): Promise<Searching>;
}
