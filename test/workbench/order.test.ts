import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { startWorkbench, type Workbench } from './browser.ts';

/** Patient and order, the cards, and what integrators see, as a user goes through them. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

const card = (page: Page, summary: RegExp) => page.getByRole('article', { name: summary });

/** The body of the next call to order-sign, which an act sets off. */
async function signed(page: Page, act: () => Promise<void>): Promise<JsonObject> {
  const [response] = await Promise.all([
    page.waitForResponse((found) => found.url().endsWith('/cds-services/order-sign')),
    act(),
  ]);
  expect(response.status()).toBe(200);
  return response.request().postDataJSON() as JsonObject;
}

/** The feedback that an act sends; the service takes it. */
async function feedback(page: Page, act: () => Promise<void>): Promise<JsonObject> {
  const [response] = await Promise.all([
    page.waitForResponse((found) => found.url().endsWith('/feedback')),
    act(),
  ]);
  expect(response.status()).toBe(200);
  return (response.request().postDataJSON() as { readonly feedback: readonly [JsonObject] }).feedback[0];
}

describe('the first view', () => {
  it('says which criterion fails, why and from which record, of an order that it has signed', async () => {
    const { page, troubles, foreignRequests, screenshot, close } = await workbench.open({ at: '#/report' });
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posted.push(new URL(request.url()).pathname);
    });
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    const found = card(page, /1 criterion not met/);
    await found.waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/payer ask.*chart show/);
    expect(await found.getByRole('listitem').filter({ hasText: 'not met' }).textContent()).toMatch(
      /No earlier CAR-T.*Limitations, 1.*Found: Procedure\/lindgren-procedure-car-t-trial.*2023-05-17/s,
    );
    expect(await found.textContent()).toMatch(/How to submit: Send the request .* by fax/);
    const statements = page.getByRole('region', { name: 'What now stands on the order' });
    expect(await statements.textContent()).toMatch(/auth-needed Yes: ask the payer before the infusion/);
    const why = page.getByRole('link', { name: /^Why: each criterion/ });
    await why.click();
    await page.getByRole('tab', { name: 'Determination', selected: true }).waitFor();
    expect(new Set(posted)).toEqual(new Set(['/cds-services/order-sign', '/workbench/chart']));
    expect([troubles, foreignRequests]).toEqual([[], []]);
    await page.getByRole('tab', { name: 'In the EHR' }).click();
    await screenshot('order-light');
    await close();
  });
});

