import { createServer } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { leaves } from '../../src/engine/explanation.ts';
import { NETWORKS } from '../../src/server/network.ts';
import { sandboxCallers } from '../../src/server/sandbox-caller.ts';
import {
  draftsOf,
  ofType,
  referenceOf,
  searchset,
  storedChart,
  without,
  type HookBody,
  type Json,
  type Resource,
  type StoredChart,
} from './charts.ts';
import { idsIn, statesOf } from './criterion-table.ts';
import {
  fakeFhirServer,
  outcome,
  sendJson,
  targetOf,
  type Answering,
  type FakeFhirServer,
} from './fake-fhir-server.ts';
import {
  callerWith,
  createService,
  determinationOf,
  determinationsOf,
  library,
  type Identified,
} from './service.ts';

/**
 * A FHIR server that fails in every way that servers fail. Whatever it does, each criterion is decided as it would be
 * without the fault, or lacks data; the answer comes in time; and the token goes nowhere else.
 */

const shah = storedChart('b-all-all-attested');
const procedures = ofType(shah.resources, 'Procedure');
/** What reads Procedures, from the policy. */
const READ_BY_PROCEDURE = ['aucatzyl/3', 'aucatzyl/limit.one-time', 'aucatzyl/limit.prior-car-t'];

const MILLISECONDS = 4000;
/** Beside the budget, for the evaluation on a machine that does other things too. */
const TOLERANCE = 4000;
const config = { bodyLimit: 16 * 1024 * 1024, queryMilliseconds: MILLISECONDS };
const app = createService({ config });
const hurried = createService({ config: { ...config, queryMilliseconds: 700 } });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
async function serve(answering?: Answering, resources = shah.resources): Promise<FakeFhirServer> {
  const server = await fakeFhirServer(resources, answering);
  closing.push(() => server.close());
  return server;
}

/** A server that speaks to sockets as it likes. */
async function serveSockets(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const TOKEN = 'token-of-this-call';
const call = (base: string, authorization: Json = {}): HookBody => ({
  ...shah.request,
  fhirServer: base,
  fhirAuthorization: {
    access_token: TOKEN,
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.read',
    subject: 'cartograph',
    patient: 'shah',
    ...authorization,
  },
});
/** So that a call can be answered when its server is gone. */
const small = {
  patient: ofType(shah.resources, 'Patient')[0],
  coverage: searchset([...ofType(shah.resources, 'Coverage'), ...ofType(shah.resources, 'Organization')]),
  encounter: ofType(shah.resources, 'Encounter')[0],
};

let clean: Identified;
beforeAll(async () => {
  clean = await determinationOf(app, call((await serve()).base));
  expect(clean.decision).toBe('criteria-met');
});

const of = (chart: StoredChart, base: string): HookBody => ({ ...chart.request, fhirServer: base });

/** Of all indications, those that did not fit best included. */
const allStates = (determination: Identified): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...[determination, ...(determination.alternatives ?? [])].map(({ criteria }) =>
      statesOf({ criteria, policy: determination.policy }),
    ),
  ) as Record<string, string>;

/** A determination in time. */
async function timed(body: HookBody, service = app, budget = MILLISECONDS): Promise<Identified> {
  const started = performance.now();
  const found = await determinationOf(service, body);
  expect(performance.now() - started, 'in time').toBeLessThan(budget + TOLERANCE);
  return found;
}

/** Decided as without the fault, or without data; and what lacks data says which source, and why. */
function expectSafe(found: Identified): void {
  const before = statesOf(clean);
  for (const [id, state] of Object.entries(statesOf(found)))
    expect([before[id], 'unknown data-access'], id).toContain(state);
  for (const { id, needs, searched } of leaves(found.criteria)) {
    if (needs !== 'data-access') continue;
    const lacking = searched.filter(({ status }) => status !== undefined);
    expect(lacking.length, id).toBeGreaterThan(0);
    for (const { reason } of lacking) expect(reason, id).toMatch(/^[a-z].{8,}/);
  }
  expect(JSON.stringify(found)).not.toMatch(/127\.0\.0\.1|ECONN|UND_ERR|undefined|token-of-this-call/);
}

const onProcedures =
  (answer: Answering): Answering =>
  (url, response, base, incoming) =>
    targetOf(url).type === 'Procedure' && answer(url, response, base, incoming);

