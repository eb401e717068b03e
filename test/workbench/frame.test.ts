import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UNRECORDED } from '../../src/engine/explanation.ts';
import { startWorkbench, type Workbench } from './browser.ts';

/** The page as a whole: what loads, from where; for everyone, at every size; when something fails, or means harm. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

const answered = (page: Page) => page.getByText(/^Answered in/).waitFor();

describe('the page', () => {
  it('is under a policy that lets it run and load nothing from elsewhere', async () => {
    const response = await fetch(workbench.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(policy).toBe(
      `default-src 'none';script-src 'self';style-src 'self' 'nonce-${nonce}';connect-src 'self';` +
        "img-src 'self' data:;frame-ancestors 'none';form-action 'none';base-uri 'none'",
    );
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const html = await response.text();
    expect(html).toContain(`nonce="${nonce}"`);
    const again = await fetch(workbench.url);
    expect(again.headers.get('content-security-policy')).not.toContain(nonce);
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)?.[1] ?? 'none';
    const asset = await fetch(`${workbench.url}${script}`);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('is in hand after three questions at once and one script; what draws courses and forms comes when it is asked for', async () => {
    const { page, close } = await workbench.open();
    await page.getByLabel('Product', { exact: true }).waitFor();
    const loaded = (): Promise<readonly { readonly path: string; readonly bytes: number }[]> =>
      page.evaluate(`performance.getEntriesByType('resource').map(({ name, transferSize }) =>
        ({ path: new URL(name).pathname, bytes: transferSize }))`);
    const isAsset = ({ path }: { readonly path: string }): boolean => path.startsWith('/assets/');
    const first = await loaded();
    const assets = first.filter(isAsset);
    expect([...new Set(assets.map(({ path }) => path.replace(/-[^/]*(?=\.)/, '')))].sort()).toEqual([
      '/assets/icon.svg',
      '/assets/index.css',
      '/assets/index.js',
    ]);
    expect(assets.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(450_000);
    const asked = first.filter((entry) => !isAsset(entry));
    // One patient of many: no other chart is read for it.
    expect(asked.slice(0, 3).map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/workbench/choices',
        '/sandbox/hooks/mcl-prior-car-t-trial',
        '/workbench/patients/mcl-prior-car-t-trial',
      ]),
    );
    expect(asked.map(({ path }) => path)).not.toContain('/workbench/patients');
    expect(asked.slice(0, 3).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(40_000);
    await page.getByRole('tab', { name: 'Form' }).click();
    await page.getByText('no form changes what the chart shows').waitFor();
    const late = (await loaded()).filter(isAsset).map(({ path }) => path);
    expect(late.some((path) => path.includes('form-view'))).toBe(true);
    expect(
      late.filter((path) => /lhc|lforms/i.test(path)),
      'the renderer waits for a form',
    ).toEqual([]);
    await close();
  });

  it.each([360, 1280])('moves nothing while answers load, %i px wide', async (width) => {
    const { page, close } = await workbench.open({ width, at: '#/nowhere-yet' });
    await page.addInitScript(`
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries())
          window.shifts.push([value, ...sources.map(({ node }) => node?.className ?? node?.nodeName)]);
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    for (const [at, there] of [
      ['#/', 'What now stands on the order'],
      ['#/?view=determination', 'Lines of therapy'],
      ['#/?patient=abecma-four-lines&view=form', 'Send the form'],
      ['#/integrators', '"order-dispatch"'],
      ['#/policies', 'Medical Policy 066'],
      ['#/policies/bcbsma-942@2025-01', 'Documented diagnosis'],
      ['#/report', 'At a glance'],
    ] as const) {
      await page.goto(`${workbench.url}${at}`);
      await page.reload();
      await page.getByText(there).first().waitFor();
      const shifts = await page.evaluate<readonly (readonly [number])[]>('window.shifts');
      // A thousandth is a digit that turned up in a line.
      expect(
        shifts.filter(([value]) => value > 0.001),
        at,
      ).toEqual([]);
    }
    await close();
  });
});

describe('who has no pointer, and paper', () => {
  it('the keyboard reaches all: the content first, tabs by arrows, the dialog and back', async () => {
    const { page, close } = await workbench.open();
    await answered(page);
    const focused = (): Promise<string> => page.evaluate('document.activeElement?.textContent ?? ""');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('MAIN');
    const reached = new Set<string>();
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(`document.activeElement?.getAttribute('aria-label')
        ?? document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? ''`),
      );
    }
    expect([...reached]).toEqual(
      expect.arrayContaining([
        'FHIR server',
        'Product',
        'Planned infusion',
        'Sign order',
        'In the EHR',
        expect.stringMatching(/^Dismiss/),
      ]),
    );
    await page.getByRole('tab', { name: 'In the EHR' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Determination', selected: true }).waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('tab', { name: 'In the EHR', selected: true }).waitFor();
    await page.getByRole('button', { name: /^Choose among/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate('document.activeElement?.type')).toBe('search');
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/^Choose among/);
    await close();
  });

  it('prints the answer alone, in ink on paper', async () => {
    const { page, screenshot, close } = await workbench.open({ scheme: 'dark', width: 800 });
    await answered(page);
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    expect(await page.getByRole('article').first().isVisible()).toBe(true);
    expect(await page.getByRole('heading', { name: 'Harold Nils Lindgren' }).isVisible()).toBe(true);
    for (const gone of ['navigation', 'tablist', 'contentinfo'])
      expect(
        await page
          .getByRole(gone as 'navigation')
          .first()
          .isVisible(),
        gone,
      ).toBe(false);
    expect(await page.getByRole('button', { name: 'Sign order' }).isVisible()).toBe(false);
    await screenshot('print');
    await close();
  });
});

const ORDER_SIGN = '**/cds-services/order-sign';
const CARD = {
  uuid: '8f2b6a52-8f9a-4f0a-9c8e-0c8a3b9f6f11',
  summary: 'A card',
  indicator: 'info',
  detail: 'Detail',
  source: { label: 'A payer' },
};

