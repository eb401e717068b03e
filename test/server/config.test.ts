import { describe, expect, it } from 'vitest';
import { readConfig, WrongSettings } from '../../src/server/config.ts';

/** Settings of the environment in both modes: what is refused at start. */

const PRODUCTION = {
  SERVICE_MODE: 'production',
  PUBLIC_URL: 'https://cds.example.org/',
  CLIENTS: 'clients.yaml',
};
const problems = (
  environment: Readonly<Record<string, string>>,
  nodeArguments?: readonly string[],
): string => {
  try {
    readConfig(environment, nodeArguments);
    return '';
  } catch (error) {
    if (error instanceof WrongSettings) return error.message;
    throw error;
  }
};

describe('sandbox mode', () => {
  it('is the default, and listens on this machine alone', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 8080, access: { mode: 'sandbox' } });
    expect(readConfig({ SERVICE_MODE: '', CLIENTS: '' }).access.mode).toBe('sandbox');
  });

  it.each(['PUBLIC_URL', 'CLIENTS', 'LISTEN_HOST', 'METRICS_LISTEN', 'TRUSTED_PROXIES'])(
    'refuses what production mode alone knows: %s',
    (name) => {
      const value = {
        PUBLIC_URL: 'https://x.org',
        CLIENTS: 'c',
        LISTEN_HOST: '0.0.0.0',
        METRICS_LISTEN: '[::1]:9464',
        TRUSTED_PROXIES: 'loopback',
      };
      expect(problems({ [name]: value[name as keyof typeof value] })).toContain(
        `${name} is of production mode: set SERVICE_MODE=production`,
      );
    },
  );
});

describe('production mode', () => {
  it('needs its public URL and a clients file', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({
      host: '127.0.0.1',
      trustedProxies: 'loopback',
      access: { mode: 'production', publicUrl: 'https://cds.example.org', clients: 'clients.yaml' },
    });
    expect(problems({ SERVICE_MODE: 'production' })).toMatch(/PUBLIC_URL is missing.*\n.*CLIENTS is missing/);
    expect(problems({ ...PRODUCTION, CLIENTS: '' })).toContain('CLIENTS is missing');
  });

  it.each(['Production', 'prod', 'test', 'PRODUCTION '])(
    'is not entered or left by a misspelt word: %s',
    (SERVICE_MODE) => {
      expect(problems({ ...PRODUCTION, SERVICE_MODE })).toContain(
        'SERVICE_MODE must be sandbox or production',
      );
    },
  );

  it.each([
    ['a public URL without TLS', { PUBLIC_URL: 'http://cds.example.org' }, 'PUBLIC_URL must be an https URL'],
    [
      'a public URL with a password',
      { PUBLIC_URL: 'https://me:you@x.org' },
      'PUBLIC_URL must be an https URL',
    ],
    ['a public URL with a query', { PUBLIC_URL: 'https://x.org/?a' }, 'PUBLIC_URL must be an https URL'],
    ['a public URL that is none', { PUBLIC_URL: 'cds.example.org' }, 'PUBLIC_URL must be an https URL'],
    ['FHIR servers for everyone', { FHIR_SERVERS: 'https://x.org/fhir' }, 'FHIR_SERVERS is of sandbox mode'],
    ['origins for everyone', { ALLOWED_ORIGINS: 'https://x.org' }, 'ALLOWED_ORIGINS is of sandbox mode'],
    ['a payer for everyone', { CRD_PAYER: 'carepartners-ct' }, 'CRD_PAYER is of sandbox mode'],
    ['an app for everyone', { SMART_APP_URL: 'https://x.org' }, 'SMART_APP_URL is of sandbox mode'],
    ['TLS unchecked', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED=0'],
    ['the inspector', { NODE_OPTIONS: '--inspect=0.0.0.0' }, '--inspect'],
    ['a lax HTTP parser', { NODE_OPTIONS: '--insecure-http-parser' }, '--insecure-http-parser'],
    ['old TLS', { NODE_OPTIONS: '--tls-min-v1.0' }, 'TLS begins at version 1.2'],
    ['Node’s own tracing', { NODE_DEBUG: 'http' }, 'NODE_DEBUG must not be set'],
    ['libraries’ tracing', { DEBUG: '*' }, 'DEBUG must not be set'],
    ['TLS keys in a file', { NODE_OPTIONS: '--tls-keylog=/tmp/keys' }, '--tls-keylog'],
    ['memory in a file', { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' }, 'heap snapshots'],
    ['no log', { LOG_LEVEL: 'silent' }, 'LOG_LEVEL must be warn or lower'],
    ['refused callers unlogged', { LOG_LEVEL: 'error' }, 'LOG_LEVEL must be warn or lower'],
    ['all addresses as proxies', { TRUSTED_PROXIES: '0.0.0.0/0' }, 'no network larger than /8'],
    ['half of them as proxies', { TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' }, 'no network larger than /8'],
    ['a database in the clear', { DATABASE_URL: 'postgres://u:p@db.example.org/x' }, 'sslmode=verify-full'],
    [
      'a database that anyone can pose as',
      { DATABASE_URL: 'postgres://u:p@db.example.org/x?sslmode=no-verify' },
      'sslmode=verify-full',
    ],
    ['a proxy without an address', { TRUSTED_PROXIES: 'proxy.local' }, 'TRUSTED_PROXIES must be addresses'],
    ['a metrics address without a port', { METRICS_LISTEN: '127.0.0.1' }, 'METRICS_LISTEN must be'],
    ['a metrics port that is none', { METRICS_LISTEN: '127.0.0.1:70000' }, 'METRICS_LISTEN must be'],
    ['every proxy', { TRUSTED_PROXIES: 'true' }, 'TRUSTED_PROXIES must be addresses'],
  ])('refuses to start with %s', (_name, environment, expected) => {
    expect(problems({ ...PRODUCTION, ...environment })).toContain(expected);
  });

  it.each([
    'postgres://u:p@db.example.org/x?sslmode=verify-full',
    'postgres://u:p@db.example.org/x?sslmode=disable',
    'postgres://u:p@127.0.0.1:5432/x',
    'postgres://u:p@[::1]/x',
    'postgres:///x?host=/var/run/postgresql',
  ])('starts with the database %s', (url) => {
    expect(readConfig({ ...PRODUCTION, DATABASE_URL: url }).records).toEqual({ kind: 'postgres', url });
  });

  it('refuses Node’s arguments as it does NODE_OPTIONS', () => {
    expect(problems(PRODUCTION, ['--inspect-brk=9229'])).toContain('--inspect');
  });

  it('tells all of it at once', () => {
    const told = problems({
      SERVICE_MODE: 'production',
      PUBLIC_URL: 'http://x',
      DEBUG: '*',
      CRD_PAYER: 'x',
      PORT: '99999',
    });
    for (const name of ['PUBLIC_URL', 'CLIENTS', 'DEBUG', 'CRD_PAYER', 'PORT']) expect(told).toContain(name);
  });
});
