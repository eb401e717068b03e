import { fetch, type Response } from 'undici';
import type { Failure } from '../fhir/client.ts';
import { nestsTooDeep } from './body.ts';
import type { Connection, Try } from './fhir-connections.ts';
import { httpFailure, isReset, isServerFault, thrownFailure } from './fhir-failure.ts';

/** Bytes that may still be read; what is read is taken off. */
export interface Allowance {
  left: number;
}

export interface Query {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends every query of the call. */
  readonly signal: AbortSignal;
  /** `performance.now()` at which the signal ends them. */
  readonly deadline: number;
  /** Each of them is kept to, decompressed bytes counted. */
  readonly allowances: readonly Allowance[];
}

export interface Answered {
  readonly outcome: { readonly body: unknown } | { readonly failure: Failure };
  /** HTTP status of the last try. */
  readonly status: number | undefined;
  readonly tries: number;
}

/** Milliseconds after which an answer that did not come in time speaks against the server. */
const FAIR = 1000;

type Tried = Try & Pick<Answered, 'outcome' | 'status'>;

/** One GET, tried again where that may help and time remains. Never throws, and ends with the signal at the latest. */
export async function answerTo(query: Query, { pool, policy }: Connection): Promise<Answered> {
  let tries = 0;
  let last: Tried | undefined;
  try {
    const run = policy.execute(async () => {
      query.signal.throwIfAborted();
      tries += 1;
      last = await tryOnce(query, pool, tries);
      return last;
    }, query.signal);
    const { outcome, status } = await untilAborted(run, query.signal);
    return { outcome, status, tries };
  } catch (error) {
    return { outcome: { failure: thrownFailure(error, query.signal) }, status: last?.status, tries };
  }
}

async function tryOnce(query: Query, pool: Connection['pool'], number: number): Promise<Tried> {
  let status: number | undefined;
  const sent = performance.now();
  const failed = (failure: Failure, wait?: number): Tried => {
    const isInTime = wait !== undefined && performance.now() + wait < query.deadline;
    const outcome = { failure };
    return {
      outcome,
      status,
      isFault: isServerFault(failure) && isFair(query, sent),
      retryIn: isInTime ? wait : undefined,
    };
  };
  try {
    const { url, headers, signal } = query;
    const response = await fetch(url, { headers, redirect: 'manual', signal, dispatcher: pool });
    status = response.status;
    if (!response.ok) {
      void response.body?.cancel().catch(() => undefined);
      const isPassing = status === 429 || status === 503;
      return failed(httpFailure(status), isPassing ? pause(response, number) : undefined);
    }
    const body = await limitedBody(response, query.allowances);
    if (body === undefined) return failed({ kind: 'cut-short', reason: 'the answer is too large' });
    return { outcome: parsed(body, response), status, isFault: false, retryIn: undefined };
  } catch (error) {
    return failed(thrownFailure(error, query.signal), isReset(error) ? backoff(number) : undefined);
  }
}

/**
 * What was given up says nothing of the server where the caller hung up, or where the time of the call was nearly up when
 * the query was sent.
 */
const isFair = ({ signal, deadline }: Query, sent: number): boolean =>
  !signal.aborted || (isTimeout(signal.reason) && deadline - sent >= FAIR);

const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError';

function parsed(body: Buffer, response: Response): Answered['outcome'] {
  const unreadable = (reason: string): Answered['outcome'] => ({ failure: { kind: 'unreadable', reason } });
  try {
    const value = JSON.parse(new TextDecoder().decode(body)) as unknown;
    return nestsTooDeep(value) ? unreadable('the answer is nested too deep') : { body: value };
  } catch {
    const isPage = response.headers.get('content-type')?.includes('html') === true;
    return unreadable(
      isPage ? 'the server answered with a web page, not with data' : 'the answer is not JSON',
    );
  }
}

/** Milliseconds before the next try: longer each time, and not the same for all that wait. */
const backoff = (number: number): number => 100 * 2 ** number * (0.5 + Math.random() / 2);

/** As `Retry-After` says, in seconds or as a date (RFC 9110, 10.2.3), and never at once. */
function pause(response: Response, number: number): number {
  const printed = response.headers.get('retry-after')?.trim() ?? '';
  const told = /^\d+$/.test(printed) ? Number(printed) * 1000 : Date.parse(printed) - Date.now();
  return Number.isNaN(told) ? backoff(number) : Math.max(told, backoff(number));
}

/** The body, or undefined when it is larger than allowed; counted once unpacked, as it comes in. */
async function limitedBody(
  response: Response,
  allowances: readonly Allowance[],
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    for (const allowance of allowances) allowance.left -= chunk.byteLength;
    if (allowances.some(({ left }) => left < 0)) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A query that waits for its turn or for another's outcome is not told of the signal: it is left at once all the same. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
