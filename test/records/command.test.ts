import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsCommand } from '../../src/records/command.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createRecordStore, type RecordStore } from '../../src/store/records.ts';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { auditEvent, card, determination, feedback } from '../store/rows.ts';

/** The operator's commands over a store with a known content. */

let folder = '';
const open = (): RecordStore =>
  createRecordStore(() => openDatabase({ kind: 'sqlite', file: join(folder, 'records.sqlite') }));

const criterion = (id: string, status: string, more: object = {}): object => ({
  id,
  title: `Title, of "${id}"`,
  status,
  evidence: [],
  missing: [],
  searched: [],
  criteria: [],
  ...more,
});
const body = (...criteria: readonly object[]): string =>
  JSON.stringify({
    policy: { id: 'policy', version: '2026-01' },
    decision: 'documentation-needed',
    criteria,
  });
const missing = [{ what: 'Pathology report' }];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cartograph-commands-'));
  const store = open();
  const part = criterion('policy/i/1/a', 'unknown', { needs: 'documentation', missing });
  await store.keep({
    determination: [
      {
        ...determination('first'),
        body: body(
          criterion('policy/i/1', 'unknown', { needs: 'documentation', missing, criteria: [part] }),
          criterion('policy/i/2', 'met'),
        ),
      },
      {
        ...determination('second'),
        body: body(criterion('policy/i/1', 'met'), criterion('policy/i/2', 'not-met')),
      },
      {
        ...determination('south', '2025-12-31T23:59:59.999Z'),
        client: 'another',
        hook_instance: 'instance-first',
        body: body(),
      },
      { ...determination('early', '2025-12-31T23:59:59.999Z'), body: body(criterion('policy/i/1', 'met')) },
    ],
    card: [{ ...card('card-1', 'first'), suggestions: '["5f0c5a1e-suggestion"]' }, card('card-2', 'second')],
    feedback: [
      feedback('card-1'),
      feedback('card-1'),
      { ...feedback('card-1'), client: 'another' },
      {
        ...feedback('card-2'),
        body: JSON.stringify({ overrideReasons: [{ reason: { code: 'patient-refused' } }] }),
      },
      { ...feedback('card-2'), outcome: 'accepted' },
    ],
    audit_event: [
      { ...auditEvent('instance-first'), client: 'another' },
      { ...auditEvent('instance-first'), details: '{"determinations":1}', milliseconds: 40 },
      { ...auditEvent('instance-second'), details: '{"determinations":1}', milliseconds: 120 },
      { ...auditEvent('other'), milliseconds: 1 },
      { ...auditEvent('refused'), action: 'refused', status: 401, patient: null },
    ],
  });
  await store.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const written = { out: '', error: '' };
  const code = await recordsCommand(argv, {
    open,
    now: () => '2026-04-01T12:00:00.000Z',
    out: (text) => {
      written.out += text;
    },
    error: (text) => {
      written.error += text;
    },
  });
  return { code, ...written };
}

describe('the report', () => {
  it('counts how each criterion came out, what was missing, feedback and times, in a period', async () => {
    const { out } = await run('report', '--from', '2026-01-01', '--to', '2026-04-01', '--format', 'json');
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      policies: [
        {
          policy: 'policy 2026-01',
          determinations: 2,
          decisions: { 'documentation-needed': 2 },
          missing: [{ what: 'Pathology report', count: 1 }],
        },
      ],
      feedback: {
        cards: 2,
        // A card that was overridden is accepted in the end; another is reported twice, and by another client.
        accepted: 1,
        overridden: 2,
        reasons: [{ reason: 'none given', count: 2 }],
      },
      timeToAnswer: { calls: 2, median: 40, p95: 120 },
    });
    const [policy] = report['policies'] as readonly { criteria: readonly unknown[] }[];
    expect(policy?.criteria).toMatchObject([
      { id: 'policy/i/1', met: 1, documentation: 1, notMet: 0 },
      { id: 'policy/i/1/a', documentation: 1 },
      { id: 'policy/i/2', met: 1, notMet: 1 },
    ]);
  });

  it('is text for people and CSV for spreadsheets', async () => {
    const text = await run('report', '--from', '2026-01-01');
    expect(text.out).toMatch(/policy 2026-01: 2 determinations \(2 documentation-needed\)/);
    expect(text.out).toMatch(/policy\/i\/2 +1 +1 +0/);
    expect(text.out).toMatch(/median 40 ms, 95 of 100 within 120 ms/);
    const csv = await run('report', '--from', '2026-01-01', '--format', 'csv');
    expect(csv.out.split('\r\n')[1]).toBe(
      'policy 2026-01,policy/i/1,"Title, of ""policy/i/1""",1,0,1,0,0,0,0',
    );
  });

  it('of a time without records says so', async () => {
    const { out } = await run('report', '--from', '2030-01-01', '--to', '2030-02-01');
    expect(out).toMatch(/No determination was recorded/);
    expect(out).toMatch(/no call with a determination/);
  });
});

