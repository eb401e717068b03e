import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { CallerRecords } from './caller-records.ts';
import { errorData, errorOf, ServiceError } from './errors.ts';
import type { QueryLog } from './fhir-client.ts';
import type {
  CircuitChange,
  FromThread,
  ThreadData,
  ThreadOutcome,
  ThreadTask,
  ToThread,
} from './evaluation-thread.ts';
import { traceContext } from './tracing.ts';
import type { Work, Works } from './work.ts';

/**
 * Threads that do the work which would hold up others on the thread that serves all calls. What one of them holds is
 * bounded by the bytes of bodies and answers, not by a heap limit: V8 ends the whole process when a thread's heap is
 * full in the middle of `JSON.parse` (nodejs/node#47224).
 */
export interface EvaluationThreads {
  /**
   * @param input its body is moved, not copied, where it has memory of its own: it is empty here afterwards
   * @throws ThreadFailure when no thread answered
   */
  readonly work: <Name extends Work>(
    name: Name,
    input: Works[Name]['input'],
    records: CallerRecords,
    signal: AbortSignal,
  ) => Promise<Works[Name]['answer']>;
  /** Resolves when every thread has read the policies. */
  readonly ready: () => Promise<void>;
  readonly state: () => ThreadsState;
  readonly close: () => Promise<void>;
}

export interface ThreadsState {
  /** True once every thread has read the policies. */
  readonly isReady: boolean;
  /** Calls for which no thread has time yet. */
  readonly waiting: number;
  readonly underWay: number;
  /** Bytes of the bodies of calls that are not answered. */
  readonly heldBytes: number;
  /** Bases of FHIR servers that are left alone, once for each thread that does. */
  readonly openCircuits: readonly string[];
}

/** Whom the threads tell what happens in them. */
export interface ThreadsWatch {
  readonly error: (error: unknown) => void;
  readonly query?: (query: QueryLog) => void;
  readonly failure?: (kind: ThreadFailure['kind']) => void;
  readonly circuit?: (change: CircuitChange) => void;
}

/** No thread answered. The message is for callers: it says why and holds no data. */
export class ThreadFailure extends Error {
  /** `busy`: too many calls wait already; `late`: not answered in time; `lost`: the thread ended on its way. */
  readonly kind: 'busy' | 'late' | 'lost';

  constructor(kind: ThreadFailure['kind']) {
    super(MESSAGES[kind]);
    this.kind = kind;
  }
}

const MESSAGES = {
  busy: 'the service has too many large charts to evaluate at the moment',
  late: 'the chart could not be evaluated in time',
  lost: 'the chart could not be evaluated for a technical reason',
} as const;

export interface ThreadLimits {
  /** Calls that a thread has under way at once: most of their time they wait for FHIR servers. */
  readonly callsPerThread: number;
  /** Calls that may wait for a thread. */
  readonly waiting: number;
  /** Bytes of bodies that may be held while calls wait. */
  readonly waitingBytes: number;
  /** From arrival to answer, waiting and queries included. */
  readonly milliseconds: number;
}

/** Time for a thread to drop a call that is late. One that computes without a pause does not hear of it, and is ended. */
const GRACE_MILLISECONDS = 2000;

