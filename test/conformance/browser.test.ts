import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type Started } from './server.ts';

/** Clients in a browser, such as the public CDS Hooks sandbox, need CORS on every endpoint. */

const ORIGIN = 'https://sandbox.cds-hooks.org';
const PATHS = ['/cds-services', '/cds-services/order-sign', '/cds-services/order-sign/feedback'];

let server: Started;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('a browser', () => {
  it.each(PATHS)('may ask ahead at %s, without a token', async (path) => {
    const response = await server.fetch(path, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect([200, 204]).toContain(response.status);
    expect([ORIGIN, '*']).toContain(response.headers.get('access-control-allow-origin'));
    expect(response.headers.get('access-control-allow-methods')).toMatch(/GET.*POST|POST.*GET/);
    const headers = response.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
    expect(headers).toContain('authorization');
    expect(headers).toContain('content-type');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may read answers and refusals', async () => {
    const listed = await server.fetch('/cds-services', { headers: { origin: ORIGIN } });
    expect([ORIGIN, '*']).toContain(listed.headers.get('access-control-allow-origin'));
    for (const path of [...PATHS.slice(1), '/cds-services/nobody']) {
      const refused = await server.fetch(path, {
        method: 'POST',
        headers: { origin: ORIGIN, 'content-type': 'application/json' },
        body: '{}',
      });
      expect(refused.status, path).toBeGreaterThanOrEqual(400);
      expect([ORIGIN, '*'], path).toContain(refused.headers.get('access-control-allow-origin'));
    }
  });
});
