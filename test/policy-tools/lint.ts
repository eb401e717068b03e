import { dataFiles } from '../../src/server/policy-files.ts';
import { end, FOLDERS, printed, usage, type Ended } from './command.ts';
import { findingsOf } from './findings.ts';
import { vignetteFiles } from './vignette-files.ts';

/** `npm run policy:lint`: 0 when nothing is found but notes, 1 with a problem, 2 when only to-dos are left. */
function lint(args: readonly string[]): Ended {
  if (args.length > 0) return usage('usage: npm run policy:lint');
  const findings = findingsOf(dataFiles(FOLDERS.services), vignetteFiles(FOLDERS.vignettes));
  const count = (kind: string, one: string, many: string): string => {
    const found = findings.filter((finding) => finding.kind === kind).length;
    return `${found} ${found === 1 ? one : many}`;
  };
  return {
    lines: [
      ...findings.map(printed),
      `${count('problem', 'problem', 'problems')}, ${count('to-do', 'to-do', 'to-dos')}, ${count('note', 'note', 'notes')}`,
    ],
    exitCode: findings.some(({ kind }) => kind === 'problem')
      ? 1
      : findings.some(({ kind }) => kind === 'to-do')
        ? 2
        : 0,
  };
}

end(lint(process.argv.slice(2)));
