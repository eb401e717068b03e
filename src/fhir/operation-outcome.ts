import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';

/** One thing that a caller is told; `code` is from http://hl7.org/fhir/issue-type. */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: OperationOutcomeIssue['code'];
  readonly text: string;
  /** FHIRPath of the place in the request. */
  readonly expression?: string;
}

export const operationOutcome = (issues: readonly Issue[]): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: issues.map(({ severity, code, text, expression }) => ({
    severity,
    code,
    details: { text },
    ...(expression === undefined ? {} : { expression: [expression] }),
  })),
});
