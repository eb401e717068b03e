import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on a page as it stands: rule, and the elements that break it. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // By the debugger: the page's own security policy lets no other script in.
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`axe did not run: ${exceptionDetails.text}`);
    return result.value;
  };
  await evaluate(axe);
  const found = await evaluate(
    'axe.run(document).then(({ violations, passes }) => ({ passes: passes.length, violations: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)) }))',
  );
  await session.detach();
  const { passes, violations } = found as { readonly passes: number; readonly violations: readonly string[] };
  if (passes === 0) throw new Error('axe looked at nothing');
  return violations;
}

/** True when the page is no wider than its window. */
export const fitsItsWindow = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');
