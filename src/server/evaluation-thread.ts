import { parentPort, threadId, workerData, type MessagePort } from 'node:worker_threads';
import { SANDBOX_CLIENT } from '../crd/client-settings.ts';
import type { FhirClient } from '../fhir/client.ts';
import { unreadableServer } from './call-client.ts';
import type { CallerRecords } from './caller-records.ts';
import { errorData, errorOf, ServiceError, type ErrorData } from './errors.ts';
import type { QueryLog } from './fhir-client.ts';
import { createFhirClients } from './fhir-clients.ts';
import { evaluateCall, type CallScope } from './hook-call.ts';
import { newId, newUuid } from './identifiers.ts';
import type { CheckedFiles } from './policy-files.ts';
import { libraryOf } from './policy-library.ts';
import { rehearsedCalls } from './rehearsed-calls.ts';
import { startTracing, underTrace, type TraceContext } from './tracing.ts';
import { createTurns } from './turns.ts';
import { work, type Work, type Works } from './work.ts';

/** What runs in each of the evaluation threads: the policies are made once, when the thread starts, from files in memory. */

export interface ThreadData {
  readonly policies: CheckedFiles;
  readonly config: CallScope['config'];
  readonly fhirBase: string;
}

export interface ThreadTask<Name extends Work = Work> {
  readonly name: Name;
  readonly input: Works[Name]['input'];
  /** The span that it is done under. */
  readonly trace: TraceContext;
  readonly port: MessagePort;
}

/** What a thread says of its work while it has it: which thread it is, and what it asks of the caller's records. */
export type FromThread =
  | { readonly threadId: number }
  | { readonly question: number; readonly name: keyof CallerRecords; readonly given: readonly unknown[] };
/** What it is told: that nobody waits any more, or what it asked for, or that this cannot be had. */
export type ToThread =
  | 'left'
  | { readonly question: number; readonly answer: unknown }
  | { readonly question: number; readonly refusal: ErrorData };

/** With every query that the work sent. */
export type ThreadOutcome<Name extends Work = Work> = { readonly queries: readonly QueryLog[] } & (
  { readonly answer: Works[Name]['answer'] } | { readonly refusal: ErrorData } | { readonly failure: unknown }
);

/** What a thread tells of itself: a FHIR server that it leaves alone from now on, or asks again. */
export interface CircuitChange {
  readonly threadId: number;
  readonly server: string;
  readonly isOpen: boolean;
}

const { policies, config, fhirBase } = workerData as ThreadData;
const fhirClients = createFhirClients({
  onCircuit: (server, isOpen) => {
    parentPort?.postMessage({ threadId, server, isOpen } satisfies CircuitChange);
  },
});
const scope: Omit<CallScope, 'fhirClient'> = {
  library: libraryOf(policies),
  edition: policies.edition,
  config,
  fhirBase,
  newId,
  newUuid,
};
for (const { body, asOf } of rehearsedCalls(scope.library))
  // The thread that serves all calls rehearses them too, and tells of a failure.
  await evaluateCall(
    {
      body,
      expected: 'order-sign',
      asOf,
      caller: { settings: SANDBOX_CLIENT, fhirServers: [], isSandbox: false },
      arrived: performance.timeOrigin + performance.now(),
    },
    { ...scope, fhirClient: () => unreadableServer({ kind: 'unavailable', reason: 'nobody is asked' }) },
    { answersOf: () => Promise.resolve([]), concerns: () => Promise.resolve() },
    new AbortController().signal,
  ).catch(() => undefined);
// From here on: a rehearsal is nobody's call.
await startTracing(process.env);

/**
 * Calls compute one after the other: a chart is let go before the next one is parsed, so that it is collected young. Several
 * at once would be copied from collection to collection, at a third of the time that a large one takes.
 */
const turn = createTurns();

/** A client that ends the call's turn with its first query: while it waits for a server, others compute. */
const ending = (end: () => void, client: FhirClient): FhirClient => ({
  read(reference) {
    end();
    return client.read(reference);
  },
  search(query) {
    end();
    return client.search(query);
  },
  pagesFrom(next, types) {
    end();
    return client.pagesFrom(next, types);
  },
});

export default async function evaluate({ name, input, trace, port }: ThreadTask): Promise<ThreadOutcome> {
  const left = new AbortController();
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  port.on('message', (message: ToThread) => {
    if (message === 'left') {
      left.abort();
      return;
    }
    const asked = open.get(message.question);
    open.delete(message.question);
    if ('answer' in message) asked?.resolve(message.answer);
    else asked?.reject(errorOf(message.refusal));
  });
  const tell = (message: FromThread): void => {
    port.postMessage(message);
  };
  const end = await turn();
  tell({ threadId });
  let questions = 0;
  const ask =
    <Name extends keyof CallerRecords>(of: Name): CallerRecords[Name] =>
    (...given: readonly unknown[]) => {
      const question = questions++;
      const asked = Promise.withResolvers<unknown>();
      open.set(question, asked);
      tell({ question, name: of, given });
      return asked.promise as Promise<never>;
    };
  const records: CallerRecords = {
    answersOf: ask('answersOf'),
    responsesOf: ask('responsesOf'),
    determination: ask('determination'),
    forms: ask('forms'),
    payerAnswers: ask('payerAnswers'),
    keepPayerAnswer: ask('keepPayerAnswer'),
    concerns: ask('concerns'),
  };
  const queries: QueryLog[] = [];
  const fhirClient: CallScope['fhirClient'] = (access, log) =>
    ending(
      end,
      fhirClients.client(access, (query) => {
        queries.push(query);
        log(query);
      }),
    );
  try {
    const answer = await underTrace(trace, () =>
      work(name, input, { ...scope, fhirClient }, records, left.signal),
    );
    return { answer, queries };
  } catch (error) {
    return error instanceof ServiceError
      ? { refusal: errorData(error), queries }
      : { failure: error, queries };
  } finally {
    end();
    port.close();
  }
}

/** Milliseconds in which the first calls have the processor to themselves. */
const LATER = 1000;

/** Answered when this file has run: then the policies are read. What queries need is loaded soon after, if no query asks for it before. */
export function ready(): undefined {
  setTimeout(() => {
    // Whoever queries first is told of a failure.
    fhirClients.load().catch(() => undefined);
  }, LATER).unref();
}
