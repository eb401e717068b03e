import type { Attributes } from '@opentelemetry/api';

/**
 * Traces by OpenTelemetry, where the environment names a receiver. Without one nothing of it is loaded, and work is done
 * without a span. Attributes hold codes, counts and bases of FHIR servers; no id or value of a patient.
 */

/** A span's place in its trace, as the W3C headers have it: so it goes from thread to thread. */
export type TraceContext = Readonly<Record<string, string>>;

export type SpanKind = 'internal' | 'server' | 'client';

/** What may be said of work that is under way. */
export interface CurrentSpan {
  readonly setAttributes: (attributes: Attributes) => unknown;
}

export interface Tracing {
  readonly inSpan: <T>(
    name: string,
    attributes: Attributes,
    work: (span: CurrentSpan) => T,
    kind: SpanKind,
  ) => T;
  readonly traceContext: () => TraceContext;
  readonly underTrace: <T>(of: Readonly<Record<string, unknown>>, work: () => T) => T;
  /** Sends the spans that wait, before the thread ends. */
  readonly end: () => Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

let tracing: Tracing | undefined;

/**
 * To be called once in each thread, before its first span.
 * @returns what sends the spans that wait, before the thread ends
 */
export async function startTracing(environment: Environment): Promise<() => Promise<void>> {
  if (!isWanted(environment)) return () => Promise.resolve();
  const { startSdk } = await import('./tracing-sdk.ts');
  tracing = startSdk();
  return tracing.end;
}

/** By the names that OpenTelemetry gives the settings of every SDK. */
const isWanted = (environment: Environment): boolean =>
  environment['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
  environment['OTEL_TRACES_EXPORTER'] !== 'none' &&
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => (environment[name] ?? '') !== '',
  );

const UNTRACED: CurrentSpan = { setAttributes: () => undefined };

/**
 * Does the work in a span, which ends with it. A failure is marked by its name alone: a message may repeat data.
 * @param kind `server`: for a caller's request; `client`: a request of ours to another service
 */
export const inSpan = <T>(
  name: string,
  attributes: Attributes,
  work: (span: CurrentSpan) => T,
  kind: SpanKind = 'internal',
): T => (tracing === undefined ? work(UNTRACED) : tracing.inSpan(name, attributes, work, kind));

/** The span that is under way, to be named elsewhere; empty when there is none. */
export const traceContext = (): TraceContext => tracing?.traceContext() ?? {};

/** Does the work under a span of elsewhere: another thread, or the caller's own (`traceparent`). */
export const underTrace = <T>(of: Readonly<Record<string, unknown>>, work: () => T): T =>
  tracing === undefined ? work() : tracing.underTrace(of, work);
