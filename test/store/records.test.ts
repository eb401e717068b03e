import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Location } from '../../src/store/database.ts';
import { readableByOthers } from '../../src/store/file-rights.ts';
import { createRecordStore, type RecordStore } from '../../src/store/records.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { auditEvent, card, determination, feedback, answers, payerAnswer } from './rows.ts';

/** One contract for both databases. */

const programs = postgresPrograms();
if (programs === undefined && process.env['CI'] !== undefined)
  throw new Error('PostgreSQL is not installed, and in CI its tests are not skipped');

interface Place {
  readonly location: Location;
  readonly remove: () => void;
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'cartograph-records-'));
const places: Readonly<Record<string, () => Promise<Place>>> = {
  memory: () => Promise.resolve({ location: { kind: 'memory' }, remove: () => undefined }),
  SQLite: () => {
    const path = folder();
    return Promise.resolve({
      location: { kind: 'sqlite', file: join(path, 'data', 'records.sqlite') },
      remove: () => {
        rmSync(path, { recursive: true });
      },
    });
  },
  ...(programs === undefined
    ? {}
    : {
        PostgreSQL: async () => {
          const { url, stop } = await startPostgres(programs);
          return { location: { kind: 'postgres', url }, remove: stop };
        },
      }),
};

if (programs === undefined)
  it('PostgreSQL is not installed: its half of this contract is skipped', ({ skip }) => {
    skip();
  });

const collect = async <T>(rows: AsyncIterable<T>): Promise<readonly T[]> => {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
};
it('a SQLite file, its log and its folder are for the account of the service alone; what is not is named', async () => {
  const path = folder();
  const data = join(path, 'data');
  const file = join(data, 'records.sqlite');
  const rights = (of: string): number => statSync(of).mode & 0o777;
  const files = [file, `${file}-wal`, `${file}-shm`];
  const store = createRecordStore(() => openDatabase({ kind: 'sqlite', file }));
  await store.keep({ determination: [determination('private')] });
  expect([data, ...files].map(rights)).toEqual([0o700, 0o600, 0o600, 0o600]);
  chmodSync(file, 0o644);
  expect(readableByOthers(file)).toEqual([]);
  chmodSync(data, 0o755);
  expect(readableByOthers(file)).toEqual([file]);
  await store.close();
  rmSync(path, { recursive: true });
});

