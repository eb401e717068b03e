import { beforeAll, describe, expect, it } from 'vitest';
import { coverageOf, shortId } from '../../policy-tools/coverage.ts';
import { STATES } from '../../policy-tools/states.ts';
import { policiesOf, readVignettes, vignetteFiles } from '../../policy-tools/vignette-files.ts';
import { library } from '../calls.ts';
import { createCqlCriteria, POLICY, type EvaluateCql } from './criteria.ts';
import { translate } from './translate.ts';
import { compareVignettes, type Comparison } from './vignettes.ts';

/** The row of the benchmark counts only where CQL answers the policy's vignettes right. */

const policy = library.policies.find(({ id }) => id === POLICY);
if (policy === undefined) throw new Error(`there is no policy ${POLICY}`);
const own = readVignettes(vignetteFiles()).vignettes.filter((stored) => policiesOf(stored).includes(POLICY));

describe('the criteria in CQL', () => {
  let evaluate: EvaluateCql;
  let comparison: Comparison;
  beforeAll(async () => {
    evaluate = createCqlCriteria(library);
    comparison = await compareVignettes(own, library, evaluate);
  });

  it('are answered as every vignette states, and beyond that as the service answers it', () => {
    expect(comparison.differences).toEqual([]);
    const leftOut = Object.values(comparison.leftOut).reduce((sum, count) => sum + count, 0);
    expect(comparison.compared + leftOut).toBe(own.length);
    expect(comparison.compared).toBeGreaterThan(10 * leftOut);
  });

  it.each(coverageOf(policy, library, own))(
    '$id is shown in every status that it can have',
    ({ id, indication, shown }) => {
      const right = comparison.right[shortId(POLICY, indication, id)];
      for (const state of STATES) {
        const stated = shown[state]?.length;
        if (stated === undefined) expect(right?.[state] ?? 0, state).toBe(0);
        else expect(right?.[state], state).toBeGreaterThanOrEqual(Math.max(1, stated));
      }
    },
  );

  it('are compared so that a wrong answer shows', async () => {
    const wrong: EvaluateCql = async (...call) => {
      const answer = await evaluate(...call);
      return { ...answer, criteria: { ...answer.criteria, '2': 'unknown' } };
    };
    const { differences } = await compareVignettes(own.slice(0, 1), library, wrong);
    expect(differences).toEqual([
      'test/determinations/age.yaml, tecartus-eighteen-at-request: criterion 2 is unknown, expected met',
    ]);
  });
});

describe('a mistake in CQL', () => {
  it('is named with its library and line', () => {
    expect(() => translate({ Wrong: 'library Wrong version \'1\'\ndefine "A": Nobody' })).toThrow(
      /^Wrong\.cql:2 Could not resolve identifier Nobody/,
    );
  });
});
