import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { secureOptions } from '../../src/server/http-server.ts';
import { keyPair, startProduction } from '../server/production.ts';

/** TLS that this process ends itself: CDS Hooks CH-G-01 and CH-S-08, CRD-S-01, Inferno 1.01. */

const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenSsl && process.env['CI'] !== undefined)
  throw new Error('openssl is not installed, and in CI its tests are not skipped');

let folder = '';
const file = (name: string): string => join(folder, name);

/** A certificate for localhost and its key, signed by itself. */
function makeCertificate(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject, ...files],
    { stdio: 'ignore' },
  );
}

beforeAll(() => {
  if (!hasOpenSsl) return;
  folder = mkdtempSync(join(tmpdir(), 'cartograph-tls-'));
  for (const name of ['service', 'client', 'stranger']) makeCertificate(name);
});
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
});

async function listen(clientAuthorities?: string): Promise<{ port: number; close: () => Promise<void> }> {
  const key = await keyPair('ES384', 'key-1');
  const { base, close } = await startProduction(
    { ehr: { issuer: 'https://ehr.example.org', keys: [key.jwk] } },
    { tls: { certificate: file('service.pem'), key: file('service.key'), clientAuthorities } },
  );
  return { port: Number(new URL(base).port), close };
}

/** Status of an answer, or the code of the error that came in its place. */
const ask = (port: number, path: string, options: RequestOptions = {}): Promise<number | string> =>
  new Promise((resolve) => {
    const asked = request(
      { host: 'localhost', port, path, ca: readFileSync(file('service.pem')), agent: false, ...options },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', (error) => {
      resolve('code' in error ? String(error.code) : error.message);
    });
    asked.end();
  });

const certified = (name: string): RequestOptions => ({
  cert: readFileSync(file(`${name}.pem`)),
  key: readFileSync(file(`${name}.key`)),
});

describe.skipIf(!hasOpenSsl)('TLS (certificates are made with openssl)', () => {
  it('of version 1.2 and 1.3 is answered, of an older one refused, and plain HTTP too', async () => {
    const { port, close } = await listen();
    const versions = ['TLSv1.2', 'TLSv1.3', 'TLSv1.1', 'TLSv1'] as const;
    const answers = await Promise.all(
      versions.map((version) =>
        ask(port, '/cds-services', {
          minVersion: version,
          maxVersion: version,
          // OpenSSL 3 offers the old versions only at its lowest security level.
          ...(version < 'TLSv1.2' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
        }),
      ),
    );
    expect(answers.slice(0, 2)).toEqual([200, 200]);
    expect(answers.slice(2).map((answer) => typeof answer)).toEqual(['string', 'string']);
    const plain = await new Promise<string>((resolve) => {
      const asked = plainRequest({ host: '127.0.0.1', port, path: '/cds-services' }, (response) => {
        resolve(`answered ${String(response.statusCode)}`);
      });
      asked.on('error', () => {
        resolve('refused');
      });
      asked.end();
    });
    expect(plain).toBe('refused');
    await close();
  });

  it('with client authorities takes their certificates alone, and asks for the token all the same', async () => {
    const { port, close } = await listen(file('client.pem'));
    expect(await ask(port, '/cds-services', certified('client'))).toBe(200);
    expect(await ask(port, '/determinations/x', certified('client'))).toBe(401);
    expect(typeof (await ask(port, '/cds-services'))).toBe('string');
    expect(typeof (await ask(port, '/cds-services', certified('stranger')))).toBe('string');
    await close();
  });

  it('does not start with files that cannot be read or do not belong together, and names the setting', () => {
    const files = {
      certificate: file('service.pem'),
      key: file('service.key'),
      clientAuthorities: undefined,
    };
    expect(() => secureOptions({ ...files, certificate: file('none.pem') })).toThrow(
      /TLS_CERT cannot be read/,
    );
    expect(() => secureOptions({ ...files, key: file('client.key') })).toThrow(
      /TLS_CERT and TLS_KEY cannot be used/,
    );
    writeFileSync(file('broken.pem'), 'no certificate');
    expect(() => secureOptions({ ...files, certificate: file('broken.pem') })).toThrow(/cannot be used/);
    expect(() =>
      readConfig({
        SERVICE_MODE: 'production',
        PUBLIC_URL: 'https://cds.example.org',
        CLIENTS: 'clients.yaml',
        TLS_KEY: 'service.key',
      }),
    ).toThrow(/TLS_CERT and TLS_KEY go together/);
  });
});
