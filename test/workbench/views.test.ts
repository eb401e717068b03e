import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Report } from '../../src/records/report.ts';
import { startWorkbench, type Workbench } from './browser.ts';

/** The policies as an analyst reads them, the report as a clinic does, the form as a clinician fills it in. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

const CRITERION =
  '#/policies/carepartners-ct-tecartus@2025-09/carepartners-ct-tecartus/tecartus/limit.prior-car-t';

describe('the reader of policies', () => {
  it('leads from the list to a criterion, the question behind it, its codes and its test cases', async () => {
    const { page, troubles, foreignRequests, screenshot, close } = await workbench.open({ at: '#/policies' });
    await page.getByRole('heading', { name: 'Policies' }).waitFor();
    const link = page.getByRole('link', { name: /Tecartus \(brexucabtagene autoleucel\)/ });
    await link.waitFor();
    expect(await page.locator('.policy-card').count()).toBe(5);
    await screenshot('policies');

    await link.click();
    await page.getByRole('link', { name: 'No earlier CAR-T of any form, clinical trials included' }).click();
    await page.getByText('What is asked of the chart').waitFor();
    const fact = page.getByRole('article', { name: 'prior car t', exact: true });
    expect(await fact.getByText('Says yes').count()).toBe(1);
    await fact.locator('summary').first().click();
    await fact.getByRole('row').nth(1).waitFor();
    await page
      .getByText(/\d+ test cases/)
      .first()
      .click();
    expect(decodeURIComponent(new URL(page.url()).hash)).toContain(CRITERION);
    await screenshot('policy-criterion');
    expect(troubles).toEqual([]);
    expect(foreignRequests).toEqual([]);
    await close();
  });

  it('opens at a criterion by its link, on a telephone in the dark', async () => {
    const { page, screenshot, close } = await workbench.open({ at: CRITERION, scheme: 'dark', width: 360 });
    const criterion = page.getByRole('link', {
      name: 'No earlier CAR-T of any form, clinical trials included',
    });
    await page.getByText('What is asked of the chart').waitFor();
    expect(await criterion.getAttribute('aria-current')).toBe('true');
    await vi.waitFor(async () => {
      const box = await criterion.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect(box?.y).toBeLessThan(300);
    });
    await screenshot('policy-criterion-dark-narrow');

    await page.goto(`${workbench.url}${CRITERION.replace('limit.prior-car-t', 'none')}`);
    await page.getByRole('alert').getByText('has no criterion').waitFor();
    await page.goto(`${workbench.url}#/policies/none@1`);
    await page.getByRole('alert').getByText('there is no such policy').waitFor();
    await close();
  });
});

describe('the report', () => {
  it('is empty at first, counts what was signed, and is exported', async () => {
    const { page, troubles, screenshot, close } = await workbench.open({ at: '#/report' });
    await page.getByText('No determination is on record').waitFor();
    const { requests } = (await (await fetch(`${workbench.url}sandbox/hooks`)).json()) as {
      readonly requests: readonly string[];
    };
    // Some of each policy.
    for (const name of requests.filter((_name, index) => index % 4 === 0)) {
      const request = await (await fetch(`${workbench.url}sandbox/hooks/${name}`)).text();
      const answer = await fetch(`${workbench.url}cds-services/order-sign`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: request,
      });
      expect(answer.status).toBe(200);
    }
    await page.reload();
    await page.getByRole('heading', { name: 'At a glance' }).waitFor();
    const tecartus = page.getByRole('region', { name: /^carepartners-ct-tecartus/ });
    await tecartus.getByRole('heading', { name: 'Missing most often' }).waitFor();
    const row = tecartus.getByRole('row', { name: /Age 18 or over/ });
    expect(Number(await row.getByRole('cell').nth(1).textContent())).toBeGreaterThan(0);
    await screenshot('report');

    const exported = async (name: string): Promise<string> => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      return readFileSync(await (await download).path(), 'utf8');
    };
    const report = JSON.parse(await exported('Export as JSON')) as Report;
    const lines = (await exported('Export as CSV')).trim().split('\r\n');
    expect(lines).toHaveLength(report.policies.flatMap(({ criteria }) => criteria).length + 1);

    await row.getByRole('link').click();
    await page.getByText('What is asked of the chart').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('of days without a call says so, on a telephone in the dark', async () => {
    const { page, screenshot, close } = await workbench.open({ at: '#/report', scheme: 'dark', width: 360 });
    await page.getByRole('heading', { name: 'At a glance' }).waitFor();
    await screenshot('report-dark-narrow');
    await page.getByLabel('Before').fill('2020-01-01');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('No determination is on record').waitFor();
    await close();
  });
});

const FORM = '#/?patient=b-all-second-relapse-outpatient&view=form';

const shown = (page: Page) => page.getByRole('button', { name: 'Send the form' }).waitFor();

const question = (page: Page, words: string) => page.getByRole('radiogroup', { name: words });
const answer = async (page: Page, words: string, said: 'Yes' | 'No'): Promise<void> => {
  await question(page, words).getByText(said, { exact: true }).click();
};

describe('the form', () => {
  it('comes filled in from the chart; what is answered and sent changes the determination in place', async () => {
    const { page, troubles, foreignRequests, screenshot, close } = await workbench.open({ at: FORM });
    await shown(page);
    // What the chart knows: the birth date, the relapse, the diagnosis by its code, and the record that says it.
    expect(await page.getByRole('textbox', { name: 'Birth date' }).first().inputValue()).toBe('05/02/1963');
    expect(await question(page, 'Leukemia relapsed or refractory').getByLabel('Yes').isChecked()).toBe(true);
    const diagnosis = page.getByRole('combobox', { name: /^Diagnosis of B-cell precursor/ });
    expect(await diagnosis.inputValue()).toBe('B-cell acute lymphoblastic leukemia (disorder)');
    await screenshot('form');

    await answer(
      page,
      'For an outpatient infusion, provider attests that it is clinically appropriate',
      'Yes',
    );
    await answer(page, 'One Tecartus infusion only', 'Yes');
    await answer(page, 'No earlier CAR-T of any form, clinical trials included', 'Yes');
    const sent = page.waitForRequest((request) => request.url().includes('/fhir/QuestionnaireResponse'));
    await page.getByRole('button', { name: 'Send the form' }).click();
    const response = (await sent).postDataJSON() as Readonly<Record<string, unknown>>;
    expect(response).toMatchObject({
      status: 'completed',
      author: { reference: 'Practitioner/pryce-oncologist' },
    });
    const text = JSON.stringify(response);
    // What the chart said keeps its origin; what the clinician said is the clinician's.
    expect(text.match(/"valueCode":"manual"/g)).toHaveLength(3);
    expect(text.match(/"valueCode":"auto"/g)?.length).toBeGreaterThan(3);

    await page.getByText('All criteria are met.').waitFor();
    const changes = page.getByRole('region', { name: 'Form sent' }).getByRole('listitem');
    expect(await changes.count()).toBe(3);
    await screenshot('form-sent');

    await page.getByRole('button', { name: 'Put the request together' }).click();
    await page.getByText(/The request holds .*Claim/).waitFor();
    await page.getByRole('button', { name: 'Send it to the sandbox payer' }).click();
    await page.getByRole('heading', { name: 'Certified in total' }).waitFor();
    const number = await page
      .getByText(/^SANDBOX-/)
      .first()
      .textContent();
    await screenshot('authorization');
    await page.getByRole('button', { name: 'Sign the order again' }).click();
    await page.getByRole('tab', { name: 'In the EHR' }).click();
    await page
      .getByText(number ?? 'none')
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
    expect(foreignRequests).toEqual([]);
    await close();
  });

  it('fits a telephone in the dark, and says of each answer that does not count why', async () => {
    const { page, troubles, screenshot, close } = await workbench.open({
      at: FORM.replace('b-all-second-relapse-outpatient', 'mcl-response-not-documented'),
      scheme: 'dark',
      width: 360,
    });
    await shown(page);
    const day = page.getByRole('textbox', { name: 'Day on which it was recorded' }).first();
    await day.fill('01/01/2099');
    await day.press('Enter');
    await page.getByRole('button', { name: 'Send the form' }).click();
    const alert = page.getByRole('alert');
    await alert
      .getByText(/Diagnosis of .*Day on which it was recorded: its date lies in the future/)
      .waitFor();
    // It is still there to be corrected.
    expect(await page.getByRole('button', { name: 'Send the form' }).isEnabled()).toBe(true);
    await screenshot('form-refused-dark-narrow');
    // The browser itself reports the status.
    expect(troubles.filter((trouble) => !trouble.includes('422'))).toEqual([]);
    await close();
  });
});
