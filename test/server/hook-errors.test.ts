import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { storedChart, without, withWholeChart, type HookBody, type Json } from './charts.ts';
import { createService, determinationOf } from './service.ts';

const SERVICE = '/cds-services/order-sign';
const fixture = storedChart('b-all-all-attested');
const call = withWholeChart(fixture, fixture.resources);
const app = createService();

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

const withContext = (changes: Json): Json => ({ ...call, context: { ...call.context, ...changes } });

/** An answer says what is wrong and where, and nothing else. */
function expectRefusal(response: request.Response, status: number, expected: Partial<Refusal>): void {
  const body = response.body as Refusal;
  expect({ status: response.status, ...body }).toMatchObject({ status, ...expected });
  expect(Object.keys(body)).toEqual(['code', 'message', 'path']);
  expect(body.message, 'a sentence for the caller').toMatch(/\S/);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  expect(response.text, 'no stack trace').not.toMatch(/\bat .+:\d+|node_modules|\.ts\b/);
}

describe('GET /cds-services', () => {
  it('lists one service for each hook, with what CDS Hooks asks of it', async () => {
    const response = await request(app).get('/cds-services');
    expect(response.status).toBe(200);
    const { services } = response.body as { services: Json[] };
    expect(services.map(({ id, hook }) => `${String(id)} ${String(hook)}`)).toEqual([
      'order-sign order-sign',
      'order-select order-select',
      'order-dispatch order-dispatch',
      'appointment-book appointment-book',
      'encounter-start encounter-start',
      'encounter-discharge encounter-discharge',
    ]);
    for (const service of services) {
      for (const field of ['title', 'description', 'usageRequirements'])
        expect(service[field], field).toEqual(expect.stringMatching(/\S/));
      for (const [key, template] of Object.entries(service['prefetch'] as Record<string, string>)) {
        expect(template.replaceAll(/\{\{context\.(patientId|encounterId)\}\}/g, 'x'), key).toMatch(
          /^[A-Z][A-Za-z]+(\/x|\?patient=x(&[a-z-]+=[^&{}]+)?)$/,
        );
      }
    }
  });

  it('answers every id that it lists to a POST', async () => {
    for (const hook of ['order-sign', 'order-select']) {
      const response = await request(app)
        .post(`/cds-services/${hook}`)
        .send({ ...withContext({ selections: [] }), hook });
      expect(response.status, hook).toBe(200);
    }
  });
});

