import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadLibrary } from '../../src/server/policies.ts';
import { determinationsOf, fixture, omit, runInside, scratchFolder, type Outcome } from './command-line.ts';

const NAME = 'b-all-all-attested';
const { chart, request, resources, draft } = fixture(NAME);
const patientId = request.context.patientId;
const scratch = scratchFolder();
afterAll(scratch.remove);

const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
const without = (type: string) => resources.filter(({ resourceType }) => resourceType !== type);
const only = (type: string) => resources.filter(({ resourceType }) => resourceType === type);
const bundle = (entries: readonly unknown[], more: object = {}) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries.map((resource) => ({ resource })),
  ...more,
});

const files = {
  chart: scratch.write('chart.json', chart),
  order: scratch.write('order.json', draft),
  withoutCoverage: scratch.write('without-coverage.json', bundle(without('Coverage'))),
  coverage: scratch.write('coverage.json', {
    resourceType: 'Coverage',
    status: 'active',
    type: { coding: [{ system: 'https://nahdo.org/sopt', code: '111' }] },
    payor: [{ display: 'CarePartners of Connecticut' }],
  }),
};

/** A determination without what differs from call to call. */
const settled = (outcome: Outcome) =>
  determinationsOf(outcome).map((determination) => omit(determination, 'id', 'hookInstance'));

const statuses = (outcome: Outcome) =>
  determinationsOf(outcome).map(({ order, decision, criteria }) => ({
    order,
    decision,
    criteria: criteria.map(({ id, status, needs }) => [id, status, needs]),
  }));

const json = (...args: readonly string[]) => runInside([...args, '--json']);

