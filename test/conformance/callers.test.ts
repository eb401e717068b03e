import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeterminationStore, KEPT_MILLISECONDS } from '../../src/server/determination-store.ts';
import type { Determination } from '../../src/engine/determination.ts';
import {
  claimsOf,
  fetchFrom,
  keyPair,
  ORDER_SIGN,
  PUBLIC_URL,
  sign,
  startProduction,
  startServer,
  type Options,
  type Production,
} from '../server/production.ts';
import { VERSIONS, type Version } from './checks/finding.ts';
import { asVersion } from './sample-requests.ts';
import { fixtures } from './server.ts';

/** CDS Hooks 2.0.1, "Trusting CDS Clients", and CRD's security rules, in production mode. The attacks: `test/server`. */

const ISSUER = 'https://inferno.example.org/custom/crd_server';
const ec = await keyPair('ES384', 'ec');
const rsa = await keyPair('RS384', 'rsa');
const stranger = await keyPair('ES384', 'ec');
const NEW = await keyPair('ES384', 'new');
const FEEDBACK = {
  feedback: [{ card: 'x', outcome: 'overridden', outcomeTimestamp: '2026-03-02T14:05:31Z' }],
};
const [fixture] = fixtures;
if (fixture === undefined) throw new Error('there is no fixture');
const { chart, request } = fixture;

