import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import {
  CompactEncrypt,
  CompactSign,
  exportSPKI,
  importJWK,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  claimsOf,
  fetchFrom,
  keyPair,
  NOW,
  ORDER_SIGN,
  PUBLIC_URL,
  seconds,
  sign,
  SMALL_CALL,
  startProduction,
  startServer,
  type KeyPair,
  type Production,
} from './production.ts';

/** What may not get in: each attack against the listening service in production mode, with a fresh `jti`. */

const HOSPITAL = 'https://ehr.hospital.example.org';
const CLINIC = 'https://ehr.clinic.example.org';
const VENDOR = 'https://vendor.example.org';

const ec = await keyPair('ES384', 'ec');
const rsa = await keyPair('RS384', 'rsa');
const other = await keyPair('ES384', 'ec');
const clinic = await keyPair('ES384', 'clinic');
const p256 = await keyPair('ES256', 'p256');
const vendor = await keyPair('ES384', 'vendor');
const fetched = await keyPair('ES384', 'fetched');

let service: Production;
let keyServer: Awaited<ReturnType<typeof startServer>>;
/** Paths that were fetched from the key server. */
const fetches: string[] = [];

beforeAll(async () => {
  keyServer = await startServer((request, response) => {
    fetches.push(request.url ?? '');
    response.end(JSON.stringify({ keys: request.url === '/jwks.json' ? [fetched.jwk] : [other.jwk] }));
  });
  service = await startProduction(
    {
      hospital: { issuer: HOSPITAL, keys: [ec.jwk, rsa.jwk, p256.jwk], 'requests-per-minute': 10_000 },
      clinic: { issuer: CLINIC, keys: [clinic.jwk, p256.jwk], algorithms: ['ES384', 'ES256'] },
      vendor: { issuer: VENDOR, keys: [vendor.jwk], tenants: { north: {}, south: null } },
      fetching: { issuer: 'https://fetching.example.org', 'jwks-url': 'https://keys.example.org/jwks.json' },
    },
    { fetchKeys: (url, init) => fetchFrom(keyServer.base)(url, init) },
  );
});
afterAll(async () => {
  await service.close();
  await keyServer.close();
});

const good = (path?: string): JWTPayload => claimsOf(HOSPITAL, path);
const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const header = (changes: Readonly<Record<string, unknown>> = {}) => ({
  alg: 'ES384',
  kid: 'ec',
  typ: 'JWT',
  ...changes,
});
const unsigned = (changes: Readonly<Record<string, unknown>>): string =>
  `${part(header(changes))}.${part(good())}.`;
/** A token by HMAC with a text that everyone knows. */
const hmac = (alg: 'HS256' | 'HS384' | 'HS512', secret: string, kid = 'rsa'): string => {
  const content = `${part({ alg, kid, typ: 'JWT' })}.${part(good())}`;
  return `${content}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(content)
    .digest('base64url')}`;
};
/** A good token with another part put in afterwards. */
const tampered = async (index: 0 | 1 | 2, change: (part: string) => string): Promise<string> => {
  const parts = (await sign(ec, good())).split('.');
  parts[index] = change(parts[index] ?? '');
  return parts.join('.');
};
const reencoded =
  (changes: Readonly<Record<string, unknown>>) =>
  (encoded: string): string =>
    part({
      ...(JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Record<string, unknown>),
      ...changes,
    });
const without = (name: string): JWTPayload =>
  Object.fromEntries(Object.entries(good()).filter(([claim]) => claim !== name));
const now = seconds(NOW);

type Attack = readonly [name: string, code: string, token: () => string | Promise<string>];

const FORMS: readonly Attack[] = [
  ['text that is no token', 'token-malformed', () => 'letmein'],
  ['two parts', 'token-malformed', async () => (await sign(ec, good())).split('.').slice(0, 2).join('.')],
  ['four parts', 'token-malformed', async () => `${await sign(ec, good())}.e30`],
  ['a header that is no JSON', 'token-malformed', () => `${part('{')}.${part(good())}.AA`],
  ['claims that are no JSON', 'token-malformed', () => `${part(header())}.${part('{')}.AA`],
  [
    'claims that are a list, well signed',
    'token-malformed',
    () => new CompactSign(Buffer.from('[]')).setProtectedHeader(header()).sign(ec.privateKey),
  ],
  [
    'an encrypted token',
    'token-malformed',
    async () =>
      new CompactEncrypt(Buffer.from(JSON.stringify(good())))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'ec', typ: 'JWT' })
        .encrypt(await importJWK(ec.jwk, 'ECDH-ES')),
  ],
  ['8 kB of claims, well signed', 'token-malformed', () => sign(ec, { ...good(), pad: 'x'.repeat(7000) })],
  ['no alg', 'token-malformed', () => unsigned({ alg: undefined })],
  ['an alg that is a number', 'token-malformed', () => unsigned({ alg: 384 })],
];

