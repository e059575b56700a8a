/** The extension's real views in Chromium, in a frame without an origin, against a real backend and the local Stripe. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { saveSettings, readSettings } from '../../settings/settings';
import { CHOICE_TYPES } from '../../../shared/catalogue';
import { defaultSettings } from '../../../shared/settings';
import { type Preview, startPreview } from '../../dev/preview/preview';
import { configureAsMerchant, type LocalStack, startLocalStack } from '../../dev/local-stack';
import { openChromium } from './chromium';
import { lookUntil, PATIENCE_MS } from './rig';

const VIEWPORTS = {
  drawer: 'stripe.dashboard.drawer.default',
  customer: 'stripe.dashboard.customer.detail',
  settings: 'settings',
  onboarding: 'onboarding',
};

const folder = mkdtempSync(join(tmpdir(), 'tillpost-preview-'));
let stack: LocalStack;
let preview: Preview;
let browser: Browser;
beforeAll(async () => {
  stack = await startLocalStack({ folder: join(folder, 'data') });
  preview = await startPreview(stack, 0);
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await preview.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A page on one view. The test fails on any error that reaches nobody in the browser. */
async function open(view: keyof typeof VIEWPORTS, choices: Record<string, string> = {}): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${preview.url}/?${new URLSearchParams({ viewport: VIEWPORTS[view], ...choices }).toString()}`);
  return page;
}
const errors: string[] = [];
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(errors.splice(0)).toEqual([]);
});

it('keeps what was switched, saved and loaded again', async () => {
  await saveSettings(stack.running.ctx.db, stack.account, defaultSettings(), Date.now());
  const page = await open('settings');
  await page.getByRole('switch', { name: 'Customer created' }).check();
  await page.getByRole('button', { name: 'Options' }).click();
  await page.getByLabel('Sync billing fields').uncheck();
  await page.getByLabel('User group').fill('Founders');
  await page.getByRole('button', { name: 'Invoices' }).click();
  await page.getByRole('switch', { name: 'Payment failed' }).check();
  await page.getByLabel('Transactional only').check();
  await page.getByLabel('Test addresses').fill('Me@Example.com');
  await expectText(page, 'Unsaved changes');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  // What the backend made of it is on the page at once.
  expect(await page.getByLabel('Test addresses').inputValue()).toBe('me@example.com');

  await page.reload();
  await expectText(page, `Events · 2 of ${CHOICE_TYPES.length} on`);
  expect(await page.getByRole('switch', { name: 'Customer created' }).isChecked()).toBe(true);
  expect(await page.getByRole('switch', { name: 'Customer updated' }).isChecked()).toBe(false);
  await expectText(page, 'Syncs name · Group “Founders”');
  expect(await page.getByLabel('Transactional only').isChecked()).toBe(true);
  expect(await readSettings(stack.running.ctx.db, stack.account)).toMatchObject({
    consent: 'transactional_only',
    test_recipients: ['me@example.com'],
    events: {
      'customer.created': { enabled: true, sync_billing: false, user_group: 'Founders' },
      'invoice.payment_failed': { enabled: true, trigger_workflows: true },
    },
  });
});

it('turns on all events at once', async () => {
  const page = await open('settings');
  await page.getByRole('button', { name: 'Turn on all' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.reload();
  await expectText(page, `Events · ${CHOICE_TYPES.length} of ${CHOICE_TYPES.length} on`);
});

it('says which field the backend refuses', async () => {
  const page = await open('settings');
  await page.getByLabel('Test addresses').fill('not an address');
  await page.getByRole('button', { name: 'Save' }).click();
  await expectText(page, 'Your changes weren’t saved');
  await expectText(page, 'Test addresses: must be an email address');
});

it('shows an event in the drawer and on the customer’s page, with the email it caused', async () => {
  await configureAsMerchant(stack);
  const drawer = await open('drawer');
  await expectText(drawer, 'Connected');
  await drawer.getByLabel('Event', { exact: true }).selectOption('customer.created');
  await drawer.getByRole('button', { name: 'Make it happen' }).click();
  await refreshUntil(drawer, 'Created contact');

  const customer = stack.localStripe.tenant(stack.account.accountId, false).customers.list()[0]!;
  await expectText(drawer, customer.email!);
  await drawer.getByRole('button', { name: 'Customer created' }).click();
  await expectText(drawer.getByRole('dialog'), 'customer.created');
  await drawer.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
  await drawer.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

  const page = await open('customer', { customer: customer.id });
  await expectText(page, customer.email!);
  await expectText(page, 'Subscribed');
  await refreshUntil(page, 'Welcome, ');
  await refreshUntil(page, 'Captured');
});

it('connects an account through the local Stripe’s install page, and notices it by itself', async () => {
  const { id } = stack.localStripe.addAccount({ name: 'Northwind' });
  const page = await open('onboarding', { account: id });
  await expectText(page, 'This connects test mode only.');
  const [install] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Connect to Stripe' }).click(),
  ]);
  await install.locator(`[name=account][value="${id}"]`).check();
  await install.locator('[name=decision][value=allow]').click();
  await expectText(page.getByRole('dialog'), 'Choose events');
  await page.getByRole('button', { name: 'Turn on', exact: true }).click();
  await page.getByRole('button', { name: 'Import customers…' }).click();
  await page.getByRole('textbox', { name: 'To confirm' }).fill(id);
  await page.getByRole('button', { name: 'Start the import' }).click();
  await page.getByRole('button', { name: 'Turn on', exact: true }).click();
  await expectText(page, 'All set.');
});

it('disconnects after asking, and offers to connect again', async () => {
  const { id } = stack.localStripe.addAccount({ name: 'Southwind' });
  await connect(id);
  const page = await open('settings', { account: id });
  await page.getByRole('button', { name: 'Disconnect…' }).click();
  await page.getByRole('textbox', { name: 'To confirm' }).fill('Northwind');
  await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await expectText(page, 'That is neither the name nor the id of this account. Nothing was done.');
  await page.getByRole('textbox', { name: 'To confirm' }).fill('Southwind');
  await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await expectText(page, 'Tillpost was disconnected from this account.');
});

it('lets view-only people look but not save', async () => {
  const page = await open('settings', { role: 'view_only' });
  await expectText(page, 'You can look, but not change');
  expect(await page.getByRole('switch', { name: 'Customer created' }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
});

it('keeps live mode apart from test mode', async () => {
  const page = await open('drawer', { mode: 'live' });
  const link = page.getByRole('link', { name: 'Connect to Stripe' });
  expect(await link.getAttribute('href')).toBe(`${stack.url}/connect?mode=live`);
});

it('leads from the drawer to the settings page', async () => {
  const page = await open('drawer');
  await page.getByRole('link', { name: 'settings' }).click();
  await expectText(page, 'Deleted customers');
});

it('runs views where nothing but the manifest’s address can be reached', async () => {
  const page = await open('drawer');
  await expectText(page, 'Connected');
  const frame = page.frames().find((candidate) => candidate.url().includes('/frame/'))!;
  const reach = (url: string) => frame.evaluate((target) => fetch(target).then(String, String), url);
  expect(await frame.evaluate('self.origin')).toBe('null');
  expect(await reach(`${stack.url}/healthz`)).toContain('Failed to fetch');
  expect(await reach(`${stack.url}/api/app/overview`)).not.toContain('Failed to fetch');
});

it('draws every component that the views import', () => {
  const root = resolve(__dirname, '../../..');
  const drawn = readFileSync(join(root, 'server/dev/preview/browser/components.ts'), 'utf8');
  const imported = readdirSync(join(root, 'stripe-app/src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test)\.tsx$/.test(file))
    .map((file) => readFileSync(join(root, 'stripe-app/src', file), 'utf8'))
    .flatMap((text) => /import \{([^}]*)\} from '@stripe\/ui-extension-sdk\/ui'/.exec(text)?.[1]?.split(',') ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
  expect(imported.length).toBeGreaterThan(20);
  for (const name of imported) expect(drawn).toMatch(new RegExp(`^  ${name},$`, 'm'));
});

async function expectText(where: { getByText: Page['getByText'] }, words: string): Promise<void> {
  await where.getByText(words).first().waitFor();
}

const refreshUntil = (page: Page, words: string) =>
  lookUntil(
    page,
    async () => (await page.getByText(words).count()) > 0,
    () => page.getByRole('button', { name: 'Refresh' }).click(),
  );

async function connect(accountId: string): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${stack.url}/connect?mode=test`);
  await page.locator(`[name=account][value="${accountId}"]`).check();
  await page.locator('[name=decision][value=allow]').click();
  await page.context().close();
}
