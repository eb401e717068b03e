import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { changedPolicy } from './changed-policy.ts';
import { fixtureCharts, writeBulkData, writeBundles } from './charts.ts';
import { impact } from './surroundings.ts';

/** What a changed policy changes, over charts whose patients are known. */

const POLICY = 'carepartners-ct-tecartus';
/** Born 1964-03-02 and later, 2008, and one ordered under another policy; the last has no CAR-T order. */
const CHARTS = fixtureCharts([
  'all-lineage-not-stated',
  'b-all-second-relapse-outpatient',
  'mcl-all-attested',
  'abecma-waldenstrom',
  'hypertension-only',
]);

interface Report {
  readonly counts: { readonly charts: number; readonly patients: number; readonly unreadLines: number };
  readonly summary: {
    readonly orders: number;
    readonly changedOrders: number;
    readonly decisions: readonly unknown[];
    readonly changes: readonly unknown[];
    readonly left: readonly unknown[];
  };
  readonly absentTypes: readonly string[];
  readonly otherFiles: readonly string[];
  readonly changes: readonly {
    readonly patient: string;
    readonly chart: string;
    readonly order: string;
    readonly product: string;
    readonly before: object;
    readonly after: object;
    readonly changes: readonly object[];
  }[];
  readonly notCompared: readonly object[];
  readonly notRead: readonly object[];
}

vi.setConfig({ testTimeout: 60_000 });

let folder = '';
let policy = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartograph-impact-'));
  policy = changedPolicy(
    at('changed'),
    POLICY,
    'at-least: { value: 18, unit: a }',
    'at-least: { value: 62, unit: a }',
  );
  writeBundles(at('charts.ndjson'), CHARTS);
  writeBulkData(at('bulk'), CHARTS);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function report(...argv: readonly string[]): Promise<Report> {
  const { code, out, error } = await impact(folder, ['--policy', policy, '--format', 'json', ...argv]);
  expect([code, error]).toEqual([0, '']);
  return JSON.parse(out) as Report;
}

describe('a changed limit', () => {
  it('changes the patients beyond it, by criterion and decision, and nobody else', async () => {
    const { counts, summary, changes, notCompared } = await report('--charts', 'charts.ndjson');
    expect(counts).toMatchObject({ charts: 5, patients: 5, unreadLines: 0 });
    expect(summary).toMatchObject({ orders: 3, changedOrders: 1 });
    expect(changes).toMatchObject([
      {
        patient: 'Patient/quinn',
        chart: 'charts.ndjson:1',
        product: 'tecartus',
        before: { decision: 'documentation-needed', version: '2025-09' },
        after: { decision: 'criteria-not-met', version: '2025-09' },
        changes: [
          { item: 'decision', before: 'documentation-needed', after: 'criteria-not-met' },
          { item: `${POLICY}/tecartus/2`, before: 'met', after: 'not-met' },
        ],
      },
    ]);
    expect(notCompared).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ chart: 'charts.ndjson:5', reason: 'no CAR-T order in the chart' }),
        expect.objectContaining({
          chart: 'charts.ndjson:4',
          reason: 'the policy is not for this payer and product',
        }),
      ]),
    );
    // What was read of patients is gone with the report.
    expect(readdirSync(at('impact'))).toEqual([]);
  });

  it('comes out the same of Bulk Data, whose files hold the patients mixed, packed or not', async () => {
    const bundles = await report('--charts', 'charts.ndjson');
    const packed = at('bulk/Observation.001.ndjson');
    writeFileSync(`${packed}.gz`, gzipSync(readFileSync(packed)));
    rmSync(packed);
    const bulk = await report('--charts', 'bulk');
    expect(bulk.summary).toEqual(bundles.summary);
    expect(bulk.changes.map(({ chart, ...rest }) => [chart, rest])).toEqual(
      bundles.changes.map(({ chart: _, ...rest }) => [rest.patient, rest]),
    );
  });

  it('is told as text and as CSV', async () => {
    const text = await impact(folder, ['--policy', policy, '--charts', 'charts.ndjson']);
    expect(text.out).toMatch(/3 orders compared, 1 change, in 1 charts/);
    expect(text.out).toMatch(/ 1 {2}documentation-needed -> criteria-not-met/);
    expect(text.out).toMatch(
      /Patient\/quinn \(charts\.ndjson:1\).*\n +carepartners-ct-tecartus\/tecartus\/2: met -> not-met/,
    );
    const csv = await impact(folder, ['--policy', policy, '--charts', 'charts.ndjson', '--format', 'csv']);
    const rows = csv.out.split('\r\n');
    expect(rows[0]).toBe('row,patient,chart,order,product,policy,item,title,before,after,reason');
    expect(rows).toContain(
      `change,Patient/quinn,charts.ndjson:1,MedicationRequest/quinn-draft-tecartus,tecartus,${POLICY},${POLICY}/tecartus/2,Age 18 or over,met,not-met,`,
    );
    expect(rows.filter((row) => row.startsWith('not compared,')).length).toBeGreaterThan(1);
  });

  it('counts for orders, setting, date and coverage that are named in place of the charts', async () => {
    const named = ['--product', 'tecartus', '--setting', 'outpatient', '--date', '2026-04-01'];
    const { summary, changes } = await report(
      ...['--charts', 'charts.ndjson', '--payer', 'carepartners-ct', '--plan', 'medicare-advantage-hmo'],
      ...named,
    );
    expect(summary.orders).toBe(CHARTS.length);
    expect(changes.map(({ order }) => order)).toContain('MedicationRequest/named-tecartus');
    expect(changes.map(({ patient }) => patient)).toContain('Patient/quinn');
    const other = await report('--charts', 'charts.ndjson', '--payer', 'excellus', ...named);
    expect(other.summary).toMatchObject({
      orders: 0,
      left: [{ of: 'orders', reason: 'the policy is not for this payer and product', count: CHARTS.length }],
    });
  });

  it('of a version that begins later leaves the day before it without one, and says so', async () => {
    const later = changedPolicy(at('later'), POLICY, "effective: '2025-09-01'", "effective: '2027-01-01'");
    const { code, out } = await impact(folder, ['--policy', later, '--charts', 'charts.ndjson']);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('not governed: no version is in force on the date of service'),
    ]);
  });
});

