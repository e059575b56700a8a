/** The console in Chromium, against a whole Tillpost and the local Stripe: what a merchant does, from connecting on. */
import type { Page } from 'playwright-core';
import { defaultSettings } from '../../../shared/settings';
import { listEvents } from '../../events/events';
import { readSettings, saveSettings } from '../../settings/settings';
import { activateWorkflow, createWorkflow, deleteWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, isDrawn, lookUntil, onConsole } from './rig';
import { tabTo } from './keyboard';

let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started), { runsWorker: true });

const trigger = (...[type, options]: Parameters<Tillpost['localStripe']['trigger']>) =>
  tillpost.localStripe.trigger(type, { account: TEST.accountId, ...options });
async function activateTemplate(template: string, tenant = TEST): Promise<void> {
  const { id } = await createWorkflow(tillpost.db, tenant, { template }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, tenant, id, tillpost.clock.now());
}
/** The line that opens to a choice. */
const fold = (page: Page, name: string) => page.locator('summary').filter({ hasText: name }).first();
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('from the start page to the first email', () => {
  it('connects, chooses events, saves, and shows event, contact and email of what happens then', async () => {
    const page = await chrome.visit();
    await page.goto('/events');
    await heading(page, /Email that follows/);
    await page.getByRole('link', { name: 'Connect in test mode' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('Connected to Stripe. Choose what should happen').waitFor();

    await page.getByRole('button', { name: 'Turn on the recommended events' }).click();
    await page.getByText('You have changes that are not saved.').waitFor();
    await page.getByText('Customer created', { exact: true }).click();
    const created = page.getByRole('group', { name: 'Options for Customer created' });
    await created.getByLabel('User group').fill('Newcomers');
    expect(await page.getByRole('group', { name: 'Options for Invoice paid' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Settings saved.').waitFor();

    const accountId =
      (await page
        .locator('code', { hasText: /^acct_/ })
        .first()
        .textContent()) ?? '';
    await activateTemplate('new_customer', { accountId, livemode: false });
    await tillpost.localStripe.trigger('customer.created', {
      account: accountId,
      email: 'first@example.com',
      name: 'First Customer',
    });
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    const row = page.getByRole('row', { name: /Customer created/ });
    await row.getByText('Created contact').waitFor();
    await row.getByRole('link', { name: 'first@example.com' }).click();
    await heading(page, 'first@example.com');
    await page.getByText('First Customer').waitFor();
    expect(await page.getByLabel('User group').inputValue()).toBe('Newcomers');
    const email = page.getByRole('link', { name: 'Email: Welcome, First!' });
    await lookUntil(page, () => email.isVisible());
    await email.click();
    await page.frameLocator('iframe.mail').getByText('Hi First,').waitFor();
  });
});

describe('settings', () => {
  it('are kept after a reload, and unsaved changes are not left by accident', async () => {
    const page = await chrome.signIn();
    await page.goto('/settings/stripe');
    await fold(page, 'Invoices').click();
    await page.getByRole('switch', { name: /^Payment failed/ }).check();
    await fold(page, 'New contacts').click();
    await page.getByLabel('Transactional only').check();
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked += 1;
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: 'Audience', exact: true }).click({ noWaitAfter: true });
    await comesTo(() => Promise.resolve(asked), 1);
    expect(page.url()).toContain('/settings/stripe');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Settings saved.').waitFor();
    await page.reload();
    await page.getByText('1 of 6 on: Payment failed').click();
    expect(await page.getByRole('switch', { name: /^Payment failed/ }).isChecked()).toBe(true);
    await fold(page, 'New contacts').click();
    expect(await page.getByLabel('Transactional only').isChecked()).toBe(true);
  });

  it('can be changed and saved with the keyboard alone', async () => {
    await saveSettings(tillpost.db, TEST, defaultSettings(), tillpost.clock.now());
    const page = await chrome.signIn();
    await page.goto('/settings/stripe');
    await tabTo(page, 'Customers');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await tabTo(page, 'Customer created');
    await page.keyboard.press('Enter');
    await tabTo(page, 'User group');
    await page.keyboard.type('Typed');
    await page.keyboard.press('Enter');
    await page.getByText('Settings saved.').waitFor();
    const { events } = await readSettings(tillpost.db, TEST);
    expect(events['customer.created']).toMatchObject({ enabled: true, user_group: 'Typed' });
  });

  it('show an import’s progress until it is done', async () => {
    tillpost.localStripe.seedCustomers(TEST.accountId, false, 250);
    const page = await chrome.signIn();
    await page.goto('/settings/stripe');
    await page.getByText('Import customers…').click();
    await page.locator('#confirm-import').fill(TEST.accountId);
    await page.getByRole('button', { name: 'Start the import' }).click();
    await page.getByText('Import started.').waitFor();
    await page
      .locator('#import')
      .getByText(/^Done: \d+ customers/)
      .waitFor();
    await page.goto('/audience');
    expect(await page.getByRole('status').first().textContent()).toMatch(/^2[5-9]\d contacts|^[3-9]\d\d contacts/);
  });
});

describe('results', () => {
  it('lead from a number to the emails it counts, where the filters follow each other', async () => {
    await tillpost.enable();
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
    await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
    await trigger('customer.created', { email: 'counted@example.com' });
    const page = await chrome.signIn();
    await page.goto(`/workflows/${id}`);
    await page.getByRole('link', { name: 'Results', exact: true }).click();
    const step = page.getByRole('row', { name: /^Email “Welcome/ });
    await lookUntil(page, () => step.getByRole('listitem').filter({ hasText: 'Captured' }).isVisible());
    await step.getByRole('listitem').filter({ hasText: 'Captured' }).getByRole('link').click();
    await page.getByText('1 email', { exact: true }).waitFor();
    await page.getByText('counted@example.com').waitFor();

    await page.getByLabel('After sending').selectOption('Bounced');
    await page.getByText('0 emails', { exact: true }).waitFor();
    await isDrawn(page);
    await page.getByLabel('Workflow').selectOption('All workflows');
    await page.getByLabel('Step').waitFor({ state: 'detached' });
    await isDrawn(page);
    await page.getByLabel('After sending').selectOption('Anything');
    await page.waitForURL((url) => !url.searchParams.get('fate'));
    await isDrawn(page);
    await page.getByLabel('Workflow').selectOption({ index: 1 });
    await page.getByLabel('Step').waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('captured');
    await deleteWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
  });
});

describe('workflows', () => {
  it('are made from a template, edited with a live preview, activated, and send what was written', async () => {
    await tillpost.enable();
    const page = await chrome.signIn();
    await page.goto('/workflows/new');
    await page.getByRole('button', { name: 'Use template Subscription created' }).click();
    await page.getByText('Workflow created as a draft.').waitFor();

    const step = page.getByRole('group', { name: 'Step 1: Send email' });
    const preview = step.frameLocator('iframe:not([hidden])');
    await step.getByLabel('Subject').fill('Welcome aboard, ');
    await step.getByText('Merge tag').click();
    await step.getByRole('button', { name: '{{ contact.first_name | default: "there" }}' }).click();
    expect(await step.getByLabel('Subject').inputValue()).toBe(
      'Welcome aboard, {{ contact.first_name | default: "there" }}',
    );
    await step.getByRole('button', { name: 'Markdown', exact: true }).click();
    await step.getByLabel('Body').fill('Your plan is **{{ event.plan | default: "ours" }}**.');
    await preview.getByText('Your plan is Pro.').waitFor();
    await step.getByText('Plain text', { exact: true }).click();
    await preview.getByText('Subject: Welcome aboard, Jenny').waitFor();

    await page.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('Workflow active.').waitFor();
    await trigger('customer.subscription.created', { email: 'aboard@example.com', name: 'Alva Board' });
    await page.goto('/emails');
    const sent = page.getByRole('link', { name: 'Welcome aboard, Alva' });
    await lookUntil(page, () => sent.first().isVisible());
    await sent.first().click();
    await page.getByText('aboard@example.com').filter({ visible: true }).first().waitFor();
    await page.frameLocator('iframe.mail').getByText('Your plan is').waitFor();
  });

  it('are built step by step with the keyboard, and say what is wrong where it is', async () => {
    const page = await chrome.signIn();
    await page.goto('/workflows/new');
    await page.getByLabel('Starts with').last().selectOption('invoice.paid');
    await page.getByRole('button', { name: 'Create empty workflow' }).press('Enter');
    await page.getByText('Workflow created as a draft.').waitFor();
    const add = page.getByRole('group', { name: 'Add a step' }).last();
    await add.getByRole('button', { name: 'Send email' }).press('Enter');
    await page.getByRole('group', { name: 'Step 1: Send email' }).waitFor();
    await isDrawn(page);
    await add.getByRole('button', { name: 'Wait' }).press('Enter');
    await page.getByRole('group', { name: 'Step 2: Wait' }).waitFor();
    await isDrawn(page);
    await page.getByRole('button', { name: 'Move up step 2, Wait' }).press('Enter');
    const wait = page.getByRole('group', { name: 'Step 1: Wait' });
    await wait.waitFor();
    await comesTo(() => page.evaluate(`document.activeElement.getAttribute('aria-label')`), 'Step 1: Wait');
    await wait.getByLabel('For').fill('0');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Not saved yet').waitFor();
    await page.getByRole('link', { name: 'Wait of step 1 must be at least 1' }).click();
    await page.keyboard.type('2');
    expect(await wait.getByLabel('For').inputValue()).toContain('2');
    expect(await page.getByText('Must not be empty').count()).toBeGreaterThan(0);
  });

  it('offer conditions that fit the property that is chosen', async () => {
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'payment_failed' }, tillpost.clock.now());
    const page = await chrome.signIn();
    await page.goto(`/workflows/${id}`);
    const trigger = page.getByRole('group', { name: 'Trigger' });
    await trigger.getByRole('button', { name: 'Add condition' }).click();
    const condition = trigger.getByRole('group', { name: 'Condition 2' });
    await condition.getByLabel('Property').selectOption('contact.delinquent');
    await condition.getByRole('option', { name: 'is true' }).waitFor({ state: 'attached' });
    await isDrawn(page);
    expect(await condition.getByLabel('Value').count()).toBe(0);
    await condition.getByLabel('Property').selectOption('event.metadata');
    await isDrawn(page);
    await condition.getByLabel('Key').fill('order_id');
    await condition.getByLabel('Key').press('Tab');
    await condition.getByRole('option', { name: 'starts with' }).waitFor({ state: 'attached' });
    await isDrawn(page);
    await condition.getByLabel('Comparison').selectOption('starts_with');
    await isDrawn(page);
    await condition.getByLabel('Value').fill('67');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Workflow saved.').waitFor();
    expect(await condition.getByLabel('Key').inputValue()).toBe('order_id');
  });
});

describe('events and contacts', () => {
  it('replays an event that was off, under the settings of now', async () => {
    await saveSettings(tillpost.db, TEST, defaultSettings(), tillpost.clock.now());
    const { id } = await trigger('customer.created', { email: 'replayed@example.com' });
    const page = await chrome.signIn();
    await page.goto('/events');
    await lookUntil(page, () => page.locator(`a[href="/events/${id}"]`).isVisible());
    await page.locator(`a[href="/events/${id}"]`).click();
    await lookUntil(page, () => page.locator('.page-head .badge').getByText('Ignored').isVisible());
    await tillpost.enable();
    await page.getByText('Show the payload as Stripe sent it').click();
    await page.getByLabel('Payload as JSON').getByText('"customer.created"').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Copied.').waitFor();
    expect(JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'))).toMatchObject({ id });
    await page.getByRole('button', { name: 'Replay event' }).click();
    await page.locator('.lead').getByText('Created contact replayed@example.com').waitFor();
  });

  it('shows new events in the open list, and follows the filters without a reload', async () => {
    await tillpost.enable();
    const page = await chrome.signIn();
    await page.goto('/events');
    const { id } = await trigger('quote.accepted', {});
    await page.locator(`a[href="/events/${id}"]`).waitFor();
    await page.getByLabel('Outcome', { exact: true }).selectOption('failed');
    await page.getByText('No event matches').waitFor();
    expect(page.url()).toContain('status=failed');
    await page.goBack();
    await page.locator(`a[href="/events/${id}"]`).waitFor();
  });

  it('lets a contact leave and come back by the link in an email, and shows it', async () => {
    await tillpost.enable();
    await activateTemplate('new_customer');
    await trigger('customer.created', { email: 'leaver@example.com', name: 'Lea Ver' });
    const page = await chrome.signIn();
    await page.goto('/emails?contact=leaver@example.com');
    const email = page.getByRole('link', { name: 'Welcome, Lea!' });
    await lookUntil(page, () => email.isVisible());
    await email.click();
    const header = await page
      .getByRole('row', { name: /^List-Unsubscribe </ })
      .getByRole('cell')
      .textContent();
    const contact = await chrome.visit();
    await contact.goto(header?.slice(1, -1) ?? '');
    await heading(contact, 'Your email preferences');
    await contact.getByRole('button', { name: 'Unsubscribe' }).click();
    await heading(contact, /^You won’t get marketing email from .* any more\.$/);
    await page.getByRole('link', { name: 'leaver@example.com' }).click();
    await page.locator('.page-head .badge').getByText('Unsubscribed', { exact: true }).waitFor();
    await contact.getByRole('button', { name: 'Subscribe again' }).click();
    await heading(contact, 'You are subscribed again.');
    await page.reload();
    await page.locator('.page-head .badge').getByText('Subscribed', { exact: true }).waitFor();
  });

  it('lets hostile names and payloads do nothing', async () => {
    await tillpost.enable();
    const name = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const { id } = await trigger('customer.created', { email: 'hostile@example.com', name });
    const page = await chrome.signIn();
    await untilStored(id);
    await page.goto(`/events/${id}`);
    await page.getByText('Show the payload as Stripe sent it').click();
    await page.getByRole('link', { name: 'hostile@example.com' }).click();
    await heading(page, 'hostile@example.com');
    expect(await page.title()).toBe('hostile@example.com · Tillpost');
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('without JavaScript', () => {
  it('settings are saved and steps are added all the same', async () => {
    const page = await chrome.signIn({ javaScriptEnabled: false });
    await page.goto('/settings/stripe');
    await fold(page, 'Quotes').click();
    await page.getByRole('switch', { name: /^Quote accepted/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Settings saved.').waitFor();
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'quote_accepted' }, tillpost.clock.now());
    await page.goto(`/workflows/${id}`);
    await page.getByRole('group', { name: 'Add a step' }).last().getByRole('button', { name: 'Wait' }).click();
    await page.getByRole('group', { name: 'Step 2: Wait' }).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Workflow saved.').waitFor();
  });
});

async function untilStored(id: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { data } = await listEvents(tillpost.db, TEST, { limit: 20 });
    if (data.some((event) => event.id === id && event.status === 'processed')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} was not processed`);
}

describe('recovered payments', () => {
  it('lead from a number to its invoices and their contact', async () => {
    const page = await chrome.signIn();
    await tillpost.enable();
    await trigger('invoice.payment_failed', { email: 'behind@example.com' });
    await page.goto('/events');
    await page.getByRole('link', { name: 'Recovered', exact: true }).click();
    await heading(page, 'Recovered');
    const open = page.getByRole('row', { name: /^All months/ }).getByRole('link');
    await open.first().click();
    await heading(page, 'Failed invoices');
    await page.getByRole('link', { name: 'behind@example.com' }).first().click();
    await heading(page, 'behind@example.com');
  });
});
