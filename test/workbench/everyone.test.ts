import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cutOffOf, overflowsOf, tabTo, violationsOf } from './accessibility.ts';
import { LONG, PATIENCE, startWorkbench, withLongWords, type Opened, type Workbench } from './browser.ts';

/** Each view for everyone: by eye in light and dark, at every width, by ear, by keyboard, on paper, in long words. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const answered = (page: Page) => page.getByText(/^Answered in/).waitFor();
const choose = (page: Page, question: string, answer: string) =>
  page.getByRole('radiogroup', { name: question }).getByText(answer, { exact: true }).click();

/** From an order that is signed to the report that counts it. */
const reported = async (page: Page): Promise<void> => {
  await answered(page);
  await page.getByRole('link', { name: 'Report' }).click();
  await page.getByText('At a glance').waitFor();
};

interface State {
  readonly name: string;
  /** Opens over the state before, and is not printed. */
  readonly isDialog?: true;
  /** Leads there from the state before. */
  readonly reach: (page: Page) => Promise<unknown>;
}

interface Journey {
  readonly about: string;
  readonly at: string;
  readonly states: readonly State[];
}

const CRITERION = '#/policies/bcbsma-942@2025-01/bcbsma-942/def/progression/p.1';

/** Every view, in the states that a reader brings it to. */
const JOURNEYS: readonly Journey[] = [
  {
    about: 'the order',
    at: '#/?patient=breyanzi-follicular-3a',
    states: [
      { name: 'order', reach: answered },
      {
        name: 'patients',
        isDialog: true,
        reach: async (page) => {
          await button(page, /^Choose among/).click();
          await page.locator('.picker-patient').first().waitFor();
        },
      },
    ],
  },
  {
    about: 'the determination',
    at: '#/?patient=carvykti-late-progression&view=determination',
    states: [
      { name: 'determination', reach: (page) => page.locator('.course-rows').waitFor() },
      {
        name: 'evidence',
        isDialog: true,
        reach: async (page) => {
          await page.locator('.evidence:visible').first().click();
          await page.getByRole('dialog').locator('mark').first().waitFor();
        },
      },
    ],
  },
  {
    about: 'the form',
    at: '#/?patient=b-all-second-relapse-outpatient&view=form',
    states: [
      { name: 'form', reach: (page) => button(page, 'Send the form').waitFor() },
      {
        name: 'form-sent',
        reach: async (page) => {
          await choose(page, 'No earlier CAR-T of any form, clinical trials included', 'Yes');
          await choose(page, 'One Tecartus infusion only', 'Yes');
          await choose(
            page,
            'For an outpatient infusion, provider attests that it is clinically appropriate',
            'Yes',
          );
          await button(page, 'Send the form').click();
          await page.getByText('All criteria are met.').waitFor();
        },
      },
      {
        name: 'authorization',
        reach: async (page) => {
          await button(page, 'Put the request together').click();
          await button(page, 'Send it to the sandbox payer').click();
          await page.getByRole('heading', { name: 'Certified in total' }).waitFor();
        },
      },
    ],
  },
  {
    about: 'the policies',
    at: '#/policies',
    states: [
      { name: 'policies', reach: (page) => page.locator('.policy-card').first().waitFor() },
      {
        name: 'policy-criterion',
        reach: async (page) => {
          await page.goto(`${workbench.url}${CRITERION}`);
          const fact = page.locator('.fact').first();
          await fact.locator('summary').first().click();
          await fact.getByRole('row').first().waitFor();
        },
      },
    ],
  },
  {
    about: 'the report',
    at: '#/?patient=abecma-four-lines',
    states: [{ name: 'report', reach: reported }],
  },
  {
    about: 'what integrators see, and what they bring',
    at: '#/?patient=mcl-prior-car-t-trial',
    states: [
      {
        name: 'integrators',
        reach: async (page) => {
          await answered(page);
          await page.getByRole('link', { name: 'For integrators' }).click();
          await page.getByText('"order-dispatch"').first().waitFor();
        },
      },
      ...['server', 'request'].map((source) => ({
        name: source,
        reach: async (page: Page) => {
          await page.goto(`${workbench.url}#/?source=${source}`);
          await page.getByRole('navigation', { name: 'Where the patient comes from' }).waitFor();
        },
      })),
    ],
  },
];

const LOOKS = [
  { scheme: 'light', width: 2560, height: 1440 },
  { scheme: 'dark', width: 360, height: 740 },
] as const;
/** Between those, where columns come and go. */
const WIDTHS = [640, 1024, 1600];
/** CSS pixels of a sheet of A4 between its margins. */
const SHEET = { width: 718, height: 1000 };

/** Once what is measured and drawn anew has been. */
const expectFits = (page: Page, message: string): Promise<void> =>
  expect.poll(() => overflowsOf(page), { message, timeout: PATIENCE }).toEqual([]);

