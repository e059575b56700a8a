/** The settings in Chromium: what can be taken back, what is said once, the way back in, and a merchant's look. */
import { PNG } from 'pngjs';
import type { Locator, Page } from 'playwright-core';
import { openSession } from '../../installs/sessions';
import { readSettings } from '../../settings/settings';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, lookUntil, onConsole } from './rig';

let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started), { runsWorker: true });

/** As its file has it: 0 where it didn't load. */
const widthOf = (image: Locator) => image.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth);
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).last().click();
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

it('closes a confirmation on Cancel, Escape and a click elsewhere, and does nothing', async () => {
  const page = await chrome.signIn();
  await page.goto('/settings/stripe');
  const opener = page.getByText('Delete all data…');
  const field = page.locator('#confirm-erase');
  const ways = [
    () => page.getByRole('link', { name: 'Cancel' }).click(),
    () => page.keyboard.press('Escape'),
    () => page.getByRole('heading', { level: 1 }).click(),
  ];
  for (const close of ways) {
    await opener.click();
    await field.fill('acct_1');
    await close();
    await field.waitFor({ state: 'hidden' });
  }
  await opener.click();
  await page.keyboard.press('Escape');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Delete all data…');
  expect(page.url()).toMatch(/\/settings\/stripe$/);
});

it('cancels without JavaScript too', async () => {
  const page = await chrome.signIn({ javaScriptEnabled: false });
  await page.goto('/settings/stripe');
  await page.getByText('Disconnect…').click();
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.locator('#confirm-disconnect').waitFor({ state: 'hidden' });
});

it('shows the current tab and section on a phone, and fades the row where it goes on', async () => {
  const page = await chrome.signIn({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.goto('/settings/people');
  for (const name of ['Console', 'Settings']) {
    const row = page.getByRole('navigation', { name, exact: true });
    const isInView = async () => {
      const current = await row.locator('[aria-current]').boundingBox();
      return current !== null && current.x >= 0 && current.x + current.width <= 390;
    };
    await comesTo(isInView, true);
    await comesTo(async () => (await row.getAttribute('class'))?.includes('goes-on-left'), true);
  }
  await page.goto('/settings/stripe');
  const tabs = page.getByRole('navigation', { name: 'Settings', exact: true });
  await comesTo(() => tabs.getAttribute('class'), 'tabs goes-on-right');
});

it('sends nothing again on the way back, after a save and after a refusal', async () => {
  const page = await chrome.signIn();
  let sent = 0;
  page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
  await page.goto('/events');
  await page.goto('/settings/sending');
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await save(page);
  await page.getByText('Must be a time zone such as Europe/Berlin').waitFor();
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await save(page);
  await page.getByText('Settings saved.').waitFor();
  expect(page.url()).toBe(`${tillpost.url}/settings/sending`);
  await page.goBack();
  await heading(page, 'Sending');
  expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
  expect(await page.getByText('Settings saved.').count()).toBe(0);
  await page.reload();
  await heading(page, 'Sending');
  await page.goForward();
  expect(await page.getByText('Settings saved.').count()).toBe(0);
  expect(sent).toBe(2);
});

it('leads from what is wrong to its field, which stands open', async () => {
  const page = await chrome.signIn();
  await page.goto('/settings/sending');
  await page.locator('summary').filter({ hasText: 'Test addresses' }).click();
  await page.locator('#test_recipients').fill('nobody');
  await save(page);
  await page.getByRole('alert').getByRole('link', { name: 'Test addresses' }).click();
  expect(await page.locator('#test_recipients').isVisible()).toBe(true);
  await page.goto('/settings/stripe#events.invoice.paid.user_group');
  await page.locator('[id="events.invoice.paid.user_group"]').waitFor();
});

it('holds a form that was sent signed out, until its writer is signed in in another tab', async () => {
  const page = await chrome.signIn();
  await page.goto('/settings/branding');
  await page.getByRole('textbox', { name: 'Footer' }).fill('An hour of words,\nin two lines');
  // The preview asks as well, and nothing answers it once its writer is signed out.
  const preview = page.frameLocator('iframe[name="branding-preview"]:not([hidden])');
  await preview.getByText('An hour of words,').waitFor();
  await page.context().clearCookies({ name: 'tillpost_session' });
  await save(page);
  await heading(page, 'You are signed out');
  await page.getByText('What you typed').click();
  await page.getByText('An hour of words,').waitFor();
  const value = await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined });
  await page.context().addCookies([{ name: 'tillpost_session', value, url: tillpost.url }]);
  await page.getByRole('button', { name: 'I have signed in: go on' }).click();
  await heading(page, 'Send the form now?');
  await page.getByText('Test account', { exact: true }).last().waitFor();
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('Settings saved.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Footer' }).inputValue()).toBe('An hour of words,\nin two lines');
});

