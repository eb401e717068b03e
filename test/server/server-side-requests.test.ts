import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { normalBase, type FhirServer } from '../../src/server/fhir-base.ts';
import { createFhirClient } from '../../src/server/fhir-client.ts';
import { createFhirConnections } from '../../src/server/fhir-connections.ts';
import type { Resolve } from '../../src/server/guarded-connector.ts';
import { NETWORKS, type Network } from '../../src/server/network.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import { ofType, searchset, storedChart, type HookBody, type Json } from './charts.ts';
import {
  fakeFhirServer,
  sendJson,
  targetOf,
  type Answering,
  type FakeFhirServer,
} from './fake-fhir-server.ts';
import { callerWith, createService } from './service.ts';

/**
 * Attempts to make the service call where it must not (server-side request forgery), and to have it hand a token to
 * somebody else. A victim listens on this machine: whatever reaches it is an attack that succeeded.
 */

const shah = storedChart('b-all-all-attested');
const TOKEN = 'token-that-must-not-leak';

const reached: string[] = [];
let victim: Server;
let port: number;
beforeAll(async () => {
  victim = createServer((incoming: IncomingMessage, response) => {
    reached.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${incoming.headers.authorization ?? ''}`);
    sendJson(response, searchset([]));
  });
  victim.on('connection', () => reached.push('a connection'));
  // Both families, so that each spelling of this machine leads to it.
  await new Promise<void>((resolve) => victim.listen(0, '::', resolve));
  ({ port } = victim.address() as AddressInfo);
});
afterAll(async () => {
  victim.closeAllConnections();
  await new Promise((resolve) => victim.close(resolve));
});

const running: FakeFhirServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  expect(reached.splice(0), 'what reached the victim').toEqual([]);
});

const authorization = {
  access_token: TOKEN,
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'patient/*.read',
  subject: 'cartograph',
};
const small = {
  patient: ofType(shah.resources, 'Patient')[0],
  coverage: searchset([...ofType(shah.resources, 'Coverage'), ...ofType(shah.resources, 'Organization')]),
};
const call = (fhirServer: string, more: Json = {}): HookBody => ({
  ...shah.request,
  fhirServer,
  fhirAuthorization: { ...authorization, ...more },
  prefetch: small,
});

/** What is logged of the calls. */
const logged: string[] = [];
const logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
const settings = { bodyLimit: 1024 * 1024, queryMilliseconds: 2000 };
const service = (fhirServers: readonly string[]) =>
  createService({
    logger,
    config: settings,
    callers: sandboxCallers(
      callerWith({ fhirServers: fhirServers.map((base) => ({ base, networks: NETWORKS })) }),
    ),
  });

describe('a fhirServer that nobody registered is not called', () => {
  const app = service(['https://ehr.example.org/fhir/R4']);
  const attempts: readonly (readonly [string, () => string])[] = [
    ['this machine as a user’s host', () => `http://localhost@127.0.0.1:${port}/fhir`],
    ['a registered server as a user', () => `http://ehr.example.org@127.0.0.1:${port}/fhir/R4`],
    ['a registered server as a user in disguise', () => `http://ehr.example.org%40127.0.0.1:${port}/fhir/R4`],
    ['a backslash before the host', () => `http://127.0.0.1:${port}\\@ehr.example.org/fhir/R4`],
    ['a query', () => `http://127.0.0.1:${port}/?x=/fhir`],
    ['a fragment', () => `http://127.0.0.1:${port}/#/fhir`],
    ['dots', () => `http://127.0.0.1:${port}/fhir/../admin`],
    ['dots in disguise', () => `http://127.0.0.1:${port}/fhir/%2e%2e/admin`],
    ['IPv4 in IPv6', () => `http://[::ffff:127.0.0.1]:${port}/fhir`],
    ['IPv4 in IPv6, in hex', () => `http://[::ffff:7f00:1]:${port}/fhir`],
    ['any address', () => `http://0.0.0.0:${port}/fhir`],
    ['any address, short', () => `http://0:${port}/fhir`],
    ['any address of IPv6', () => `http://[::]:${port}/fhir`],
    ['a dot after the host', () => `http://localhost.:${port}/fhir`],
    ['a host that begins like loopback', () => `http://127.0.0.1.nip.example:${port}/fhir`],
    ['a cloud’s credentials', () => 'http://169.254.169.254/latest/meta-data'],
    ['a cloud’s credentials as a number', () => 'http://2852039166/latest/meta-data'],
    ['a cloud’s credentials in octal', () => 'http://0251.0376.0251.0376/latest'],
    ['a cloud’s credentials in IPv6', () => 'http://[::ffff:a9fe:a9fe]/latest'],
    ['a private address', () => 'http://10.0.0.1/fhir'],
    ['a private address in hex', () => 'http://0x0a000001/fhir'],
    ['the registered server without TLS', () => 'http://ehr.example.org/fhir/R4'],
    ['another path of the registered server', () => 'https://ehr.example.org/fhir/R4/../../admin'],
    ['another port of the registered server', () => 'https://ehr.example.org:8443/fhir/R4'],
    ['a name that looks like it', () => 'https://ehr.exаmple.org/fhir/R4'],
  ];

  it.each(attempts)('%s', async (_name, fhirServer) => {
    for (const path of ['/determinations', '/cds-services/order-sign']) {
      const { status, text } = await request(app).post(path).send(call(fhirServer()));
      expect([200, 400], text).toContain(status);
      if (status === 200) expect(text).toContain('not one that this service may call');
      expect(text).not.toContain(TOKEN);
    }
  });

  it.each(['ftp://127.0.0.1/fhir', 'file:///etc/passwd', 'gopher://127.0.0.1/1', 'javascript:alert(1)'])(
    'and what is no web address is refused: %s',
    async (fhirServer) => {
      const response = await request(app).post('/determinations').send(call(fhirServer));
      expect([response.status, (response.body as Json)['path']]).toEqual([400, 'fhirServer']);
    },
  );
});

describe('a registered server is called on its own networks only', () => {
  const reading = async (server: FhirServer, resolve?: Resolve) => {
    const connections = createFhirConnections(resolve === undefined ? {} : { resolve });
    const client = createFhirClient(
      {
        server,
        authorization: undefined,
        patientId: 'shah',
        milliseconds: 2000,
      },
      connections,
      () => undefined,
    );
    const found = await client.search('Condition?patient=shah');
    await connections.close();
    return found.failure?.reason;
  };
  const REFUSED = 'the server is at an address that this service may not call';
  const answering =
    (...addresses: readonly string[]): Resolve =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '[::1]',
    '0',
    '[::ffff:127.0.0.1]',
  ])('as an address in the URL: %s', async (host) => {
    const base = normalBase(`http://${host}:${port}/fhir`) ?? '';
    expect(await reading({ base, networks: ['public', 'private'] })).toBe(REFUSED);
  });

  it.each<readonly [string, readonly Network[], readonly string[]]>([
    ['loopback', ['public', 'private'], ['127.0.0.1']],
    ['loopback of IPv6', ['public', 'private'], ['::1']],
    ['loopback in IPv6', ['public'], ['::ffff:127.0.0.1']],
    ['loopback beside a public address', ['public'], ['93.184.216.34', '127.0.0.1']],
    ['any address', ['public', 'private', 'loopback'], ['0.0.0.0']],
    ['any address of IPv6', ['public', 'private', 'loopback'], ['::']],
    ['a private network that nobody allowed', ['public'], ['10.1.2.3']],
    ['a cloud’s credentials', ['public', 'private', 'loopback'], ['169.254.169.254']],
    ['no address', ['public', 'private', 'loopback'], []],
    ['a public address, for a server of this machine', ['loopback'], ['93.184.216.34']],
  ])('as a name that leads to %s', async (_name, networks, addresses) => {
    const base = `http://ehr.example.org:${port}/fhir`;
    expect(await reading({ base, networks }, answering(...addresses))).toBe(REFUSED);
  });

  it('as a name that leads elsewhere the next time (DNS rebinding)', async () => {
    const server = await fakeFhirServer(shah.resources, (_url, response) => {
      response.setHeader('connection', 'close');
      return false;
    });
    running.push(server);
    const answers = [['127.0.0.1'], ['169.254.169.254'], ['10.0.0.1', '127.0.0.1']];
    const connections = createFhirConnections({
      resolve: (hostname) => answering(...(answers.shift() ?? []))(hostname),
    });
    const base = server.base.replace('127.0.0.1', 'ehr.example.org');
    const client = createFhirClient(
      {
        server: { base, networks: ['loopback'] },
        authorization: undefined,
        patientId: 'shah',
        milliseconds: 4000,
      },
      connections,
      () => undefined,
    );
    const reasons: (string | undefined)[] = [];
    for (let round = 0; round < 3; round += 1)
      reasons.push((await client.search('Condition?patient=shah')).failure?.reason);
    expect(reasons).toEqual([undefined, REFUSED, REFUSED]);
    expect(server.queries).toHaveLength(1);
  });
});

