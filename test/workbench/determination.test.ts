import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { overflowsOf } from './accessibility.ts';
import { startWorkbench, type Opened, type View, type Workbench } from './browser.ts';

/** What was decided and why, as a reader goes through it: the tree, its records, the picture of the course. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

const REFRACTORY = /^Progression documented during the last regimen/;

/** The determination of a fixture's order. @param prepare before anything is asked of the service */
async function determined(
  fixture: string,
  view: View = {},
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Opened> {
  const opened = await workbench.open(view);
  await prepare(opened.page);
  await opened.page.goto(`${workbench.url}#/?patient=${fixture}&view=determination`);
  await opened.page.getByRole('heading', { name: 'Criteria', exact: true }).waitFor();
  return opened;
}

describe('the criteria', () => {
  it('say what fails, from which record, and lead to it with the element marked', async () => {
    const { page, troubles, close } = await determined('carvykti-late-progression');
    await page
      .getByRole('heading', { name: 'Criterion 3 of 6 is not met. 3 more are still open.' })
      .waitFor();
    const head = page.getByRole('button', { name: REFRACTORY });
    expect(await head.getAttribute('aria-expanded'), 'what fails stands open').toBe('true');

    await page.getByRole('radio', { name: /^Open/ }).check({ force: true });
    await page.getByRole('button', { name: /^4 Organ and marrow function/ }).waitFor();
    expect(await page.getByRole('button', { name: REFRACTORY }).count()).toBe(0);
    await page.getByRole('radio', { name: /^Not met/ }).check({ force: true });
    expect(await page.locator('.tree-head').count()).toBe(3);

    const evidence = page.getByRole('button', { name: /^Patient's condition worsened/ }).first();
    await evidence.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Observation/brennan-disease-status-2026-02-04' });
    await dialog.getByText('Counts for the decision').waitFor();
    const mark = dialog.locator('mark');
    expect(await mark.count()).toBe(1);
    expect(await mark.textContent()).toMatch(/^"valueCodeableConcept": \{[^]*"271299001"[^]*\}$/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.locator(':focus').textContent(), 'focus is back where it was').toBe(
      await evidence.textContent(),
    );
    expect(troubles).toEqual([]);
    await close();
  });

  it('are led to by what is to do, and say what was searched', async () => {
    const { page, close } = await determined('abecma-four-lines');
    await page.getByRole('button', { name: 'criterion 6' }).click();
    const head = page.getByRole('button', { name: /^6 No earlier FDA-approved BCMA-directed CAR-T/ });
    await vi.waitFor(async () => {
      expect(await page.locator(':focus').textContent()).toBe(await head.textContent());
    });
    const item = page.locator('.tree-item', { has: head });
    await item.getByText('What was searched').click();
    await item.getByText('Procedure').first().waitFor();
    await item.getByText('Only an FDA-approved BCMA-directed product is excluded').waitFor();
    await close();
  });
});

describe('the course', () => {
  const deciding = (page: Page) => page.locator('.course .is-deciding');

  it('shows limits, and what decided a criterion while the reader is at it, by pointer and by keyboard', async () => {
    const { page, close } = await determined('abecma-four-lines', { width: 1920, height: 1200 });
    await page.getByText('r.3, p.6: > 11.5 mg/dL or 2.875 mmol/L').waitFor();
    await page.getByText('p.1: rise ≥ 0.5 g/dL').waitFor();
    expect(await deciding(page).count()).toBe(0);
    await page.getByRole('button', { name: /^3 Relapsed or refractory/ }).click();
    await page.getByRole('button', { name: /^Progression documented during/ }).click();
    await page.getByRole('button', { name: /^Progression, shown by at least one/ }).click();
    const protein = page.getByRole('button', { name: /^p\.1 Serum M-protein up/ });
    await protein.hover();
    // Two results, and the two limits that they were held against.
    await vi.waitFor(async () => {
      expect(await deciding(page).count()).toBe(4);
    });
    expect(await deciding(page).locator('circle.halo').count()).toBe(2);
    await page.getByRole('button', { name: /^1 Age 18 or over/ }).focus();
    await vi.waitFor(async () => {
      expect(await deciding(page).count()).toBe(0);
    });
    await protein.focus();
    await vi.waitFor(async () => {
      expect(await deciding(page).count()).toBe(4);
    });
    await close();
  });

  it('is there as a table for who does not see it, with a way to each record', async () => {
    const { page, close } = await determined('abecma-four-lines');
    await page.getByText('The same as a table').click();
    const table = page.getByRole('region', { name: 'The patient’s course as a table' });
    const row = table.getByRole('row', { name: /2018-09-12.*Autologous hematopoietic cell transplant/ });
    await row.first().getByRole('button').click();
    await page.getByRole('dialog', { name: /^Procedure\// }).waitFor();
    await close();
  });

  it('that cannot be had leaves the criteria as they are', async () => {
    const { page, close } = await determined('abecma-four-lines', {}, (page) =>
      page.route('**/workbench/course', (route) =>
        route.fulfill({ status: 503, json: { code: 'busy', message: 'The service has too much to do.' } }),
      ),
    );
    await page.getByText('The course could not be drawn').waitFor();
    await page.getByText('The service has too much to do.').waitFor();
    await page.getByRole('button', { name: /^1 Age 18 or over/ }).waitFor();
    await close();
  });
});

describe('the view', () => {
  it('moves nothing while the course is being read, and prints every criterion', async () => {
    const { page, close } = await determined('carvykti-late-progression', { width: 1280 }, (page) =>
      page.route('**/workbench/course', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        await route.continue();
      }),
    );
    const tree = page.getByRole('heading', { name: 'Criteria', exact: true });
    const before = await tree.boundingBox();
    await page.locator('.course-rows').waitFor();
    expect((await tree.boundingBox())?.y).toBe(before?.y);
    const hidden = page.locator('.tree-body:not(:visible)');
    expect(await hidden.count()).toBeGreaterThan(10);
    await page.emulateMedia({ media: 'print' });
    expect(await hidden.count()).toBe(0);
    await close();
  });

  it('takes what a chart holds as text, and words of any length', async () => {
    const hostile = '<img src=x onerror="document.title=1">';
    const long = 'Donaudampfschifffahrtsgesellschaftskapitänspatentprüfungsordnung';
    const { page, troubles, close } = await determined(
      'carvykti-late-progression',
      { width: 360, height: 740 },
      (page) =>
        page.route(/\/(determinations\/|workbench\/)/, async (route) => {
          const response = await route.fetch();
          const text = await response.text();
          await route.fulfill({
            response,
            body: text
              .replaceAll("Patient's condition worsened (finding)", JSON.stringify(hostile).slice(1, -1))
              .replaceAll('"title":"', `"title":"${long} `),
          });
        }),
    );
    await page.locator('.course-rows').waitFor();
    const evidence = page.locator('.evidence:visible', { hasText: hostile }).first();
    expect(await overflowsOf(page)).toEqual([]);
    await evidence.click();
    await page.getByRole('dialog').locator('mark', { hasText: '<img src=x' }).waitFor();
    expect(await overflowsOf(page)).toEqual([]);
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(troubles).toEqual([]);
    // What is asked on the page's behalf must not outlive it.
    await page.unrouteAll({ behavior: 'wait' });
    await close();
  });
});
