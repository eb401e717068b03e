import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds on a page as it stands against WCAG 2.2 A and AA, and against its own good practice.
 * @returns for each finding the rule, the element and what is wrong with it
 */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // As an expression of the debugger: the page's own security policy lets no other script in.
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate<{
    readonly violations: readonly string[];
    readonly passes: number;
  }>(`
    axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations, passes }) => ({
      passes: passes.length,
      violations: violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)),
    }))
  `);
  if (passes === 0) throw new Error('axe looked at nothing');
  return violations;
}

/** What is wider than its place and scrolls sideways: the page, or a part of it that is no region for the keyboard. */
export const overflowsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('*')].filter((element) => {
      const isPage = element === document.documentElement;
      const scrolls = isPage || ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      return scrolls && !element.matches('[tabindex="0"], textarea') && element.scrollWidth > element.clientWidth;
    }).map((element) => element.tagName + '.' + element.className + ' by ' + (element.scrollWidth - element.clientWidth))
  `);

/** Presses Tab until an element has the focus, as who has no pointer does. @throws Error when Tab does not lead there */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.waitFor();
  const focused = target.and(page.locator(':focus'));
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if ((await focused.count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not lead to ${String(target)}`);
}

/** More than any view has places for the focus. */
const MOST_STEPS = 400;

/** What would be cut off on paper, where nothing scrolls: each element with its class. @param page in print */
export const cutOffOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('body *')].filter((element) => {
      const { overflowX, overflowY, display, clipPath } = getComputedStyle(element);
      const isCut = (overflow, inner, outer) => overflow !== 'visible' && inner > outer + 1;
      return display !== 'inline' && clipPath === 'none' && element.checkVisibility() && (
        isCut(overflowX, element.scrollWidth, element.clientWidth) ||
        isCut(overflowY, element.scrollHeight, element.clientHeight));
    }).map((element) => element.tagName + '.' + element.className)
  `);
