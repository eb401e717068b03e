import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRequirements, requirementTable } from './requirements.ts';

/** `npm run conformance`: runs the conformance tests and prints which requirement they cover, and how it came out. */

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-conformance-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const run = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/conformance', '--reporter=json', `--outputFile.json=${report}`],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
rmSync(folder, { recursive: true });

const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
// A name that two tests share has passed when both have.
const results = new Map<string, boolean>();
for (const { fullName, status } of tests)
  results.set(fullName, (results.get(fullName) ?? true) && status === 'passed');
const { lines, isSound } = requirementTable(readRequirements(), results);
process.stdout.write(`${lines.join('\n')}\n`);

const failed = tests.filter(({ status }) => status === 'failed');
for (const { fullName, failureMessages } of failed)
  process.stdout.write(`\nFAIL ${fullName}\n${failureMessages[0] ?? ''}\n`);
for (const { name, message } of testResults)
  if (message !== '') process.stdout.write(`\nFAIL ${name.slice(root.length)}\n${message}\n`);
process.stdout.write(`${tests.length - failed.length} tests passed, ${failed.length} failed\n`);
process.exitCode = isSound && run.status === 0 ? 0 : 1;