describe('when something fails', () => {
  it.each([
    [
      'a failure of ours',
      { status: 500, json: { code: 'internal', message: 'the service failed', path: '(service)' } },
      /log of the service/,
    ],
    [
      'a refusal',
      { status: 401, json: { code: 'token-missing', message: 'a token is needed', path: '(header)' } },
      /belongs to sandbox mode/,
    ],
    [
      'a busy service',
      { status: 503, json: { code: 'busy', message: 'too many calls', path: '(service)' } },
      /try again in a few seconds/,
    ],
    ['a proxy’s page', { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }, /HTTP 502/],
    ['no service at all', 'abort', /Is it still running/],
  ] as const)('%s is said with what to do, and trying again goes on', async (_name, failure, advice) => {
    const { page, close } = await workbench.open({ at: '#/report' });
    await page.route(ORDER_SIGN, (route) =>
      failure === 'abort' ? route.abort() : route.fulfill({ ...failure }),
    );
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The order was not evaluated' });
    expect(await alert.textContent()).toMatch(advice);
    await page.unroute(ORDER_SIGN);
    if (failure === 'abort' || failure.status !== 401) {
      await alert.getByRole('button', { name: 'Try again' }).click();
      await answered(page);
      expect(await alert.count()).toBe(0);
    } else expect(await alert.getByRole('button').count()).toBe(0);
    await close();
  });

  it('what the page cannot begin without, feedback and a chart are each said where they belong', async () => {
    const { page, screenshot, close } = await workbench.open({ at: '#/report' });
    const failed = {
      status: 503,
      json: { code: 'store-unavailable', message: 'no store', path: '(service)' },
    };
    await page.route('**/workbench/choices', (route) => route.fulfill(failed));
    await page.route('**/feedback', (route) => route.fulfill(failed));
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'There is nothing to choose from' }).waitFor();
    await screenshot('nothing-to-choose');
    await page.unroute('**/workbench/choices');
    await page.getByRole('button', { name: 'Try again' }).click();
    const card = page.getByRole('article').first();
    await card.locator('summary').click();
    await card.getByRole('button', { name: 'Dismiss card' }).click();
    await card.getByText('The feedback did not arrive').waitFor();
    await page.unroute('**/feedback');
    await card.getByRole('button', { name: 'Send again' }).click();
    await card.getByText('Feedback sent to the service').waitFor();
    await page.goto(`${workbench.url}#/?patient=nobody`);
    await page.getByRole('alert').filter({ hasText: 'there is no such fixture' }).waitFor();
    await close();
  });

  it('an answer that was not kept is shown, and what it lacks is said', async () => {
    const { page, close } = await workbench.open({ at: '#/report' });
    await page.route(ORDER_SIGN, async (route) => {
      const { cards } = (await (await route.fetch()).json()) as { cards: { detail: string }[] };
      const unkept = cards.map((card) => ({ ...card, detail: `${UNRECORDED} ${card.detail}` }));
      await route.fulfill({ json: { cards: unkept, systemActions: [] } });
    });
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    await page.getByRole('article').first().waitFor();
    await page.getByText('could not keep a record of this answer').waitFor();
    expect(await page.getByRole('link', { name: /^Why/ }).count()).toBe(0);
    await close();
  });

  it('a slow answer is waited for in sight, and what stood there stays', async () => {
    const { page, close } = await workbench.open();
    await answered(page);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(ORDER_SIGN, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByText('The service evaluates the order…').waitFor();
    expect(await page.getByRole('region', { name: 'Answer' }).getAttribute('aria-busy')).toBe('true');
    expect(await page.getByRole('article').first().isVisible()).toBe(true);
    // The sign of it stands still for who asked for no motion, and shows what is there at once.
    const moving = `document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 0).length`;
    expect(await page.evaluate<number>(moving)).toBe(0);
    release();
    await answered(page);
    await close();
  });

  it('an answer that no view can show takes neither the order nor the next answer with it', async () => {
    const { page, close } = await workbench.open({ at: '#/report' });
    await page.route(ORDER_SIGN, (route) => route.fulfill({ json: { cards: [{ uuid: 'x' }] } }));
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'This view failed' }).waitFor();
    await page.unroute(ORDER_SIGN);
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByRole('article').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });

  it('a view whose program does not load takes only itself down', async () => {
    const { page, close } = await workbench.open();
    await answered(page);
    await page.route(/integrators-view.*\.js/, (route) => route.abort());
    await page.getByRole('link', { name: 'For integrators' }).click();
    await page.getByRole('alert').filter({ hasText: 'This view failed' }).waitFor();
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    expect(await page.getByRole('article').first().isVisible()).toBe(true);
    await close();
  });
});