const ALGORITHM_CONFUSION: readonly Attack[] = [
  ['alg none', 'token-untrusted', () => unsigned({ alg: 'none' })],
  ['alg None', 'token-untrusted', () => unsigned({ alg: 'None' })],
  ['alg NONE', 'token-untrusted', () => unsigned({ alg: 'NONE' })],
  ['alg nOnE with a signature', 'token-untrusted', () => tampered(0, reencoded({ alg: 'nOnE' }))],
  ['jose’s unsecured JWT', 'token-malformed', () => new UnsecuredJWT(good()).encode()],
  ['an empty alg', 'token-untrusted', () => unsigned({ alg: '' })],
  [
    'HS256 with the RSA public key in PEM',
    'token-untrusted',
    async () => hmac('HS256', await exportSPKI((await importJWK(rsa.jwk, 'RS384')) as CryptoKey)),
  ],
  ['HS384 with the public JWK', 'token-untrusted', () => hmac('HS384', JSON.stringify(rsa.jwk))],
  ['HS512 with the EC public JWK', 'token-untrusted', () => hmac('HS512', JSON.stringify(ec.jwk), 'ec')],
  ['HS256 with an empty secret', 'token-untrusted', () => hmac('HS256', '')],
  ['HS256 with the kid as secret', 'token-untrusted', () => hmac('HS256', 'rsa')],
  ['ES256 that the client does not list, its key registered', 'token-untrusted', () => sign(p256, good())],
  ['RS256 with the RSA key', 'token-untrusted', () => rsaAs('RS256')],
  ['RS512 with the RSA key', 'token-untrusted', () => rsaAs('RS512')],
  ['PS384 with the RSA key', 'token-untrusted', () => rsaAs('PS384')],
  ['RS384 said over an ES384 signature', 'token-untrusted', () => tampered(0, reencoded({ alg: 'RS384' }))],
  ['ES384 said with the kid of the RSA key', 'token-untrusted', () => sign(ec, good(), { kid: 'rsa' })],
  ['RS384 signed with the kid of the EC key', 'token-untrusted', () => sign(rsa, good(), { kid: 'ec' })],
  ['EdDSA', 'token-untrusted', async () => sign(await keyPair('EdDSA', 'ec'), good())],
];

async function rsaAs(alg: string): Promise<string> {
  const { subtle } = globalThis.crypto;
  const pkcs8 = await subtle.exportKey('pkcs8', rsa.privateKey);
  const name = alg.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  const hash = `SHA-${alg.slice(2)}`;
  const privateKey = await subtle.importKey('pkcs8', pkcs8, { name, hash }, true, ['sign']);
  return sign({ ...rsa, alg, privateKey }, good());
}