describe('a request that is not the hook’s', () => {
  const token = {
    access_token: 't',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'user/*.read',
    subject: 's',
  };
  const cases: readonly (readonly [string, unknown, Partial<Refusal>])[] = [
    [
      'another hook than the service’s',
      { ...call, hook: 'order-select' },
      { code: 'wrong-hook', path: 'hook' },
    ],
    ['no hook', without(call, 'hook'), { path: 'hook' }],
    ['a hook that is no string', { ...call, hook: 5 }, { path: 'hook' }],
    ['no hookInstance', without(call, 'hookInstance'), { path: 'hookInstance' }],
    ['an empty hookInstance', { ...call, hookInstance: ' ' }, { path: 'hookInstance' }],
    ['a hookInstance that is no string', { ...call, hookInstance: {} }, { path: 'hookInstance' }],
    ['no context', without(call, 'context'), { path: 'context' }],
    ['null for the context', { ...call, context: null }, { path: 'context' }],
    ['a list for the context', { ...call, context: [] }, { path: 'context' }],
    ['no userId', withContext({ userId: undefined }), { path: 'context.userId' }],
    ['a bare userId', withContext({ userId: 'pryce' }), { path: 'context.userId' }],
    ['no patientId', withContext({ patientId: undefined }), { path: 'context.patientId' }],
    ['an empty patientId', withContext({ patientId: '' }), { path: 'context.patientId' }],
    ['a blank patientId', withContext({ patientId: '  ' }), { path: 'context.patientId' }],
    ['a number for the patientId', withContext({ patientId: 12 }), { path: 'context.patientId' }],
    ['a list of patientIds', withContext({ patientId: ['a'] }), { path: 'context.patientId' }],
    ['an empty encounterId', withContext({ encounterId: '' }), { path: 'context.encounterId' }],
    ['a number for the encounterId', withContext({ encounterId: 1 }), { path: 'context.encounterId' }],
    ['no draftOrders', withContext({ draftOrders: undefined }), { path: 'context.draftOrders' }],
    ['a list for draftOrders', withContext({ draftOrders: [] }), { path: 'context.draftOrders' }],
    [
      'draftOrders that is no Bundle',
      withContext({ draftOrders: { resourceType: 'List' } }),
      { path: 'context.draftOrders.resourceType' },
    ],
    ['a prefetch that is a list', { ...call, prefetch: [] }, { path: 'prefetch' }],
    ['a prefetch that is a string', { ...call, prefetch: 'none' }, { path: 'prefetch' }],
    ['a fhirServer that is no URL', { ...call, fhirServer: 'my server' }, { path: 'fhirServer' }],
    ['a fhirServer of another scheme', { ...call, fhirServer: 'file:///etc' }, { path: 'fhirServer' }],
    [
      'a fhirAuthorization without a token',
      { ...call, fhirAuthorization: { token_type: 'Bearer' } },
      { path: 'fhirAuthorization.access_token' },
    ],
    [
      'a token of another type',
      { ...call, fhirServer: 'https://x.org', fhirAuthorization: { ...token, token_type: 'MAC' } },
      { path: 'fhirAuthorization.token_type' },
    ],
    [
      'a token for no server',
      { ...without(call, 'fhirServer'), fhirAuthorization: token },
      { path: 'fhirServer' },
    ],
    ['a list', [call], { path: '(body)' }],
    ['a string', '"order-sign"', { path: '(body)' }],
    ['null', 'null', { path: '(body)' }],
    ['a number', '7', { path: '(body)' }],
  ];
  it.each(cases)('is refused: %s', async (_name, body, expected) => {
    const response = await request(app)
      .post(SERVICE)
      .set('content-type', 'application/json')
      .send(typeof body === 'string' ? body : JSON.stringify(body));
    expectRefusal(response, 400, { code: 'invalid-request', ...expected });
  });

  it('is answered where real clients differ: "bearer", and a patient who books', async () => {
    const authorized = { fhirServer: null, fhirAuthorization: null };
    const booking = { userId: 'Patient/shah', appointments: { resourceType: 'Bundle' } };
    const bodies = [
      { ...call, fhirServer: 'https://x.org', fhirAuthorization: { ...token, token_type: 'bearer' } },
      { ...withContext(booking), ...authorized, hook: 'appointment-book' },
    ];
    for (const body of bodies) {
      const response = await request(app).post('/determinations').send(body);
      expect(response.status).toBe(200);
    }
  });

  it.each<readonly [Json, string]>([
    [{ prefetch: 'none' }, 'must be an object'],
    [{ context: undefined }, 'is missing; it must be an object'],
    [{ hook: 5 }, 'must be a string'],
    [{ fhirServer: 'my server' }, 'must be an http or https URL'],
    [{ context: { ...call.context, draftOrders: {} } }, 'is missing; it must be "Bundle"'],
    [
      { context: { ...call.context, userId: 'Patient/x' } },
      'must be "Practitioner/…" or "PractitionerRole/…"',
    ],
  ])('is refused in plain words: %j', async (changes, message) => {
    const response = await request(app)
      .post(SERVICE)
      .send({ ...call, ...changes });
    expect([response.status, (response.body as Refusal).message]).toEqual([400, message]);
  });

  const selecting = (changes: Json): Json => ({ ...withContext(changes), hook: 'order-select' });
  it.each([
    ['no selections', selecting({}), 'context.selections'],
    ['selections that are no list', selecting({ selections: 'MedicationRequest/1' }), 'context.selections'],
    ['a selection that is no reference', selecting({ selections: ['x'] }), 'context.selections.0'],
    [
      'a selection that is no string',
      selecting({ selections: ['ServiceRequest/1', {}] }),
      'context.selections.1',
    ],
  ])('is refused by order-select: %s', async (_name, body, path) => {
    const response = await request(app).post('/cds-services/order-select').send(body);
    expectRefusal(response, 400, { code: 'invalid-request', path });
  });

  it.each([
    [
      'order-dispatch without an order',
      'order-dispatch',
      { dispatchedOrders: [], performer: 'Organization/x' },
      'context.dispatchedOrders',
    ],
    [
      'order-dispatch with a number',
      'order-dispatch',
      { order: 5, performer: 'Organization/x' },
      'context.dispatchedOrders',
    ],
    [
      'order-dispatch without a performer',
      'order-dispatch',
      { order: 'ServiceRequest/1' },
      'context.performer',
    ],
    [
      'order-dispatch to nobody',
      'order-dispatch',
      { order: 'ServiceRequest/1', performer: null },
      'context.performer',
    ],
    ['a patient who signs', 'order-sign', { userId: 'Patient/pryce' }, 'context.userId'],
    ['a device that books', 'appointment-book', { userId: 'Device/x' }, 'context.userId'],
    ['appointment-book without appointments', 'appointment-book', {}, 'context.appointments'],
  ])('is refused by POST /determinations: %s', async (_name, hook, changes, path) => {
    const response = await request(app)
      .post('/determinations')
      .send({ ...withContext(changes), hook });
    expectRefusal(response, 400, { code: 'invalid-request', path });
  });

  it.each(['patient-view', 'encounter-start', '', 'constructor'])(
    'is refused by POST /determinations: hook "%s"',
    async (hook) => {
      const response = await request(app)
        .post('/determinations')
        .send({ ...call, hook });
      expectRefusal(response, 400, { code: 'unsupported-hook', path: 'hook' });
    },
  );
});

