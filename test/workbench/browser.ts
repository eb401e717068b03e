import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { startProcess } from '../server/started-process.ts';

/** The product as `npm start` starts it, and a browser to look at it with. */
export interface Workbench {
  /** URL of the page, with a slash at the end. */
  readonly url: string;
  /** A page of its own with an empty profile, and all that goes wrong in it. */
  readonly open: (options?: View) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

export interface View {
  readonly scheme?: 'light' | 'dark';
  /** CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Fragment of the URL, such as `#/policies`. */
  readonly at?: string;
  /** Before anything is asked of the service. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export interface Opened {
  readonly page: Page;
  /** Errors and warnings on the console, uncaught errors, violations of the security policy. */
  readonly troubles: readonly string[];
  /** Requests to any other origin than the service's. */
  readonly foreignRequests: readonly string[];
  /** A picture of the whole page under `build/screenshots/`. @param name without ending */
  readonly screenshot: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Debian's; the flags keep it from calling its maker's hosts, which a closed network refuses. */
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const build = fileURLToPath(new URL('../../src/workbench-build.ts', import.meta.url));
const screenshots = fileURLToPath(new URL('../../build/screenshots', import.meta.url));

/** Waits of a page in a test, in milliseconds: long, since the machine may be busy. */
export const PATIENCE = 30_000;

/** However busy the machine is, each chart is read and each answer kept: what is shown does not hang on time. */
const UNHURRIED = { QUERY_TIMEOUT_MS: '25000', QUERY_TIMEOUT_LONG_MS: '25000', RECORD_TIMEOUT_MS: '25000' };

/** @param environment settings of the service beside its port */
export async function startWorkbench(environment: Readonly<Record<string, string>> = {}): Promise<Workbench> {
  execFileSync(process.execPath, [build]);
  mkdirSync(screenshots, { recursive: true });
  const service = await startProcess({ LOG_LEVEL: 'warn', ...UNHURRIED, ...environment });
  if (service.base === '') throw new Error(`the service did not start\n${service.output()}`);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const url = `${service.base}/`;
  return {
    url,
    async open({ scheme = 'light', width = 1280, height = 900, at = '', prepare } = {}) {
      const options: BrowserContextOptions = {
        colorScheme: scheme,
        viewport: { width, height },
        reducedMotion: 'reduce',
        locale: 'en-US',
      };
      const context = await browser.newContext(options);
      const opened = await observed(context, url);
      await prepare?.(opened.page);
      await opened.page.goto(`${url}${at}`);
      return opened;
    },
    async close() {
      await browser.close();
      service.signal('SIGTERM');
      await service.ended;
    },
  };
}

/** As long as German words are, and with no place to break them. */
export const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänspatentprüfungsordnung';

/** Members of answers that are words for people. */
const WORDS = 'ask|description|detail|display|generic|label|locator|patient|story|summary|text|title|what';

/** From now on the service's answers say everything in long words; references stay what they are. */
export async function withLongWords(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    const request = route.request();
    if (request.resourceType() !== 'fetch' || request.url().includes('/sandbox/')) {
      await route.continue();
      return;
    }
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(
      new RegExp(`"(${WORDS})":"(?!\\w+/)`, 'g'),
      `"$1":"${LONG} `,
    );
    await route.fulfill({ response, body });
  });
}

async function observed(context: BrowserContext, url: string): Promise<Opened> {
  const troubles: string[] = [];
  const foreignRequests: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    const wanted = request.url();
    if (!wanted.startsWith(url) && !wanted.startsWith('data:')) foreignRequests.push(wanted);
  });
  return {
    page,
    troubles,
    foreignRequests,
    screenshot: async (name) => {
      await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
}