const KEY_CONFUSION: readonly Attack[] = [
  ['a key of the attacker’s under a known kid', 'token-untrusted', () => sign(other, good())],
  [
    'the attacker’s key in the header as jwk',
    'token-untrusted',
    () => sign(other, good(), { jwk: publicPart(other) }),
  ],
  [
    'the attacker’s key in the header as jwk, under another kid',
    'token-untrusted',
    () => sign(other, good(), { jwk: publicPart(other), kid: 'mine' }),
  ],
  [
    'a certificate in the header as x5c',
    'token-untrusted',
    () => sign(other, good(), { x5c: ['MIIBszCCATmgAwIBAgIUQ'] }),
  ],
  [
    'a certificate’s address in the header as x5u',
    'token-untrusted',
    () => sign(other, good(), { x5u: `${keyServer.base}/cert.pem` }),
  ],
  [
    'the attacker’s jku',
    'token-untrusted',
    () => sign(other, good(), { jku: `${keyServer.base}/attack.json` }),
  ],
  [
    'a jku for a client whose keys stand in the file, well signed',
    'token-untrusted',
    () => sign(ec, good(), { jku: 'https://keys.example.org/jwks.json' }),
  ],
  [
    'another jku than the registered one, well signed',
    'token-untrusted',
    () => signFetched({ jku: 'https://keys.example.org/jwks.json?x' }),
  ],
  [
    'a jku that begins like the registered one',
    'token-untrusted',
    () => signFetched({ jku: 'https://keys.example.org/jwks.json.evil.example' }),
  ],
  [
    'a jku with the registered host as its user',
    'token-untrusted',
    () => signFetched({ jku: 'https://keys.example.org@evil.example/jwks.json' }),
  ],
  [
    'a jku that is a list with the registered one',
    'token-untrusted',
    () => signFetched({ jku: ['https://keys.example.org/jwks.json'] }),
  ],
  ['no kid', 'token-malformed', () => sign(ec, good(), { kid: undefined })],
  ['an empty kid', 'token-malformed', () => sign(ec, good(), { kid: '' })],
  ['a kid that is a list', 'token-malformed', () => sign(ec, good(), { kid: ['ec'] })],
  ['an unknown kid', 'token-untrusted', () => sign(ec, good(), { kid: 'lost' })],
  ['a kid that is a path', 'token-untrusted', () => sign(ec, good(), { kid: '../../dev/null' })],
  ['a kid that is a prototype’s', 'token-untrusted', () => sign(ec, good(), { kid: '__proto__' })],
  [
    'another client’s key in this one’s name',
    'token-untrusted',
    () => sign(clinic, good(), { kid: 'clinic' }),
  ],
  [
    'this client’s key in another one’s name',
    'token-untrusted',
    () => sign(ec, { ...good(), iss: CLINIC }, { kid: 'clinic' }),
  ],
];
const publicPart = ({ jwk }: KeyPair) => ({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y });
const signFetched = (changes: Readonly<Record<string, unknown>>): Promise<string> =>
  sign(fetched, claimsOf('https://fetching.example.org'), changes);

const SIGNATURES: readonly Attack[] = [
  ['no signature', 'token-untrusted', () => tampered(2, () => '')],
  ['half a signature', 'token-untrusted', () => tampered(2, (text) => text.slice(0, 60))],
  [
    'a signature of zeros',
    'token-untrusted',
    () => tampered(2, () => Buffer.alloc(96).toString('base64url')),
  ],
  [
    'another token’s signature',
    'token-untrusted',
    async () => {
      const [, , last = ''] = (await sign(ec, good())).split('.');
      return tampered(2, () => last);
    },
  ],
  ['claims changed afterwards', 'token-untrusted', () => tampered(1, reencoded({ sub: 'admin' }))],
  ['a header changed afterwards', 'token-untrusted', () => tampered(0, reencoded({ cty: 'x' }))],
  [
    'a signature in DER form',
    'token-untrusted',
    () =>
      tampered(2, () =>
        Buffer.from(`3064${'02300'.padEnd(98, '1')}0230${'1'.repeat(96)}`, 'hex').toString('base64url'),
      ),
  ],
];

const HEADERS: readonly Attack[] = [
  ['a critical header that nobody knows', 'token-untrusted', () => withCrit(['exp-must'], { 'exp-must': 1 })],
  ['a critical header that is absent', 'token-untrusted', () => withCrit(['exp-must'], {})],
  ['an empty list of critical headers', 'token-untrusted', () => withCrit([], {})],
  ['critical headers that are no list', 'token-untrusted', () => withCrit('b64', { b64: false })],
  ['b64: false', 'token-malformed', () => withCrit(['b64'], { b64: false })],
  ['no typ', 'token-malformed', () => sign(ec, good(), { typ: undefined })],
  ['typ at+jwt', 'token-malformed', () => sign(ec, good(), { typ: 'at+jwt' })],
  ['typ JOSE', 'token-malformed', () => sign(ec, good(), { typ: 'JOSE' })],
  ['a typ that is a number', 'token-malformed', () => sign(ec, good(), { typ: 1 })],
];
/** Signed by hand: jose does not sign what nobody may understand. */
async function withCrit(crit: unknown, more: Readonly<Record<string, unknown>>): Promise<string> {
  const content = `${part(header({ crit, ...more }))}.${part(good())}`;
  const signature = await globalThis.crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-384' },
    ec.privateKey,
    Buffer.from(content),
  );
  return `${content}.${Buffer.from(signature).toString('base64url')}`;
}

