import { writeFileSync } from 'node:fs';
import { end, FOLDERS, policiesNamed, readAll, usage, type Ended } from './command.ts';
import { testReport } from './test-report.ts';
import { vignetteIndex, vignetteIndexPath, vignetteIndexText } from './vignette-index.ts';

/**
 * `npm run policy:test [-- <policy>]`: runs the vignettes of a policy, or of all. Where all came out as expected it writes
 * beside the policy which of them show what.
 */
async function test([name, ...rest]: readonly string[]): Promise<Ended> {
  if (rest.length > 0) return usage('usage: npm run policy:test [-- <policy>]');
  const read = readAll(FOLDERS);
  if ('lines' in read) return read;
  const policies = policiesNamed(name, read.library);
  if ('lines' in policies) return policies;
  const reports = [];
  for (const policy of policies) {
    const report = await testReport(policy, read.library, read.vignettes);
    if (report.isAsExpected)
      writeFileSync(
        vignetteIndexPath(policy, FOLDERS.services),
        vignetteIndexText(vignetteIndex(policy, read.library, read.vignettes)),
      );
    reports.push(report);
  }
  return {
    lines: reports.flatMap(({ lines }, index) => (index === 0 ? lines : ['', ...lines])),
    exitCode: reports.every(({ isAsExpected }) => isAsExpected) ? 0 : 1,
  };
}

end(await test(process.argv.slice(2)));
