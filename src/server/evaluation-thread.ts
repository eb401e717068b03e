import { threadId, workerData, type MessagePort } from 'node:worker_threads';
import { ServiceError } from './errors.ts';
import { createFhirClient } from './fhir-client.ts';
import { createFhirConnections } from './fhir-connections.ts';
import { evaluateCall, type Answered, type CallScope, type HookCall } from './hook-call.ts';
import { newId, newUuid } from './identifiers.ts';
import { loadLibrary } from './policies.ts';

/** What runs in each of the evaluation threads: the policies are read once, when the thread starts. */

export interface ThreadData {
  /** The folder of the policies. */
  readonly folder: string;
  readonly config: CallScope['config'];
}

export interface ThreadTask {
  readonly call: HookCall;
  /** Takes the id of the thread, and gives a message when nobody waits for the answer any more. */
  readonly port: MessagePort;
}

/** Errors as values: a class does not survive the way between threads. */
export type ThreadOutcome =
  | { readonly answered: Answered }
  | { readonly refusal: Pick<ServiceError, 'code' | 'message' | 'path' | 'isFhir'> }
  | { readonly failure: unknown };

const { folder, config } = workerData as ThreadData;
const connections = createFhirConnections();
const scope: CallScope = {
  library: loadLibrary(folder),
  config,
  newId,
  newUuid,
  fhirClient: (access, log) => createFhirClient(access, connections, log),
};

export default async function evaluate({ call, port }: ThreadTask): Promise<ThreadOutcome> {
  const left = new AbortController();
  port.once('message', () => {
    left.abort();
  });
  port.postMessage(threadId);
  try {
    return { answered: await evaluateCall(call, scope, left.signal) };
  } catch (error) {
    if (!(error instanceof ServiceError)) return { failure: error };
    const { code, message, path, isFhir } = error;
    return { refusal: { code, message, path, isFhir } };
  } finally {
    port.close();
  }
}

/** Answered when this file has run: then the policies are read. */
export const ready = (): undefined => undefined;