const claim = (name: string, value: unknown): (() => Promise<string>) => {
  return () => sign(ec, { ...good(), [name]: value });
};
const CLAIMS: readonly Attack[] = [
  ['no iss', 'token-untrusted', () => sign(ec, without('iss'))],
  ['an unknown iss', 'token-untrusted', claim('iss', 'https://evil.example')],
  ['an iss with a slash more', 'token-untrusted', claim('iss', `${HOSPITAL}/`)],
  ['an iss in capitals', 'token-untrusted', claim('iss', HOSPITAL.toUpperCase())],
  ['an iss that is a list', 'token-untrusted', claim('iss', [HOSPITAL])],
  ['an iss that is a prototype’s', 'token-untrusted', claim('iss', '__proto__')],
  ['no aud', 'token-incomplete', () => sign(ec, without('aud'))],
  ['an empty aud', 'token-wrong-audience', claim('aud', '')],
  ['an aud that is a number', 'token-wrong-audience', claim('aud', 5)],
  ['an aud that is an object', 'token-wrong-audience', claim('aud', { url: `${PUBLIC_URL}${ORDER_SIGN}` })],
  ['an aud that is an empty list', 'token-wrong-audience', claim('aud', [])],
  ['the base URL as aud', 'token-wrong-audience', claim('aud', PUBLIC_URL)],
  ['discovery as aud', 'token-wrong-audience', claim('aud', `${PUBLIC_URL}/cds-services`)],
  ['another service as aud', 'token-wrong-audience', claim('aud', `${PUBLIC_URL}/cds-services/order-select`)],
  [
    'the service’s feedback as aud',
    'token-wrong-audience',
    claim('aud', `${PUBLIC_URL}${ORDER_SIGN}/feedback`),
  ],
  [
    'an aud that begins right',
    'token-wrong-audience',
    claim('aud', `${PUBLIC_URL}${ORDER_SIGN}.evil.example`),
  ],
  ['http in aud', 'token-wrong-audience', claim('aud', `http://cds.example.org/base${ORDER_SIGN}`)],
  [
    'the address that is behind the proxy as aud',
    'token-wrong-audience',
    () => sign(ec, { ...good(), aud: `${service.base}${ORDER_SIGN}` }),
  ],
  ['no exp', 'token-incomplete', () => sign(ec, without('exp'))],
  ['an exp that is text', 'token-incomplete', claim('exp', String(now + 300))],
  ['an exp that is null', 'token-incomplete', claim('exp', null)],
  ['an exp that has passed', 'token-expired', claim('exp', now - 61)],
  ['an exp of 1970', 'token-expired', claim('exp', 0)],
  ['no iat', 'token-incomplete', () => sign(ec, without('iat'))],
  ['an iat that is text', 'token-incomplete', claim('iat', String(now))],
  [
    'an iat of yesterday with an exp of next year',
    'token-too-old',
    () => sign(ec, { ...good(), iat: now - 86_400, exp: now + 31_536_000 }),
  ],
  ['an iat a little too old', 'token-too-old', claim('iat', now - 661)],
  ['an iat in the future', 'token-not-yet-valid', claim('iat', now + 61)],
  ['an nbf in the future', 'token-not-yet-valid', claim('nbf', now + 61)],
  ['an nbf that is text', 'token-incomplete', claim('nbf', 'now')],
  ['no jti', 'token-incomplete', () => sign(ec, without('jti'))],
  ['an empty jti', 'token-incomplete', claim('jti', '')],
  ['a blank jti', 'token-incomplete', claim('jti', '   ')],
  ['a jti that is a number', 'token-incomplete', claim('jti', 7)],
  ['a jti that is an object', 'token-incomplete', claim('jti', {})],
  ['a jti without measure', 'token-incomplete', claim('jti', 'x'.repeat(257))],
  ['a tenant that is a number', 'token-incomplete', claim('tenant', 1)],
  ['an empty tenant', 'token-incomplete', claim('tenant', '')],
  ['no tenant from a client of tenants', 'token-wrong-tenant', () => sign(vendor, claimsOf(VENDOR))],
  [
    'a tenant that is not registered',
    'token-wrong-tenant',
    () => sign(vendor, { ...claimsOf(VENDOR), tenant: 'west' }),
  ],
  [
    'a tenant that is a prototype’s',
    'token-wrong-tenant',
    () => sign(vendor, { ...claimsOf(VENDOR), tenant: 'constructor' }),
  ],
  [
    'a list of tenants',
    'token-incomplete',
    () => sign(vendor, { ...claimsOf(VENDOR), tenant: ['north', 'south'] }),
  ],
];

