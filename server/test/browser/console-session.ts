/** A browser on the console of a running Tillpost; every complaint of a page fails the test that made it. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openSession } from '../../installs/sessions';
import type { Tenant } from '../../db/tenant';
import { TEST, type Tillpost } from '../harness';

const FAILED_RESOURCE = /Failed to load resource: the server responded with a status of 40[0-9]/;

export interface ConsoleBrowser {
  /** A fresh browser that is signed in as Connect to Stripe would do it. */
  signIn(options?: BrowserContextOptions, tenant?: Tenant): Promise<Page>;
  visit(options?: BrowserContextOptions): Promise<Page>;
  /** Closes what was opened and returns what its pages complained of. */
  finish(): Promise<string[]>;
}

export function createConsoleBrowser(browser: Browser, tillpost: Tillpost): ConsoleBrowser {
  let complaints: string[] = [];

  async function visit(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ baseURL: tillpost.url, locale: 'en-US', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !FAILED_RESOURCE.test(message.text())) complaints.push(message.text());
    });
    return page;
  }

  return {
    visit,
    async signIn(options = {}, tenant = TEST) {
      const page = await visit(options);
      const value = await openSession(tillpost.ctx, { tenant, kind: 'full', previous: undefined });
      await page.context().addCookies([{ name: 'tillpost_session', value, url: tillpost.url }]);
      return page;
    },
    async finish() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const found = complaints;
      complaints = [];
      return found;
    },
  };
}

/** Nothing is being drawn anew. */
export const isDrawn = (page: Page) => page.locator('.htmx-request').first().waitFor({ state: 'detached' });
