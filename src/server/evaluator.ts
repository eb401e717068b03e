import type { FhirClient } from '../fhir/client.ts';
import type { Costly } from '../crd/evaluation.ts';
import { ServiceError } from './errors.ts';
import { ThreadFailure, type EvaluationThreads } from './evaluation-threads.ts';
import { unreadableServer } from './call-client.ts';
import { evaluateCall, type Answered, type CallScope, type HookCall } from './hook-call.ts';
import type { CallerRecords } from './caller-records.ts';
import type { Edition } from './policies-in-force.ts';
import { work, type Work, type Works } from './work.ts';

/** Bytes of a body up to which the thread that serves all calls parses it, and evaluates it where no query is needed. */
const SMALL_BODY = 64 * 1024;

/** CAR-T orders, or determinations, of one call that are few enough for that thread: a therapy's own services are four. */
const MOST_HERE = 4;

/** Determinations that it makes for one call, when it must: each without a chart. */
const MOST_WITHOUT_CHART = 10;

/**
 * Evaluates a call so that it does not hold up others. The thread that serves all calls answers those which are small
 * and need no query: nearly all. Every other goes to an evaluation thread. When those have too much to do, a small call
 * still gets its determinations, with the chart unread: the clinician learns that authorization is required.
 * @param left aborted when nobody waits for the answer any more
 * @throws ServiceError `busy` or `not-evaluated` when no thread answers and the call is not small
 */
export async function evaluateAside(
  call: HookCall,
  scope: CallScope,
  threads: EvaluationThreads,
  records: CallerRecords,
  left: () => AbortSignal,
): Promise<Answered> {
  const isSmall = call.body.byteLength <= SMALL_BODY;
  if (isSmall) {
    try {
      return await evaluateCall(
        call,
        { ...scope, fhirClient: () => notAskedHere, options: { checkpoint: leaveWhenMany } },
        records,
        NOTHING_TO_END,
      );
    } catch (error) {
      if (!(error instanceof Elsewhere)) throw error;
    }
  }
  try {
    // A small body is copied: it is needed again when no thread has time.
    return await threads.work(
      'hook',
      isSmall ? { ...call, body: new Uint8Array(call.body) } : call,
      records,
      left(),
    );
  } catch (error) {
    if (!(error instanceof ThreadFailure)) throw error;
    if (!isSmall || error.kind !== 'busy') throw refusal(error);
    const server = unreadableServer({ kind: 'unavailable', reason: error.message });
    const options = {
      chartUnread: error.message,
      checkpoint: ({ count }: Costly): void => {
        if (count > MOST_WITHOUT_CHART) throw refusal(error);
      },
    };
    return evaluateCall(call, { ...scope, fhirClient: () => server, options }, records, NOTHING_TO_END);
  }
}

/**
 * Has other work done by an evaluation thread, however small: nobody waits for it in the middle of an order.
 * @throws ServiceError `busy` or `not-evaluated` when no thread answers
 */
export async function workElsewhere<Name extends Work>(
  name: Name,
  input: Works[Name]['input'],
  scope: CallScope & Pick<Edition, 'threads'>,
  records: CallerRecords,
  signal: AbortSignal,
): Promise<Works[Name]['answer']> {
  const { threads } = scope;
  if (threads === undefined) return work(name, input, scope, records, signal);
  try {
    return await threads.work(name, input, records, signal);
  } catch (error) {
    throw error instanceof ThreadFailure ? refusal(error) : error;
  }
}

const refusal = ({ kind, message }: ThreadFailure): ServiceError =>
  new ServiceError(kind === 'busy' ? 'busy' : 'not-evaluated', message, '(service)');

/** For an evaluation that asks no server. */
const NOTHING_TO_END = new AbortController().signal;

/** Thrown where a call that was begun on this thread turns out to need more than it may take. */
class Elsewhere extends Error {}

const leave = (): never => {
  throw new Elsewhere('this call is for an evaluation thread');
};
const leaveWhenMany = ({ count }: Costly): void => {
  if (count > MOST_HERE) leave();
};
const asked = (): Promise<never> => Promise.try(leave);
const notAskedHere: FhirClient = { read: asked, search: asked, pagesFrom: asked };
