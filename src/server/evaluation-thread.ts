import { parentPort, threadId, workerData, type MessagePort } from 'node:worker_threads';
import type { JsonObject } from '../fhir/json.ts';
import { ServiceError } from './errors.ts';
import { createFhirClient, type QueryLog } from './fhir-client.ts';
import { createFhirConnections } from './fhir-connections.ts';
import { evaluateCall, type Answered, type AnswersOf, type CallScope, type HookCall } from './hook-call.ts';
import { newId, newUuid } from './identifiers.ts';
import { libraryOf, type PolicyFiles } from './policies.ts';
import { startTracing, underTrace } from './tracing.ts';

/** What runs in each of the evaluation threads: the policies are made once, when the thread starts, from files in memory. */

export interface ThreadData {
  readonly policies: PolicyFiles;
  readonly config: CallScope['config'];
  readonly fhirBase: string;
}

export interface ThreadTask {
  readonly call: HookCall;
  readonly port: MessagePort;
}

/** What a thread says of a call while it has it: which thread it is, and whose answers to forms it needs. */
export type FromThread = { readonly threadId: number } | { readonly answersOf: string };
/** What it is told: that nobody waits any more, or the answers, or that they cannot be had. */
export type ToThread = 'left' | 'unanswered' | { readonly answers: readonly JsonObject[] };

/** Errors as values: a class does not survive the way between threads. With every query that the call sent. */
export type ThreadOutcome = { readonly queries: readonly QueryLog[] } & (
  | { readonly answered: Answered }
  | { readonly refusal: Pick<ServiceError, 'code' | 'message' | 'path' | 'isFhir'> }
  | { readonly failure: unknown }
);

/** What a thread tells of itself: a FHIR server that it leaves alone from now on, or asks again. */
export interface CircuitChange {
  readonly threadId: number;
  readonly server: string;
  readonly isOpen: boolean;
}

const { policies, config, fhirBase } = workerData as ThreadData;
await startTracing(process.env);
const connections = createFhirConnections({
  onCircuit: (server, isOpen) => {
    parentPort?.postMessage({ threadId, server, isOpen } satisfies CircuitChange);
  },
});
const scope: Omit<CallScope, 'fhirClient'> = {
  library: libraryOf(policies, ''),
  edition: policies.edition,
  config,
  fhirBase,
  newId,
  newUuid,
};

export default async function evaluate({ call, port }: ThreadTask): Promise<ThreadOutcome> {
  const left = new AbortController();
  const answers = Promise.withResolvers<readonly JsonObject[]>();
  port.on('message', (message: ToThread) => {
    if (message === 'left') left.abort();
    else if (message === 'unanswered') answers.reject(new Error('the answers to forms cannot be read'));
    else answers.resolve(message.answers);
  });
  const tell = (message: FromThread): void => {
    port.postMessage(message);
  };
  tell({ threadId });
  const answersOf: AnswersOf = (patient) => {
    tell({ answersOf: patient });
    return answers.promise;
  };
  const queries: QueryLog[] = [];
  const fhirClient: CallScope['fhirClient'] = (access, log) =>
    createFhirClient(access, connections, (query) => {
      queries.push(query);
      log(query);
    });
  try {
    const answered = await underTrace(call.trace, () =>
      evaluateCall(call, { ...scope, fhirClient }, answersOf, left.signal),
    );
    return { answered, queries };
  } catch (error) {
    if (!(error instanceof ServiceError)) return { failure: error, queries };
    const { code, message, path, isFhir } = error;
    return { refusal: { code, message, path, isFhir }, queries };
  } finally {
    port.close();
  }
}

/** Answered when this file has run: then the policies are read. */
export const ready = (): undefined => undefined;
