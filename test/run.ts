import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs the whole suite in two time zones, and closes with one line for both runs. */

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let status = 0;

for (const zone of ['America/New_York', 'Pacific/Auckland']) {
  process.stdout.write(`\nTime zone ${zone}\n`);
  const report = join(folder, `${zone.replace('/', '-')}.json`);
  const run = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: { ...process.env, TZ: zone } },
  );
  status ||= run.status ?? 1;
  const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  total.passed += counts['numPassedTests'] ?? 0;
  total.failed += counts['numFailedTests'] ?? 0;
  total.skipped += counts['numPendingTests'] ?? 0;
}
rmSync(folder, { recursive: true });
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = status;