describe('what cannot be read', () => {
  it('is named with file and line, and what is not exported is said', async () => {
    const bad = at('bad');
    writeBulkData(bad, CHARTS.slice(0, 1));
    for (const name of readdirSync(bad).filter((file) => /^(Observation|Procedure)/.test(file)))
      rmSync(join(bad, name));
    writeFileSync(join(bad, 'log.json'), '{}');
    const lines = [
      '{"resourceType": "Condition", "id": "cut',
      '',
      '{"resourceType":"Condition","id":"whose"}',
      '{"resourceType":"Bundle","entry":[]}',
      '[1]',
      '{"resourceType":"Medication"}',
    ];
    writeFileSync(join(bad, 'zz.ndjson'), lines.join('\r\n'));
    const { counts, notRead, otherFiles, absentTypes, changes } = await report('--charts', 'bad');
    expect(notRead).toEqual([
      { file: 'zz.ndjson', line: 1, problem: 'is not JSON' },
      { file: 'zz.ndjson', line: 3, problem: 'is a Condition that refers to no Patient' },
      { file: 'zz.ndjson', line: 4, problem: 'is a Bundle with no Patient: one chart has one' },
      { file: 'zz.ndjson', line: 5, problem: 'is no FHIR resource' },
      { file: 'zz.ndjson', line: 6, problem: 'is a Medication without an id' },
    ]);
    expect(counts.unreadLines).toBe(5);
    expect(otherFiles).toEqual(['log.json']);
    expect(absentTypes).toEqual(expect.arrayContaining(['Observation', 'Procedure']));
    expect(changes.map(({ patient }) => patient)).toEqual(['Patient/quinn']);
    const { out } = await impact(folder, ['--policy', policy, '--charts', 'bad']);
    expect(out).toContain('zz.ndjson:3 is a Condition that refers to no Patient');
  });

  it('an order that is no longer open is not compared, and its status is told', async () => {
    const closed = CHARTS.slice(0, 1).map((chart) => ({
      ...chart,
      resources: chart.resources.map((resource) =>
        resource['status'] === 'draft' ? { ...resource, status: 'completed' } : resource,
      ),
    }));
    writeBundles(at('closed.ndjson'), closed);
    appendFileSync(at('closed.ndjson'), '\n');
    const { summary } = await report('--charts', 'closed.ndjson');
    expect(summary).toMatchObject({
      orders: 0,
      left: [{ of: 'orders', reason: 'an order that is completed' }],
    });
  });

  it('a packed file that breaks off ends the command, and names the file', async () => {
    const whole = gzipSync(readFileSync(at('charts.ndjson')));
    writeFileSync(at('cut.ndjson.gz'), whole.subarray(0, whole.length / 2));
    const { code, error, out } = await impact(folder, ['--policy', policy, '--charts', 'cut.ndjson.gz']);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(/cut\.ndjson\.gz cannot be read after line \d+/);
  });
});

describe('mistakes', () => {
  it.each([
    [[], '--policy is missing'],
    [['--policy', 'changed'], '--charts is missing'],
    [['--policy', 'nowhere', '--charts', 'bulk'], '--policy nowhere: there is no such folder'],
    [['--policy', 'bulk', '--charts', 'bulk'], 'holds no policy.yaml'],
    [['--policy', 'changed', '--charts', 'nowhere'], '--charts nowhere: there is no such'],
    [['--policy', 'changed', '--charts', 'changed'], 'no .ndjson file'],
    [['--policy', 'changed', '--charts', 'bulk', '--today', '2026-02-30'], '--today must be a date'],
    [['--policy', 'changed', '--charts', 'bulk', '--product', 'aspirin'], '--product aspirin: there are'],
    [
      ['--policy', 'changed', '--charts', 'bulk', '--setting', 'inpatient'],
      '--product names, which is missing',
    ],
    [['--policy', 'changed', '--charts', 'bulk', '--format', 'xml'], '--format must be one of'],
    [['--policy', 'changed', '--charts', 'bulk', '--queue'], 'DATABASE_URL is missing'],
    [['worker'], 'DATABASE_URL is missing'],
    [['worker', '--charts', 'bulk'], '--charts is not for a worker'],
  ])('%j are told in one line', async (argv, message) => {
    const { code, error, out } = await impact(folder, argv);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(message);
    expect(error.trim().split('\n')).toHaveLength(1);
  });

  it('in the changed policy are told with file and line, before any chart is read', async () => {
    const wrong = changedPolicy(
      at('wrong'),
      POLICY,
      'fact: age-at-request-and-infusion',
      'fact: age-at-requst',
    );
    const { code, error } = await impact(folder, ['--policy', wrong, '--charts', 'bulk']);
    expect(code).toBe(2);
    expect(error).toMatch(/carepartners-ct-tecartus\/policy\.yaml:\d+ .*age-at-requst/);
  });
});
