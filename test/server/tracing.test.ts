import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { startProcess } from './started-process.ts';

/** Traces of the started service, as a receiver of OTLP over HTTP gets them. */

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

const CALLER = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };

it(
  'a hook call is one trace, over its threads, under its caller’s, and tells nothing of the patient',
  { timeout: 90_000 },
  async () => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(text);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const service = await startProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, THREADS: '1' });
    try {
      const hook = (await (
        await fetch(`${service.base}/sandbox/hooks/b-all-second-relapse-outpatient`)
      ).json()) as {
        readonly hookInstance: string;
        readonly context: { readonly patientId: string };
      };
      const answer = await fetch(`${service.base}/cds-services/order-sign`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent: `00-${CALLER.trace}-${CALLER.span}-01`,
        },
        // The port is chosen at start: the request names the one that was asked for.
        body: JSON.stringify({ ...hook, fhirServer: `${service.base}/sandbox/fhir` }),
      });
      expect(answer.status).toBe(200);
      const spans = (): readonly Span[] =>
        bodies.flatMap((body) =>
          (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) =>
            scopeSpans.flatMap((scope) => scope.spans),
          ),
        );
      await vi.waitUntil(
        () => ['order-sign', 'determine'].every((name) => spans().some((span) => span.name === name)),
        {
          timeout: 30_000,
        },
      );
      const named = (name: string): Span | undefined => spans().find((span) => span.name === name);
      const call = named('order-sign');
      expect(call?.parentSpanId).toBe(CALLER.span);
      for (const name of ['gather', 'determine', 'store'])
        expect(named(name)?.parentSpanId, name).toBe(call?.spanId);
      const queries = spans().filter(({ name }) => name.startsWith('GET '));
      expect(queries.length).toBeGreaterThan(10);
      expect(queries.some(({ parentSpanId }) => parentSpanId === named('gather')?.spanId)).toBe(true);
      expect(new Set(spans().map(({ traceId }) => traceId))).toEqual(new Set([CALLER.trace]));
      const text = bodies.join('');
      expect(text).toContain(`${service.base}/sandbox/fhir/Observation`);
      expect(text).toContain('"cartograph"');
      for (const secret of [hook.context.patientId, hook.hookInstance, '?', 'patient='])
        expect(text).not.toContain(secret);
      service.signal('SIGTERM');
      expect(await service.ended).toBe(0);
    } finally {
      service.signal('SIGKILL');
      receiver.close();
      receiver.closeAllConnections();
    }
  },
);