describe('patient and order', () => {
  it('are chosen among the fixtures by searching, and the order is changed as in an order form', async () => {
    const { page, troubles, close } = await workbench.open();
    await page.getByRole('button', { name: /^Choose among \d+ patients/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Choose a patient' });
    const search = dialog.getByRole('searchbox');
    await search.fill('nobody like this');
    await dialog.getByText('Nobody fits').waitFor();
    await search.fill('myeloma lenalidomide tanaka');
    expect(await dialog.getByRole('link').count()).toBe(1);
    const first = await signed(page, () => search.press('Enter'));
    expect(first['context']).toMatchObject({ patientId: 'tanaka' });
    await dialog.waitFor({ state: 'hidden' });
    expect(page.url()).toContain('patient=carvykti-on-lenalidomide');
    await page.getByRole('heading', { name: 'Keiko Mari Tanaka' }).waitFor();
    await card(page, /Carvykti/)
      .first()
      .waitFor();

    await page
      .getByLabel('Product', { exact: true })
      .selectOption({ label: 'Abecma (idecabtagene vicleucel)' });
    await page.getByText('The order has changed since this answer').waitFor();
    await page.getByLabel('Setting', { exact: true }).selectOption('Inpatient');
    await page.getByLabel('Planned infusion', { exact: true }).fill('2026-05-20');
    await page.getByLabel('Signed on', { exact: true }).fill('2026-04-01');
    await page.getByLabel('Payer', { exact: true }).selectOption('Excellus BlueCross BlueShield');
    await page.getByLabel('Plan', { exact: true }).selectOption('Commercial PPO');
    const again = await signed(page, () => page.getByRole('button', { name: 'Sign order' }).click());
    await page.getByText('From Excellus BlueCross BlueShield').first().waitFor();
    expect(JSON.stringify(again['context'])).toMatch(/"Abecma".*"start":"2026-05-20"/);
    expect(
      await card(page, /Abecma/)
        .first()
        .textContent(),
    ).toMatch(/inpatient.*Evaluated for 2026-04-01/s);
    expect(troubles).toEqual([]);
    await close();
  });

  it('come from any FHIR server that the service may call; a token is held in memory and never shown', async () => {
    const { page, screenshot, close } = await workbench.open({ at: '#/?source=server' });
    const base = page.getByLabel('Base URL of a FHIR R4 server');
    const connect = page.getByRole('button', { name: 'Connect' });
    await base.fill('https://fhir.example.org/r4');
    await page.getByLabel('Patient id').fill('tanaka');
    await page.getByLabel('Bearer token (optional)').fill('secret-of-the-server');
    await connect.click();
    await page.getByRole('alert').filter({ hasText: 'FHIR_SERVERS' }).waitFor();
    await screenshot('server-refused');

    await base.fill(`${workbench.url}sandbox/fhir`);
    await connect.click();
    await page.getByText('Keiko Mari Tanaka').waitFor();
    await page
      .getByLabel('Product', { exact: true })
      .selectOption({ label: 'Carvykti (ciltacabtagene autoleucel)' });
    const sent = await signed(page, () => page.getByRole('button', { name: 'Sign order' }).click());
    expect(sent).toMatchObject({ fhirAuthorization: { access_token: 'secret-of-the-server' } });
    await card(page, /Carvykti/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'For integrators' }).click();
    const shown = page.getByRole('region', { name: 'Request as JSON' });
    await shown.waitFor();
    expect(await shown.textContent()).toContain('<token>');
    expect(await page.content()).not.toContain('secret-of-the-server');
    expect(await page.context().storageState()).toEqual({ cookies: [], origins: [] });
    await close();
  });

  it('come from a request that is pasted: sent as it is, and what is wrong is said by the service', async () => {
    const { page, close } = await workbench.open({ at: '#/?source=request' });
    const area = page.getByLabel('Order-sign request (JSON)');
    const send = page.getByRole('button', { name: 'Send request' });
    await area.fill('{"hook": ');
    await send.click();
    await page.getByText(/^This is no JSON/).waitFor();
    await area.fill('{"hook":"order-sign","hookInstance":"1","context":{"userId":"Practitioner/1"}}');
    await send.click();
    const alert = page.getByRole('alert');
    await alert.getByText('context.patientId').waitFor();
    expect(await alert.textContent()).toContain('context.patientId is missing');
    const fixture = await fetch(`${workbench.url}sandbox/hooks/hypertension-only`);
    await area.fill(await fixture.text());
    await signed(page, () => send.click());
    await page.getByText(/^No card: the service lets this order through/).waitFor();
    await close();
  });
});

describe('the cards', () => {
  it('change the draft when a suggestion is accepted, and the service is told', async () => {
    const { page, troubles, close } = await workbench.open({ at: '#/?patient=breyanzi-follicular-3a' });
    const alternate = card(page, /names another product/);
    const replace = alternate.getByRole('button', { name: 'Replace the draft by one for Kymriah' });
    const told = await feedback(page, () => replace.click());
    expect(told).toMatchObject({ outcome: 'accepted' });
    expect(told['acceptedSuggestions']).toEqual([{ id: expect.stringMatching(/^[\da-f-]{36}$/) as string }]);
    await alternate.getByText('Feedback sent to the service').waitFor();
    expect(await alternate.getByRole('button', { name: /for Yescarta$/ }).isDisabled()).toBe(true);
    const drafts = page.getByRole('region', { name: 'Patient and order' }).getByRole('listitem');
    expect(await drafts.allTextContents()).toEqual(['Kymriahadded']);
    expect(await page.getByLabel('Product', { exact: true }).inputValue()).toBe('kymriah');
    await signed(page, () => page.getByRole('button', { name: 'Sign it again' }).click());
    await card(page, /Kymriah/)
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('add orders and work, and are dismissed with a reason that the service is told', async () => {
    const { page, screenshot, close } = await workbench.open({
      at: '#/?patient=excellus-documents-missing',
      scheme: 'dark',
    });
    const tests = card(page, /tests that would supply them/);
    await feedback(page, () => tests.getByRole('button', { name: 'Order: 12-lead EKG' }).click());
    await feedback(page, () => tests.getByRole('button', { name: 'Order: Hepatitis C antibody' }).click());
    const form = card(page, /^Questionnaire/);
    await feedback(page, () => form.getByRole('button').first().click());
    const drafts = page.getByRole('region', { name: 'Patient and order' }).getByRole('listitem');
    const added = (await drafts.allTextContents()).filter((text) => text.endsWith('added'));
    expect(added).toEqual(['12-lead EKGadded', 'Hepatitis C antibodyadded', 'Task in the work listadded']);
    const next = await signed(page, () => page.getByRole('button', { name: 'Sign it again' }).click());
    expect(JSON.stringify(next['context'])).toContain('"12-lead EKG"');
    expect(JSON.stringify(next['context'])).not.toContain('"Task"');

    const first = card(page, /^Prior authorization required/).first();
    await first.locator('summary').click();
    await first.getByLabel('Reason').selectOption('Documented outside this chart');
    await first.getByLabel('Comment (optional)').fill('Faxed yesterday');
    await screenshot('cards-dark');
    const told = await feedback(page, () => first.getByRole('button', { name: 'Dismiss card' }).click());
    expect(told).toMatchObject({
      outcome: 'overridden',
      overrideReason: { reason: { code: 'documented-elsewhere' }, userComment: 'Faxed yesterday' },
    });
    await page.getByText('Dismissed: Documented outside this chart. Faxed yesterday').waitFor();
    await page.getByText('Feedback sent to the service').waitFor();
    await close();
  });
});

describe('for integrators', () => {
  it('request, response, timing, discovery and a curl command; the order view stays as it was', async () => {
    const { page, screenshot, close } = await workbench.open();
    await card(page, /1 criterion not met/).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('link', { name: 'For integrators' }).click();
    const request = page.getByRole('region', { name: 'Request', exact: true });
    await request.getByRole('button', { name: 'Copy as curl' }).click();
    await request.getByText('Copied').waitFor();
    const command = await page.evaluate('navigator.clipboard.readText()');
    expect(command).toMatch(/^curl -s 'http:\/\/127\.0\.0\.1:\d+\/cds-services\/order-sign'/);
    expect(command).toContain("-H 'x-as-of: 2026-03-02'");
    const response = page.getByRole('region', { name: 'Response', exact: true });
    expect(await response.textContent()).toMatch(
      /HTTP 200 · \d+ ms · \d+\.\d kB.*"cards": \[.*"systemActions"/s,
    );
    expect(await page.getByRole('region', { name: 'Discovery as JSON' }).textContent()).toContain(
      '"id": "order-dispatch"',
    );
    await page.getByRole('heading', { name: 'Conformance' }).waitFor();
    await screenshot('integrators-light');
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    await card(page, /1 criterion not met/).waitFor();
    expect(await page.getByText(/^Answered in/).isVisible()).toBe(true);
    await close();
  });
});
