import type { Library } from '../policy/library.ts';
import { isForProduct, type Policy } from '../policy/policy.ts';
import type { CriterionResult } from './criteria.ts';
import type { GovernedOrder } from './determination.ts';
import type { PlannedOrder } from './result.ts';

/** Criteria that stand before those of any policy (`determination.md`, "Which orders get one"). */

/** It is not certain that the policy applies. */
export function appliesCriterion(
  policy: Policy,
  doubt: NonNullable<GovernedOrder['doubt']>,
): CriterionResult {
  return {
    id: `${policy.id}/applies`,
    title: 'The policy applies to this coverage',
    locator: 'Applies to',
    status: 'unknown',
    needs: 'review',
    evidence: doubt.evidence,
    missing: [{ what: doubt.reason }],
    searched: [],
    criteria: [],
  };
}

/**
 * The order is for CAR-T and names no product: its criteria cannot be evaluated before it does.
 * @param policies those that ask: any of their products is an answer
 */
export function productCriterion(
  policies: readonly [Policy, ...Policy[]],
  order: PlannedOrder,
  { products }: Library,
): CriterionResult {
  const brands = products.products
    .filter((product) => policies.some((policy) => isForProduct(policy.products, product)))
    .map(({ brand }) => brand)
    .sort();
  return {
    id: `${policies[0].id}/product`,
    title: 'The order names the CAR-T product',
    locator: 'Codes',
    status: 'unknown',
    needs: 'documentation',
    evidence: [
      {
        reference: order.reference,
        path: `${order.reference.split('/')[0] ?? ''}.code`,
        value: 'CAR-T, product not named',
      },
    ],
    missing: [{ what: `Name the product: ${CHOICE.format(brands)}` }],
    searched: [],
    criteria: [],
  };
}
const CHOICE = new Intl.ListFormat('en', { type: 'disjunction' });
