import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRecordStore } from '../../src/store/records.ts';
import { openSqliteDatabase } from '../../src/store/sqlite-database.ts';
import { rowsOf } from '../support/memory-records.ts';
import { readFixtures } from '../../src/server/sandbox.ts';
import { fileURLToPath } from 'node:url';
import { storedChart, withWholeChart } from './charts.ts';
import { keyPair, ORDER_SIGN, seconds, sign, SMALL_CALL, type KeyPair } from './production.ts';
import { library } from './service.ts';
import { clientsFile, startProcess, type StartedProcess } from './started-process.ts';

/** The service as it is started: its modes, its signals, and all that it writes. */

// On a busy machine a process takes its time to start, and a limit to be looked at.
vi.setConfig({ testTimeout: 60_000 });

const PUBLIC_URL = 'https://cds.example.org';
const ISSUER = 'https://ehr.hospital.example.org';
const first = await keyPair('ES384', 'first');
const second = await keyPair('ES384', 'second');

const files: ReturnType<typeof clientsFile>[] = [];
const processes: StartedProcess[] = [];
afterEach(async () => {
  for (const { signal, ended } of processes.splice(0)) {
    signal('SIGKILL');
    await ended;
  }
  for (const file of files.splice(0)) file.remove();
});

const start = async (...options: Parameters<typeof startProcess>): Promise<StartedProcess> => {
  const started = await startProcess(...options);
  processes.push(started);
  return started;
};
const withClients = (clients: Readonly<Record<string, unknown>>): ReturnType<typeof clientsFile> => {
  const file = clientsFile(clients);
  files.push(file);
  return file;
};
const hospital = (...keys: readonly KeyPair[]) => ({
  hospital: { issuer: ISSUER, keys: keys.map(({ jwk }) => jwk), 'requests-per-minute': 10_000 },
});
const startProduction = async (
  clients: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, string>> = {},
): Promise<{ service: StartedProcess; file: ReturnType<typeof clientsFile> }> => {
  const file = withClients(clients);
  const service = await start({ SERVICE_MODE: 'production', PUBLIC_URL, CLIENTS: file.path, ...more });
  return { service, file };
};
let count = 0;
const token = (key: KeyPair, path = ORDER_SIGN, changes: Readonly<Record<string, unknown>> = {}) => {
  const now = seconds(new Date());
  return sign(key, {
    iss: ISSUER,
    aud: `${PUBLIC_URL}${path}`,
    iat: now,
    exp: now + 300,
    jti: `${process.pid}-${(count += 1)}`,
    ...changes,
  });
};
const post = (
  { base }: StartedProcess,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const signedPost = async (service: StartedProcess, key: KeyPair): Promise<number> =>
  (await post(service, ORDER_SIGN, SMALL_CALL, { authorization: `Bearer ${await token(key)}` })).status;

describe('without a mode', () => {
  it('starts as a sandbox, says so, and answers this machine alone', async () => {
    const service = await start({});
    expect(service.output()).toContain('in sandbox mode: unsigned calls, loopback only');
    expect((await post(service, ORDER_SIGN, SMALL_CALL)).status).toBe(200);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address !== undefined && !address.internal && address.family === 'IPv4');
    if (outside === undefined) return;
    const reached = await new Promise<boolean>((resolve) => {
      connect(Number(new URL(service.base).port), outside.address)
        .once('connect', () => {
          resolve(true);
        })
        .once('error', () => {
          resolve(false);
        });
    });
    expect(reached).toBe(false);
  });
});