describe('the audit trail', () => {
  it('is exported as valid FHIR AuditEvents, one a line, and its export is part of it', async () => {
    const lines = (await run('audit')).out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const event of events) expect(invalidity(event)).toEqual([]);
    expect(events.find(({ id }) => id === 'audit-1')).toMatchObject({
      action: 'E',
      outcome: '0',
      recorded: '2026-03-02T09:30:00.000Z',
      entity: [{ what: { reference: 'Patient/p1' } }, { name: 'order-sign' }],
    });
    expect(events.find(({ outcome }) => outcome === '4')).toBeDefined();
    const again = (await run('audit')).out.trim().split('\n');
    expect(again.length).toBeGreaterThan(lines.length);
    expect(again.at(-1)).toContain('"operator"');
  });

  it('finds one client’s answer by assertion and suggestion, those of all by hook instance, and no unknown one', async () => {
    for (const key of [
      ['--assertion', 'first'],
      ['--suggestion', '5f0c5a1e-suggestion'],
    ]) {
      const { out, error } = await run('find', ...key);
      const found = JSON.parse(out) as Record<string, readonly unknown[]>;
      expect(found['determinations'], key.join(' ')).toMatchObject([{ id: 'first', client: 'client' }]);
      expect([found['events']?.length, error]).toEqual([1, '']);
    }
    const { out, error } = await run('find', '--hook-instance', 'instance-first');
    expect(JSON.parse(out)).toMatchObject({
      determinations: [
        { id: 'south', client: 'another' },
        { id: 'first', client: 'client' },
      ],
      events: [{ agent: [{ altId: 'another' }] }, { agent: [{ altId: 'client' }] }],
    });
    expect(error).toMatch(/2 clients used this hook instance/);
    expect(JSON.parse((await run('find', '--assertion', 'none')).out)).toEqual({
      determinations: [],
      events: [],
    });
  });
});

describe('purging', () => {
  it('deletes what is older than a day, says how much, and is recorded', async () => {
    const { out } = await run('purge', '--before', '2026-01-01');
    expect(out).toMatch(/2 +determination/);
    const left = JSON.parse((await run('report', '--format', 'json')).out) as Record<string, unknown>;
    expect(left).toMatchObject({ policies: [{ determinations: 2 }] });
    expect((await run('audit')).out).toContain('"purge"');
  });
});

describe('mistakes', () => {
  it.each([
    [['report', '--from', '2026-02-30'], '--from must be a date'],
    [['report', '--format', 'xml'], '--format must be'],
    [['purge'], 'purge needs --before'],
    [['purge', '--before', '2027-01-01'], 'must not be in the future'],
    [['find'], 'find needs one of'],
    [['find', '--assertion', 'a', '--suggestion', 'b'], 'find needs one of'],
    [['delete'], 'there is no command "delete"'],
    [['report', 'x'], '"x" is not understood'],
    [['report', '--since', 'x'], 'since'],
  ])('%j are told in one line', async (argv, message) => {
    const { code, error, out } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(message);
    expect(error.trim().split('\n')).toHaveLength(1);
  });
});