describe('what others wrote', () => {
  const SCRIPT = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
  const HOSTILE = [
    SCRIPT,
    '[link](javascript:window.harmed=1) [data](data:text/html,<script>window.harmed=1</script>)',
    '![picture](https://evil.example.org/pixel.png)',
    '<a href="javascript:window.harmed=1">html</a> <svg onload="window.harmed=1"></svg>',
    '[good](https://good.example.org/)',
  ].join('\n\n');

  it('runs no script and calls no host, on a card, an order, a patient or a chart', async () => {
    const { page, troubles, foreignRequests, close } = await workbench.open({ at: '#/report' });
    const order = {
      resourceType: 'ServiceRequest',
      id: 'hostile',
      status: 'draft',
      code: { text: SCRIPT },
      extension: [
        {
          url: 'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information',
          extension: [{ url: 'reason', valueCodeableConcept: { text: SCRIPT } }],
        },
      ],
    };
    const hostile = {
      ...CARD,
      summary: SCRIPT,
      detail: HOSTILE,
      source: { label: SCRIPT, url: 'javascript:window.harmed=1' },
      links: [
        { label: 'script link', url: 'javascript:window.harmed=1', type: 'absolute' },
        { label: SCRIPT, url: 'https://good.example.org/path', type: 'absolute' },
      ],
      suggestions: [
        { label: SCRIPT, uuid: 's', actions: [{ type: 'create', description: SCRIPT, resource: order }] },
      ],
      overrideReasons: [{ code: 'x', system: 'urn:x', display: SCRIPT }],
    };
    await page.route(ORDER_SIGN, (route) => route.fulfill({ json: { cards: [hostile], systemActions: [] } }));
    await page.route('**/feedback', (route) => route.fulfill({ json: {} }));
    await page.route('**/sandbox/hooks/*', async (route) => {
      const answer = await route.fetch();
      const request = (await answer.json()) as { context: { draftOrders: { entry: object[] } } };
      request.context.draftOrders.entry.push({ resource: order });
      await route.fulfill({ json: request });
    });
    await page.route(/\/workbench\/patients/, async (route) => {
      const answer = (await (await route.fetch()).json()) as { readonly patients?: readonly object[] };
      const harmful = (patient: object) => ({ ...patient, patient: SCRIPT, story: SCRIPT });
      const json =
        answer.patients === undefined ? harmful(answer) : { patients: answer.patients.map(harmful) };
      await route.fulfill({ json });
    });
    await page.getByRole('link', { name: 'Order', exact: true }).click();
    const card = page.getByRole('article');
    await card.getByText('good', { exact: true }).waitFor();
    await card.locator('button').first().click();
    const links = await page.evaluate<readonly (readonly [string, string | null, string | null])[]>(`
      [...document.querySelectorAll('a')].map((link) => ['href', 'rel', 'target'].map((name) => link.getAttribute(name)))
    `);
    expect(links.filter(([href]) => /^(javascript|data):/i.test(href))).toEqual([]);
    expect(links.filter(([href]) => !href.startsWith('#'))).toEqual([
      ['https://good.example.org/', 'noopener noreferrer', '_blank'],
      ['https://good.example.org/path', 'noopener noreferrer', '_blank'],
    ]);
    await page.getByRole('button', { name: /^Choose among/ }).click();
    await page.locator('.picker-patient').first().waitFor();
    expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect([troubles, foreignRequests]).toEqual([[], []]);
    await close();
  });
});
