import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';

/**
 * Traces by OpenTelemetry, where the environment names a receiver. Without one every span here is the API's empty one,
 * and nothing of the SDK is loaded. Attributes hold codes, counts and bases of FHIR servers; no id or value of a patient.
 */

/** A span's place in its trace, as the W3C headers have it: so it goes from thread to thread. */
export type TraceContext = Readonly<Record<string, string>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * To be called once in each thread, before its first span.
 * @returns what sends the spans that wait, before the thread ends
 */
export async function startTracing(environment: Environment): Promise<() => Promise<void>> {
  if (!isWanted(environment)) return () => Promise.resolve();
  const { startSdk } = await import('./tracing-sdk.ts');
  return startSdk();
}

/** By the names that OpenTelemetry gives the settings of every SDK. */
const isWanted = (environment: Environment): boolean =>
  environment['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
  environment['OTEL_TRACES_EXPORTER'] !== 'none' &&
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => (environment[name] ?? '') !== '',
  );

const tracer = trace.getTracer('cartograph');

/**
 * Does the work in a span, which ends with it. A failure is marked by its name alone: a message may repeat data.
 * @param kind `server`: for a caller's request; `client`: a request of ours to another service
 */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => T,
  kind: 'internal' | 'server' | 'client' = 'internal',
): T {
  return tracer.startActiveSpan(name, { attributes, kind: KINDS[kind] }, (span) => {
    const failed = (error: unknown): never => {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
      span.end();
      throw error;
    };
    let result: T;
    try {
      result = work(span);
    } catch (error) {
      return failed(error);
    }
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then((value: unknown) => {
      span.end();
      return value;
    }, failed) as T;
  });
}

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT };

/** The span that is under way, to be named elsewhere; empty when there is none. */
export function traceContext(): TraceContext {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Does the work under a span of elsewhere: another thread, or the caller's own (`traceparent`). */
export const underTrace = <T>(of: Readonly<Record<string, unknown>>, work: () => T): T =>
  context.with(propagation.extract(ROOT_CONTEXT, of), work);