/** Another answer the first time, then the chart's. */
const once = (answer: Answering): Answering => {
  let count = 0;
  return onProcedures((...given) => {
    count += 1;
    return count === 1 && answer(...given);
  });
};

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_url, response) => {
    response.writeHead(code, headers).end('{"resourceType":"OperationOutcome"}');
    return true;
  };
const bytes =
  (body: Buffer | string, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_url, response) => {
    response.writeHead(200, { 'content-type': 'application/fhir+json', ...headers }).end(body);
    return true;
  };
const bundle =
  (resources: readonly unknown[], more: Json = {}): Answering =>
  (_url, response) =>
    sendJson(response, searchset(resources, more));
const whole = JSON.stringify(searchset(procedures));
const reset: Answering = (_url, response) => {
  response.destroy();
  return true;
};
const broken: Answering = (_url, response) => {
  response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': whole.length });
  response.write(whole.slice(0, 300), () => response.destroy());
  return true;
};
const next = (link: (url: URL, base: string) => string): Answering =>
  onProcedures((url, response, base) =>
    sendJson(response, searchset(procedures, { link: [{ relation: 'next', url: link(url, base) }] })),
  );
const BOMB = Buffer.alloc(48 * 1024 * 1024, ' ');
/** Two versions of one resource, each nested deeper than any stack. */
const DEEP = `{"resourceType":"Bundle","entry":[${['a', 'b']
  .map(
    (name) =>
      `{"resource":{"resourceType":"Procedure","id":"x","subject":{"reference":"Patient/shah"},"${name}":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
  )
  .join(',')}]}`;

describe('a fault of one query leaves without data what needed it', () => {
  const faults: readonly (readonly [name: string, answering: Answering, reason: RegExp])[] = [
    ['HTTP 500', onProcedures(status(500)), /failed to answer/],
    ['HTTP 502', onProcedures(status(502)), /failed to answer/],
    ['HTTP 504', onProcedures(status(504)), /failed to answer/],
    ['HTTP 401', onProcedures(status(401)), /did not accept the access token/],
    ['HTTP 403', onProcedures(status(403)), /refused access/],
    ['HTTP 407', onProcedures(status(407)), /could not be reached/],
    [
      '401 mid-way',
      onProcedures((url, response, base, incoming) =>
        url.searchParams.has('page')
          ? status(401)(url, response, base, incoming)
          : bundle(procedures, { link: [{ relation: 'next', url: `${base}/Procedure?page=2` }] })(
              url,
              response,
              base,
              incoming,
            ),
      ),
      /page 2: the server did not accept the access token/,
    ],
    ['429 for ever', onProcedures(status(429)), /asked too often/],
    [
      '429 for ever, to be tried at once',
      onProcedures(status(429, { 'retry-after': '0' })),
      /asked too often/,
    ],
    ['503 for ever', onProcedures(status(503)), /was not available/],
    ['resets for ever', onProcedures(reset), /broke off/],
    ['resets within the answer, for ever', onProcedures(broken), /broke off/],
    ['a redirect', onProcedures(status(302, { location: '/fhir/elsewhere' })), /another address/],
    [
      'a login page',
      onProcedures(bytes('<html>Sign in</html>', { 'content-type': 'text/html' })),
      /web page/,
    ],
    ['XML', onProcedures(bytes('<Bundle/>', { 'content-type': 'application/fhir+xml' })), /not JSON/],
    ['an answer of nothing', onProcedures(status(204)), /not JSON/],
    ['invalid JSON', onProcedures(bytes('{"resourceType":"Bundle",}')), /not JSON/],
    ['truncated JSON', onProcedures(bytes(whole.slice(0, 400))), /not JSON/],
    ['JSON that is nested without end', onProcedures(bytes(DEEP)), /nested too deep/],
    ['a huge page', onProcedures(bytes(BOMB)), /too large/],
    [
      'a gzip bomb',
      onProcedures(bytes(gzipSync(BOMB, { level: 1 }), { 'content-encoding': 'gzip' })),
      /too large/,
    ],
    [
      'a bomb in two layers',
      onProcedures(bytes(gzipSync(gzipSync(BOMB, { level: 1 })), { 'content-encoding': 'gzip, gzip' })),
      /too large/,
    ],
    [
      'what is not the gzip that it says',
      onProcedures(bytes('{"resourceType":"Bundle"}', { 'content-encoding': 'gzip' })),
      /unpacked/,
    ],
    ['headers without end', onProcedures(status(200, { 'x-long': 'x'.repeat(40_000) })), /HTTP|broke off/],
    ['pages that go in a circle', next((url) => url.href), /circle/],
    [
      'a next page of another origin',
      next(() => 'http://localhost:1/fhir/Procedure?page=2'),
      /another server/,
    ],
    ['a next page outside the base', next((_url, base) => `${base}/../Procedure?page=2`), /another server/],
    ['other types alone', onProcedures(bundle(ofType(shah.resources, 'Observation'))), /other resources/],
    [
      'another patient’s resources',
      onProcedures(
        bundle(procedures.map((resource) => ({ ...resource, subject: { reference: 'Patient/stranger' } }))),
      ),
      /another patient/,
    ],
    ['an entry that reports an error', onProcedures(bundle([...procedures, outcome('error', 'x')])), /error/],
    [
      'an OperationOutcome',
      onProcedures((_url, response) => sendJson(response, outcome('fatal', 'x'))),
      /Bundle/,
    ],
    ['a Bundle within the Bundle', onProcedures(bundle([searchset(procedures)])), /a Bundle of its own/],
    ['a list in place of a Bundle', onProcedures(bytes('[]')), /not a Bundle/],
  ];

  it.each(faults)('%s', async (_name, answering, reason) => {
    const server = await serve(answering);
    const found = await timed(call(server.base));
    expectSafe(found);
    expect([...idsIn(found, 'unknown data-access')].sort()).toEqual(READ_BY_PROCEDURE);
    const told = leaves(found.criteria)
      .flatMap(({ searched }) => searched)
      .find(({ resourceType }) => resourceType === 'Procedure');
    expect(told?.reason).toMatch(reason);
    const asked = server.queries.filter(({ url }) => url.startsWith('Procedure'));
    expect(asked.length, 'tried a few times at most').toBeLessThanOrEqual(4);
  });

  it('endless pages', async () => {
    let page = 0;
    const server = await serve(
      onProcedures((_url, response, base) =>
        sendJson(
          response,
          searchset(page === 0 ? procedures : [], {
            link: [{ relation: 'next', url: `${base}/Procedure?page=${(page += 1)}` }],
          }),
        ),
      ),
    );
    const found = await timed(call(server.base));
    expectSafe(found);
    expect([...idsIn(found, 'unknown data-access')].sort()).toEqual(READ_BY_PROCEDURE);
  });

  it.each<readonly [string, Answering]>([
    ['no headers', () => true],
    [
      'headers and no bytes',
      (_url, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' }).flushHeaders();
        return true;
      },
    ],
    [
      'a byte at a time',
      (_url, response) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
        return true;
      },
    ],
  ])('%s until the time is up', async (_name, answering) => {
    const server = await serve(onProcedures(answering));
    const found = await timed(call(server.base), hurried, 700);
    expectSafe(found);
    expect([...idsIn(found, 'unknown data-access')].sort()).toEqual(READ_BY_PROCEDURE);
    expect(JSON.stringify(found)).toContain('timed out waiting for the server');
  });
});

describe('whatever query fails, of whichever chart', () => {
  const named = [
    'b-all-second-relapse-outpatient',
    'mcl-all-attested',
    'mcl-prior-car-t-trial',
    'abecma-four-lines',
    'carvykti-late-progression',
  ];
  const ways: readonly (readonly [string, Answering])[] = [
    ['HTTP 500', status(500)],
    ['an empty page and a next one elsewhere', bundle([], { link: [{ relation: 'next', url: 'http://[' }] })],
  ];

  it.each(named)('%s is decided as without the fault, or lacks data', { timeout: 60_000 }, async (name) => {
    const chart = storedChart(name);
    const whole = await determinationsOf(app, of(chart, (await serve(undefined, chart.resources)).base));
    const types = [...new Set(library.queries.map(({ type }) => type))];
    for (const type of [...types, 'Patient', 'Encounter', 'Medication'])
      for (const [way, answer] of ways) {
        const server = await serve(
          (url, ...rest) => targetOf(url).type === type && answer(url, ...rest),
          chart.resources,
        );
        const found = await determinationsOf(app, of(chart, server.base));
        expect(found.length).toBe(whole.length);
        found.forEach((determination, index) => {
          const before = whole[index];
          const states = before === undefined ? {} : allStates(before);
          for (const [id, state] of Object.entries(allStates(determination)))
            expect([states[id] ?? state, 'unknown data-access'], `${type}, ${way}: ${id}`).toContain(state);
          expect([before?.decision, 'documentation-needed'], `${type}, ${way}`).toContain(
            determination.decision,
          );
        });
      }
  });
});

describe('a fault that passes does no harm', () => {
  const soon = (): string => new Date(Date.now() + 1000).toUTCString();
  it.each<readonly [string, Answering]>([
    ['429 once', once(status(429))],
    ['429 once, with a time to wait', once(status(429, { 'retry-after': '1' }))],
    ['503 once', once(status(503))],
    ['503 once, with a date', once((...given) => status(503, { 'retry-after': soon() })(...given))],
    ['503 once, with nonsense to wait', once(status(503, { 'retry-after': 'soon' }))],
    ['a reset', once(reset)],
    ['a reset within the answer', once(broken)],
    ['a type of content that is not JSON’s', onProcedures(bytes(whole, { 'content-type': 'text/plain' }))],
    ['no type of content', onProcedures(bytes(whole, { 'content-type': '' }))],
    ['a byte order mark', onProcedures(bytes(`\uFEFF${whole}`))],
    ['gzip', onProcedures(bytes(gzipSync(whole), { 'content-encoding': 'gzip' }))],
    ['brotli', onProcedures(bytes(brotliCompressSync(whole), { 'content-encoding': 'br' }))],
    [
      'the same resources on two pages',
      onProcedures((url, response, base) =>
        sendJson(
          response,
          searchset(
            procedures,
            url.searchParams.has('page')
              ? {}
              : { link: [{ relation: 'next', url: `${base}/Procedure?patient=shah&page=2` }] },
          ),
        ),
      ),
    ],
    ['a warning among the entries', onProcedures(bundle([...procedures, outcome('warning', 'x')]))],
    [
      'resources that were included, unmarked',
      onProcedures((_url, response) =>
        sendJson(response, {
          resourceType: 'Bundle',
          type: 'searchset',
          entry: [...procedures, ...ofType(shah.resources, 'Encounter')].map((resource) => ({ resource })),
        }),
      ),
    ],
    // All that Procedures could settle here was attested.
    ['HTTP 404', onProcedures(status(404))],
    ['HTTP 410', onProcedures(status(410))],
  ])('%s', async (_name, answering) => {
    const found = await timed(call((await serve(answering)).base));
    expect(statesOf(found)).toEqual(statesOf(clean));
  });

  it('a Bundle without entries is an empty search', async () => {
    const rest = shah.resources.filter(({ resourceType }) => resourceType !== 'Procedure');
    const none = await determinationOf(app, call((await serve(undefined, rest)).base));
    const found = await timed(call((await serve(onProcedures(bytes('{"resourceType":"Bundle"}')))).base));
    expect({ ...found, id: '' }).toEqual({ ...none, id: '' });
  });
});

const ALTERNATE_REFERENCE = 'http://hl7.org/fhir/StructureDefinition/alternate-reference';

describe('the time for a call', () => {
  it('is longer for the hook that CRD gives longer', async () => {
    const server = await serve((url, response) => {
      if (targetOf(url).type !== 'Procedure') return false;
      setTimeout(() => sendJson(response, searchset(procedures)), 1000);
      return true;
    });
    const service = createService({
      config: { ...config, queryMilliseconds: 500, longQueryMilliseconds: 4000 },
    });
    const body = call(server.base);
    const context = without(body.context, 'draftOrders');
    const [order] = draftsOf(body);
    const valueReference = { reference: referenceOf(order as Resource) };
    const appointment = {
      resourceType: 'Appointment',
      id: 'booked',
      status: 'proposed',
      basedOn: [{ extension: [{ url: ALTERNATE_REFERENCE, valueReference }] }],
    };
    const booking = {
      ...body,
      hook: 'appointment-book',
      context: { ...context, appointments: searchset([appointment]) },
      prefetch: { order },
    };
    expect(idsIn(await timed(body, service, 500), 'unknown data-access')).toContain('aucatzyl/3');
    expect(idsIn(await timed(booking, service), 'unknown data-access')).toEqual([]);
  });
});

describe('how often a query is tried', () => {
  const asked = ({ queries }: FakeFhirServer): number =>
    queries.filter(({ url }) => url.startsWith('Procedure')).length;

  it.each([400, 401, 403, 404, 500, 502, 504])('once, when it fails for good: HTTP %i', async (code) => {
    const server = await serve(onProcedures(status(code)));
    await timed(call(server.base));
    expect(asked(server)).toBe(1);
  });

  it.each([429, 503])('four times, when it may pass: HTTP %i', async (code) => {
    const server = await serve(onProcedures(status(code)));
    await timed(call(server.base));
    expect(asked(server)).toBe(4);
  });

  it.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'once, when the server wants to wait longer than there is time, and nobody waits: %s',
    async (retryAfter) => {
      const server = await serve(onProcedures(status(429, { 'retry-after': retryAfter })));
      const found = await timed(call(server.base), app, 0);
      expect([...idsIn(found, 'unknown data-access')].sort()).toEqual(READ_BY_PROCEDURE);
      expect(asked(server)).toBe(1);
    },
  );
});

describe('a server that is no server leaves without data all but what was sent ahead', () => {
  const gone = async (): Promise<string> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}/fhir`;
  };
  const cases: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['a refused connection', gone, /could not be reached/],
    [
      'a name that nobody has',
      () => Promise.resolve('https://ehr.cartograph.invalid/fhir'),
      /name of the server was not found|timed out/,
    ],
    [
      'TLS that fails',
      async () => (await serve()).base.replace('http:', 'https:'),
      /no secure connection|could not be reached|broke off/,
    ],
    [
      'something that does not speak HTTP',
      async () => `http://${await serveSockets((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))}/fhir`,
      /not proper HTTP|broke off/,
    ],
    [
      'sockets closed at once',
      async () => `http://${await serveSockets((socket) => socket.end())}/fhir`,
      /broke off/,
    ],
    [
      'sockets half closed within the headers',
      async () =>
        `http://${await serveSockets((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'))}/fhir`,
      /broke off|not proper HTTP/,
    ],
    [
      'sockets half closed within the body',
      async () =>
        `http://${await serveSockets((socket) =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"resourceType"'),
        )}/fhir`,
      /broke off|not proper HTTP/,
    ],
    [
      'two lengths for one body',
      async () =>
        `http://${await serveSockets((socket) =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}'),
        )}/fhir`,
      /not proper HTTP|broke off/,
    ],
  ];

  it.each(cases)('%s', async (_name, start, reason) => {
    const base = await start();
    const service = createService({
      config: { ...config, queryMilliseconds: 2500 },
      callers: sandboxCallers(callerWith({ fhirServers: [{ base, networks: NETWORKS }] })),
    });
    const found = await timed({ ...call(base), prefetch: small }, service);
    expectSafe(found);
    expect(statesOf(found)).toMatchObject({
      'aucatzyl/1': 'unknown data-access',
      'aucatzyl/2': 'met',
      'aucatzyl/3': 'unknown data-access',
    });
    const answer = await request(service)
      .post('/cds-services/order-sign')
      .send({ ...call(base), prefetch: small });
    const [card] = (answer.body as { cards: { detail: string }[] }).cards;
    const [told] = /\*\*Could not be read:\*\*\n\n(- .+)/.exec(card?.detail ?? '')?.slice(1) ?? [];
    expect(told).toMatch(/diagnoses, .*procedures/);
    expect(told).toMatch(reason);
    expect(told).not.toMatch(/127\.0\.0\.1|invalid|ECONN|undici|Error/);
  });
});

