import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs the suite, in two time zones where that matters; names each skipped test, and closes with one line for all runs. */

/** What is read of the report that Vitest writes in Jest's form. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const workbenchBuild = fileURLToPath(new URL('../src/workbench-build.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** Named again at the end, since a log may be kept by its end alone. */
const failures: string[] = [];
let status = 0;

/** Where days are read, compared or written: these must not depend on where the service runs. */
const DAYS = ['cli', 'crd', 'dtr', 'engine', 'fhir', 'fixture', 'records', 'vignettes'].map(
  (name) => `test/${name}`,
);
/** What starts processes, or measures how long something takes: nothing else runs beside it. */
const ALONE = [
  'deploy/image',
  'deploy/scale',
  'impact/processes',
  'load/soak',
  'server/event-loop',
  'server/evaluation-threads',
  'server/fhir-connections',
  'server/upstream-faults',
  'store/faults',
].map((name) => `test/${name}`);
/** Vitest itself leaves one core idle, which on two cores is half of the machine. */
const EVERY_CORE = `--maxWorkers=${availableParallelism()}`;
/** On the other side of the date line. How a chart is delivered has no days in it: there each vignette brings its own whole. */
const AWAY = 'Pacific/Auckland';
/** Milliseconds: a busy machine must not fail a test; one that takes longer hangs. */
const PATIENCE = ['--testTimeout=60000', '--hookTimeout=60000'];
const given = process.argv.slice(2);
/** The whole suite on one side of the date line, what handles days on the other side too. */
const runs =
  given.length > 0
    ? [
        { zone: 'America/New_York', files: given },
        { zone: AWAY, files: given },
      ]
    : [
        {
          zone: 'America/New_York',
          files: [EVERY_CORE, ...ALONE.map((name) => `--exclude=${name}*`)],
        },
        { zone: 'America/New_York', files: ['--maxWorkers=1', ...ALONE] },
        { zone: AWAY, files: [EVERY_CORE, ...DAYS] },
      ];

/** What went wrong and where, without the calls inside the test runner. */
function ownLines(message: string): string {
  return message
    .split('\n')
    .filter((line) => !/^ {4}at .*(?:node_modules|new Promise|node:internal)/.test(line))
    .join('\n');
}

// Before the tests, which run side by side and would each build it.
spawnSync(process.execPath, [workbenchBuild], { stdio: 'inherit' });
for (const [index, { zone, files }] of runs.entries()) {
  process.stdout.write(`\nTime zone ${zone}\n`);
  const report = join(folder, `${index}.json`);
  const run = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...PATIENCE,
      ...files,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, TZ: zone, ...(zone === AWAY ? { DELIVERIES: 'collection' } : {}) },
    },
  );
  status ||= run.status ?? 1;
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Report;
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests;
  for (const { name, status: ended, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name);
    for (const test of assertionResults) {
      if (test.status === 'skipped') process.stdout.write(`skipped: ${test.fullName}\n`);
      if (test.status === 'failed')
        failures.push(`${file}: ${test.fullName}\n${ownLines(test.failureMessages.join('\n'))}`);
    }
    if (ended === 'failed' && assertionResults.every((test) => test.status !== 'failed'))
      failures.push(`${file}\n${message}`);
  }
}
rmSync(folder, { recursive: true });
for (const failure of failures) process.stdout.write(`\nfailed in ${failure}\n`);
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = status;
