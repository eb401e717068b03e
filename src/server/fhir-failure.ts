import { BrokenCircuitError, BulkheadRejectedError } from 'cockatiel';
import type { Failure } from '../fhir/client.ts';
import { RefusedAddress } from './guarded-connector.ts';

/** Why a query failed, in words for the reader of a determination: no host, no address, no message of a library. */

export function httpFailure(status: number): Failure {
  const [kind, words] = httpWords(status);
  return { kind, reason: `${words} (HTTP ${status})`, status };
}

function httpWords(status: number): readonly [Failure['kind'], string] {
  if (status >= 300 && status < 400)
    return ['redirect', 'the server pointed to another address, which is not followed'];
  switch (status) {
    case 401:
      return ['forbidden', 'the server did not accept the access token'];
    case 403:
      return ['forbidden', 'the server refused access'];
    case 404:
    case 410:
      return ['not-found', 'the server does not have it'];
    case 400:
    case 405:
    case 422:
    case 501:
      return ['refused', 'the server refused the query'];
    case 429:
      return ['unavailable', 'the server was asked too often'];
    case 503:
      return ['unavailable', 'the server was not available'];
    default:
      return ['unavailable', 'the server failed to answer'];
  }
}

export const TIMEOUT: Failure = { kind: 'timeout', reason: 'timed out waiting for the server' };

/** What was thrown on the way to an answer. */
export function thrownFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return TIMEOUT;
  const causes = causesOf(error);
  if (error instanceof BrokenCircuitError)
    return { kind: 'unavailable', reason: 'the server failed too often and is left alone for a moment' };
  if (error instanceof BulkheadRejectedError)
    return { kind: 'unavailable', reason: 'too many queries are waiting for the server' };
  if (causes.some((cause) => cause instanceof RefusedAddress))
    return { kind: 'forbidden', reason: 'the server is at an address that this service may not call' };
  const code = codeOf(causes);
  const [, kind, reason] = CODES.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    'unavailable' as const,
    'the server could not be reached',
  ];
  return { kind, reason };
}

/** Codes of Node, OpenSSL, zlib and undici. */
const CODES: readonly (readonly [RegExp, Failure['kind'], string])[] = [
  [/^(ENOTFOUND|EAI_)/, 'unavailable', 'the name of the server was not found'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, 'unavailable', 'the connection broke off'],
  [/^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/, TIMEOUT.kind, TIMEOUT.reason],
  [/^(ERR_SSL|ERR_TLS|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/, 'unavailable', 'no secure connection'],
  [/^(Z_|ERR_BROTLI|ERR__|ERR_PADDING)/, 'unreadable', 'the answer could not be unpacked'],
  [/^(HPE_|HTTPParserError$|UND_ERR_(HEADERS_OVERFLOW|RES))/, 'unreadable', 'the answer is not proper HTTP'],
];

/** True for a connection that broke off: a read may be tried again. */
export const isReset = (error: unknown): boolean =>
  /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/.test(codeOf(causesOf(error)));

/** The first code among the causes; undici's parser may have a name alone. */
const codeOf = (causes: readonly Error[]): string =>
  causes
    .map((cause: Error & { readonly code?: unknown }) => cause.code ?? PARSER.exec(cause.name)?.[0])
    .find((code) => typeof code === 'string') ?? '';
const PARSER = /^HTTPParserError$/;

/** An error and what it came from, outermost first. */
function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 8; cause = cause.cause)
    causes.push(cause);
  return causes;
}

/** True for what speaks against the server and not against the query: it counts for the circuit breaker. */
export const isServerFault = ({ kind, status }: Failure): boolean =>
  kind === 'timeout' || (kind === 'unavailable' && (status === undefined || status >= 500));
