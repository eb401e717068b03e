import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, objects, property, text, type JsonObject } from '../../src/fhir/json.ts';
import { HOOKS } from './sample-requests.ts';
import { startServer, type Started } from './server.ts';

/** Discovery beyond the rows of Inferno's suite. */

let server: Started;
let services: readonly JsonObject[];

beforeAll(async () => {
  server = await startServer();
  const body = (await (await server.fetch('/cds-services')).json()) as JsonObject;
  services = objects(body['services']);
});
afterAll(() => server.close());

const options = (service: JsonObject): readonly JsonObject[] =>
  objects(property(service['extension'], 'davinci-crd.configuration-options'));

/** Root-level primitive fields of a hook's context that may be tokens, and the user's. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  'order-sign': ['userId', 'patientId', 'encounterId'],
  'order-select': ['userId', 'patientId', 'encounterId'],
  // `order` in hook version 1.0, `dispatchedOrders` in 1.1.
  'order-dispatch': ['patientId', 'performer', 'order', 'dispatchedOrders'],
  'appointment-book': ['userId', 'patientId', 'encounterId'],
  'encounter-start': ['userId', 'patientId', 'encounterId'],
  'encounter-discharge': ['userId', 'patientId', 'encounterId'],
};
const USER_TOKENS = ['userPractitionerId', 'userPractitionerRoleId', 'userPatientId', 'userRelatedPersonId'];

describe('discovery', () => {
  it('lists one service for each of CRD’s six hooks, each with an id of its own', () => {
    expect(services.map(({ hook }) => hook).toSorted()).toEqual([...HOOKS].toSorted());
    expect(new Set(services.map(({ id }) => id)).size).toBe(services.length);
  });

  it('describes each service: title, description, usage requirements', () => {
    for (const service of services) {
      for (const field of ['title', 'description', 'usageRequirements'])
        expect(text(service[field]), `${String(service['id'])}.${field}`).toBeDefined();
    }
  });

  it('is answered under a base path, and so are the services', async () => {
    const mounted = await startServer({ mount: '/r4' });
    try {
      const body = (await (await mounted.fetch('/cds-services')).json()) as JsonObject;
      expect(objects(body['services'])).toHaveLength(HOOKS.length);
      const response = await mounted.fetch('/cds-services/order-sign', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(response.status).toBe(400);
    } finally {
      await mounted.close();
    }
  });

  it('answers a POST to every id it lists', async () => {
    for (const { id } of services) {
      const response = await server.fetch(`/cds-services/${String(id)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(response.status, String(id)).toBe(400);
    }
  });

  it('comes out the same twice, and may be kept', async () => {
    const [first, second] = [await server.fetch('/cds-services'), await server.fetch('/cds-services')];
    expect(await second.text()).toBe(await first.text());
    expect(first.headers.get('cache-control') ?? first.headers.get('etag')).toMatch(/max-age|"/);
  });

  it('asks no token of the caller', async () => {
    expect((await server.fetch('/cds-services')).status).toBe(200);
  });

  it('declares the versions it speaks, 2.2 among them', () => {
    for (const service of services) {
      const versions = property(service['extension'], 'davinci-crd.version') as readonly unknown[];
      expect(versions, String(service['id'])).toEqual(expect.arrayContaining(['2.0', '2.2']));
      for (const version of versions) expect(version).toMatch(/^\d+\.\d+$/);
    }
  });

  it('gives each option a code, a JSON type, a name, a description and a default of that type', () => {
    for (const service of services) {
      expect(options(service).length, String(service['id'])).toBeGreaterThan(0);
      for (const option of options(service)) {
        expect(String(option['code'])).toMatch(/^[a-z][a-z-]*$/);
        expect(['boolean', 'integer']).toContain(option['type']);
        expect(String(option['name']).trim()).not.toBe('');
        expect(String(option['description']).trim()).not.toBe('');
        expect(
          option['type'] === 'boolean' ? typeof option['default'] : Number.isInteger(option['default']),
        ).toBe(option['type'] === 'boolean' ? 'boolean' : true);
      }
    }
  });

  it('keeps codes, names and descriptions of options unique in a service, and means the same by a code in all', () => {
    const meaning = new Map<unknown, string>();
    for (const service of services) {
      for (const field of ['code', 'name', 'description']) {
        const given = options(service).map((option) => option[field]);
        expect(new Set(given).size, `${String(service['id'])} ${field}`).toBe(given.length);
      }
      for (const option of options(service)) {
        const known = meaning.get(option['code']) ?? JSON.stringify(option);
        expect(JSON.stringify(option)).toBe(known);
        meaning.set(option['code'], known);
      }
    }
  });

  it('offers an option for coverage information in every service, and a limit of cards', () => {
    for (const service of services) {
      const codes = options(service).map(({ code }) => code);
      expect(codes, String(service['id'])).toEqual(expect.arrayContaining(['coverage-info', 'max-cards']));
    }
  });

  it('publishes prefetch in plain tokens of the hook’s own context, as reads and searches', () => {
    for (const service of services) {
      const hook = String(service['hook']);
      for (const [key, template] of Object.entries(
        isObject(service['prefetch']) ? service['prefetch'] : {},
      )) {
        const where = `${hook}.${key}: ${String(template)}`;
        const tokens = [...String(template).matchAll(/\{\{(.*?)\}\}/g)].map(([, token]) => token ?? '');
        const allowed = [...(TOKENS[hook] ?? []).map((field) => `context.${field}`), ...USER_TOKENS];
        expect(
          tokens.filter((token) => !allowed.includes(token)),
          where,
        ).toEqual([]);
        expect(String(template), where).toMatch(/^(\{\{context\.\w+\}\}|[A-Z][A-Za-z]+(\/\{\{|\?))/);
        // userId and performer hold Type/id already.
        expect(String(template), where).not.toMatch(/\/\{\{context\.(userId|performer)\}\}/);
      }
    }
  });

  it('keeps to the query subset that a client may follow', () => {
    for (const service of services) {
      for (const template of Object.values(isObject(service['prefetch']) ? service['prefetch'] : {})) {
        expect(String(template)).not.toMatch(/_include|_revinclude|[?&][\w-]+\.[\w-]+=|[?&]_has/);
      }
    }
  });

  it('asks ahead for what every call needs and no more: patient, coverage, encounter, orders', () => {
    for (const service of services) {
      const keys = Object.keys(isObject(service['prefetch']) ? service['prefetch'] : {});
      expect(keys, String(service['id'])).toEqual(expect.arrayContaining(['patient', 'coverage']));
      if (service['hook'] === 'order-dispatch') expect(keys).not.toContain('encounter');
      else expect(keys, String(service['id'])).toContain('encounter');
      expect(keys.length, String(service['id'])).toBeLessThanOrEqual(8);
    }
  });

  it('names its extensions globally', () => {
    for (const service of services) {
      const names = Object.keys(isObject(service['extension']) ? service['extension'] : {});
      expect(names.filter((name) => !name.startsWith('davinci-crd.'))).toEqual([]);
    }
  });
});