export function createEvaluationThreads(
  count: number,
  { policies, config, fhirBase }: ThreadData,
  watch: ThreadsWatch,
  limits: ThreadLimits = {
    callsPerThread: 8,
    waiting: 200,
    waitingBytes: 128 * 1024 * 1024,
    milliseconds: Math.max(config.queryMilliseconds, config.longQueryMilliseconds ?? 0) + 2500,
  },
): EvaluationThreads {
  const { queryMilliseconds, longQueryMilliseconds = queryMilliseconds } = config;
  const data: ThreadData = { policies, config: { queryMilliseconds, longQueryMilliseconds }, fhirBase };
  const pool = new Piscina<ThreadTask | undefined, ThreadOutcome>({
    filename: fileURLToPath(new URL('./evaluation-thread.ts', import.meta.url)),
    workerData: data,
    minThreads: count,
    maxThreads: count,
    concurrentTasksPerWorker: limits.callsPerThread,
    // Threads wait for sockets: they must not sleep until the next task.
    atomics: 'disabled',
    recordTiming: false,
  });
  pool.on('error', watch.error);
  /** Servers by thread: a thread that ends takes what it remembers with it. */
  const open = new Map<number, Set<string>>();
  pool.on('message', (change: CircuitChange) => {
    const servers = open.get(change.threadId) ?? new Set();
    if (change.isOpen) servers.add(change.server);
    else servers.delete(change.server);
    open.set(change.threadId, servers);
    watch.circuit?.(change);
  });
  let isReady = false;
  const failed = (kind: ThreadFailure['kind']): ThreadFailure => {
    watch.failure?.(kind);
    return new ThreadFailure(kind);
  };
  /** Bytes of the bodies of all calls that are not answered. */
  let held = 0;
  let underWay = 0;

  return {
    async work(name, input, records, signal) {
      const { byteLength, buffer } = input.body;
      const isFull = pool.queueSize >= limits.waiting || held + byteLength > limits.waitingBytes;
      if (pool.queueSize > 0 && isFull) throw failed('busy');
      held += byteLength;
      underWay += 1;
      const { port1, port2 } = new MessageChannel();
      let threadId: number | undefined;
      let isOpen = true;
      const tell = (message: ToThread): void => {
        port1.postMessage(message);
      };
      port1.on('message', (message: FromThread) => {
        if ('threadId' in message) threadId = message.threadId;
        else {
          const { question } = message;
          asked(records, message).then(
            (answer) => {
              tell({ question, answer });
            },
            (error: unknown) => {
              watch.error(error);
              tell({ question, refusal: errorData(error instanceof ServiceError ? error : UNKNOWN) });
            },
          );
        }
      });
      // The thread closes it when it is done with the call.
      port1.once('close', () => (isOpen = false));
      port1.unref();
      const leave = (): void => {
        tell('left');
      };
      signal.addEventListener('abort', leave);
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(failed('late'));
        leave();
        setTimeout(() => {
          // One that has not even started the call is not to blame.
          if (isOpen) void pool.threads.find((thread) => thread.threadId === threadId)?.terminate();
        }, GRACE_MILLISECONDS).unref();
      }, limits.milliseconds);
      const moved = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
      const task: ThreadTask = { name, input, trace: traceContext(), port: port2 };
      const run = pool.run(task, { transferList: [port2, ...moved] }).catch((error: unknown) => {
        watch.error(error);
        throw failed('lost');
      });
      // Also of a call that nobody waits for any more.
      void run.then(
        ({ queries }) => {
          for (const query of queries) watch.query?.(query);
        },
        () => undefined,
      );
      try {
        return answered<typeof name>(await Promise.race([run, late.promise]));
      } finally {
        held -= byteLength;
        underWay -= 1;
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
      }
    },
    async ready() {
      // As many at once as there are threads, so that each gets one.
      await Promise.all(Array.from({ length: count }, () => pool.run(undefined, { name: 'ready' })));
      isReady = true;
    },
    state: () => ({
      isReady,
      waiting: pool.queueSize,
      underWay: underWay - pool.queueSize,
      heldBytes: held,
      openCircuits: pool.threads.flatMap(({ threadId }) => [...(open.get(threadId) ?? [])]),
    }),
    close: () => pool.close(),
  };
}

/** What the thread wants to know of the caller's records. */
const asked = (records: CallerRecords, { name, given }: Extract<FromThread, { name: unknown }>) =>
  (records[name] as (...given: readonly unknown[]) => Promise<unknown>)(...given);

/** In place of an error that only the operator is told. */
const UNKNOWN = new ServiceError('store-unavailable', 'records cannot be read at the moment', '(service)');

function answered<Name extends Work>(outcome: ThreadOutcome): Works[Name]['answer'] {
  if ('answer' in outcome) return outcome.answer;
  throw 'failure' in outcome ? outcome.failure : errorOf(outcome.refusal);
}