describe('a token', () => {
  const coverOnly = (scope: string): Json => ({ scope });

  it.each<readonly [string, Json]>([
    ['that has expired', { expires_in: 0 }],
    ['that expired before', { expires_in: -5 }],
    ['for another patient', { patient: 'somebody' }],
    ['whose scopes grant no resource', coverOnly('launch openid fhirUser offline_access')],
    ['without any scope', coverOnly('')],
    ['that may only write', coverOnly('patient/*.write system/*.cud')],
  ])('%s is not sent', async (_name, authorization) => {
    const server = await serve();
    const found = await timed({ ...call(server.base, authorization), prefetch: small });
    expectSafe(found);
    expect(statesOf(found)).toMatchObject({ 'aucatzyl/1': 'unknown data-access', 'aucatzyl/2': 'met' });
    expect(server.queries).toEqual([]);
    expect(JSON.stringify(found)).toMatch(
      /the access token (has expired|is for another patient|does not cover it)/,
    );
  });

  it.each([
    'patient/*.read',
    'user/*.read',
    'system/*.*',
    'patient/*.rs',
    'user/*.cruds launch',
    'openid patient/*.s system/*.r',
  ])('reads the whole chart with %s', async (scope) => {
    const found = await timed(call((await serve()).base, { scope }));
    expect({ ...found, id: '' }).toEqual({ ...clean, id: '' });
  });

  it('that does not cover a type asks for all others, and that one is not read', async () => {
    const server = await serve();
    const types = [...new Set(shah.resources.map(({ resourceType }) => resourceType))];
    const rest = ['MedicationDispense', 'MedicationStatement', 'CarePlan', 'EpisodeOfCare', ...types];
    const scope = rest
      .filter((type) => type !== 'Procedure')
      .map((type) => `patient/${type}.read`)
      .join(' ');
    const found = await timed(call(server.base, { scope }));
    expectSafe(found);
    expect([...idsIn(found, 'unknown data-access')].sort()).toEqual(
      expect.arrayContaining(READ_BY_PROCEDURE) as string[],
    );
    expect(server.queries.some(({ url }) => url.startsWith('Procedure'))).toBe(false);
    expect(server.queries.some(({ url }) => url.startsWith('Condition'))).toBe(true);
  });

  it('for parts of a type asks for those parts, not for the whole', async () => {
    const server = await serve();
    const scope =
      'user/*.r patient/Coverage.rs patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
    const found = await timed(call(server.base, { scope }));
    expectSafe(found);
    const searches = server.queries.map(({ url }) => url).filter((url) => url.startsWith('Observation'));
    expect(searches).toEqual(['Observation?patient=shah&category=laboratory']);
  });

  it('that ends while the call lasts is not sent after its end', async () => {
    const late: string[] = [];
    const begun = performance.now();
    const server = await serve((url, response) => {
      if (targetOf(url).type === 'Coverage') {
        setTimeout(() => sendJson(response, searchset(ofType(shah.resources, 'Coverage'))), 1500);
        return true;
      }
      if (performance.now() - begun > 1400) late.push(url.href);
      return false;
    });
    const found = await timed(call(server.base, { expires_in: 1 }));
    expectSafe(found);
    expect(idsIn(found, 'met')).toEqual([]);
    expect(late).toEqual([]);
  });
});

