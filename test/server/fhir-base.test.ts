import { describe, expect, it } from 'vitest';
import { allowedServer, mayCarryToken, normalBase, pageUnder } from '../../src/server/fhir-base.ts';

describe('a base URL', () => {
  it.each([
    ['https://EHR.Example.org/fhir/R4/', 'https://ehr.example.org/fhir/R4'],
    ['HTTPS://ehr.example.org:443/fhir', 'https://ehr.example.org/fhir'],
    ['http://ehr.example.org:80', 'http://ehr.example.org'],
    ['https://ehr.example.org//', 'https://ehr.example.org'],
    ['https://bücher.example/fhir', 'https://xn--bcher-kva.example/fhir'],
    ['https://ｅhr.example.org/fhir', 'https://ehr.example.org/fhir'],
    ['http://2130706433/fhir', 'http://127.0.0.1/fhir'],
    ['http://0x7f.1/fhir', 'http://127.0.0.1/fhir'],
    ['http://0177.0.0.1/fhir', 'http://127.0.0.1/fhir'],
    ['http://[0:0:0:0:0:0:0:1]/fhir', 'http://[::1]/fhir'],
  ])('%s is %s', (printed, base) => {
    expect(normalBase(printed)).toBe(base);
  });

  it.each([
    'ehr.example.org/fhir',
    'ftp://ehr.example.org/fhir',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@ehr.example.org/fhir',
    'https://user:secret@ehr.example.org/fhir',
    'https://@ehr.example.org/fhir',
    'https://ehr.example.org@evil.example/fhir',
    'https://ehr.example.org/fhir?x=1',
    'https://ehr.example.org/fhir?',
    'https://ehr.example.org/fhir#x',
    'https://ehr.example.org/fhir#',
    'https://ehr.example.org\\@evil.example/fhir',
    'https://ehr.example.org/fhir/../admin',
    'https://ehr.example.org/./fhir',
    'https://ehr.example.org/fhir/%2e%2e/admin',
    'https://ehr.example.org/fhir%2F..%2Fadmin',
    'https://ehr.example.org/fhir%5c..%5cadmin',
    'https://ehr.example.org/fhir/%252e%252e/admin',
    'https://ehr.example.org./fhir',
    'https://ehr.example.org /fhir',
    'https://ehr.example.org/fh\tir',
    'https://ehr.example.org/fhir\r\nx: y',
    'https://',
    '',
  ])('%j is none', (printed) => {
    expect(normalBase(printed)).toBeUndefined();
  });
});

describe('the server that a caller names', () => {
  const registered = [
    { base: 'https://ehr.example.org/fhir/R4', networks: ['public'] as const },
    { base: 'https://ehr.example.org/fhir/intranet', networks: ['private'] as const },
  ];
  const allowed = (printed: string, isSandbox = false) => allowedServer(printed, registered, { isSandbox });

  it('is one that is registered, in whatever spelling', () => {
    expect(allowed('HTTPS://EHR.example.org:443/fhir/R4/')).toBe(registered[0]);
    expect(allowed('https://ehr.example.org/fhir/intranet')).toBe(registered[1]);
  });

  it.each([
    'http://ehr.example.org/fhir/R4',
    'https://ehr.example.org/fhir/r4',
    'https://ehr.example.org/fhir/R4/x',
    'https://ehr.example.org/fhir',
    'https://ehr.example.org:8443/fhir/R4',
    'https://ehr.example.org.evil.example/fhir/R4',
    'https://evil.example/https://ehr.example.org/fhir/R4',
    'http://127.0.0.1:8080/fhir',
    'http://localhost/fhir',
  ])('is not %s', (printed) => {
    expect(allowed(printed)).toBeUndefined();
  });

  it('is any of this machine in sandbox mode alone, and only there', () => {
    for (const printed of ['http://127.0.0.1:8080/fhir', 'http://localhost/fhir', 'http://[::1]:1/fhir'])
      expect(allowed(printed, true)?.networks).toEqual(['loopback']);
    for (const printed of ['http://10.0.0.1/fhir', 'http://localhost.example.org/fhir', 'http://0/fhir'])
      expect(allowed(printed, true)).toBeUndefined();
  });
});

describe('a next link', () => {
  const base = 'https://ehr.example.org/fhir/R4';

  it.each([
    [`${base}/Condition?page=2`, `${base}/Condition?page=2`],
    [`${base}?_getpages=1`, `${base}?_getpages=1`],
    ['Condition?page=2', `${base}/Condition?page=2`],
    ['?page=2', `${base}/?page=2`],
    ['/fhir/R4/Condition?page=2', `${base}/Condition?page=2`],
    ['https://EHR.example.org:443/fhir/R4/Condition', `${base}/Condition`],
    [`${base}/Condition?page=../..`, `${base}/Condition?page=../..`],
    [`${base}/Condition#top`, `${base}/Condition`],
  ])('%s is followed', (next, url) => {
    expect(pageUnder(next, base)).toBe(url);
  });

  it.each([
    'https://evil.example/fhir/R4/Condition',
    '//evil.example/fhir/R4/Condition',
    '\\\\evil.example\\fhir\\R4',
    'http://ehr.example.org/fhir/R4/Condition',
    'https://ehr.example.org:8443/fhir/R4/Condition',
    'https://user:x@ehr.example.org/fhir/R4/Condition',
    'https://ehr.example.org@evil.example/fhir/R4/Condition',
    'https://ehr.example.org.evil.example/fhir/R4/Condition',
    'https://ehr.example.org/fhir/R4-admin/Condition',
    'https://ehr.example.org/admin',
    '/admin',
    '../admin',
    '../../admin',
    './../admin',
    '%2e%2e/admin',
    '.%2E/admin',
    'Condition/..%2f..%2fadmin',
    'Condition/..%5c..%5cadmin',
    'Condition/%252e%252e%252fadmin',
    '..;/admin',
    'Condition/%',
    'javascript:alert(1)',
    'data:application/fhir+json,{}',
    'http://[',
  ])('%s is not followed', (next) => {
    expect(pageUnder(next, base)).toBeUndefined();
  });
});

describe('a token', () => {
  it.each([
    ['https://ehr.example.org/fhir', true],
    ['http://127.0.0.1:8080/fhir', true],
    ['http://localhost/fhir', true],
    ['http://ehr.example.org/fhir', false],
    ['http://10.0.0.1/fhir', false],
  ])('over %s: %s', (base, expected) => {
    expect(mayCarryToken(base)).toBe(expected);
  });
});