const ATTACKS = [...FORMS, ...ALGORITHM_CONFUSION, ...KEY_CONFUSION, ...SIGNATURES, ...HEADERS, ...CLAIMS];

/** A refusal says its code, and nothing of what was compared with what. */
async function expectRefusal(response: Response, code: string): Promise<void> {
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({
    status: 401,
    text: expect.stringContaining(`"code":"${code}"`) as string,
  });
  const body = JSON.parse(text) as Readonly<Record<string, string>>;
  expect(Object.keys(body)).toEqual(['code', 'message', 'path']);
  expect(body['path']).toBe('(header) authorization');
  expect(response.headers.get('www-authenticate')).toBe(
    code === 'token-missing' ? 'Bearer' : `Bearer error="invalid_token", error_description="${code}"`,
  );
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(text).not.toMatch(/example\.org|hospital|jose|\.ts\b/);
}

describe('a good token', () => {
  const accepted: readonly (readonly [string, () => Promise<string>])[] = [
    ['ES384', () => sign(ec, good())],
    ['RS384', () => sign(rsa, good())],
    ['ES256, for the client that lists it', () => sign(p256, claimsOf(CLINIC))],
    ['of a key set that is fetched', () => signFetched({})],
    ['with the registered jku', () => signFetched({ jku: 'https://keys.example.org/jwks.json' })],
    ['for several audiences', () => sign(ec, { ...good(), aud: ['https://x.example', good().aud] })],
    ['with a slash behind aud', () => sign(ec, { ...good(), aud: `${PUBLIC_URL}${ORDER_SIGN}/` })],
    ['that expired within the skew', () => sign(ec, { ...good(), exp: now - 59 })],
    ['of a clock that is a little ahead', () => sign(ec, { ...good(), iat: now + 59, nbf: now + 59 })],
    ['ten minutes old', () => sign(ec, { ...good(), iat: now - 600 })],
    ['with an attacker’s jwk beside a good signature', () => sign(ec, good(), { jwk: publicPart(other) })],
    [
      'with a certificate’s address beside a good signature',
      () => sign(ec, good(), { x5u: 'https://x.example' }),
    ],
    ['with claims of its own', () => sign(ec, { ...good(), sub: 'x', scope: ['y'] })],
    ['of a registered tenant', () => sign(vendor, { ...claimsOf(VENDOR), tenant: 'south' })],
    ['of a tenant, where none is registered', () => sign(ec, { ...good(), tenant: 'east' })],
  ];
  it.each(accepted)('is taken: %s', async (_name, token) => {
    const response = await service.post(await token());
    expect([response.status, await response.json()]).toMatchObject([200, { cards: [] }]);
  });
});

