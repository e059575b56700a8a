/** What the browser tests start with: Chromium on the console of a running Tillpost; every complaint of a page fails the test that made it. */
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openSession } from '../../installs/sessions';
import type { Tenant } from '../../db/tenant';
import { startTillpost, TEST, type HarnessOptions, type Tillpost } from '../harness';
import { openChromium } from './chromium';

const FAILED_RESOURCE = /Failed to load resource: the server responded with a status of 40[0-9]/;
/** Milliseconds; well below what a test may take, and far above what a page takes on a busy machine. */
export const PATIENCE_MS = 30_000;

export interface ConsoleBrowser {
  /** A fresh browser that is signed in as Connect to Stripe would do it. */
  signIn(options?: BrowserContextOptions, tenant?: Tenant): Promise<Page>;
  visit(options?: BrowserContextOptions): Promise<Page>;
  /** Closes what was opened and returns what its pages complained of; what is left is looked at after each test. */
  finish(): Promise<string[]>;
}

/**
 * For a whole file: a Tillpost that is connected and that `prepare` makes ready, and a browser on it. `options` may be
 * known only when the tests begin.
 */
export function onConsole(
  prepare: (tillpost: Tillpost) => Promise<unknown> | void,
  options: HarnessOptions | (() => Promise<HarnessOptions>) = {},
): ConsoleBrowser {
  let browser: Browser | undefined;
  let tillpost: Tillpost | undefined;
  let complaints: string[] = [];
  beforeAll(async () => {
    tillpost = await startTillpost(typeof options === 'function' ? await options() : options);
    browser = await openChromium();
    await tillpost.connect();
    await prepare(tillpost);
  });
  afterEach(async () => {
    expect(await finish()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await tillpost?.close();
  });

  async function visit(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser!.newContext({ baseURL: tillpost!.url, locale: 'en-US', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !FAILED_RESOURCE.test(message.text())) complaints.push(message.text());
    });
    return page;
  }

  async function finish(): Promise<string[]> {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    const found = complaints;
    complaints = [];
    return found;
  }

  return {
    visit,
    finish,
    async signIn(options = {}, tenant = TEST) {
      const page = await visit(options);
      const value = await openSession(tillpost!.ctx, { tenant, kind: 'full', previous: undefined });
      await page.context().addCookies([{ name: 'tillpost_session', value, url: tillpost!.url }]);
      return page;
    },
  };
}

/** Nothing is being drawn anew. */
export const isDrawn = (page: Page) => page.locator('.htmx-request').first().waitFor({ state: 'detached' });

/** The editor of emails puts its cursor right some 20 ms after it got the focus: keys that move it come after that. */
export const isSettled = (page: Page) => page.evaluate('new Promise((done) => setTimeout(done, 50))');

/** What scripts of the page bring about some time after what was done to it. */
export async function comesTo<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let found = await read();
  while (!isDeepStrictEqual(found, expected) && performance.now() < giveUpAt) {
    await wait(50);
    found = await read();
  }
  expect(found).toEqual(expected);
}

/** Looks again until it is there: what the loop does beside the page shows on the next look. */
export async function lookUntil(
  page: Page,
  isThere: () => Promise<boolean>,
  lookAgain: () => Promise<unknown> = () => page.reload(),
): Promise<void> {
  for (const giveUpAt = performance.now() + PATIENCE_MS; !(await isThere());) {
    if (performance.now() > giveUpAt) throw new Error(`not shown on ${page.url()}`);
    await wait(150);
    await lookAgain();
  }
}
