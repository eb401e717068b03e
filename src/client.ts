import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { stringify } from 'yaml';

/** `npm run client`: makes a key pair and its entry of a clients file, and calls the service as that client. */

const HELP = `npm run -s client -- new-key --issuer <iss> [--id <client>] [--alg ES384|RS384] [--out client.private.jwk] > clients.yaml
  makes a key pair: the private key goes into a new file, an entry of the clients file with the public one to stdout

npm run -s client -- call --issuer <iss> --public-url <https URL> [--server http://localhost:8080] [--key client.private.jwk]
    [--tenant <tenant>] [--service order-sign] [--fixture <name> | --request <file>]
  signs a token and calls a service; without a fixture or a request: discovery, with the token
`;

const { values, positionals } = arguments_();
/** Where the command was typed: npm itself goes to the folder of package.json. */
const path = (name: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), name);

try {
  const [command] = positionals;
  if (command === 'new-key') await newKey(required('issuer'));
  else if (command === 'call') await call(required('issuer'), required('public-url').replace(/\/+$/, ''));
  else if (command === 'help') process.stdout.write(HELP);
  else throw new Error(HELP);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function arguments_() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        issuer: text,
        id: { ...text, default: 'my-hospital' },
        alg: { ...text, default: 'ES384' },
        out: { ...text, default: 'client.private.jwk' },
        key: { ...text, default: 'client.private.jwk' },
        'public-url': text,
        server: { ...text, default: 'http://localhost:8080' },
        tenant: text,
        service: { ...text, default: 'order-sign' },
        fixture: text,
        request: text,
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(64);
  }
}

function required(name: 'issuer' | 'public-url'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing\n\n${HELP}`);
  return value;
}

async function newKey(issuer: string): Promise<void> {
  const { alg, id, out } = values;
  if (alg !== 'ES384' && alg !== 'RS384') throw new Error('--alg must be ES384 or RS384');
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 });
  const shared = { kid: randomUUID(), alg, use: 'sig' };
  const privateJwk = { ...(await exportJWK(privateKey)), ...shared };
  // A key that is in use is not overwritten.
  if (existsSync(path(out))) throw new Error(`${out} is there already: name another file with --out`);
  writeFileSync(path(out), `${JSON.stringify(privateJwk, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  const publicJwk = { ...(await exportJWK(publicKey)), ...shared };
  process.stdout.write(stringify({ clients: { [id]: { issuer, keys: [publicJwk] } } }));
  process.stderr.write(`The private key is in ${out}; it stays with the client.\n`);
}

async function call(issuer: string, publicUrl: string): Promise<void> {
  const body = requestBody();
  const place = body === undefined ? '/cds-services' : `/cds-services/${values.service}`;
  const response = await fetch(`${values.server.replace(/\/+$/, '')}${place}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${await token(issuer, `${publicUrl}${place}`)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const answer: unknown = await response.json();
  process.stderr.write(
    `HTTP ${response.status}, x-request-id ${response.headers.get('x-request-id') ?? 'none'}\n`,
  );
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  if (!response.ok) process.exitCode = 1;
}

/** CDS Hooks 2.0.1, "Trusting CDS Clients". */
async function token(issuer: string, audience: string): Promise<string> {
  const jwk = JSON.parse(readFileSync(path(values.key), 'utf8')) as JWK & {
    readonly alg: string;
    readonly kid: string;
  };
  const { tenant } = values;
  return new SignJWT(tenant === undefined ? {} : { tenant })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('5m')
    .setJti(randomUUID())
    .sign(await importJWK(jwk, jwk.alg));
}

/** A request as it stands in a file, or a fixture's with its chart sent ahead: it needs no FHIR server. */
function requestBody(): string | undefined {
  const { fixture, request } = values;
  if (fixture === undefined) return request === undefined ? undefined : readFileSync(path(request), 'utf8');
  const folder = join(fileURLToPath(new URL('../fhir-fixtures', import.meta.url)), fixture);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const order = read('order-sign.json') as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...order, fhirServer: null, prefetch: { chart: read('chart.json') } });
}