describe('a hook call', () => {
  const nothing = withContext({ draftOrders: { resourceType: 'Bundle', entry: [] } });
  /** Without what is each answer's own. */
  const headersOf = ({ headers }: request.Response): unknown => ({
    ...(headers as Readonly<Record<string, string>>),
    date: '',
    'x-request-id': '',
  });

  it.each([`${SERVICE}/`, `${SERVICE}?a=b`, '/CDS-Services/order-sign', '/cds-services/order%2Dsign'])(
    'is answered at %s as at the path that discovery tells, and refused so',
    async (path) => {
      for (const [body, status] of [
        [nothing, 200],
        [{}, 400],
      ] as const) {
        const told = await request(app).post(SERVICE).send(body).expect(status);
        const other = await request(app).post(path).send(body).expect(status);
        expect(other.text).toBe(told.text);
        expect(headersOf(other)).toEqual(headersOf(told));
        expect(told.headers).toMatchObject({
          'content-security-policy': "default-src 'none';frame-ancestors 'none'",
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'access-control-allow-origin': '*',
        });
      }
    },
  );
});

describe('a body', () => {
  const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): request.Test =>
    request(app)
      .post(SERVICE)
      .set({ 'content-type': 'application/json', ...headers })
      .serialize((value: unknown) => value as string)
      .send(body as unknown as string);
  const json = JSON.stringify(call);

  it.each([
    ['prose', 'not json'],
    ['truncated', json.slice(0, json.length / 2)],
    ['truncated after a BOM', `\uFEFF${json.slice(0, 100)}`],
    ['with a second value behind it', `${json}{}`],
    ['with a trailing comma', json.replace(/\}$/, ',}')],
    ['NaN', '{"hook": NaN}'],
    ['of blanks', '   '],
    ['of a BOM alone', '\uFEFF'],
  ])('that is not JSON is refused: %s', async (_name, body) => {
    expectRefusal(await post(body), 400, { code: 'not-json', path: '(body)' });
  });

  it('that is empty is refused', async () => {
    expectRefusal(await post(''), 400, { code: 'not-json', path: '(body)' });
  });

  it('that is missing is refused, chunked or with length 0', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const server = createServer(app).listen(0, () => {
        const { port } = server.address() as AddressInfo;
        httpRequest(
          {
            port,
            path: SERVICE,
            method: 'POST',
            headers: { 'content-type': 'application/json', 'content-length': '0' },
          },
          (response) => {
            response.resume();
            server.close();
            resolve(response.statusCode);
          },
        )
          .on('error', reject)
          .end();
      });
    });
    expect(status).toBe(400);
  });

  it('after a BOM is read', async () => {
    expect((await post(`\uFEFF${json}`)).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'nonsense',
  ])('of type %s is refused', async (type) => {
    expectRefusal(await post(json, { 'content-type': type }), 415, {
      code: 'unsupported-media-type',
      path: '(header) content-type',
    });
  });

  it('without a content type is refused', async () => {
    const response = await request(app).post(SERVICE).unset('content-type').serialize(String).send(json);
    expect(response.status).toBe(415);
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/fhir+json',
    'APPLICATION/JSON',
  ])('of type %s is read', async (type) => {
    expect((await post(json, { 'content-type': type })).status).toBe(200);
  });

  it.each([
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['br', brotliCompressSync(json)],
  ])('compressed with %s is read', async (encoding, body) => {
    expect((await post(body, { 'content-encoding': encoding })).status).toBe(200);
  });

  it('that claims to be gzip and is not is refused', async () => {
    expectRefusal(await post(json, { 'content-encoding': 'gzip' }), 400, { path: '(body)' });
  });

  it('in an encoding that is not known is refused', async () => {
    const response = await post(json, { 'content-encoding': 'zebra' });
    expect((response.body as Refusal).code).toBe('unsupported-media-type');
    expect(response.status).toBe(415);
  });

  it('that is too large is refused, compressed or not', async () => {
    const small = createService({ config: { bodyLimit: 1024, queryMilliseconds: 100 } });
    const padded = JSON.stringify({ ...call, padding: 'x'.repeat(100_000) });
    const plain = await request(small).post(SERVICE).set('content-type', 'application/json').send(padded);
    expectRefusal(plain, 413, { code: 'too-large', path: '(body)' });
    const zipped = await request(small)
      .post(SERVICE)
      .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .serialize((value: unknown) => value as string)
      .send(gzipSync('x'.repeat(100_000)) as unknown as string);
    expectRefusal(zipped, 413, { code: 'too-large', path: '(body)' });
  });

  it('nested without measure is refused, and quickly', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = `{"hook":"order-sign","x":${open.repeat(100_000)}1${close.repeat(100_000)}}`;
      expectRefusal(await post(deep), 400, { code: 'invalid-request', path: '(body)' });
    }
  });

  it('that is large, and not JSON but for its depth, is refused for its depth: it is not parsed', async () => {
    expectRefusal(await post('['.repeat(5_000_000)), 400, { code: 'invalid-request', path: '(body)' });
  });

  it.each([1000, 900_000])(
    'with %i brackets inside its strings is not taken for a deep one',
    async (count) => {
      const response = await post(JSON.stringify({ ...call, note: `"${'[{\\"'.repeat(count)}` }));
      expect(response.status).toBe(200);
    },
  );

  it('nested 150 deep inside a resource is read', async () => {
    let extension: unknown = { url: 'x', valueString: 'y' };
    for (let depth = 0; depth < 70; depth += 1) extension = { url: 'x', extension: [extension] };
    const resources = fixture.resources.map((resource) =>
      resource.resourceType === 'Condition' ? { ...resource, extension: [extension] } : resource,
    );
    const body = withWholeChart(fixture, resources);
    expect((await determinationOf(app, body)).decision).toBe('criteria-met');
  });
});