async function expectForEveryone({ page, screenshot }: Opened, { name, isDialog }: State): Promise<void> {
  for (const { scheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    await expectFits(page, `${name}, ${width} wide`);
    expect.soft(await violationsOf(page), `${name}, ${scheme}, ${width} wide`).toEqual([]);
    await screenshot(`${name}-${scheme}-${width}`);
  }
  if (isDialog === true) return;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectFits(page, `${name}, ${width} wide`);
  }
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  await page.setViewportSize(SHEET);
  await expectFits(page, `${name} on paper`);
  await expect.poll(() => cutOffOf(page), { message: `${name} on paper`, timeout: PATIENCE }).toEqual([]);
  for (const gone of ['navigation', 'tablist'] as const)
    expect.soft(await page.getByRole(gone).first().isVisible(), `${gone} of ${name} on paper`).toBe(false);
  await screenshot(`${name}-print`);
  await page.emulateMedia({ media: 'screen' });
}

describe('each view', () => {
  it.each(JOURNEYS)(
    'fits every window and sheet, light and dark, and axe finds nothing in it: $about',
    async ({ at, states }) => {
      const opened = await workbench.open({ at });
      for (const state of states) {
        await state.reach(opened.page);
        await expectForEveryone(opened, state);
      }
      expect(opened.troubles).toEqual([]);
      await opened.close();
    },
  );
});

describe('words as long as German ones', () => {
  it.each([
    [
      'the cards, and the patients',
      '#/',
      async (page: Page) => {
        await page.getByRole('article').first().waitFor();
        await button(page, /^Choose among/).click();
        await page.locator('.picker-patient').first().waitFor();
      },
    ],
    [
      'a determination',
      '#/?patient=carvykti-late-progression&view=determination',
      (page: Page) => page.locator('.course-rows').waitFor(),
    ],
    [
      'a form',
      '#/?patient=mcl-response-not-documented&view=form',
      (page: Page) => button(page, 'Send the form').waitFor(),
    ],
    [
      'a policy',
      CRITERION,
      async (page: Page) => {
        await page.locator('.fact summary').first().click();
        await page.getByRole('row').first().waitFor();
      },
    ],
    ['the policies', '#/policies', (page: Page) => page.locator('.policy-card').first().waitFor()],
    ['the report', '#/', reported],
  ] as const)('break nothing in %s', async (name, at, reach) => {
    const { page, troubles, screenshot, close } = await workbench.open({
      ...{ width: 360, at },
      prepare: withLongWords,
    });
    await reach(page);
    expect(await page.getByText(LONG).count()).toBeGreaterThan(0);
    await expectFits(page, name);
    await screenshot(`german-${/\w+$/.exec(name)?.[0] ?? name}`);
    expect(troubles).toEqual([]);
    await close();
  });
});

describe('the keyboard', () => {
  it('alone leads from a patient to the payer’s answer', async () => {
    const { page, troubles, close } = await workbench.open();
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    const pressOn = async (name: string | RegExp, key = 'Enter'): Promise<void> => {
      await tabTo(page, button(page, name).first());
      await press(key);
    };
    await answered(page);
    await pressOn(/^Choose among/);
    await page.locator('.picker-patient').first().waitFor();
    await page.keyboard.type('lindqvist four lines');
    await press('Enter');
    await page.getByRole('heading', { name: 'Astrid Helena Lindqvist' }).waitFor();
    await pressOn('Sign order', 'Space');
    await answered(page);

    await tabTo(page, page.getByRole('tab', { name: 'In the EHR' }));
    await press('ArrowRight');
    await pressOn(/^1 Age 18 or over/);
    await pressOn(/^1961-04-22/);
    await page.getByRole('dialog', { name: 'Patient/lindqvist' }).waitFor();
    await press('Escape');
    await tabTo(page, page.getByRole('tab', { name: 'Determination' }), 'Shift+Tab');
    await press('ArrowRight');

    for (const question of [
      /^Organ and marrow function/,
      /^No active infection/,
      /^No earlier FDA-approved/,
    ]) {
      const answers = page.getByRole('radiogroup', { name: question });
      await tabTo(page, answers.getByRole('radio', { checked: true }));
      // Past the last of them, which is no answer, comes the first.
      await press('ArrowRight');
      await answers.getByRole('radio', { name: 'Yes', checked: true }).waitFor();
    }
    await pressOn('Send the form');
    await page.getByText('All criteria are met.').waitFor();
    expect(await page.locator(':focus').textContent(), 'the reader is told where it goes on').toContain(
      'Form sent',
    );
    await pressOn('Put the request together');
    await pressOn('Send it to the sandbox payer');
    await page.getByRole('heading', { name: 'Certified in total' }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