describe('production mode', () => {
  it.each([
    [
      'clients file and public URL',
      { SERVICE_MODE: 'production' },
      /PUBLIC_URL is missing[^]*CLIENTS is missing/,
    ],
    [
      'a clients file that is there',
      { SERVICE_MODE: 'production', PUBLIC_URL, CLIENTS: '/nowhere/clients.yaml' },
      /\/nowhere\/clients\.yaml cannot be read: ENOENT/,
    ],
    [
      'TLS in its public URL',
      { SERVICE_MODE: 'production', PUBLIC_URL: 'http://x.org', CLIENTS: 'clients.example.yaml' },
      /PUBLIC_URL must be an https URL/,
    ],
    [
      'checked TLS',
      {
        SERVICE_MODE: 'production',
        PUBLIC_URL,
        CLIENTS: 'clients.example.yaml',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      },
      /NODE_TLS_REJECT_UNAUTHORIZED=0/,
    ],
  ])('does not start without %s', async (_name, environment, expected) => {
    const service = await start(environment);
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(expected);
    expect(service.output(), 'no stack for a mistake of settings').not.toMatch(/^\s+at /m);
  });

  it('does not start with a mistake in its clients file, and names file and line', async () => {
    const file = withClients({
      hospital: { issuer: ISSUER, keys: [first.jwk], 'fhir-servers': ['http://x.org'] },
    });
    const service = await start({ SERVICE_MODE: 'production', PUBLIC_URL, CLIENTS: file.path });
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(
      /clients\.yaml:\d+ clients\.hospital\.fhir-servers\[0\]: a FHIR base must be/,
    );
  });

  it('answers signed calls alone, has neither sandbox nor page, and counts at an address of its own', async () => {
    const { service } = await startProduction(hospital(first), { METRICS_LISTEN: '127.0.0.1:0' });
    expect(await signedPost(service, first)).toBe(200);
    const port = /"metrics":\{"host":"127\.0\.0\.1","port":(\d+)\}/.exec(service.output())?.[1] ?? '';
    const counts = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(counts).toContain('cartograph_token_checks_total{outcome="kept"} 1\n');
    expect(counts).toMatch(/^process_cpu_seconds_total /m);
    expect((await post(service, ORDER_SIGN, SMALL_CALL)).status).toBe(401);
    for (const path of [
      '/',
      '/assets/',
      '/sandbox/hooks',
      '/workbench/chart',
      '/workbench/course',
      '/metrics',
    ])
      expect((await fetch(`${service.base}${path}`)).status, path).toBe(404);
    expect(service.output()).toContain('"mode":"production"');
  });
});

describe('SIGHUP', () => {
  it('rotates keys without a restart, and a bad file leaves the old keys in force', async () => {
    const { service, file } = await startProduction(hospital(first));
    const statuses = async (): Promise<readonly number[]> => [
      await signedPost(service, first),
      await signedPost(service, second),
    ];
    expect(await statuses()).toEqual([200, 401]);

    file.write('clients: { hospital: { issuer: 5 } }\n');
    service.signal('SIGHUP');
    await service.says(/the clients file is refused; the one before stays in force/);
    expect(service.output()).toMatch(/clients\.yaml:1 clients\.hospital\.issuer/);
    expect(await statuses()).toEqual([200, 401]);

    file.write(hospital(first, second));
    service.signal('SIGHUP');
    await service.says(/clients file read again/);
    expect(await statuses()).toEqual([200, 200]);

    file.write(hospital(second));
    service.signal('SIGHUP');
    await service.says(/clients file read again[^]*clients file read again/);
    expect(await statuses()).toEqual([401, 200]);
  });
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'under load: every call that began is answered and recorded, none is taken after, and the exit code is 0 (%s)',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'cartograph-stopped-'));
      const { service } = await startProduction(hospital(first), { DATA_FOLDER: folder });
      const chart = storedChart('b-all-all-attested');
      const body = JSON.stringify(withWholeChart(chart, chart.resources));
      const authorizations = await Promise.all(Array.from({ length: 40 }, () => token(first)));
      const calls = authorizations.map((jwt) =>
        post(service, ORDER_SIGN, body, { authorization: `Bearer ${jwt}` }).then(
          async (response) => ({ status: response.status, text: await response.text() }),
          () => undefined,
        ),
      );
      await service.says(/"msg":"answered"/);
      // Nobody waits for the record of a call that no policy governs: it is written soon, or at the end.
      const ungoverned = signedPost(service, first).catch(() => undefined);
      await Promise.race([ungoverned, ...calls]);
      service.signal(name);
      const answers = await Promise.all(calls);
      expect(await service.ended).toBe(0);
      const answered = answers.filter((answer) => answer !== undefined);
      // What came in is answered whole; what had no connection yet was refused at the door.
      expect(answered.length).toBeGreaterThan(0);
      for (const { status, text } of answered) {
        expect(status).toBe(200);
        expect((JSON.parse(text) as { cards: unknown[] }).cards).toHaveLength(2);
      }
      const count = answered.length + ((await ungoverned) === 200 ? 1 : 0);
      expect(service.output().match(/"msg":"answered"/g)).toHaveLength(count);
      await expect(post(service, ORDER_SIGN, '{}')).rejects.toThrow();
      expect(service.output()).toContain('"isFinished":true');
      const store = createRecordStore(() => openSqliteDatabase(join(folder, 'records.sqlite')));
      const events = await rowsOf(store, 'audit_event');
      await store.close();
      rmSync(folder, { recursive: true });
      expect(events.filter(({ action, status }) => action === 'call' && status === 200)).toHaveLength(count);
    },
  );
});

