import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { ClientProblems, loadClients, readClients } from '../../src/server/client-file.ts';
import { keyPair } from './production.ts';
import { library } from './service.ts';

/** The clients file: what it may say, and how its mistakes are told. */

const EXAMPLE = fileURLToPath(new URL('../../clients.example.yaml', import.meta.url));
const key = JSON.stringify((await keyPair('ES384', 'one')).jwk);
const rsaKey = JSON.stringify((await keyPair('RS384', 'two')).jwk);
const privateKey = JSON.stringify({
  ...(await exportJWK((await generateKeyPair('ES384', { extractable: true })).privateKey)),
  kid: 'secret',
});
const shortKey = JSON.stringify({
  kty: 'RSA',
  kid: 'short',
  n: Buffer.alloc(128, 0xff).toString('base64url'),
  e: 'AQAB',
});

const problems = (text: string): readonly string[] => {
  const read = readClients('clients.yaml', text, library);
  return 'problems' in read ? read.problems.map(({ line, message }) => `${line} ${message}`) : [];
};
const entry = (...lines: readonly string[]): string =>
  [
    'clients:',
    '  hospital:',
    '    issuer: https://ehr.example.org',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');

describe('the example', () => {
  it('is read, with every key that an entry may have', () => {
    const clients = loadClients(EXAMPLE, library);
    expect(clients.map(({ id }) => id)).toEqual(['general-hospital', 'city-clinic', 'ehr-vendor']);
    const [general, clinic, vendor] = clients;
    expect(general).toMatchObject({
      keys: { kind: 'url', url: 'https://ehr.general-hospital.example.org/.well-known/jwks.json' },
      jku: 'https://ehr.general-hospital.example.org/.well-known/jwks.json',
      algorithms: ['ES384', 'RS384'],
      replay: 'strict',
      fhirServers: [
        { base: 'https://fhir.general-hospital.example.org/r4', networks: ['public'] },
        { base: 'https://fhir.internal.general-hospital.example.org/r4', networks: ['private'] },
      ],
      requestsPerMinute: 600,
      isTest: false,
    });
    expect(clinic).toMatchObject({ replay: 'per-body', requestsPerMinute: 120, isTest: true });
    expect(vendor?.tenants.get('north')).toMatchObject({
      settings: { crdPayer: { id: 'carepartners-ct' }, repeatInCard: false, cardTypesOff: [] },
      fhirServers: [{ base: 'https://north.ehr-vendor.example.com/fhir', networks: ['public'] }],
    });
    expect(vendor?.tenants.get('south')).toMatchObject({
      settings: {
        crdPayer: undefined,
        repeatInCard: false,
        cardTypesOff: ['external-reference'],
        noAuthWithNotCovered: true,
        withoutDocPurpose: true,
        smartApp: { label: 'Open the criteria' },
      },
    });
  });

  it('names every key of the schema', () => {
    const schema = readFileSync(
      fileURLToPath(new URL('../../src/server/client-file.ts', import.meta.url)),
      'utf8',
    );
    const example = readFileSync(EXAMPLE, 'utf8');
    const keys = [...schema.matchAll(/^ {2,6}'?([a-z]+(?:-[a-z]+)*)'?: (?:z|httpsUrl|payerOf)\b/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(keys).toEqual(expect.arrayContaining(['issuer', 'tenants', 'crd-payer', 'cards-off', 'test']));
    expect(keys.filter((name) => !new RegExp(`\\b${name}:`).test(example))).toEqual([]);
  });
});

describe('a mistake in the clients file', () => {
  const MISTAKES: readonly (readonly [string, string, string])[] = [
    ['no client', 'clients: {}\n', '1 clients: must hold a client'],
    ['not YAML', 'clients: [\n', 'is not YAML from here on'],
    ['an empty file', '', '1 (file): '],
    [
      'a misspelt key',
      entry(`keys: [${key}]`, 'fhir-server: []'),
      '5 clients.hospital.fhir-server: unknown key',
    ],
    [
      'an id with blanks',
      entry(`keys: [${key}]`).replace('hospital', 'the hospital'),
      '2 clients.the hospital: an id has',
    ],
    [
      'no issuer',
      `clients:\n  hospital:\n    keys: [${key}]\n`,
      '2 clients.hospital.issuer: the iss of its tokens',
    ],
    ['no keys', entry(), '3 clients.hospital.issuer: has neither a jwks-url nor keys'],
    [
      'keys twice',
      entry(`keys: [${key}]`, 'jwks-url: https://x.org/k'),
      '4 clients.hospital.keys: stands beside a jwks-url',
    ],
    ['an empty list of keys', entry('keys: []'), '4 clients.hospital.keys: must hold a key'],
    [
      'a key without kid',
      entry('keys: [{ kty: EC, crv: P-384, x: a, y: b }]'),
      'clients.hospital.keys[0].kid: every key needs a kid',
    ],
    [
      'a point that is not on the curve',
      entry('keys: [{ kty: EC, crv: P-384, kid: a, x: AAAA, y: BBBB }]'),
      'keys[0]: is no public key',
    ],
    ['a private key', entry(`keys: [${privateKey}]`), 'keys[0]: holds the private part (d)'],
    ['a shared secret', entry('keys: [{ kty: oct, kid: a, k: c2VjcmV0 }]'), 'keys[0].kty: must be EC or RSA'],
    ['an RSA key of 1024 bits', entry(`keys: [${shortKey}]`), 'keys[0]: has 1024 bits'],
    ['a key for encryption', entry(`keys: [${key.replace('"sig"', '"enc"')}]`), 'keys[0].use: must be sig'],
    [
      'a kid twice',
      entry(`keys: [${key}, ${rsaKey.replace('"two"', '"one"')}]`),
      'keys: two keys have the kid "one"',
    ],
    ['algorithm none', entry(`keys: [${key}]`, 'algorithms: [none]'), 'algorithms[0]: must be one of ES256'],
    [
      'algorithm HS256',
      entry(`keys: [${key}]`, 'algorithms: [ES384, HS256]'),
      'algorithms[1]: must be one of ES256',
    ],
    ['no algorithm', entry(`keys: [${key}]`, 'algorithms: []'), 'algorithms: must hold one'],
    [
      'a key of an algorithm that is not listed',
      entry(`keys: [${key.replace('{', '{"alg":"ES384",')}]`, 'algorithms: [RS384]'),
      'keys: key "one" is for ES384',
    ],
    [
      'a JWKS URL without TLS',
      entry('jwks-url: http://x.org/k'),
      '4 clients.hospital.jwks-url: jwks-url must be an https URL',
    ],
    [
      'a JWKS URL with a password',
      entry('jwks-url: https://me:you@x.org/k'),
      'jwks-url must be an https URL without user',
    ],
    [
      'a FHIR base without TLS',
      entry(`keys: [${key}]`, 'fhir-servers: [http://x.org/fhir]'),
      '5 clients.hospital.fhir-servers[0]: a FHIR base must be',
    ],
    [
      'a FHIR base with a query',
      entry(`keys: [${key}]`, 'fhir-servers: ["https://x.org/fhir?x=1"]'),
      'a FHIR base must be',
    ],
    ['any origin', entry(`keys: [${key}]`, 'origins: ["*"]'), 'origins[0]: must be an https origin'],
    [
      'origins with a wildcard',
      entry(`keys: [${key}]`, 'origins: ["https://*.x.org"]'),
      'origins[0]: must be an https origin',
    ],
    [
      'an origin without TLS',
      entry(`keys: [${key}]`, 'origins: ["http://x.org"]'),
      'origins[0]: must be an https origin',
    ],
    ['another replay', entry(`keys: [${key}]`, 'replay: no'), 'replay: must be strict, per-body or off'],
    [
      'a payer that is not on file',
      entry(`keys: [${key}]`, 'crd-payer: carepartner-ct'),
      'crd-payer: there is no payer "carepartner-ct"; did you mean "carepartners-ct"?',
    ],
    [
      'a payer of a tenant that is not on file',
      entry(`keys: [${key}]`, 'tenants: { north: { crd-payer: x } }'),
      'tenants.north.crd-payer: there is no payer "x"',
    ],
    ['no tenant', entry(`keys: [${key}]`, 'tenants: {}'), 'tenants: must hold a tenant'],
    [
      'an issuer of a tenant',
      entry(`keys: [${key}]`, 'tenants: { north: { issuer: x } }'),
      'tenants.north.issuer: unknown key',
    ],
    [
      'a card that there is not',
      entry(`keys: [${key}]`, 'cards-off: [card]'),
      'cards-off[0]: must be one of determination-card',
    ],
    ['no requests', entry(`keys: [${key}]`, 'requests-per-minute: 0'), 'requests-per-minute: '],
    [
      'a jku beside a JWKS URL',
      entry('jwks-url: https://x.org/k', 'jku: https://x.org/k'),
      'jku: is for keys that stand here',
    ],
    [
      'an issuer twice',
      `${entry(`keys: [${key}]`)}  clinic:\n    issuer: https://ehr.example.org\n    keys: [${rsaKey}]\n`,
      '6 clients.clinic.issuer: is also the issuer of "hospital"',
    ],
  ];
  it.each(MISTAKES)('is told with its line: %s', (_name, text, expected) => {
    const told = problems(text);
    expect(told.join('\n')).toContain(expected);
    expect(told.join('\n')).not.toContain((JSON.parse(privateKey) as { d: string }).d);
  });

  it('is one of several that are told at once', () => {
    const text = entry(
      'jwks-url: http://x.org/k',
      'algorithms: [none]',
      'fhir-servers: [nowhere]',
      'replay: never',
    );
    expect(problems(text).map((problem) => problem.split(' ')[0])).toEqual(['4', '5', '6', '7']);
  });

  it('is none where the file is right', () => {
    expect(problems(entry(`keys: [${key}, ${rsaKey}]`))).toEqual([]);
  });

  it('is also a file that is not there', () => {
    expect(() => loadClients('/nowhere/clients.yaml', library)).toThrow(ClientProblems);
    expect(() => loadClients('/nowhere/clients.yaml', library)).toThrow(
      /clients\.yaml cannot be read: ENOENT/,
    );
  });
});
