import type { OperationOutcome } from 'fhir/r4.js';

/** Why a request was not carried out; `code` is from http://hl7.org/fhir/issue-type. */
export interface Problem {
  readonly kind: 'problem';
  readonly code: 'exception' | 'invalid' | 'not-found' | 'not-supported' | 'too-costly' | 'too-long';
  readonly diagnostics: string;
}

export const problem = (code: Problem['code'], diagnostics: string): Problem => ({
  kind: 'problem',
  code,
  diagnostics,
});

export const operationOutcome = (problems: readonly Problem[]): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: problems.map(({ code, diagnostics }) => ({ severity: 'error', code, diagnostics })),
});

/** A name or value from a request, short enough to repeat in an answer. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