describe('a request at the wrong place', () => {
  it.each(['order-sign-2', 'order-sign%20', 'constructor', '__proto__', '%2e%2e', 'ORDER-SIGN'])(
    'is answered 404: service %s',
    async (id) => {
      expectRefusal(await request(app).post(`/cds-services/${id}`).send(call), 404, {
        code: 'unknown-service',
        path: '(url)',
      });
    },
  );

  it('is answered 404 before its body is read', async () => {
    const response = await request(app)
      .post('/cds-services/nothing')
      .set('content-type', 'text/plain')
      .send('x');
    expectRefusal(response, 404, { code: 'unknown-service' });
  });

  it('is answered 404: a determination that is not kept', async () => {
    for (const id of ['x', '__proto__', 'constructor'])
      expectRefusal(await request(app).get(`/determinations/${id}`), 404, {
        code: 'unknown-determination',
        path: '(url)',
      });
  });

  it.each([
    ['get', '/'],
    ['get', '/cds-services/order-sign/extra/x'],
    ['post', '/determinations/x/y'],
  ] as const)('is answered 404, with where to start: %s %s', async (method, path) => {
    expectRefusal(await request(app)[method](path), 404, { code: 'not-found', path: '(url)' });
  });

  it.each([
    ['get', SERVICE, 'POST, OPTIONS'],
    ['put', SERVICE, 'POST, OPTIONS'],
    ['delete', SERVICE, 'POST, OPTIONS'],
    ['patch', SERVICE, 'POST, OPTIONS'],
    ['get', `${SERVICE}/feedback`, 'POST, OPTIONS'],
    ['post', '/cds-services', 'GET, HEAD, OPTIONS'],
    ['get', '/determinations', 'POST, OPTIONS'],
    ['delete', '/determinations/x', 'GET, HEAD, OPTIONS'],
    ['post', '/healthz', 'GET, HEAD, OPTIONS'],
  ] as const)(
    'with another method is answered 405, with those there are: %s %s',
    async (method, path, methods) => {
      const response = await request(app)[method](path);
      expectRefusal(response, 405, { code: 'method-not-allowed', path: '(url)' });
      expect(response.headers['allow']).toBe(methods);
    },
  );

  it('is refused when its path cannot be decoded', async () => {
    expectRefusal(await request(app).get('/determinations/%E0%A4%A'), 400, { path: '(url)' });
  });
});

