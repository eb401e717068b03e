import type { Library } from '../../src/policy/library.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { coverageOf, gapsOf, shortId } from './coverage.ts';
import { STATES } from './states.ts';
import { policiesOf, runVignette, type StoredVignette } from './vignette-files.ts';

const HEADINGS = { met: 'met', 'not-met': 'not met', unknown: 'unknown', 'not-applicable': 'n/a' } as const;
const WIDTH = 9;

/** Runs the vignettes of one policy: what came out otherwise, and how often each criterion is shown in each status. */
export async function testReport(
  policy: Policy,
  library: Library,
  all: readonly StoredVignette[],
): Promise<{ readonly lines: readonly string[]; readonly isAsExpected: boolean }> {
  const vignettes = all.filter((vignette) => policiesOf(vignette).includes(policy.id));
  const failures: string[] = [];
  let failed = 0;
  for (const stored of vignettes) {
    const { differences } = await runVignette(stored, library);
    if (differences.length === 0) continue;
    failed += 1;
    const { file, vignette } = stored;
    failures.push(`${file}, ${vignette.name}: ${vignette.story}`, ...differences.map((item) => `  ${item}`));
  }
  const rows = coverageOf(policy, library, vignettes);
  const gaps = rows.filter((row) => gapsOf(row).length > 0);
  const numbers = rows.map(({ indication, id }) => shortId(policy.id, indication, id));
  const wide = Math.max(20, ...numbers.map((number) => number.length)) + 2;
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(WIDTH)).join('');
  const table = policy.indications.flatMap(({ id: indication, title }) => [
    '',
    `${indication}: ${title}`,
    `${' '.repeat(wide)}${cells(STATES.map((state) => HEADINGS[state]))}`,
    ...rows.flatMap((row, index) => {
      if (row.indication !== indication) return [];
      const counts = STATES.map((state) => String(row.shown[state]?.length ?? '-'));
      const mark = gapsOf(row).length === 0 ? '' : '  <- not shown in every status';
      return [`${(numbers[index] ?? '').padEnd(wide)}${cells(counts)}${mark}`];
    }),
  ]);
  const count = `${vignettes.length} vignette${vignettes.length === 1 ? '' : 's'}`;
  return {
    lines: [
      `${policy.id}, version ${policy.version}: ${policy.title}`,
      failed === 0 ? `${count}, all as expected.` : `${count}, ${failed} not as expected:`,
      ...failures,
      '',
      'How many vignettes show each criterion in each status (-: it cannot have it):',
      ...table,
      '',
      gaps.length === 0
        ? 'Every criterion is shown in every status that it can have.'
        : `${gaps.length} of ${rows.length} criteria are not shown in every status that they can have.`,
    ],
    isAsExpected: failed === 0,
  };
}
