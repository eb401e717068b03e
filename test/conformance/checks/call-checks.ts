import type { Exchange, Problem } from './finding.ts';

/** A, the service call: what a tester brings, and what came back for each body. */

export interface Demonstration {
  /** One body of any hook (group 2), or the bodies of one hook (group 3). */
  readonly group: 'any-hook' | 'hook';
  /** The bodies as the tester pasted them: JSON text of an object or an array of objects. */
  readonly text: string | undefined;
  readonly serviceIds: readonly string[];
  readonly exchanges: readonly Exchange[];
}

type CallCheck = (demonstration: Demonstration) => readonly Problem[];

const bodies = (text: string): readonly unknown[] | undefined => {
  try {
    return [JSON.parse(text) as unknown].flat();
  } catch {
    return undefined;
  }
};

export const CALL_CHECKS: Readonly<Record<string, CallCheck>> = {
  A1: ({ text }) =>
    text === undefined ? [{ message: 'no body was given', path: '(bodies)', level: 'skip' }] : [],
  A2: ({ text }) =>
    text !== undefined && bodies(text) === undefined ? [{ message: 'is not JSON', path: '(bodies)' }] : [],
  A3: ({ group, text }) =>
    group === 'any-hook' && text !== undefined && bodies(text)?.length !== 1
      ? [{ message: 'is not exactly one body', path: '(bodies)', level: 'skip' }]
      : [],
  A4: ({ serviceIds }) =>
    serviceIds.length === 0
      ? [{ message: 'no service of the hook was found', path: '(service)', level: 'skip' }]
      : [],
  /** Each body is posted to the service. */
  A5: ({ text, exchanges }) =>
    text !== undefined && bodies(text)?.length !== exchanges.length
      ? [{ message: 'not every body was sent', path: '(bodies)' }]
      : [],
  A6: ({ exchanges }) =>
    exchanges
      .filter(({ status }) => status !== 200)
      .map(({ name, status, text }) => ({
        message: `has status ${status}, not 200: ${text.slice(0, 200)}`,
        path: name,
      })),
  A7: ({ exchanges }) =>
    exchanges
      .filter(({ body }) => body === undefined)
      .map(({ name }) => ({ message: 'is not JSON', path: name })),
};
