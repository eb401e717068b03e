import { end, FOLDERS, policiesNamed, readAll, usage, type Ended } from './command.ts';
import { testReport } from './test-report.ts';

/** `npm run policy:test [-- <policy>]`: runs the vignettes of a policy, or of all. */
async function test([name, ...rest]: readonly string[]): Promise<Ended> {
  if (rest.length > 0) return usage('usage: npm run policy:test [-- <policy>]');
  const read = readAll(FOLDERS);
  if ('lines' in read) return read;
  const policies = policiesNamed(name, read.library);
  if ('lines' in policies) return policies;
  const reports = [];
  for (const policy of policies) reports.push(await testReport(policy, read.library, read.vignettes));
  return {
    lines: reports.flatMap(({ lines }, index) => (index === 0 ? lines : ['', ...lines])),
    exitCode: reports.every(({ isAsExpected }) => isAsExpected) ? 0 : 1,
  };
}

end(await test(process.argv.slice(2)));