describe('a context and a prefetch that name different patients', () => {
  const pryce = storedChart('b-all-second-relapse-outpatient');
  const others = (chart: StoredChart): Json => ({
    ...small,
    questionnaireResponses: searchset(ofType(shah.resources, 'QuestionnaireResponse')),
    diagnoses: searchset(ofType(chart.resources, 'Condition')),
    procedures: searchset(ofType(chart.resources, 'Procedure')),
    laboratory: searchset(ofType(chart.resources, 'Observation')),
    medicationStatements: searchset(ofType(chart.resources, 'MedicationStatement')),
  });

  it('lack data where nobody can be asked', async () => {
    const found = await timed({
      ...without(call('x'), 'fhirServer', 'fhirAuthorization'),
      prefetch: others(pryce),
    });
    expectSafe(found);
    expect(idsIn(found, 'unknown data-access')).toEqual(expect.arrayContaining(READ_BY_PROCEDURE));
    expect(JSON.stringify(found)).not.toContain('pryce');
    expect(found.anomalies.map(({ id }) => id)).toContain('chart.other-patient');
  });

  it('ask the server for what was mixed up', async () => {
    const found = await timed({ ...call((await serve()).base), prefetch: others(pryce) });
    expect(statesOf(found)).toEqual(statesOf(clean));
  });

  it('lack data where the whole record is another patient’s', async () => {
    const record: readonly Resource[] = pryce.resources.filter(
      ({ resourceType }) => !['Coverage', 'Organization'].includes(resourceType),
    );
    const found = await timed({
      ...without(call('x'), 'fhirServer', 'fhirAuthorization'),
      prefetch: { coverage: small.coverage, everything: { ...searchset(record), type: 'collection' } },
    });
    expectSafe(found);
    expect(idsIn(found, 'met')).toEqual([]);
  });
});

describe('a server that fails too often', () => {
  it('is left alone, and asked again after a pause', async () => {
    let isDown = true;
    const server = await serve((url, response, base, incoming) =>
      isDown ? status(500)(url, response, base, incoming) : false,
    );
    const body = { ...call(server.base), prefetch: small };
    for (let round = 0; round < 3; round += 1) expectSafe(await timed(body));
    const before = server.queries.length;
    const started = performance.now();
    const refused = await timed(body);
    expect(server.queries.length, 'nothing is sent').toBe(before);
    expect(JSON.stringify(refused)).toContain('failed too often and is left alone for a moment');
    expectSafe(refused);
    isDown = false;
    expect(performance.now() - started).toBeLessThan(9000);
    await expect
      .poll(async () => statesOf(await determinationOf(app, body)), { timeout: 20_000, interval: 1000 })
      .toEqual(statesOf(clean));
  }, 40_000);
});