it('takes a logo and a colour, and shows them in the preview, in an email and on the page behind its link', async () => {
  const png = new PNG({ width: 240, height: 80 });
  for (let at = 0; at < png.data.length; at += 4) png.data.set([200, 30, 90, 255], at);
  const page = await chrome.signIn();
  await page.goto('/settings/branding');
  await page
    .getByLabel('PNG file')
    .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: PNG.sync.write(png) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByText('Logo saved.').waitFor();
  await page.getByLabel('Use our own colour').check();
  await page.getByLabel('Brand colour').fill('#ffd400');
  const preview = page.frameLocator('iframe[name="branding-preview"]:not([hidden])');
  await preview.locator('td.button[bgcolor="#ffd400"]').waitFor();
  await comesTo(() => widthOf(preview.locator('img.logo')), 240);
  await save(page);
  await page.getByText('Settings saved.').waitFor();
  await page.getByText('A button of this colour stands out').waitFor();

  await tillpost.enable({}, await readSettings(tillpost.db, TEST));
  const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
  await tillpost.localStripe.trigger('customer.created', { account: TEST.accountId, email: 'jenny@example.com' });
  const link = page.getByRole('link', { name: /^Welcome/ }).first();
  await page.goto('/emails');
  await lookUntil(page, () => link.isVisible());
  await link.click();
  const mail = page.frameLocator('iframe.mail');
  await mail.locator('img.logo').waitFor();
  await comesTo(() => widthOf(mail.locator('img.logo')), 240);
  const href = (await mail.getByRole('link', { name: 'Unsubscribe' }).getAttribute('href')) ?? '';

  const visitor = await chrome.visit();
  await visitor.goto(new URL(href).pathname);
  const button = visitor.getByRole('button', { name: 'Unsubscribe' });
  await button.waitFor();
  const look = `((style) => [style.backgroundColor, style.color])(getComputedStyle(document.querySelector('.button')))`;
  expect(await visitor.evaluate(look)).toEqual(['rgb(255, 212, 0)', 'rgb(26, 31, 54)']);
  await comesTo(() => widthOf(visitor.locator('img.site-logo')), 240);
});

it('uploads a logo without JavaScript', async () => {
  const page = await chrome.signIn({ javaScriptEnabled: false });
  await page.goto('/settings/branding');
  await page
    .getByLabel('PNG file')
    .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('GIF89a') });
  await page.getByRole('button', { name: /Upload|Replace the logo/ }).click();
  await page.getByText('That is not a PNG file.').waitFor();
});

it('lists who is signed in, and signs out each', async () => {
  const other = await chrome.signIn();
  await other.goto('/settings/people');
  await heading(other, 'People');
  const page = await chrome.signIn();
  await page.goto('/settings/people');
  const others = page.getByRole('button', { name: /^Sign out an unknown browser|^Sign out Chrome/ });
  for (let left = await others.count(); left > 0; left--) {
    await others.first().press('Enter');
    await page.getByText('That session was signed out.').waitFor();
    await comesTo(() => others.count(), left - 1);
  }
  await other.goto('/settings/people');
  expect(new URL(other.url()).pathname).toBe('/');
  await page.getByText('This session').waitFor();
  await page.getByRole('button', { name: 'Sign out of this session' }).press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
});