describe('a bad token', () => {
  let addresses = 0;

  it(`is of ${ATTACKS.length} kinds, more than 40`, () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ATTACKS.map(([name]) => name)).size).toBe(ATTACKS.length);
  });

  it.each(ATTACKS)('gets 401: %s', async (_name, code, token) => {
    // An address of its own for each, so that the limit on refusals is not what answers.
    const address = `198.51.100.${(addresses += 1)}`;
    await expectRefusal(
      await service.post(await token(), ORDER_SIGN, SMALL_CALL, { 'x-forwarded-for': address }),
      code,
    );
  });

  it('makes us fetch nothing but the registered key set', () => {
    expect(new Set(fetches)).toEqual(new Set(['/jwks.json']));
  });

  it('is explained in the log by its cause, and told nothing of the token', () => {
    const refused = service.log
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ msg }) => msg === 'refused');
    expect(refused.length).toBe(ATTACKS.length);
    const reasons = new Set(refused.map(({ reason }) => reason));
    for (const reason of [
      'unknown issuer',
      'no key with this kid and algorithm',
      'the signature does not fit the key',
      'an algorithm that is not allowed',
      'another jku than the registered one',
      'a critical header that is not known',
    ])
      expect([...reasons]).toContain(reason);
    expect(service.log.join('')).not.toMatch(/eyJ|evil\.example|198\.51\.100/);
  });

  it('is told the same, whether the issuer is registered or not, until a signature holds', async () => {
    const address = { 'x-forwarded-for': '203.0.113.9' };
    const answers = await Promise.all(
      [
        await sign(other, good()),
        await sign(other, { ...good(), iss: 'https://nobody.example' }),
        await sign(other, { ...good(), exp: 1 }),
        await sign(other, { ...good(), aud: 'x' }),
        await sign(other, { ...good(), iss: VENDOR, tenant: 'west' }),
        await sign(other, good(), { kid: 'lost' }),
        await sign(other, good(), { jku: 'https://evil.example' }),
        unsigned({ alg: 'none' }),
      ].map(async (token) => (await service.post(token, ORDER_SIGN, SMALL_CALL, address)).text()),
    );
    expect(new Set(answers).size).toBe(1);
  });
});

describe('a call without a bearer token', () => {
  it.each([
    ['no header', {}, 'token-missing'],
    ['Basic', { authorization: 'Basic dXNlcjpwYXNz' }, 'token-malformed'],
    ['Bearer alone', { authorization: 'Bearer' }, 'token-malformed'],
    ['two words behind Bearer', { authorization: 'Bearer a b' }, 'token-malformed'],
    ['a token without Bearer', { authorization: 'eyJhbGciOiJub25lIn0.e30.' }, 'token-malformed'],
  ])('gets 401: %s', async (_name, headers, code) => {
    await expectRefusal(await service.post(undefined, ORDER_SIGN, SMALL_CALL, headers), code);
  });

  it('gets 401 also where the token stands in the URL, in the body or in another header', async () => {
    const token = await sign(ec, good());
    await expectRefusal(
      await service.post(undefined, `${ORDER_SIGN}?access_token=${token}`),
      'token-missing',
    );
    await expectRefusal(
      await service.post(undefined, ORDER_SIGN, { ...SMALL_CALL, access_token: token }),
      'token-missing',
    );
    await expectRefusal(
      await service.post(undefined, ORDER_SIGN, SMALL_CALL, { 'x-authorization': `Bearer ${token}` }),
      'token-missing',
    );
  });

  it('gets 401 on every endpoint but discovery and health', async () => {
    for (const path of [
      '/cds-services/order-sign',
      '/cds-services/order-select/',
      '/cds-services/encounter-start',
      '/CDS-SERVICES/order-sign',
      '/cds-services/order-sign/feedback',
      '/determinations',
    ])
      await expectRefusal(await service.post(undefined, path), 'token-missing');
    await expectRefusal(
      await service.get(undefined, '/determinations/determination000000000001'),
      'token-missing',
    );
    for (const path of ['/cds-services', '/healthz'])
      expect((await service.get(undefined, path)).status, path).toBe(200);
  });

  it('gets 401 before its body is read', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = httpRequest(`${service.base}${ORDER_SIGN}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '1000000' },
      });
      call.on('response', (response) => {
        resolve(response.statusCode);
        call.destroy();
      });
      call.on('error', reject);
      call.write('{');
    });
    expect(status).toBe(401);
  });

  it('is told the scheme in a FHIR answer too', async () => {
    const response = await service.post(undefined, ORDER_SIGN, SMALL_CALL, {
      accept: 'application/fhir+json',
    });
    const body = (await response.json()) as { resourceType: string; issue: { code: string }[] };
    expect([response.status, body.resourceType, body.issue[0]?.code]).toEqual([
      401,
      'OperationOutcome',
      'security',
    ]);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('a token on discovery', () => {
  const discover = async (token: string) => service.get(token, '/cds-services');
  it('is checked when there is one', async () => {
    expect((await discover(await sign(ec, good('/cds-services')))).status).toBe(200);
    await expectRefusal(await discover(await sign(ec, good())), 'token-wrong-audience');
    await expectRefusal(await discover(await sign(other, good('/cds-services'))), 'token-untrusted');
  });
});
