import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs the suite, in two time zones where that matters; names each skipped test, and closes with one line for both runs. */

/** What is read of the report that Vitest writes in Jest's form. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let status = 0;

/** Where days are read, compared or written: these must not depend on where the service runs. */
const DAYS = ['cli', 'crd', 'dtr', 'engine', 'fhir', 'fixture', 'records', 'vignettes'].map(
  (name) => `test/${name}`,
);
const given = process.argv.slice(2);
/** The whole suite on one side of the date line, what handles days on the other side too. */
const runs = [
  { zone: 'America/New_York', files: given },
  { zone: 'Pacific/Auckland', files: given.length === 0 ? DAYS : given },
];

for (const { zone, files } of runs) {
  process.stdout.write(`\nTime zone ${zone}\n`);
  const report = join(folder, `${zone.replace('/', '-')}.json`);
  const run = spawnSync(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...files],
    { stdio: 'inherit', env: { ...process.env, TZ: zone } },
  );
  status ||= run.status ?? 1;
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Report;
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests;
  for (const { assertionResults } of testResults)
    for (const { fullName } of assertionResults.filter((test) => test.status === 'skipped'))
      process.stdout.write(`skipped: ${fullName}\n`);
}
rmSync(folder, { recursive: true });
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = status;
