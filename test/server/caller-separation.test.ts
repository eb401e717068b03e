import { feedbackOf, memoryRecords, rowsOf } from '../support/memory-records.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CARD_TYPE_CODES } from '../../src/crd/card-types.ts';
import type { RecordStore } from '../../src/store/records.ts';
import { createReplays, usedToken } from '../../src/server/replay.ts';
import { createPatience } from '../../src/store/time-limit.ts';
import { storedChart, withWholeChart } from './charts.ts';
import {
  claimsOf,
  keyPair,
  NOW,
  ORDER_SIGN,
  seconds,
  sign,
  SMALL_CALL,
  startProduction,
  type KeyPair,
  type Production,
} from './production.ts';

/** What one client or tenant does is nothing to another; what was used once is used. */

const HOSPITAL = 'https://ehr.hospital.example.org';
const VENDOR = 'https://vendor.example.org';
const hospital = await keyPair('ES384', 'hospital');
const vendor = await keyPair('RS384', 'vendor');
const CLIENTS = {
  hospital: { issuer: HOSPITAL, keys: [hospital.jwk] },
  vendor: {
    issuer: VENDOR,
    keys: [vendor.jwk],
    tenants: { north: { 'cards-off': CARD_TYPE_CODES, test: true }, south: null },
  },
};

const fixture = storedChart('b-all-all-attested');
const CALL = withWholeChart(fixture, fixture.resources);

const started: Production[] = [];
afterEach(() => Promise.all(started.splice(0).map((service) => service.close())));
const start = async (...options: Parameters<typeof startProduction>): Promise<Production> => {
  const service = await startProduction(...options);
  started.push(service);
  return service;
};

