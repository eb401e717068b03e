import { asksForProduct, type Anomaly, type Determination } from '../engine/determination.ts';
import { productCriterion } from '../engine/standing-criteria.ts';
import type { Library } from '../policy/library.ts';
import type { Policy, Requirement } from '../policy/policy.ts';
import type { Link } from './card.ts';
import type { Determined } from './evaluation.ts';

/** Determinations that are told together. */
export type Page = readonly [Determined, ...Determined[]];

/**
 * Determinations that would fill the same card: a therapy is often ordered as several services at once (collection,
 * preparation, receipt, infusion), each with a determination of its own and all with the same criteria and records.
 * An order that names no product gets a determination of each policy, and all of them ask for the product.
 */
export function samePages(determinations: readonly Determined[]): readonly Page[] {
  const [only, ...others] = determinations;
  if (only !== undefined && others.length === 0) return [[only]];
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

/** A determination with the others of its order and coverage that ask for the product as it does. */
export function askedTogether(item: Determined, determinations: readonly Determined[]): Page {
  const { determination, order } = item;
  if (!asksForProduct(determination)) return [item];
  const others = determinations.filter(
    (other) =>
      other !== item &&
      other.order === order &&
      other.determination.coverage === determination.coverage &&
      asksForProduct(other.determination),
  );
  return [item, ...others];
}

/** The policies that a page stands on. */
export function policiesOf([first, ...rest]: Page): readonly [Policy, ...Policy[]] {
  const { policy } = first.governed;
  return [
    policy,
    ...new Set(rest.map(({ governed }) => governed.policy).filter((other) => other !== policy)),
  ];
}

/** "Policy: …" or "Policies: …; …", each with the day that it is in force from. @param said a title, fit for where it is shown */
export function policyWords(page: Page, said: (title: string) => string): string {
  const policies = policiesOf(page);
  const named = policies.map(({ title, effective }) => `${said(title)}, effective ${effective}`);
  return `${policies.length === 1 ? 'Policy' : 'Policies'}: ${named.join('; ')}.`;
}

/** The links of its policies, each once. */
export function linksOf(page: Page): readonly Link[] {
  const links = policiesOf(page).flatMap((policy) => policy.links);
  return [...new Map(links.map((link) => [link.url, { ...link, type: 'absolute' as const }])).values()];
}

/** The anomalies of its determinations, each once. */
export function anomaliesOf(page: Page): readonly Anomaly[] {
  const anomalies = page.flatMap(({ determination }) => determination.anomalies);
  return [...new Map(anomalies.map((anomaly) => [JSON.stringify(anomaly), anomaly])).values()];
}

/** What all determinations of a page say of authorization; unknown where they differ. */
export function requirementOf(page: Page): Requirement {
  const [{ determination }] = page;
  const { priorAuthorization } = determination;
  return page.every((item) => item.determination.priorAuthorization === priorAuthorization)
    ? priorAuthorization
    : 'unknown';
}

/**
 * The criteria that a page shows: where several policies ask for the product, one question with the products of them all;
 * where no diagnosis chose an indication, those of the one that comes nearest too.
 */
export function shownCriteria(page: Page, library: Library): Determination['criteria'] {
  const [{ determination, governed }] = page;
  const { criteria, alternatives } = determination;
  const policies = policiesOf(page);
  if (asksForProduct(determination) && policies.length > 1)
    return [productCriterion(policies, governed.order, library)];
  return criteria.some(({ criteria: parts, searched }) => parts.length > 0 || searched.length > 0)
    ? criteria
    : [...criteria, ...(alternatives?.[0]?.criteria ?? [])];
}
