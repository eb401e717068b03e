import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withParts } from '../../src/engine/determination.ts';
import type { Service } from '../../src/server/app.ts';
import { loadLibrary } from '../../src/server/policies.ts';
import { searchset, storedChart, type Json } from '../server/charts.ts';
import { createService, determinationsOf } from '../server/service.ts';

/**
 * Two versions of one policy in a folder of the test's own, read by the loader and asked over HTTP: the first to
 * 2026-03-31 for adults, none in April, the second from 2026-05-01 for those of 90 or over.
 */
const POLICY = 'carepartners-ct-tecartus';
let copy = '';
let app: Service;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'cds-services-'));
  cpSync(fileURLToPath(new URL('../../cds-services', import.meta.url)), copy, { recursive: true });
  const text = readFileSync(join(copy, POLICY, 'policy.yaml'), 'utf8');
  cpSync(join(copy, POLICY), join(copy, 'next'), { recursive: true });
  renameSync(join(copy, POLICY), join(copy, `${POLICY}@2025-09`));
  renameSync(join(copy, 'next'), join(copy, POLICY));
  writeFileSync(join(copy, `${POLICY}@2025-09`, 'policy.yaml'), `${text}until: '2026-03-31'\n`);
  writeFileSync(
    join(copy, POLICY, 'policy.yaml'),
    text
      .replace("version: '2025-09'", "version: '2026-05'")
      .replace("effective: '2025-09-01'", "effective: '2026-05-01'")
      .replace('at-least: { value: 18, unit: a }', 'at-least: { value: 90, unit: a }'),
  );
  app = createService({ library: loadLibrary(copy) });
});
afterAll(() => {
  rmSync(copy, { recursive: true });
});

const { request: hook, resources } = storedChart('mcl-progressed-on-btk');

/** The fixture's order with another planned date, or none, and its whole chart sent ahead. */
function planned(event: string | undefined): Json {
  const { draftOrders } = hook.context as unknown as { draftOrders: { entry: { resource: Json }[] } };
  const [order] = draftOrders.entry.map(({ resource }) => resource);
  if (order === undefined) throw new Error('the fixture orders nothing');
  const dosageInstruction = event === undefined ? [] : [{ timing: { event: [event] } }];
  return {
    hook: hook.hook,
    hookInstance: hook['hookInstance'],
    context: {
      ...hook.context,
      draftOrders: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: { ...order, dosageInstruction } }],
      },
    },
    prefetch: { chart: searchset(resources) },
  };
}

describe('of two versions, the one in force on the date of service is used', () => {
  it.each([
    ['the first, on its last day', '2026-03-31', '2025-09', '2025-09-01', 'met'],
    ['the second, from its first day', '2026-05-01', '2026-05', '2026-05-01', 'not-met'],
    ['without a planned date, the one of the day of the request', undefined, '2025-09', '2025-09-01', 'met'],
  ])('%s', async (_name, event, version, effective, ofAge) => {
    const determinations = await determinationsOf(app, planned(event));
    expect(determinations.map(({ policy }) => policy)).toMatchObject([
      { id: POLICY, payer: 'CarePartners of Connecticut', version, effective },
    ]);
    const [determination] = determinations;
    const age = withParts(determination?.criteria ?? []).find(({ id }) => id.endsWith('/2'));
    expect(age?.status).toBe(ofAge);
  });

  it('and between them none, which the card says with the days of both', async () => {
    expect(await determinationsOf(app, planned('2026-04-15'))).toEqual([]);
    const response = await request(app).post('/cds-services/order-sign').send(planned('2026-04-15'));
    expect(response.status).toBe(200);
    const { cards } = response.body as { cards: readonly { detail?: string }[] };
    expect(cards.map(({ detail }) => detail)).toEqual([
      expect.stringContaining(
        'No version of the policy of CarePartners of Connecticut is in force on the date of service. On file: 2025-09-01 to 2026-03-31, from 2026-05-01.',
      ),
    ]);
  });

  it('and where the date does not tell, both, each in doubt', async () => {
    const determinations = await determinationsOf(app, planned('2026'));
    expect(
      determinations.map(({ policy, criteria }) => [policy.version, criteria[0]?.id, criteria[0]?.needs]),
    ).toEqual([
      ['2026-05', `${POLICY}/applies`, 'review'],
      ['2025-09', `${POLICY}/applies`, 'review'],
    ]);
  });

  it('and the health page names each with its days', async () => {
    const { body } = (await request(app).get('/healthz')) as { body: { policies: readonly Json[] } };
    expect(body.policies.filter(({ id }) => id === POLICY)).toEqual([
      { id: POLICY, version: '2026-05', effective: '2026-05-01' },
      { id: POLICY, version: '2025-09', effective: '2025-09-01', until: '2026-03-31' },
    ]);
  });
});