const token = (
  key: KeyPair,
  issuer: string,
  path: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => sign(key, { ...claimsOf(issuer, path), ...more });
const ours = (path: string, changes: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  token(hospital, HOSPITAL, path, changes);
const theirs = (path: string, tenant: string): Promise<string> => token(vendor, VENDOR, path, { tenant });

describe('a determination', () => {
  it('is given to the client and the tenant that asked for it, and is unknown to all others', async () => {
    const service = await start(CLIENTS);
    const idFrom = async (signed: string): Promise<string> => {
      const response = await service.post(signed, '/determinations', CALL);
      const { determinations } = (await response.json()) as { determinations: { id: string }[] };
      return determinations[0]?.id ?? '';
    };
    const statuses = async (id: string): Promise<readonly number[]> => {
      const path = `/determinations/${id}`;
      const tokens = [await ours(path), await theirs(path, 'north'), await theirs(path, 'south')];
      return Promise.all(tokens.map(async (signed) => (await service.get(signed, path)).status));
    };
    expect(await statuses(await idFrom(await ours('/determinations')))).toEqual([200, 404, 404]);
    expect(await statuses(await idFrom(await theirs('/determinations', 'north')))).toEqual([404, 200, 404]);
    const unknown = await service.get(await ours('/determinations/nothing'), '/determinations/nothing');
    const id = await idFrom(await theirs('/determinations', 'south'));
    const refused = await service.get(await ours(`/determinations/${id}`), `/determinations/${id}`);
    expect([refused.status, await refused.text()]).toEqual([unknown.status, await unknown.text()]);
  });

  it('leads to a request for authorization for the same client alone', async () => {
    const service = await start(CLIENTS);
    const response = await service.post(await ours('/determinations'), '/determinations', CALL);
    const { determinations } = (await response.json()) as { determinations: { id: string }[] };
    const path = `/determinations/${determinations[0]?.id ?? ''}/prior-authorization`;
    const made = await service.post(await ours(path), path, CALL);
    expect([made.status, ((await made.json()) as { type: string }).type]).toEqual([200, 'collection']);
    // Nothing of the chart is kept: without the records, and without a server to read them from, there is no request.
    expect((await service.get(await ours(path), path)).status).toBe(422);
    const strange = await service.post(await theirs(path, 'north'), path, CALL);
    expect(strange.status).toBe(404);
    expect((await service.get(undefined, path)).status).toBe(401);
  });

  it('is kept with its FHIR server where that may be called, and with no credentials', async () => {
    const service = await start({
      hospital: { ...CLIENTS.hospital, 'fhir-servers': ['https://ehr.invalid/fhir'] },
    });
    for (const fhirServer of [
      'https://user:secret@ehr.invalid/fhir',
      'https://ehr.invalid/fhir?apikey=secret',
      'https://ehr.invalid/fhir/',
    ])
      await service.post(await ours('/determinations'), '/determinations', { ...CALL, fhirServer });
    const kept = await rowsOf(service.records, 'determination');
    expect(
      kept.map(({ request }) => (JSON.parse(request ?? '') as { fhirServer?: string }).fhirServer),
    ).toEqual([undefined, undefined, 'https://ehr.invalid/fhir']);
    expect(JSON.stringify(kept)).not.toContain('secret');
  });

  it('meets no payer in production mode', async () => {
    const service = await start(CLIENTS);
    for (const path of ['/fhir/Claim/$submit', '/fhir/Claim/$inquire']) {
      const answer = await service.post(await ours(path), path, { resourceType: 'Bundle' });
      expect([answer.status, ((await answer.json()) as { resourceType: string }).resourceType]).toEqual([
        404,
        'OperationOutcome',
      ]);
    }
    const metadata = await service.get(undefined, '/fhir/metadata');
    expect(await metadata.text()).not.toContain('Claim');
  });

  it('needs a token for its own URL', async () => {
    const service = await start(CLIENTS);
    const response = await service.get(await ours('/determinations'), '/determinations/x');
    expect(response.status).toBe(401);
  });
});

describe('feedback', () => {
  it('is about a card that the caller was given, or counts as about an unknown one', async () => {
    const service = await start(CLIENTS);
    const answer = await service.post(await theirs(ORDER_SIGN, 'south'), ORDER_SIGN, CALL);
    const { cards } = (await answer.json()) as { cards: { uuid: string }[] };
    const path = `${ORDER_SIGN}/feedback`;
    const body = {
      feedback: [{ card: cards[0]?.uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-02T14:05:31Z' }],
    };
    for (const signed of [await theirs(path, 'south'), await theirs(path, 'north'), await ours(path)])
      expect((await service.post(signed, path, body)).status).toBe(200);
    const kept = await feedbackOf(service.records);
    expect(kept.map(({ isKnownCard }) => isKnownCard)).toEqual([true, false, false]);
    // CH-F-05: some clients name the service in aud.
    expect((await service.post(await theirs(ORDER_SIGN, 'north'), path, body)).status).toBe(200);
    expect((await service.post(await theirs('/cds-services', 'north'), path, body)).status).toBe(401);
  });
});

describe('a tenant', () => {
  it('has settings of its own: the cards that it is not sent', async () => {
    const service = await start(CLIENTS);
    const cardsFor = async (tenant: string): Promise<number> => {
      const response = await service.post(await theirs(ORDER_SIGN, tenant), ORDER_SIGN, CALL);
      return ((await response.json()) as { cards: unknown[] }).cards.length;
    };
    expect([await cardsFor('north'), await cardsFor('south')]).toEqual([0, 2]);
    const answered = service.log
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ msg }) => msg === 'answered')
      .map(({ client, tenant, test }) => ({ client, tenant, test }));
    expect(answered).toEqual([
      { client: 'vendor', tenant: 'north', test: true },
      { client: 'vendor', tenant: 'south', test: undefined },
    ]);
  });

  it('has FHIR servers of its own: another’s are not called', async () => {
    const service = await start({
      vendor: {
        issuer: VENDOR,
        keys: [vendor.jwk],
        tenants: { north: { 'fhir-servers': ['https://north.invalid/fhir'] }, south: null },
      },
    });
    const call = { ...fixture.request, fhirServer: 'https://north.invalid/fhir' };
    const said = async (tenant: string): Promise<string> =>
      (await service.post(await theirs(ORDER_SIGN, tenant), ORDER_SIGN, call)).text();
    expect(await said('south')).toContain('not one that this service may call');
    expect(await said('north')).not.toContain('not one that this service may call');
  });

  it('is kept apart where none is registered', async () => {
    const service = await start(CLIENTS);
    const east = await token(hospital, HOSPITAL, '/determinations', { tenant: 'east' });
    const response = await service.post(east, '/determinations', CALL);
    const { determinations } = (await response.json()) as { determinations: { id: string }[] };
    const path = `/determinations/${determinations[0]?.id ?? ''}`;
    expect((await service.get(await ours(path), path)).status).toBe(404);
    expect((await service.get(await token(hospital, HOSPITAL, path, { tenant: 'east' }), path)).status).toBe(
      200,
    );
  });
});

describe('production mode', () => {
  it('calls no loopback server for a client that has not registered it', async () => {
    const service = await start(CLIENTS);
    const call = { ...fixture.request, fhirServer: `${service.base}/fhir` };
    const response = await service.post(await ours(ORDER_SIGN), ORDER_SIGN, call);
    expect(await response.text()).toContain('not one that this service may call');
  });

  it('refuses X-As-Of with 400', async () => {
    const service = await start(CLIENTS);
    for (const path of [ORDER_SIGN, '/determinations']) {
      const response = await service.post(await ours(path), path, CALL, { 'x-as-of': '2026-03-02' });
      expect([response.status, await response.json()]).toEqual([
        400,
        { code: 'invalid-as-of', message: 'X-As-Of is for sandbox mode alone', path: '(header) x-as-of' },
      ]);
    }
  });

  it('serves neither the sandbox EHR nor its hook requests', async () => {
    const service = await start(CLIENTS);
    for (const path of ['/sandbox/fhir/metadata', '/sandbox/hooks', '/sandbox/fhir/Patient/pryce'])
      expect((await service.get(undefined, path)).status, path).toBe(404);
  });

  it('lets pages read answers for the client whose origin theirs is', async () => {
    const [mine, other] = ['https://app.hospital.example.org', 'https://app.vendor.example.org'];
    const service = await start({
      hospital: { ...CLIENTS.hospital, origins: [mine] },
      vendor: { issuer: VENDOR, keys: [vendor.jwk], origins: [other] },
    });
    const allowed = async (origin: string): Promise<string | null> =>
      (await service.post(await ours(ORDER_SIGN), ORDER_SIGN, SMALL_CALL, { origin })).headers.get(
        'access-control-allow-origin',
      );
    expect([await allowed(mine), await allowed(other), await allowed('https://evil.example')]).toEqual([
      mine,
      null,
      null,
    ]);
    const preflight = await fetch(`${service.base}${ORDER_SIGN}`, {
      method: 'OPTIONS',
      headers: { origin: other },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, other]);
  });
});

describe('a stranger', () => {
  it('fills no records, whatever is asked for: some requests are recorded by their route, the others counted', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const service = await start(CLIENTS);
      const made = (index: number): string => `/cds-services/made-up-${index}`;
      const statuses: number[] = [];
      for (let index = 0; index < 100; index += 1) {
        const path = index % 2 === 0 ? ORDER_SIGN : made(index);
        statuses.push((await service.post(undefined, path)).status);
      }
      const count = (wanted: number): number => statuses.filter((status) => status === wanted).length;
      expect([count(401), count(404), count(429)]).toEqual([30, 30, 40]);
      await vi.advanceTimersByTimeAsync(61_000);
      const rows = await rowsOf(service.records, 'audit_event');
      expect(new Set(rows.map(({ client, action }) => `${client} ${action}`))).toEqual(
        new Set(['unknown refused']),
      );
      const of = (target: string) => rows.filter((row) => row.target === target);
      expect([of('cds-services/order-sign').length, of('cds-services/:id').length]).toEqual([30, 30]);
      expect(of('').map(({ status, details }) => [status, details])).toEqual([[429, '{"requests":40}']]);
      expect(rows).toHaveLength(61);
      // Who has a token is answered all the same.
      expect((await service.post(await ours(ORDER_SIGN))).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a token that comes again', () => {
  const withMode = (replay: string | undefined): Promise<Production> =>
    start({ hospital: { ...CLIENTS.hospital, ...(replay === undefined ? {} : { replay }) } });
  const other = { ...SMALL_CALL, hookInstance: 'a0000000-0000-4000-8000-000000000000' };
  const answers = async (service: Production): Promise<readonly number[]> => {
    const signed = await ours(ORDER_SIGN);
    const statuses = [];
    for (const [body, path] of [
      [SMALL_CALL, ORDER_SIGN],
      [SMALL_CALL, ORDER_SIGN],
      [other, ORDER_SIGN],
      [other, `${ORDER_SIGN}/`],
    ] as const)
      statuses.push((await service.post(signed, path, body)).status);
    return statuses;
  };

  it('is refused by default', async () => {
    expect(await answers(await withMode(undefined))).toEqual([200, 401, 401, 401]);
  });

  it('is refused in mode strict, also when both come at once', async () => {
    const service = await withMode('strict');
    expect(await answers(service)).toEqual([200, 401, 401, 401]);
    const signed = await ours(ORDER_SIGN);
    const both = await Promise.all([service.post(signed), service.post(signed)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('is refused with the same body in mode per-body, however the URL is spelled', async () => {
    expect(await answers(await withMode('per-body'))).toEqual([200, 401, 200, 401]);
  });

  it('is taken in mode off', async () => {
    expect(await answers(await withMode('off'))).toEqual([200, 200, 200, 200]);
  });

  it('has the jti of another client’s, and is no replay', async () => {
    const service = await start(CLIENTS);
    const jti = 'the-same';
    expect((await service.post(await token(hospital, HOSPITAL, ORDER_SIGN, { jti }))).status).toBe(200);
    const north = await token(vendor, VENDOR, ORDER_SIGN, { jti, tenant: 'north' });
    expect((await service.post(north)).status).toBe(200);
  });

  it('is refused also after the clients file was read again', async () => {
    const service = await start(CLIENTS);
    const signed = await ours(ORDER_SIGN);
    expect((await service.post(signed)).status).toBe(200);
    service.replaceClients(CLIENTS);
    expect((await service.post(signed)).status).toBe(401);
  });

  it('is refused for as long as it would be taken otherwise', async () => {
    let now = NOW;
    const service = await start(CLIENTS, { now: () => now });
    const signed = await token(hospital, HOSPITAL, ORDER_SIGN, { exp: seconds(NOW) + 300 });
    expect((await service.post(signed)).status).toBe(200);
    now = new Date(NOW.getTime() + 359_000);
    expect(((await (await service.post(signed)).json()) as { code: string }).code).toBe('token-replayed');
    now = new Date(NOW.getTime() + 361_000);
    expect(((await (await service.post(signed)).json()) as { code: string }).code).toBe('token-expired');
  });
});

describe('replicas', () => {
  it('that share a store refuse a token that another took, in every mode and after a restart', async () => {
    for (const replay of ['strict', 'per-body']) {
      const clients = { hospital: { ...CLIENTS.hospital, replay } };
      const records = memoryRecords();
      const one = await start(clients, { records });
      const other = await start(clients, { records });
      const signed = await ours(ORDER_SIGN);
      const both = await Promise.all([one.post(signed), other.post(signed)]);
      expect(both.map(({ status }) => status).sort(), replay).toEqual([200, 401]);
      const third = await start(clients, { records });
      expect((await third.post(signed)).status, replay).toBe(401);
    }
  });

  it('take a token again with the delivery that a trusted proxy brought it with, in every mode', async () => {
    const delivered = (id: string) => ({ 'x-proxy-request-id': id });
    for (const replay of ['strict', 'per-body']) {
      const clients = { hospital: { ...CLIENTS.hospital, replay } };
      const records = memoryRecords();
      const one = await start(clients, { records });
      const other = await start(clients, { records });
      const signed = await ours(ORDER_SIGN);
      const statuses = [];
      for (const [service, headers] of [
        [one, delivered('delivery-1')],
        [other, delivered('delivery-1')],
        [other, delivered('delivery-2')],
        [one, delivered('delivery-2')],
        [one, {}],
      ] as const)
        statuses.push((await service.post(signed, ORDER_SIGN, undefined, headers)).status);
      expect(statuses, replay).toEqual([200, 200, 401, 401, 401]);
    }
    const direct = await start(CLIENTS, { trustedProxies: '10.0.0.1' });
    const signed = await ours(ORDER_SIGN);
    const statuses = [];
    for (const headers of [delivered('delivery-1'), delivered('delivery-1')])
      statuses.push((await direct.post(signed, ORDER_SIGN, undefined, headers)).status);
    expect(statuses).toEqual([200, 401]);
  });

  it('are told whole seconds: a token may have fractions, a column of the store has none', async () => {
    const told: number[] = [];
    const use: RecordStore['use'] = ({ expires }) => {
      told.push(expires);
      return Promise.resolve(true);
    };
    const service = await start(CLIENTS, { records: { ...memoryRecords(), use } });
    const at = seconds(NOW);
    expect((await service.post(await ours(ORDER_SIGN, { iat: at - 0.5, exp: at + 200.5 }))).status).toBe(200);
    expect(told).toEqual([at + 261]);
  });

  it.each([
    ['down', () => Promise.reject(new Error('no connection')), 'failed'],
    ['slow', () => new Promise<boolean>(() => undefined), 'late'],
  ] as const)(
    'whose store is %s answer, and refuse what they have seen themselves',
    async (_name, use, outcome) => {
      const records = { ...memoryRecords(), use };
      const [one, other] = [await start(CLIENTS, { records }), await start(CLIENTS, { records })];
      const signed = await ours(ORDER_SIGN);
      const statuses = [];
      for (const service of [one, one, other]) statuses.push((await service.post(signed)).status);
      expect(statuses).toEqual([200, 401, 200]);
      expect([one.replayOutcomes, other.replayOutcomes]).toEqual([[outcome], [outcome]]);
    },
  );
});

it('a call waits for a locked store once, however often it asks it', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const locked: Partial<RecordStore> = { use: never, allAnswersOf: never, keep: never };
  const service = await start(CLIENTS, {
    records: { ...memoryRecords(), ...locked },
    patience: createPatience(1000),
  });
  const began = performance.now();
  const answer = await service.post(await ours(ORDER_SIGN), ORDER_SIGN, CALL);
  // The token, what was sent in before, and the commit: a second each would be three.
  expect(performance.now() - began).toBeLessThan(2500);
  const text = await answer.text();
  expect([answer.status, text.includes('cards'), text.includes('coverage-assertion-id')]).toEqual([
    200,
    true,
    false,
  ]);
});

describe('the memory of tokens', () => {
  const silent = { use: () => Promise.resolve(true) };
  const token = (issuer: string, jti: string, expires: number) =>
    usedToken({ issuer, jti, expires, delivery: '' });

  it('forgets what has expired, and nothing else', async () => {
    const memory = createReplays(silent, () => undefined);
    const uses: string[] = [];
    for (const [jti, now] of [
      ['1', 0],
      ['2', 0],
      ['3', 5],
      ['4', 5],
      ['1', 10],
      ['4', 11],
      ['1', 11],
      ['3', 11],
    ] as const)
      uses.push(await memory.use(token('a', jti, now + 10), now));
    expect(uses).toEqual(['first', 'first', 'first', 'first', 'again', 'again', 'first', 'again']);
    expect(await memory.use(token('b', '4', 10), 5)).toBe('first');
  });

  it('does not run parts together, and keeps no id as it came', () => {
    const of = (...parts: readonly string[]) =>
      usedToken({ issuer: 'a', jti: 'j\0', expires: 1, delivery: '' }, ...parts);
    expect(of('1', '23').body).not.toBe(of('12', '3').body);
    expect(of().jti).toMatch(/^[\w-]{43}$/);
  });
});
