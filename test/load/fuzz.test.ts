import { createServer, request as httpRequest, Agent, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Determination } from '../../src/engine/determination.ts';
import { createService } from '../server/service.ts';
import { reply, sent, type Sent } from './hook-grammar.ts';

/** Requests in all; each property run sends one. */
const CASES = 20_000;
/** Far above what any of them takes: one that takes longer hangs. */
const PATIENCE = 20_000;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true });
let base: URL;
let server: Server;
let ehr: Server;
let ehrBase: string;
let replies: readonly { readonly status: number; readonly text: string }[] = [];
let asked = 0;

beforeAll(async () => {
  ehr = createServer((_request, response) => {
    const { status, text } = replies[asked++ % replies.length] ?? { status: 404, text: '' };
    response.writeHead(status, { 'content-type': 'application/fhir+json', location: '/elsewhere' }).end(text);
  });
  server = createServer(createService());
  for (const each of [ehr, server])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  ehrBase = `http://127.0.0.1:${(ehr.address() as AddressInfo).port}/fhir`;
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  agent.destroy();
  for (const each of [ehr, server]) each.close();
});

const answerTo = ({ path, headers, text }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { agent, host: base.hostname, port: base.port, method: 'POST', path, headers, timeout: PATIENCE },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('the service hangs')));
    outgoing.on('error', reject);
    outgoing.end(text);
  });

/** What every answer is, whatever was asked. */
function expectSound({ status, type, text }: Answer): void {
  expect(status, text).toBeGreaterThanOrEqual(200);
  expect(status, text).toBeLessThan(500);
  expect(type).toMatch(/^application\/(fhir\+)?json/);
  const body = JSON.parse(text) as {
    readonly cards?: readonly {
      readonly summary: string;
      readonly indicator: string;
      readonly detail?: string;
    }[];
    readonly determinations?: readonly Determination[];
  };
  if (status !== 200) {
    expect(Object.keys(body)).toEqual(
      type.startsWith('application/fhir') ? ['resourceType', 'issue'] : ['code', 'message', 'path'],
    );
    expect(text).not.toMatch(/\bat .*\.ts:\d+/);
    return;
  }
  for (const { summary, indicator } of body.cards ?? []) {
    expect(summary.length).toBeLessThanOrEqual(140);
    expect(['info', 'warning', 'critical']).toContain(indicator);
    expect(summary, 'no order may make the evaluation fail').not.toContain('technical reason');
  }
  for (const { criteria } of body.determinations ?? [])
    for (const { id, status: reached, evidence, criteria: parts } of criteria)
      if (reached === 'met' && parts.length === 0) expect(evidence, id).not.toEqual([]);
}

describe('requests by the grammar of the hooks', () => {
  it(`are answered soundly, ${CASES} of them`, { timeout: 600_000 }, async () => {
    const seen = { governed: 0, refused: 0, answered: 0 };
    await fc.assert(
      fc.asyncProperty(
        sent([null, null, ehrBase, 'http://127.0.0.1:9/fhir', 'https://example.org/fhir', 'ftp://x']),
        fc.array(reply, { minLength: 1, maxLength: 4 }),
        async (request, given) => {
          replies = given;
          asked = 0;
          const answer = await answerTo(request);
          expectSound(answer);
          if (answer.status === 200) seen.answered += 1;
          else seen.refused += 1;
          if (/"criteria":\[\{|Prior authorization/.test(answer.text)) seen.governed += 1;
        },
      ),
      { numRuns: CASES },
    );
    // The grammar reaches what it is for.
    expect(seen.answered).toBeGreaterThan(CASES / 5);
    expect(seen.refused).toBeGreaterThan(CASES / 20);
    expect(seen.governed).toBeGreaterThan(CASES / 40);
  });
});
