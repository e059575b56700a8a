/** Work on contacts in a browser: an import from preview to result, many changed at once by the keyboard, a filter saved. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { lookUntil, onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole(
  async (started) => {
    tillpost = started;
    await tillpost.enable();
  },
  { runsWorker: true },
);
const folder = mkdtempSync(join(tmpdir(), 'tillpost-contacts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHOTS = process.env.SCREENSHOTS;

/** Nothing sticks out, axe is content; a picture where SCREENSHOTS names a folder. */
async function look(page: Page, name: string): Promise<void> {
  expect([name, await widthBeyond(page), await violations(page)]).toEqual([name, 0, []]);
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

const LINES = [
  'email,first_name,last_name,user_group,shoe size',
  ...Array.from({ length: 60 }, (_, n) => `person${n}@example.com,Person,Number ${n},${n % 3 === 0 ? 'VIP' : ''},44`),
  'not an address,,,,',
  'person1@example.com,,,,',
];

it.each(Object.entries(LOOKS))('imports, selects, regroups and saves a filter: %s', async (look_, options) => {
  const shot = (page: Page, name: string) => look(page, `${look_.replace(/\W+/g, '-')}-${name}`);
  const key = look_.replace(/\W+/g, '');
  const file = join(folder, `${key}.csv`);
  writeFileSync(file, LINES.join('\n').replaceAll('@example', `@${key}.example`));
  const page = await chrome.signIn(options);

  await page.goto('/audience/import');
  await page.getByLabel('CSV file').setInputFiles(file);
  await page.getByText('These people agreed to marketing').click();
  await shot(page, 'import');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('Nothing has changed yet').waitFor();
  await shot(page, 'preview');
  await page.getByRole('button', { name: 'Import now' }).click();
  await page.getByText('Done', { exact: true }).waitFor();
  await shot(page, 'result');
  await page.getByRole('link', { name: 'Go to the audience' }).click();

  // By the keyboard alone: two boxes, then the bar.
  await page.getByRole('searchbox', { name: 'Search' }).fill(key);
  await page.waitForURL(/query=/);
  await page.getByText('60 contacts').waitFor();
  const box = page.getByLabel(`Select person59@${key}.example.com`);
  await box.focus();
  await page.keyboard.press('Space');
  await page.getByLabel(`Select person58@${key}.example.com`).focus();
  await page.keyboard.press('Space');
  await page.getByText('2 selected').waitFor();
  await shot(page, 'selected');
  await page.getByRole('button', { name: 'Continue' }).press('Enter');
  await page.getByText('2 contacts').waitFor();
  await page.getByLabel('User group').fill(`Group ${key}`);
  await shot(page, 'bulk');
  await page.keyboard.press('Enter');
  await page.getByText('Done', { exact: true }).waitFor();

  await page.goto(`/audience?user_group=${encodeURIComponent(`Group ${key}`)}`);
  await page.getByText('2 contacts').waitFor();
  await page.getByText('Save this filter').click();
  await page.getByLabel('Name', { exact: true }).fill(`Those of ${key}`);
  await shot(page, 'save-filter');
  await page.getByRole('button', { name: 'Save filter' }).click();
  await page.getByRole('link', { name: `Those of ${key}` }).waitFor();
  await shot(page, 'filtered');

  // Pages: on, to the end, and Back by the browser.
  await page.goto(`/audience?query=${key}`);
  await page.getByRole('link', { name: 'Last' }).click();
  await page.getByRole('link', { name: `person0@${key}.example.com` }).waitFor();
  await page.getByRole('link', { name: 'Previous' }).click();
  await page.goBack();
  await page.getByRole('link', { name: `person0@${key}.example.com` }).waitFor();

  await page.goto(`/audience?query=${key}`);
  await page.getByLabel('What to do').selectOption('delete');
  await page.getByLabel('Whom').selectOption('all');
  await page.getByRole('button', { name: 'Continue' }).click();
  await shot(page, 'delete');
  await page.getByLabel('Type 60 to confirm').fill('60');
  await page.getByRole('button', { name: 'Delete them' }).click();
  await page.getByText('Done', { exact: true }).waitFor();
});

it.each(Object.entries(LOOKS))(
  'adds a contact, notes on it, sends an email again, replays: %s',
  async (look_, options) => {
    const shot = (page: Page, name: string) => look(page, `${look_.replace(/\W+/g, '-')}-${name}`);
    const address = `${look_.replace(/\W+/g, '.')}@example.com`;
    const { db, clock } = tillpost;
    const { id } = await createWorkflow(db, TEST, { template: 'new_customer' }, clock.now());
    await activateWorkflow(db, TEST, id, clock.now());
    const page = await chrome.signIn(options);
    await page.goto('/audience/new');
    await page.getByLabel('Email').fill(address);
    await page.getByText('Transactional only').click();
    await shot(page, 'new');
    await page.getByRole('button', { name: 'Add contact' }).click();
    await page.getByText('Contact added.').waitFor();
    await page.getByRole('textbox', { name: 'Note' }).fill('Met at the fair.\nLikes tea.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByText('Note saved.').waitFor();
    await shot(page, 'contact');

    await tillpost.localStripe.trigger('customer.created', { account: TEST.accountId });
    const email = page.locator('.row-link').first();
    await page.goto('/emails?status=captured');
    await lookUntil(page, () => email.isVisible());
    await email.click();
    await page.getByText('Send again…').click();
    await shot(page, 'send-again');
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await page.getByText('This is the new email').waitFor();
    await page.goto('/events?type=customer.created');
    await shot(page, 'events');
    await page.getByRole('link', { name: /Replay (it|them)…/ }).click();
    await shot(page, 'replay');
    await page.getByRole('button', { name: /Replay \d+ events?/ }).click();
    await page.getByText(/events? run again/).waitFor();
  },
);