describe('a token goes to the server that it is for', () => {
  const leading =
    (answer: Answering): Answering =>
    (url, response, base, incoming) =>
      targetOf(url).type === 'Procedure' && answer(url, response, base, incoming);
  const redirect =
    (status: number, location: () => string): Answering =>
    (_url, response) => {
      response.writeHead(status, { location: location() }).end();
      return true;
    };
  const next =
    (link: (base: string) => string): Answering =>
    (_url, response, base) =>
      sendJson(response, searchset([], { link: [{ relation: 'next', url: link(base) }] }));
  const there = (path = '/fhir/Procedure'): string => `http://localhost:${port}${path}`;

  const attempts: readonly (readonly [string, Answering])[] = [
    ...[301, 302, 303, 307, 308].map((status): readonly [string, Answering] => [
      `a redirect with ${status}`,
      redirect(status, there),
    ]),
    ['a redirect without a scheme', redirect(302, () => there().replace('http:', ''))],
    ['a redirect to another scheme', redirect(302, () => `ftp://localhost:${port}/`)],
    [
      'a page to be read again at once',
      (_url, response) => {
        response
          .writeHead(200, { 'content-type': 'text/html', refresh: `0;url=${there()}` })
          .end('<html></html>');
        return true;
      },
    ],
    [
      'a Link header',
      (_url, response) => {
        response.setHeader('link', `<${there()}>; rel="next"`);
        return sendJson(response, searchset([]));
      },
    ],
    [
      'a Content-Location',
      (_url, response) => {
        response.setHeader('content-location', there());
        return sendJson(response, searchset([]));
      },
    ],
    [
      'another service by Alt-Svc',
      (_url, response) => {
        response.setHeader('alt-svc', `h2="localhost:${port}"`);
        return sendJson(response, searchset([]));
      },
    ],
    ['a next page on another host', next(() => there())],
    ['a next page on another port', next((base) => base.replace(/:\d+/, `:${port}`))],
    ['a next page without a scheme', next(() => there().replace('http:', ''))],
    ['a next page behind a user name', next((base) => `${base.replace('/fhir', '')}@localhost:${port}/fhir`)],
    ['a next page with backslashes', next(() => `\\\\localhost:${port}\\fhir`)],
    [
      'full URLs of another host',
      (_url, response) =>
        sendJson(response, {
          resourceType: 'Bundle',
          entry: [
            {
              fullUrl: there('/fhir/MedicationStatement/1'),
              resource: {
                resourceType: 'MedicationStatement',
                id: '1',
                subject: { reference: 'Patient/shah' },
                medicationReference: { reference: there('/fhir/Medication/1') },
              },
            },
          ],
        }),
    ],
  ];

  it.each(attempts)('and nowhere by %s', async (_name, answer) => {
    const server = await fakeFhirServer(shah.resources, leading(answer));
    running.push(server);
    const { status, text } = await request(service([])).post('/determinations').send(call(server.base));
    expect(status, text).toBe(200);
    expect(text).not.toContain(TOKEN);
    expect(server.queries.every(({ authorization: sent }) => sent === `Bearer ${TOKEN}`)).toBe(true);
  });

  it('and nowhere by a next link of the prefetch', async () => {
    const server = await fakeFhirServer(shah.resources);
    running.push(server);
    const page = searchset([], { link: [{ relation: 'next', url: there() }] });
    const body = call(server.base);
    const { status } = await request(service([]))
      .post('/determinations')
      .send({ ...body, prefetch: { ...small, procedures: page } });
    expect(status).toBe(200);
  });

  it('and nowhere by what the request refers to', async () => {
    const server = await fakeFhirServer(shah.resources);
    running.push(server);
    for (const order of [
      there('/fhir/MedicationRequest/1'),
      `//localhost:${port}/MedicationRequest/1`,
      '../x',
    ])
      await request(service([]))
        .post('/determinations')
        .send({
          ...call(server.base),
          hook: 'order-dispatch',
          context: { patientId: 'shah', order, performer: 'Organization/x' },
        });
    for (const { url } of server.queries) expect(url).toMatch(/^[A-Z][A-Za-z]+[/?]/);
  });

  it('and not without TLS to another machine', async () => {
    const base = `http://ehr.example.org:${port}/fhir`;
    const { text } = await request(service([base]))
      .post('/determinations')
      .send(call(base));
    expect(text).toContain('an access token is sent over a secure connection only');
  });

  it.each(['two\r\nx-forged: 1', 'a b', 'snow☃man', 'tab\t', '\u0000'])(
    'and not at all when it is no token: %j',
    async (token) => {
      const server = await fakeFhirServer(shah.resources);
      running.push(server);
      const { status } = await request(service([]))
        .post('/determinations')
        .send(call(server.base, { access_token: token }));
      expect([200, 400]).toContain(status);
      if (token.trim() === token) expect(server.queries).toEqual([]);
    },
  );

  it('and not into the log, whatever fails', () => {
    expect(logged.length).toBeGreaterThan(30);
    expect(logged.join('')).not.toContain(TOKEN);
    expect(logged.join('')).not.toMatch(/Bearer|127\.0\.0\.1|localhost|example\.org/);
  });
});
