import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWorkbench, type Workbench } from './browser.ts';

/** The page as it is served: what loads, from where, under which policy. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let workbench: Workbench;
beforeAll(async () => {
  workbench = await startWorkbench();
});
afterAll(() => workbench.close());

describe('the page', () => {
  it('loads without trouble, from this service alone, and shows what order-sign answers', async () => {
    const { page, troubles, foreignRequests, screenshot, close } = await workbench.open({
      at: '#/?patient=b-all-second-relapse-outpatient',
    });
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByRole('tab', { name: 'In the EHR' }).waitFor();
    await page.getByRole('heading', { name: /^Prior authorization required/ }).waitFor();
    await screenshot('frame');
    expect(troubles).toEqual([]);
    expect(foreignRequests).toEqual([]);
    await close();
  });

  it('is under a policy that lets it run and load nothing from elsewhere', async () => {
    const response = await fetch(workbench.url);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src 'self' data:;" +
        "frame-ancestors 'none';form-action 'none';base-uri 'none'",
    );
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await response.text())?.[1] ?? 'none';
    const asset = await fetch(`${workbench.url}${script}`);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });
});
