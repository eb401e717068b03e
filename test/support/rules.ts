import type { Bundle } from 'fhir/r4.js';
import { expect } from 'vitest';
import type { CriterionResult } from '../../src/engine/criteria.ts';
import { withParts, type Determination } from '../../src/engine/determination.ts';
import { all, any, type Truth } from '../../src/fhir/truth.ts';
import type { Library } from '../../src/policy/library.ts';
import { flatten, type Criterion } from '../../src/policy/policy.ts';

const truthOf = ({ status }: CriterionResult): Truth =>
  status === 'unknown' ? null : status === 'met' || status === 'not-applicable';

const DECISION = new Map<Truth, Determination['decision']>([
  [true, 'criteria-met'],
  [false, 'criteria-not-met'],
  [null, 'documentation-needed'],
]);

/** Types that no chart record stands behind: the order itself is in the request. */
const referencesOf = (chart: Bundle, order: string): ReadonlySet<string> =>
  new Set([
    order,
    ...(chart.entry ?? []).flatMap(({ resource }) =>
      resource?.id === undefined ? [] : [`${resource.resourceType}/${resource.id}`],
    ),
  ]);

/**
 * The rules of `determination.md` that no determination may break, whatever the chart.
 * @param criterionIds every id of the determination's indication, as data of the tests
 */
export function assertRules(
  determination: Determination,
  chart: Bundle,
  library: Library,
  criterionIds: Readonly<Record<string, readonly string[]>>,
): void {
  const held = referencesOf(chart, determination.order);
  const { policy, indication, criteria, decision, alternatives = [] } = determination;
  const name = `${policy.id}/${indication ?? 'none'}`;
  assertCriteria(name, criteria, held);
  for (const { indication: other, criteria: parts, decision: second } of alternatives) {
    const key = `${policy.id}/${other}`;
    assertCriteria(key, parts, held);
    assertIds(key, parts, criterionIds);
    expect(second, `${key}: decision by its criteria`).toBe(DECISION.get(all(parts.map(truthOf))));
  }
  if (indication !== null) {
    assertIds(name, criteria, criterionIds);
    expect(decision, `${name}: decision by its criteria`).toBe(DECISION.get(all(criteria.map(truthOf))));
    assertComposites(determination, library);
  } else if (decision === 'no-covered-indication') {
    expect(criteria, `${name}: criteria`).toEqual([]);
  } else {
    expect(decision, `${name}: decision`).toBe('documentation-needed');
  }
  const known = new Set([
    ...withParts(criteria).map(({ id }) => id),
    ...alternatives.flatMap((alternative) => withParts(alternative.criteria)).map(({ id }) => id),
  ]);
  for (const { id, criteria: touched } of determination.anomalies)
    for (const criterion of touched) expect(known, `anomaly ${id} names a criterion`).toContain(criterion);
}

function assertCriteria(name: string, criteria: readonly CriterionResult[], held: ReadonlySet<string>): void {
  for (const { id, status, needs, evidence, missing, title, locator } of withParts(criteria)) {
    const where = `${name}: ${id} (${locator})`;
    expect(title.length > 0 && locator.length > 0, `${where}: has a title and a locator`).toBe(true);
    expect(needs !== undefined, `${where}: needs something exactly when it is unknown`).toBe(
      status === 'unknown',
    );
    if (status === 'met') expect(evidence.length, `${where}: met needs evidence`).toBeGreaterThan(0);
    if (status !== 'unknown') expect(missing, `${where}: nothing is missing once it is decided`).toEqual([]);
    if (status === 'met' || status === 'not-met')
      expect(
        evidence.some(({ decides }) => decides !== false),
        `${where}: something decides it`,
      ).toBe(true);
    for (const { reference } of evidence)
      expect(held, `${where}: evidence is in the chart`).toContain(reference);
  }
}

const assertIds = (
  name: string,
  criteria: readonly CriterionResult[],
  criterionIds: Readonly<Record<string, readonly string[]>>,
): void => {
  const ids = withParts(criteria)
    .map(({ id }) => id)
    .filter((id) => !id.endsWith('/applies'));
  expect(ids, `${name}: criteria in the policy's order`).toEqual(criterionIds[name]);
};

/** A composite follows from its parts, but where a clinician's answer stands beside them. */
function assertComposites({ policy, indication, criteria }: Determination, library: Library): void {
  const source = library.policies
    .filter(({ id, version }) => id === policy.id && version === policy.version)
    .flatMap(({ indications }) => indications)
    .filter(({ id }) => id === indication);
  const byId = new Map<string, Criterion>(
    flatten(source.flatMap((item) => item.criteria)).flatMap((item) =>
      item.id === undefined ? [] : [[item.id, item] as const],
    ),
  );
  for (const result of withParts(criteria)) {
    const criterion = byId.get(result.id);
    const test = criterion?.test;
    const isAnswered = result.evidence.some(({ reference }) =>
      reference.startsWith('QuestionnaireResponse/'),
    );
    if (test === undefined || !('parts' in test) || isAnswered || result.status === 'not-applicable')
      continue;
    if (test.parts.length !== result.criteria.length) continue;
    // A person looks at what is false where the policy's text does not say what follows.
    if (criterion?.ifNot !== undefined && result.needs === 'review') continue;
    const truths = result.criteria.map(truthOf);
    expect(truthOf(result), `${result.id}: follows from its parts`).toBe(
      test.kind === 'any' ? any(truths) : all(truths),
    );
  }
}