const fixtures = readFixtures(fileURLToPath(new URL('../../fhir-fixtures', import.meta.url)));

/** Elements whose values are words of the standard, not of a patient. */
const VOCABULARY = new Set([
  'resourceType',
  'system',
  'code',
  'status',
  'url',
  'intent',
  'type',
  'use',
  'unit',
  'mode',
  'hook',
  'priority',
  'category',
  'version',
]);

/** Every text of a chart that tells of its patient: names, dates, ids, references, displays, narratives. */
function tellingTexts(value: unknown, element = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((part) => tellingTexts(part, element));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, part]) => tellingTexts(part, name));
  return typeof value === 'string' && value.length >= 5 && !VOCABULARY.has(element) ? [value] : [];
}
/** The log names the policy that was evaluated, by its id. */
const POLICIES = library.policies.map(({ id }) => id);
const TELLING = new Set(
  fixtures
    .flatMap(({ chart, request }) => tellingTexts([chart, request]))
    .filter((text) => !POLICIES.some((id) => id.includes(text))),
);
/** Measured values as they would be written into a line of JSON. */
const QUANTITIES = new Set(
  fixtures.flatMap(({ chart }) =>
    [...JSON.stringify(chart).matchAll(/"value":-?\d+(?:\.\d+)?/g)].map(([text]) => text),
  ),
);
const SECRETS = ['secret-access-token', 'secret comment', 'eyJ'];

/** What stands in the output and must not: as words of their own, since "complete" stands in `token-incomplete`. */
const leaks = (output: string): readonly string[] => [
  ...SECRETS.filter((text) => output.includes(text)),
  ...[...TELLING, ...QUANTITIES].filter((text) =>
    [text, JSON.stringify(text).slice(1, -1)].some(
      (written) =>
        output.includes(written) && new RegExp(`(?<!\\w)${RegExp.escape(written)}(?!\\w)`).test(output),
    ),
  ),
];

it('what is looked for in the output would be found there', () => {
  expect(leaks('{"code":"token-incomplete","queries":[]}')).toEqual([]);
  const name = [...TELLING].find((text) => /^[A-Z][a-z]{4,}$/.test(text)) ?? 'none';
  expect(leaks(`{"msg":"answered","who":"${name}"}`)).toEqual([name]);
  const [quantity = 'none'] = QUANTITIES;
  expect(leaks(`{${quantity}}`)).toEqual([quantity]);
  expect(leaks(JSON.stringify({ body: `{${quantity}}` }))).toEqual([quantity]);
  expect(leaks('{"authorization":"Bearer eyJhbGciOiJub25lIn0"}')).toEqual(['eyJ']);
});