const EVER = { from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

describe.each(Object.keys(places))('records in %s', (name) => {
  let place: Place;
  let store: RecordStore;
  const open = (): RecordStore => createRecordStore(() => openDatabase(place.location));

  beforeAll(async () => {
    const make = places[name];
    if (make === undefined) throw new Error(name);
    place = await make();
    store = open();
  }, 60_000);
  afterAll(async () => {
    await store.close();
    place.remove();
  });

  it('are found again as they were kept, by the client that asked for them alone', async () => {
    const kept = determination('found-again');
    await store.keep({ determination: [kept], card: [card('found-again', kept.id)] });
    expect(await store.determination(kept.id, kept.client)).toEqual(kept);
    expect(await store.determination(kept.id, 'another')).toBeUndefined();
    expect(await store.card('found-again', kept.client)).toEqual(card('found-again', kept.id));
    const answered = payerAnswer('answered');
    await store.keep({ payer_answer: [answered] });
    for (const key of ['patient', 'member', 'request'] as const) {
      expect(await store.payerAnswers(key, answered[key], answered.client)).toEqual([answered]);
      expect(await store.payerAnswers(key, answered[key], 'another')).toEqual([]);
    }
    expect(await store.card('found-again', 'another')).toBeUndefined();
  });

  it('are committed together or not at all', async () => {
    await store.keep({ card: [card('taken', 'x')] });
    const refused = store.keep({
      determination: [determination('beside-a-taken-card')],
      card: [card('taken', 'x')],
    });
    await expect(refused).rejects.toThrow();
    expect(await store.determination('beside-a-taken-card', 'client')).toBeUndefined();
  });

  it('that the database refuses take no others with them', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'taken', 'b', 'c'].map((uuid) => store.keep({ card: [card(uuid, 'x')] })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await store.card('c', 'client')).toBeDefined();
  });

  it('of a thousand calls at once are all there', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `many-${index}`);
    await Promise.all(
      ids.map((id) => store.keep({ determination: [determination(id)], audit_event: [auditEvent(id)] })),
    );
    const found = await Promise.all(ids.map((id) => store.determination(id, 'client')));
    expect(found.filter((row) => row !== undefined)).toHaveLength(1000);
  });

  it('are read by period, in order, beyond one page', async () => {
    const rows = Array.from({ length: 1201 }, (_, index) =>
      auditEvent(`page-${index}`, `2027-01-01T00:00:00.${String(index % 1000).padStart(3, '0')}Z`),
    );
    await store.keep({ audit_event: rows });
    const read = await collect(
      store.during('audit_event', { from: '2027-01-01T00:00:00.000Z', to: '2027-01-01T00:00:01.000Z' }),
    );
    expect(read.map(({ hook_instance }) => hook_instance).toSorted()).toEqual(
      rows.map(({ hook_instance }) => hook_instance).toSorted(),
    );
    expect(read.map(({ at }) => at)).toEqual(read.map(({ at }) => at).toSorted());
    const before = await collect(
      store.during('audit_event', { from: '2027-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.005Z' }),
    );
    expect(before.length).toBe(rows.filter(({ at }) => at < '2027-01-01T00:00:00.005Z').length);
  });

  it('keep feedback and posted answers, every report of a card', async () => {
    await store.keep({ feedback: [feedback('found-again'), feedback('found-again')] });
    const kept = await collect(store.during('feedback', EVER));
    expect(kept.map((row) => row.card)).toEqual(['found-again', 'found-again']);
    await store.keep({ answers: [answers('one'), answers('two')] });
    expect(await store.answersOf('Patient/p1', 'client')).toEqual([answers('one'), answers('two')]);
    expect(await store.answersOf('Patient/p1', 'another')).toEqual([]);
  });

  it('keep a text with U+0000, which PostgreSQL has no room for, and what is written beside it', async () => {
    const odd = { ...answers('odd'), patient: 'Patient/a\0b' };
    await store.keep({ answers: [odd, answers('beside')] });
    expect((await store.answersOf('Patient/a\0b', 'client')).map(({ id }) => id)).toEqual(['odd']);
    expect(await store.answers('beside', 'client')).toEqual(answers('beside'));
  });

  it('let a token be used once for a body, and again when it has expired and was forgotten', async () => {
    const token = {
      issuer: 'https://ehr.example.org',
      jti: 'j1',
      body: 'b1',
      expires: 1_767_225_600,
      delivery: '',
    };
    expect(await store.use(token)).toBe(true);
    expect(await store.use(token)).toBe(false);
    expect(await store.use({ ...token, body: 'b2' })).toBe(true);
    const race = await Promise.all(Array.from({ length: 20 }, () => store.use({ ...token, jti: 'j2' })));
    expect(race.filter(Boolean)).toHaveLength(1);
    await store.forgetTokens(token.expires);
    expect(await store.use(token)).toBe(false);
    await store.forgetTokens(token.expires + 1);
    expect(await store.use(token)).toBe(true);
  });

  it('let a token come again with the delivery that it came with', async () => {
    const token = { issuer: 'https://ehr.example.org', jti: 'd1', body: '', expires: 1, delivery: 'one' };
    expect(await store.use(token)).toBe(true);
    expect(await store.use(token)).toBe(true);
    expect(await store.use({ ...token, delivery: 'two' })).toBe(false);
    expect(await store.use({ ...token, delivery: '' })).toBe(false);
    const both = ['one', 'two', 'one'].map((delivery) => store.use({ ...token, jti: 'd2', delivery }));
    expect(await Promise.all(both)).toEqual([true, false, true]);
  });

  it('are purged by age, and nothing newer with them', async () => {
    await store.keep({
      determination: [
        determination('old', '2019-12-31T23:59:59.999Z'),
        determination('kept', '2020-01-01T00:00:00.000Z'),
      ],
    });
    expect(Object.fromEntries(await store.purge('2020-01-01T00:00:00.000Z'))).toMatchObject({
      determination: 1,
      card: 0,
    });
    expect(await store.determination('old', 'client')).toBeUndefined();
    expect(await store.determination('kept', 'client')).toBeDefined();
  });

  it('are kept once the database can be opened, when it could not before', async () => {
    let isUp = false;
    const late = createRecordStore(() =>
      isUp ? openDatabase({ kind: 'memory' }) : Promise.reject(new Error('not up yet')),
    );
    await expect(late.keep({ determination: [determination('late')] })).rejects.toThrow('not up yet');
    isUp = true;
    await late.keep({ determination: [determination('late')] });
    expect(await late.determination('late', 'client')).toBeDefined();
    await late.close();
  });

  it('take text of every kind', async () => {
    const body = JSON.stringify({ text: 'ä€𝄞 "quoted" \\ \u0000 \n' });
    await store.keep({ determination: [{ ...determination('text'), body }] });
    expect((await store.determination('text', 'client'))?.body).toBe(body);
  });

  it('are there when the store is opened again', async () => {
    await store.keep({ determination: [determination('across')] });
    // Memory goes with the process.
    if (name === 'memory') return;
    const again = open();
    await again.check();
    expect(await again.determination('across', 'client')).toEqual(determination('across'));
    await again.close();
  });
});
