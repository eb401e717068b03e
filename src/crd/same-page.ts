import { asksForProduct } from '../engine/determination.ts';
import type { Determined } from './evaluation.ts';

/**
 * Determinations that would fill the same card: a therapy is often ordered as several services at once (collection,
 * preparation, receipt, infusion), each with a determination of its own and all with the same criteria and records.
 * An order that names no product gets a determination of each policy, and all of them ask for the product.
 */
export function samePages(
  determinations: readonly Determined[],
): readonly (readonly [Determined, ...Determined[]])[] {
  const pages = new Map<string, [Determined, ...Determined[]]>();
  for (const item of determinations) {
    const key = pageKey(item);
    const page = pages.get(key);
    if (page === undefined) pages.set(key, [item]);
    else page.push(item);
  }
  return [...pages.values()];
}

function pageKey({ determination }: Determined): string {
  const { order, coverage } = determination;
  if (asksForProduct(determination)) return coverage;
  // The order and its product are what the card lists.
  const said = { ...determination, product: undefined };
  return JSON.stringify(said).replaceAll(JSON.stringify(order), '"(the order)"');
}