describe('X-As-Of', () => {
  it.each([
    'today',
    '2026-3-2',
    '2026-13-01',
    '2026-00-10',
    '2026-02-30',
    '2025-02-29',
    '2026-04-31',
    '2026-03-02T00:00:00Z',
    '2026-03',
    '20260302',
    '2026-03-02, 2026-03-03',
    '0000-00-00',
  ])('that is no date is refused: %s', async (date) => {
    for (const path of [SERVICE, '/determinations']) {
      const response = await request(app).post(path).set('x-as-of', date).send(call);
      expectRefusal(response, 400, { code: 'invalid-as-of', path: '(header) x-as-of' });
    }
  });

  it('replaces today', async () => {
    const response = await request(app).post('/determinations').set('x-as-of', '2026-03-09').send(call);
    expect((response.body as { determinations: { asOf: string }[] }).determinations[0]?.asOf).toBe(
      '2026-03-09',
    );
    expect((await determinationOf(app, call)).asOf).toBe('2026-03-02');
  });

  it.each(['2024-02-29', '1900-01-01', '9999-12-31'])('may be any day: %s', async (date) => {
    const response = await request(app).post('/determinations').set('x-as-of', date).send(call);
    expect(response.status).toBe(200);
  });
});

describe('what the service does not know', () => {
  it('is ignored: fields and extensions at every level', async () => {
    const plain = await determinationOf(app, call);
    const extension = [{ url: 'https://example.org/x', valueString: 'y' }];
    const strange = {
      ...call,
      extension: { 'davinci-crd.configuration': { 'max-cards': 3 }, 'org.example.x': [1, null] },
      surplus: { a: [{}] },
      context: { ...call.context, extension: { x: 1 }, surplus: null },
      fhirAuthorization: null,
      fhirServer: null,
      prefetch: {
        chart: {
          ...(call['prefetch'] as { chart: Json }).chart,
          extension,
          entry: fixture.resources.map((resource) => ({
            resource: {
              ...resource,
              extension: [...((resource['extension'] as unknown[] | undefined) ?? []), ...extension],
              'organization ': 1,
            },
            surplus: true,
          })),
        },
      },
    };
    const found = await determinationOf(app, strange);
    expect({ ...found, id: '' }).toEqual({ ...plain, id: '' });
  });

  it('does no harm under the names of prototypes and of the FHIRPath engine, at every level', async () => {
    const plain = await determinationOf(app, call);
    const engine = '{"parentResType":"Patient","path":"Patient.name","fhirNodeDataType":"boolean"}';
    for (const key of [
      `"__proto__":{"polluted":"yes"}`,
      `"__path__":${engine}`,
      `"constructor":{"prototype":{"polluted":"yes"}}`,
    ]) {
      const text = JSON.stringify(call).replaceAll(/\{(?=")/g, `{${key},`);
      const response = await request(app)
        .post('/determinations')
        .set('content-type', 'application/json')
        .send(text);
      expect(response.status, key).toBe(200);
      const [found] = (response.body as { determinations: object[] }).determinations;
      expect({ ...found, id: '' }, key).toEqual({ ...plain, id: '' });
      expect(({} as { polluted?: string }).polluted, key).toBeUndefined();
    }
  });
});

describe('an answer that refuses', () => {
  const secret = 'Meena Shah 1959-12-08';
  it.each<readonly [string, string]>([
    ['not JSON', `{"hook": "${secret}`],
    ['a wrong value', JSON.stringify({ ...call, hook: secret })],
    ['a wrong context', JSON.stringify(withContext({ userId: secret }))],
    ['a wrong Bundle', JSON.stringify(withContext({ draftOrders: { resourceType: secret } }))],
    ['a wrong server', JSON.stringify({ ...call, fhirServer: secret })],
  ])('repeats nothing of the body: %s', async (_name, body) => {
    for (const path of [SERVICE, '/determinations']) {
      const response = await request(app).post(path).set('content-type', 'application/json').send(body);
      expect(response.status).toBe(400);
      expect(response.text).not.toContain(secret);
    }
  });

  it('says no more than that it failed when the failure is the service’s own, and logs no message', async () => {
    const logged: unknown[] = [];
    const { pino } = await import('pino');
    const broken = createService({
      logger: pino({ base: null }, { write: (line: string) => logged.push(line) }),
      fhirClient: () => {
        throw new Error(`cannot read ${secret}`);
      },
    });
    const body = { ...fixture.request, fhirServer: 'http://127.0.0.1:9' } as HookBody;
    const response = await request(broken).post(SERVICE).send(body);
    expectRefusal(response, 500, { code: 'internal', path: '(service)' });
    expect(response.text).not.toContain(secret);
    expect(logged).toHaveLength(1);
    expect(String(logged[0])).not.toContain(secret);
  });
});
