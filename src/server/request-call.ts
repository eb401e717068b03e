import { operationOutcome, type Issue } from '../fhir/operation-outcome.ts';
import type { Caller } from './caller.ts';

/** A request as plain data, so that any thread can answer it. */
export interface RequestCall {
  /** JSON in UTF-8, not parsed yet; empty where the request has none. */
  readonly body: Uint8Array;
  /** FHIR date. */
  readonly asOf: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly caller: Pick<Caller, 'settings' | 'fhirServers' | 'isSandbox'>;
  /** Milliseconds since 1970, which all threads count alike. */
  readonly arrived: number;
}

/** What it is answered with. */
export interface Reply {
  readonly status: number;
  readonly type: 'fhir' | 'html' | 'json';
  /** Only text keeps numbers as they were sent. */
  readonly text: string;
  /** What is logged of it: codes and counts. */
  readonly report: Readonly<Record<string, number | readonly string[]>>;
}

/** A FHIR resource as the answer. */
export const fhirReply = (status: number, resource: object, report: Reply['report'] = {}): Reply => ({
  status,
  type: 'fhir',
  text: JSON.stringify(resource),
  report,
});

/** What is wrong with the request. */
export const refusedReply = (status: number, issues: readonly Issue[]): Reply =>
  fhirReply(status, operationOutcome(issues), { issues: issues.map(({ code }) => code) });