describe('a chart in a file', () => {
  const order = ['--order', files.order] as const;

  it.each([
    ['Bundle', 'bundle.json', chart],
    ['Bundle with a byte order mark', 'marked.json', `\uFEFF${JSON.stringify(chart)}`],
    [
      'searchset of $everything, its matches marked as included',
      'searchset.json',
      {
        ...chart,
        type: 'searchset',
        entry: resources.map((resource) => ({
          resource,
          search: { mode: resource.resourceType === 'Patient' ? 'match' : 'include' },
        })),
      },
    ],
    ['array of resources', 'array.json', resources],
    [
      'array of search pages',
      'pages.json',
      [
        bundle(resources.slice(0, 99), { link: [{ relation: 'next', url: '/2' }] }),
        bundle(resources.slice(99), { link: [{ relation: 'self', url: '/2' }] }),
      ],
    ],
    [
      'Bundle of Bundles',
      'batch.json',
      bundle([bundle(resources.slice(0, 50)), bundle(resources.slice(50))]),
    ],
    [
      'NDJSON with CRLF and a last empty line',
      'chart.ndjson',
      `${lines(resources).replaceAll('\n', '\r\n')}\r\n`,
    ],
  ] as const)('is the same as %s', async (_form, name, content) => {
    const expected = await json('--chart', NAME, ...order);
    const outcome = await json('--chart', scratch.write(name, content), ...order);
    expect(outcome).toMatchObject({ code: 0, error: '' });
    expect(settled(outcome)).toEqual(settled(expected));
  });

  it('may be several files, as a bulk export has them', async () => {
    const types = [...new Set(resources.map(({ resourceType }) => resourceType))];
    const args = types.flatMap((type) => ['--chart', scratch.write(`${type}.ndjson`, lines(only(type)))]);
    const outcome = await json(...args, ...order);
    expect(outcome.code, outcome.error).toBe(0);
    expect(settled(outcome)).toEqual(settled(await json('--chart', NAME, ...order)));
  });

  it('is a transaction as a server would have it: no ids, references by urn:uuid', async () => {
    const urns = new Map(
      resources.map(({ resourceType, id }, index) => [
        `${resourceType}/${id ?? ''}`,
        `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      ]),
    );
    const content = JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map(({ id, ...resource }) => ({
        fullUrl: urns.get(`${resource.resourceType}/${id ?? ''}`),
        resource,
        request: { method: 'POST', url: resource.resourceType },
      })),
    }).replaceAll(/"reference":"([^"]+)"/g, (whole, reference: string) =>
      urns.has(reference) ? `"reference":"${urns.get(reference) ?? ''}"` : whole,
    );
    const anonymous = omit(draft, 'subject', 'encounter', 'insurance');
    const outcome = await json(
      '--chart',
      scratch.write('transaction.json', content),
      '--order',
      scratch.write('anonymous-order.json', anonymous),
    );
    expect(outcome.code, outcome.error).toBe(0);
    const patient = [...urns].find(([reference]) => reference === `Patient/${patientId}`)?.[1];
    expect(determinationsOf(outcome)[0]?.patient).toBe(`Patient/${patient?.slice('urn:uuid:'.length) ?? ''}`);
  });

  it('that a next page was left out of meets nothing by what it holds', async () => {
    const cut = bundle(without('Coverage'), {
      link: [{ relation: 'next', url: 'https://example.org/fhir?page=2' }],
    });
    const outcome = await json(
      '--chart',
      scratch.write('cut.json', cut),
      ...order,
      '--coverage',
      files.coverage,
    );
    expect(outcome.code).toBe(1);
    const statuses = determinationsOf(outcome)[0]?.criteria.map(({ status, needs }) => needs ?? status);
    expect(statuses).toContain('data-access');
    expect(statuses?.[0], 'the diagnosis').toBe('data-access');
  });

  it('of several patients needs to know which', async () => {
    const both = scratch.write('both.json', [...resources, ...fixture('mcl-all-attested').resources]);
    const bare = scratch.write('tecartus.json', {
      resourceType: 'MedicationRequest',
      medicationCodeableConcept: { text: 'Tecartus' },
    });
    const outcome = await json('--chart', both, '--order', bare);
    expect(outcome).toMatchObject({
      code: 65,
      error: `determine: --chart ${both}: holds 2 Patients; --patient <id> chooses one\n`,
    });
    const chosen = await json('--chart', both, '--order', bare, '--patient', 'ortiz');
    expect(determinationsOf(chosen)[0]?.patient).toBe('Patient/ortiz');
  });
});

describe('an order in a file', () => {
  const whole = ['--chart', files.chart] as const;

  it.each([
    ['a hook request', 'request.json', request],
    ['a bare order', 'bare.json', draft],
    ['a Bundle of drafts', 'drafts.json', request.context.draftOrders],
    [
      'an array of drafts',
      'drafts-array.json',
      request.context.draftOrders.entry.map(({ resource }) => resource),
    ],
  ] as const)('may be %s', async (_form, name, content) => {
    const outcome = await json(...whole, '--order', scratch.write(name, content));
    expect(outcome.code, outcome.error).toBe(0);
    expect(statuses(outcome)).toEqual(statuses(await json('--chart', NAME)));
  });

  it('may be as small as a drug by its name', async () => {
    const tiny = scratch.write('tiny.json', {
      resourceType: 'MedicationRequest',
      medicationCodeableConcept: { text: 'Aucatzyl' },
    });
    const outcome = await json(...whole, '--order', tiny);
    expect(outcome.code).toBe(0);
    expect(determinationsOf(outcome)[0]).toMatchObject({
      order: 'MedicationRequest/draft-1',
      product: 'aucatzyl',
      setting: 'unknown',
      anomalies: expect.not.arrayContaining([expect.objectContaining({ id: 'chart.unreadable' })]) as unknown,
    });
  });

  it('brings its own chart when it has prefetch', async () => {
    const replay = scratch.write('replay.json', { ...request, prefetch: { everything: chart } });
    expect(settled(await json('--order', replay))).toEqual(settled(await json('--chart', NAME)));
  });

  it('is not for another patient', async () => {
    const other = await json('--chart', 'mcl-all-attested', '--order', NAME);
    expect(other).toEqual({
      code: 65,
      out: '',
      error: `determine: --order ${NAME}: is for Patient/${patientId}, but --chart mcl-all-attested is the chart of Patient/ortiz\n`,
    });
    const bare = await runInside(['--chart', 'mcl-all-attested', '--order', files.order]);
    expect(bare.code).toBe(3);
    expect(bare.out.replaceAll(/\s+/g, ' ')).toContain(
      'Aucatzyl: the order is for another patient. The subject of the order is not the patient of this call',
    );
  });
});

describe('a coverage', () => {
  const order = ['--order', files.order] as const;

  it('that is missing is told with its remedy, which works', async () => {
    const lacking = await json('--chart', files.withoutCoverage, ...order);
    expect(lacking.code).toBe(69);
    expect(lacking.error).toMatch(
      /^determine: the patient's Coverage could not be read: .*; --coverage <file> supplies it\n$/,
    );
    const supplied = await json('--chart', files.withoutCoverage, ...order, '--coverage', files.coverage);
    expect(supplied.code, supplied.error).toBe(0);
    expect(determinationsOf(supplied)[0]?.coverage).toBe('Coverage/coverage-1');
  });

  it('that has ended leaves the order without a determination, and says so', async () => {
    const ended = resources.map((resource) =>
      resource.resourceType === 'Coverage' ? { ...resource, period: { end: '2020-12-31' } } : resource,
    );
    const outcome = await runInside(['--chart', scratch.write('ended.json', ended), ...order]);
    expect(outcome.code).toBe(3);
    expect(outcome.out.replaceAll(/\s+/g, ' ')).toContain(
      'No Coverage of the patient is active on the date of service. Whether prior authorization is required was not determined; ask the payer.',
    );
    expect(outcome.error).toBe('determine: --coverage <file> adds a Coverage to the chart\n');
  });

  it('of another payer leaves the order without a determination, and names the payer', async () => {
    const other = scratch.write('other-payer.json', {
      resourceType: 'Coverage',
      status: 'active',
      payor: [{ display: 'Example Mutual' }],
    });
    const outcome = await runInside(['--chart', files.withoutCoverage, ...order, '--coverage', other]);
    expect(outcome.code).toBe(3);
    expect(outcome.out.replaceAll(/\s+/g, ' ')).toContain('no policy of Example Mutual is on file');
  });
});

describe('orders of which one cannot be told', () => {
  it('end with 69, and with why', async () => {
    const orders = scratch.write('unread.json', [
      draft,
      { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/elsewhere' } },
    ]);
    const outcome = await runInside(['--chart', NAME, '--order', orders]);
    expect(outcome.code).toBe(69);
    expect(outcome.out).toContain('Decision      criteria-met');
    expect(outcome.out).toContain('- One order names its drug in a Medication that could not be read');
  });

  it('end with 3 where a withdrawn one is all there is', async () => {
    const withdrawn = scratch.write('withdrawn.json', { ...draft, status: 'revoked' });
    const outcome = await runInside(['--chart', NAME, '--order', withdrawn]);
    expect(outcome.code).toBe(3);
    expect(outcome.out).toContain('withdrawn');
  });
});

describe('a mistake is one line that names the option and the file', () => {
  const truncated = JSON.stringify(chart).slice(0, 2000);
  const bad = (name: string, content: string): string => scratch.write(name, content);

  it.each([
    ['--chart', join(scratch.path, 'nowhere.json'), 'there is no such file, and no fixture of that name'],
    [
      '--chart',
      'b-all-refutd',
      'there is no such file, and no fixture of that name; did you mean "b-all-refuted"?',
    ],
    ['--chart', 'src', 'is a folder without chart.json'],
    ['--chart', bad('truncated.json', truncated), 'is not JSON (line 1 column 2001)'],
    [
      '--chart',
      bad('half.ndjson', `${lines(resources.slice(0, 2))}\n{"resourceType":\n`),
      'is not NDJSON: line 3 is not JSON',
    ],
    ['--chart', bad('empty.json', ' \n'), 'is empty'],
    ['--chart', bad('chart.xml', '<Bundle xmlns="http://hl7.org/fhir"/>'), 'is XML; only FHIR JSON is read'],
    ['--chart', bad('other.json', '{"patients": []}'), 'holds no FHIR resource'],
    ['--chart', bad('number.json', '42'), 'holds no FHIR resource'],
    [
      '--order',
      bad('no-order.json', JSON.stringify(only('Patient'))),
      'holds Patient: a hook request, a MedicationRequest or a ServiceRequest is needed',
    ],
    [
      '--order',
      bad('bad-request.json', JSON.stringify({ ...request, context: {} })),
      'is no CDS Hooks request that is served here: context.',
    ],
    [
      '--order',
      bad('other-hook.json', JSON.stringify({ ...request, hook: 'patient-view' })),
      'is no CDS Hooks request that is served here: hook: ',
    ],
    ['--coverage', bad('no-coverage.json', JSON.stringify(draft)), 'holds no Coverage'],
  ] as const)('%s %s', async (option, name, problem) => {
    const args =
      option === '--chart' ? [option, name, '--order', files.order] : ['--chart', NAME, option, name];
    const outcome = await runInside(args);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code: 65, out: '' });
    expect(outcome.error).toContain(`determine: ${option} ${name}: ${problem}`);
    expect(outcome.error.trimEnd().split('\n')).toHaveLength(1);
  });

  it('repeats nothing of what a broken chart says', async () => {
    const broken = bad(
      'broken.json',
      '{"resourceType":"Patient","name":[{"family":"Secretname" "given":[]}]}',
    );
    const { error } = await runInside(['--chart', broken, '--order', files.order]);
    expect(error).not.toContain('Secretname');
  });

  it.each([
    [[], '--chart (or --server) is missing'],
    [['--chrt', NAME], '--chrt: there is no such option; did you mean "--chart"?'],
    [['--chart'], '--chart: its value is missing'],
    [['--chart', '--json'], '--chart: its value is missing'],
    [['--chart', ''], '--chart is empty'],
    [['--json=yes', '--chart', NAME], '--json takes no value'],
    [[NAME], `"${NAME}" follows no option; write npm run determine -- --chart ${NAME}`],
    [['--chart', NAME, '--as-of', '2026-02-30'], '--as-of 2026-02-30: not a date such as 2026-03-02'],
    [['--chart', NAME, '--as-of', '2026-03'], '--as-of 2026-03: not a date such as 2026-03-02'],
    [['--chart', files.chart], `--order is missing: --chart ${files.chart} is no fixture with an order`],
    [['--order', files.order], `--chart (or --server) is missing: --order ${files.order} brings no prefetch`],
    [
      ['--chart', NAME, '--server', 'https://example.org'],
      '--chart and --server: give one of them, not both',
    ],
    [['--chart', NAME, '--token-env', 'T'], '--token-env is for --server, which is missing'],
  ] as const)('usage: %j', async (args, problem) => {
    const outcome = await runInside(args);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code: 64, out: '' });
    expect(outcome.error).toContain(`determine: ${problem}`);
    expect(outcome.error.trimEnd().split('\n')).toHaveLength(1);
  });

  it('in the policy files ends with 70 and lists them', async () => {
    const outcome = await runInside(['--chart', NAME], { library: () => loadLibrary(scratch.path) });
    expect(outcome.code).toBe(70);
    expect(outcome.error).toContain('problem(s) in the policy files');
  });
});