describe('all that the process writes', () => {
  const fhirAuthorization = {
    access_token: 'secret-access-token',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'user/*.read',
    subject: 's',
  };
  const comment = (card: unknown) => ({
    feedback: [
      {
        card,
        outcome: 'overridden',
        overrideReason: { userComment: 'secret comment' },
        outcomeTimestamp: '2026-03-02T14:05:31Z',
      },
    ],
  });
  /** Calls that go wrong, each with the patient's data in the wrong place. */
  const badCalls = (
    name: string,
    request: Readonly<Record<string, unknown>>,
  ): readonly [string, string, Readonly<Record<string, string>>?][] => {
    const json = JSON.stringify(request);
    const person = 'Shah';
    return [
      [ORDER_SIGN, json.slice(0, -20)],
      [ORDER_SIGN, `{"${name} born 1961-04-02": `],
      ['/cds-services/order-select', json],
      [`/cds-services/${person}`, json],
      [ORDER_SIGN, json.replace('"patientId"', '"patient"')],
      [ORDER_SIGN, json, { 'content-type': 'text/plain' }],
      [ORDER_SIGN, json, { 'x-as-of': '1961-04-02' }],
      ['/determinations', JSON.stringify({ ...request, fhirServer: 'https://ehr.example.org/Shah' })],
      [ORDER_SIGN, JSON.stringify({ ...request, prefetch: { coverage: { resourceType: 'Shah' } } })],
      [`${ORDER_SIGN}/feedback`, JSON.stringify({ feedback: [{ card: person, outcome: 'Shah' }] })],
      [`/nothing/${person}?family=${person}`, json],
    ];
  };

  it('in sandbox mode, over all fixtures, good calls and bad, tells of no patient and holds no token', async () => {
    const service = await start({ LOG_LEVEL: 'trace' });
    for (const { name, request } of fixtures) {
      const call = { ...request, fhirServer: `${service.base}/sandbox/fhir`, fhirAuthorization };
      const headers = {
        authorization: 'Bearer eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiIxIn0.c2VjcmV0',
        'x-as-of': '2026-03-02',
      };
      const answer = await post(service, ORDER_SIGN, call, headers);
      expect(answer.status, name).toBe(200);
      const { cards } = (await answer.json()) as { cards: { uuid: string }[] };
      await post(service, '/determinations', call, headers);
      await post(service, `${ORDER_SIGN}/feedback`, comment(cards[0]?.uuid ?? 'none'));
      for (const bad of badCalls(name, call)) await (await post(service, ...bad)).text();
      await fetch(`${service.base}/determinations/Shah`);
      await fetch(
        `${service.base}/sandbox/fhir/Patient/${String((call as unknown as { context: { patientId: string } }).context.patientId)}`,
      );
    }
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    const output = service.output();
    expect(output.match(/"msg":"answered"/g)?.length).toBeGreaterThanOrEqual(fixtures.length * 2);
    expect(TELLING.size).toBeGreaterThan(1000);
    expect(leaks(output.slice(output.indexOf('{"level"')))).toEqual([]);
  }, 120_000);

  it('in production mode, over all fixtures, good calls and bad, tells of no patient and holds no token', async () => {
    const { service } = await startProduction(hospital(first));
    const signed = async (path: string, changes: Readonly<Record<string, unknown>> = {}) => ({
      authorization: `Bearer ${await token(first, path, changes)}`,
    });
    for (const { name, chart, request } of fixtures) {
      const call = {
        ...request,
        fhirServer: 'https://ehr.example.org/fhir',
        fhirAuthorization,
        prefetch: { chart },
      };
      expect((await post(service, ORDER_SIGN, call, await signed(ORDER_SIGN))).status, name).toBe(200);
      const answer = await post(service, '/determinations', call, await signed('/determinations'));
      const { determinations } = (await answer.json()) as { determinations: { id: string }[] };
      const path = `/determinations/${determinations[0]?.id ?? 'none'}`;
      await fetch(`${service.base}${path}`, { headers: await signed(path) });
      await post(service, `${ORDER_SIGN}/feedback`, comment('x'), await signed(`${ORDER_SIGN}/feedback`));
      for (const [place, body, more] of badCalls(name, call)) {
        await (await post(service, place, body, { ...(await signed(place)), ...more })).text();
        await (await post(service, place, body, more)).text();
      }
      await (
        await post(
          service,
          ORDER_SIGN,
          call,
          await signed(ORDER_SIGN, { jti: 'Shah', tenant: 5, sub: 'Shah' }),
        )
      ).text();
      await (
        await post(service, ORDER_SIGN, call, {
          authorization: `Bearer ${await sign(second, { iss: 'Shah' }, { kid: 'Shah' })}`,
        })
      ).text();
    }
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.output().match(/"msg":"answered"/g)?.length).toBeGreaterThanOrEqual(fixtures.length * 2);
    expect(service.output()).toContain('"msg":"refused"');
    expect(leaks(service.output())).toEqual([]);
  }, 120_000);
});
