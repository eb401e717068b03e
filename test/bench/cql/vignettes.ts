import type { CriterionResult } from '../../../src/engine/criteria.ts';
import type { Determination } from '../../../src/engine/determination.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import type { Library } from '../../../src/policy/library.ts';
import { shortId } from '../../policy-tools/coverage.ts';
import { runVignette, type StoredVignette } from '../../policy-tools/vignette-files.ts';
import type { State } from '../../policy-tools/states.ts';
import { statusOf } from '../../support/expectation.ts';
import type { Expectation } from '../../support/vignette-schema.ts';
import { POLICY, type EvaluateCql } from './criteria.ts';

/** Whether CQL answers the policy's vignettes right: what they state, and all else that the service answers to them. */

export interface Comparison {
  /** Vignettes that were compared. */
  readonly compared: number;
  /** Vignettes that were not: why, and how many. */
  readonly leftOut: Readonly<Record<LeftOut, number>>;
  /** What CQL answers otherwise, one sentence each. */
  readonly differences: readonly string[];
  /** By number of the criterion: how many vignettes state each status, and CQL answers so. */
  readonly right: Readonly<Record<string, Readonly<Record<State, number>>>>;
}

const INDICATION = 'tecartus';

/** What is settled before the criteria are asked, and so not in CQL. A vignette of it is left out whole. */
type LeftOut =
  | 'the order names no product'
  | 'whether the policy applies is not known'
  | 'no indication covers the diagnosis';

function leftOutBy({ decision, criteria }: Expectation): LeftOut | undefined {
  if ('product' in criteria) return 'the order names no product';
  if ('applies' in criteria) return 'whether the policy applies is not known';
  return decision === 'no-covered-indication' ? 'no indication covers the diagnosis' : undefined;
}

export async function compareVignettes(
  vignettes: readonly StoredVignette[],
  library: Library,
  evaluate: EvaluateCql,
): Promise<Comparison> {
  const leftOut = {
    'the order names no product': 0,
    'whether the policy applies is not known': 0,
    'no indication covers the diagnosis': 0,
  };
  const differences: string[] = [];
  const right: Record<string, Record<State, number>> = {};
  let compared = 0;
  for (const stored of vignettes) {
    const expected = expectationOf(stored);
    if (expected === undefined) continue;
    const reason = leftOutBy(expected);
    if (reason !== undefined) {
      leftOut[reason] += 1;
      continue;
    }
    compared += 1;
    const { vignette, sent } = stored;
    const chart = (sent.chart.entry ?? []).map(({ resource }) => resource as unknown as JsonObject);
    const answer = await evaluate(chart, sent.order, vignette.asOf);
    const { determinations } = await runVignette(stored, library);
    const ours = statusesOf(determinations);
    const differs = (what: string, found: string | undefined, wanted: string | undefined): void => {
      differences.push(
        `${stored.file}, ${vignette.name}: ${what} is ${found ?? 'not there'}, expected ${wanted ?? 'nothing'}`,
      );
    };
    for (const [id, outcome] of Object.entries(expected.criteria)) {
      const wanted = statusOf(outcome);
      const found = answer.criteria[id];
      if (found === wanted) {
        const counts = (right[id] ??= { met: 0, 'not-met': 0, unknown: 0, 'not-applicable': 0 });
        counts[wanted] += 1;
      } else differs(`criterion ${id}`, found, wanted);
    }
    if (expected.decision !== undefined && answer.decision !== expected.decision)
      differs('the decision', answer.decision, expected.decision);
    for (const [id, wanted] of ours)
      if (!(id in expected.criteria) && answer.criteria[id] !== wanted)
        differs(`criterion ${id}`, answer.criteria[id], wanted);
  }
  return { compared, leftOut, differences, right };
}

const expectationOf = ({ vignette }: StoredVignette): Expectation | undefined =>
  vignette.expect[`${POLICY}/${INDICATION}`] ?? vignette.expect[`${POLICY}/none`];

/** Every criterion of the policy's determination by its number, parts too. */
export function statusesOf(determinations: readonly Determination[]): ReadonlyMap<string, State> {
  const statuses = new Map<string, State>();
  const add = ({ id, status, criteria }: CriterionResult): void => {
    statuses.set(shortId(POLICY, INDICATION, id), status);
    criteria.forEach(add);
  };
  const own = determinations.filter(({ policy }) => policy.id === POLICY);
  for (const { criteria, alternatives = [] } of own)
    [...criteria, ...alternatives.flatMap((alternative) => alternative.criteria)].forEach(add);
  return statuses;
}
