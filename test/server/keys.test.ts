import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  claimsOf,
  fetchFrom,
  keyPair,
  sign,
  startProduction,
  startServer,
  type KeyPair,
  type Production,
} from './production.ts';

/** Keys that are fetched, rotated, slow, huge, or gone. */

// On a busy machine a process takes its time to start, and a limit to be looked at.
vi.setConfig({ testTimeout: 60_000 });

const ISSUER = 'https://ehr.hospital.example.org';
const JWKS = 'https://keys.example.org/jwks.json';
const first = await keyPair('ES384', 'first');
const second = await keyPair('ES384', 'second');
const secret = { kty: 'oct', kid: 'first', k: 'c2VjcmV0', alg: 'HS256' };

let answer: RequestListener;
let fetches = 0;
const closing: { close: () => Promise<void> }[] = [];
let service: Production;

const keys =
  (...pairs: readonly KeyPair[]): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) }));
  };
const call = async (key: KeyPair): Promise<number> =>
  (await service.post(await sign(key, claimsOf(ISSUER)))).status;

beforeEach(async () => {
  fetches = 0;
  answer = keys(first);
  const keyServer = await startServer((request, response) => {
    fetches += 1;
    answer(request, response);
  });
  service = await startProduction(
    { hospital: { issuer: ISSUER, 'jwks-url': JWKS } },
    { fetchKeys: fetchFrom(keyServer.base) },
  );
  closing.push(service, keyServer);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closing.splice(0).map((server) => server.close()));
});

describe('a key set', () => {
  it('is fetched once for many calls, also when they come at once', async () => {
    expect(await Promise.all(Array.from({ length: 10 }, () => call(first)))).toEqual(Array(10).fill(200));
    expect(fetches).toBe(1);
  });

  it('is fetched again for a kid that it lacks, but not within the cool-down', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await call(first)).toBe(200);
    answer = keys(first, second);
    expect(await call(second)).toBe(401);
    expect(fetches).toBe(1);
    vi.setSystemTime(Date.now() + 31_000);
    expect([await call(second), await call(first)]).toEqual([200, 200]);
    expect(fetches).toBe(2);
  });

  it('is not fetched for each kid that strangers think of', async () => {
    expect(await call(first)).toBe(200);
    for (let count = 0; count < 30; count += 1)
      await service.post(await sign(second, claimsOf(ISSUER), { kid: `kid-${count}` }));
    expect(fetches).toBe(1);
  });

  it('is trusted for ten minutes: a key that the client took out is refused then', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await call(first)).toBe(200);
    answer = keys(second);
    vi.setSystemTime(Date.now() + 601_000);
    expect([await call(first), await call(second)]).toEqual([401, 200]);
  });

  it('is read anew when the clients file is', async () => {
    expect(await call(first)).toBe(200);
    answer = keys(second);
    service.replaceClients({ hospital: { issuer: ISSUER, 'jwks-url': JWKS } });
    expect([await call(first), await call(second)]).toEqual([401, 200]);
  });
});

const hang: RequestListener = () => undefined;
const BROKEN: readonly (readonly [string, RequestListener])[] = [
  ['never answers', hang],
  [
    'sends its bytes one by one',
    (_request, response) => {
      response.write('{');
      const drip = setInterval(() => response.write(' '), 100);
      response.on('close', () => {
        clearInterval(drip);
      });
    },
  ],
  ['is huge', (_request, response) => response.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`)],
  [
    'never ends',
    (_request, response) => {
      const flood = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', flood);
      flood();
    },
  ],
  ['redirects', (_request, response) => response.writeHead(302, { location: '/elsewhere.json' }).end()],
  ['fails', (_request, response) => response.writeHead(500).end(JSON.stringify({ keys: [first.jwk] }))],
  ['asks for a token', (_request, response) => response.writeHead(401).end()],
  ['is no JSON', (_request, response) => response.end('<html>')],
  ['is empty', (_request, response) => response.end()],
  ['is a list', (_request, response) => response.end(JSON.stringify([first.jwk]))],
  ['has no keys', (_request, response) => response.end('{"keys":[]}')],
  [
    'has another kind of key under the kid',
    (_request, response) => response.end(JSON.stringify({ keys: [secret] })),
  ],
  [
    'has the key for encryption',
    (_request, response) => response.end(JSON.stringify({ keys: [{ ...first.jwk, use: 'enc' }] })),
  ],
  [
    'has the key for another algorithm',
    (_request, response) => response.end(JSON.stringify({ keys: [{ ...first.jwk, alg: 'ES256' }] })),
  ],
  [
    'has two keys under the kid',
    (_request, response) =>
      response.end(JSON.stringify({ keys: [first.jwk, { ...second.jwk, kid: 'first' }] })),
  ],
  ['breaks off', (request) => request.socket.destroy()],
];

describe('a key set that', () => {
  it.each(BROKEN)('%s lets nobody in, in time, and is told to nobody', async (_name, listener) => {
    answer = listener;
    const started = performance.now();
    const response = await service.post(await sign(first, claimsOf(ISSUER)));
    expect(performance.now() - started).toBeLessThan(20_000);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      401,
      'token-untrusted',
    ]);
    expect(fetches).toBe(1);
    expect(service.log.join('')).toMatch(/"reason":"(the key set|no key)/);
  });

  it('failed is left in peace for a while, and then asked again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    answer = (_request, response) => response.writeHead(503).end();
    expect([await call(first), await call(first), await call(first)]).toEqual([401, 401, 401]);
    expect(fetches).toBe(1);
    answer = keys(first);
    vi.advanceTimersByTime(5001);
    expect(await call(first)).toBe(200);
    expect(fetches).toBe(2);
  });
});