describe.each(VERSIONS)('CRD %s: callers', (version: Version) => {
  const closing: { close: () => Promise<void> }[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((server) => server.close())));
  const start = async (
    entry: Readonly<Record<string, unknown>> = { keys: [ec.jwk, rsa.jwk] },
    options?: Options,
  ): Promise<Production> => {
    const service = await startProduction({ inferno: { issuer: ISSUER, ...entry } }, options);
    closing.push(service);
    return service;
  };
  const call = asVersion({ ...request, fhirServer: null, prefetch: { chart } }, version);
  const other = { ...call, hookInstance: 'a0000000-0000-4000-8000-000000000000' };
  const status = async (
    service: Production,
    token: string | undefined,
    body: unknown = call,
  ): Promise<number> => (await service.post(token, ORDER_SIGN, body)).status;

  it('are taken by the public URL in aud, under its base path and whatever host they reached', async () => {
    const service = await start();
    expect(await status(service, await sign(ec, claimsOf(ISSUER)))).toBe(200);
    for (const aud of [`${service.base}${ORDER_SIGN}`, `https://cds.example.org${ORDER_SIGN}`, PUBLIC_URL])
      expect(await status(service, await sign(ec, { ...claimsOf(ISSUER), aud })), aud).toBe(401);
    const list = ['https://other.example.org', `${PUBLIC_URL}${ORDER_SIGN}/`];
    expect(await status(service, await sign(ec, { ...claimsOf(ISSUER), aud: list }))).toBe(200);
  });

  it('may have their keys in the clients file, for ES384 and RS384', async () => {
    const service = await start();
    expect(await status(service, await sign(ec, claimsOf(ISSUER)))).toBe(200);
    expect(await status(service, await sign(rsa, claimsOf(ISSUER)))).toBe(200);
    expect(await status(service, await sign(stranger, claimsOf(ISSUER)))).toBe(401);
  });

  it('have their key set fetched from the registered URL alone, once for all calls', async () => {
    const fetched: string[] = [];
    const keyServer = await startServer((query, response) => {
      fetched.push(query.url ?? '');
      response.end(JSON.stringify({ keys: query.url === '/jwks.json' ? [ec.jwk] : [stranger.jwk] }));
    });
    closing.push(keyServer);
    const jwks = { 'jwks-url': 'https://inferno.example.org/jwks.json' };
    const service = await start(jwks, { fetchKeys: fetchFrom(keyServer.base) });
    const withJku = (key: typeof ec, jku: string) => sign(key, claimsOf(ISSUER), { jku });
    expect(await status(service, await withJku(ec, 'https://inferno.example.org/jwks.json'))).toBe(200);
    expect(await status(service, await sign(ec, claimsOf(ISSUER)))).toBe(200);
    expect(await status(service, await withJku(stranger, 'https://inferno.example.org/mine.json'))).toBe(401);
    expect(await status(service, await sign(NEW, claimsOf(ISSUER)))).toBe(401);
    expect(fetched).toEqual(['/jwks.json']);
  });

  it('have keys that suit the algorithm, and none from the token', async () => {
    const service = await start({ keys: [ec.jwk, rsa.jwk] });
    const { kty, crv, x, y } = stranger.jwk;
    for (const token of [
      await sign(ec, claimsOf(ISSUER), { kid: 'rsa' }),
      await sign(rsa, claimsOf(ISSUER), { kid: 'ec' }),
      await sign(stranger, claimsOf(ISSUER), { jwk: { kty, crv, x, y } }),
      await sign(stranger, claimsOf(ISSUER), { x5c: ['MIIB'] }),
    ])
      expect(await status(service, token)).toBe(401);
  });

  it('that sign once for several bodies are taken in mode per-body, and replays are refused', async () => {
    const perBody = await start({ keys: [ec.jwk], replay: 'per-body' });
    const once = await sign(ec, claimsOf(ISSUER));
    expect(await status(perBody, once)).toBe(200);
    expect(await status(perBody, once, other)).toBe(200);
    expect(await status(perBody, once)).toBe(401);
    const strict = await start();
    const token = await sign(ec, claimsOf(ISSUER));
    expect([await status(strict, token), await status(strict, token, other)]).toEqual([200, 401]);
    const off = await start({ keys: [ec.jwk], replay: 'off' });
    expect([await status(off, token), await status(off, token)]).toEqual([200, 200]);
  });

  it('without a good token get 401 and WWW-Authenticate, and do not learn which check failed', async () => {
    const service = await start();
    const answers = await Promise.all(
      [
        await sign(stranger, claimsOf(ISSUER)),
        await sign(stranger, claimsOf('https://nobody.example.org')),
        await sign(stranger, { ...claimsOf(ISSUER), exp: 1, aud: 'x' }),
        await sign(NEW, claimsOf(ISSUER)),
      ].map(async (token) => {
        const response = await service.post(token, ORDER_SIGN, call);
        expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
        return `${response.status} ${await response.text()}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^401 \{"code":"token-untrusted"/);
    expect(await status(service, undefined)).toBe(401);
  });

  it('that confuse algorithms get 401', async () => {
    const service = await start();
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'None', 'HS256', 'HS384']) {
      const content = `${part({ alg, kid: 'rsa', typ: 'JWT' })}.${part(claimsOf(ISSUER))}`;
      const mac = createHmac(`sha${alg.slice(2) === '384' ? 384 : 256}`, JSON.stringify(rsa.jwk)).update(
        content,
      );
      const signature = mac.digest('base64url');
      for (const last of ['', signature]) expect(await status(service, `${content}.${last}`), alg).toBe(401);
    }
    const wrongCurve = await keyPair('ES256', 'ec');
    expect(await status(service, await sign(wrongCurve, claimsOf(ISSUER)))).toBe(401);
  });

  it('sign feedback for its URL or for the service’s', async () => {
    const service = await start();
    const path = `${ORDER_SIGN}/feedback`;
    const send = async (audience: string): Promise<number> =>
      (await service.post(await sign(ec, claimsOf(ISSUER, audience)), path, FEEDBACK)).status;
    expect([await send(path), await send(ORDER_SIGN)]).toEqual([200, 200]);
    expect(await send('/cds-services/order-select/feedback')).toBe(401);
    expect((await service.post(undefined, path, FEEDBACK)).status).toBe(401);
  });

  it('may sign discovery, and need not', async () => {
    const service = await start();
    const discover = async (token: string | undefined): Promise<number> =>
      (await service.get(token, '/cds-services')).status;
    expect(await discover(undefined)).toBe(200);
    expect(await discover(await sign(ec, claimsOf(ISSUER, '/cds-services')))).toBe(200);
    expect(await discover(await sign(stranger, claimsOf(ISSUER, '/cds-services')))).toBe(401);
  });

  it('that are registered as tests are marked so in the log', async () => {
    const marks = async (entry: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const service = await start(entry);
      expect(await status(service, await sign(ec, claimsOf(ISSUER)))).toBe(200);
      const line = service.log.find((text) => text.includes('"answered"')) ?? '{}';
      return (JSON.parse(line) as { test?: unknown }).test;
    };
    expect(await marks({ keys: [ec.jwk], test: true })).toBe(true);
    expect(await marks({ keys: [ec.jwk] })).toBeUndefined();
  });

  it('find what was determined for them for a day, and others never', () => {
    let now = 0;
    const store = createDeterminationStore(() => now);
    store.keep({ id: 'x' } as Determination & { readonly id: string }, 'owner', {
      version: '2.0',
      forms: [],
    });
    expect([store.find('x', 'owner')?.id, store.find('x', 'other')]).toEqual(['x', undefined]);
    now = KEPT_MILLISECONDS;
    expect(store.find('x', 'owner')).toBeUndefined();
  });
});
