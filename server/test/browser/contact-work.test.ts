/** Work on contacts in a browser: a file with a refused and a changed line, many unsubscribed and exported, one edited, left, back and deleted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addContact } from '../../audience/change-contact';
import { findContactByEmail } from '../../audience/contacts';
import { suppressAddress } from '../../audience/suppressions';
import { transact } from '../../db/transact';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let folder: string;
let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started), { runsWorker: true });
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'tillpost-contact-work-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const SHOTS = process.env.SCREENSHOTS;

/** The page as it is, wide and on a phone: nothing sticks out, axe is content. Every look where SCREENSHOTS names a folder. */
async function look(page: Page, name: string): Promise<void> {
  const looks = Object.entries(LOOKS).filter(([of]) => SHOTS || ['wide and light', 'a phone, dark'].includes(of));
  for (const [of, { viewport, colorScheme }] of looks) {
    await page.setViewportSize(viewport!);
    await page.emulateMedia({ colorScheme: colorScheme! });
    expect([name, of, await widthBeyond(page), await violations(page)]).toEqual([name, of, 0, []]);
    const file = `${name}-${of.replace(/\W+/g, '-')}.png`;
    if (SHOTS) await page.screenshot({ path: join(SHOTS, file), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme: 'light' });
}

const add = (email: string, first_name = '') =>
  transact(tillpost.db, (trx) =>
    addContact(
      trx,
      TEST,
      { email, first_name, last_name: '', user_group: null, consent: 'agreed' },
      tillpost.clock.now(),
    ),
  );
const statusOf = async (email: string) => (await findContactByEmail(tillpost.db, TEST, email))?.status;

it('imports a file with a changed and a refused line, and a column that may say who has left', async () => {
  await add('known@example.com', 'Old');
  const file = join(folder, 'people.csv');
  const lines = ['known@example.com,New,yes,3', 'out@example.com,Out,no,5', 'odd@example.com,Odd,perhaps,1'];
  writeFileSync(file, ['email,first_name,subscribed,bounce score', ...lines].join('\n'));
  const page = await chrome.signIn();
  await page.goto('/audience/import');
  await page.getByLabel('CSV file').setInputFiles(file);
  await page.getByText('These people agreed to marketing').click();
  await look(page, 'import');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('First name: Old → New').waitFor();
  await page.getByText('Says neither yes nor no: column “subscribed”').waitFor();
  await look(page, 'preview');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as CSV' }).click();
  expect(readFileSync((await (await download).path()) ?? '', 'utf8')).toContain('odd@example.com,Odd,perhaps,1');

  await page.getByRole('button', { name: 'Import now' }).click();
  // The browser asks for the box first.
  expect(await page.getByText('Waits for you').isVisible()).toBe(true);
  await page.getByLabel('This column is about something else').check();
  await page.getByRole('button', { name: 'Import now' }).click();
  await page.getByText('Done', { exact: true }).waitFor();
  await look(page, 'imported');
  expect(await statusOf('out@example.com')).toBe('unsubscribed');
});

it('asks to select first, unsubscribes and exports the many, and removes a saved filter', async () => {
  for (const n of [1, 2, 3]) await add(`many${n}@example.com`);
  await suppressAddress(tillpost.db, TEST, 'many3@example.com', { scope: 'all', reason: 'bounced', now: 1 });
  const page = await chrome.signIn();
  await page.goto('/audience?query=many');
  await page.getByText('Save this filter').click();
  await page.getByLabel('Name', { exact: true }).fill('The many');
  await page.getByRole('button', { name: 'Save filter' }).click();
  await page.getByText('Filter saved').waitFor();

  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Select a contact first').waitFor();
  await page.getByText('3 contacts').waitFor();
  await look(page, 'select-first');

  for (const n of [1, 2]) await page.getByLabel(`Select many${n}@example.com`).check();
  await page.getByLabel('What to do').selectOption('export');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Continue' }).click();
  const exported = readFileSync((await (await download).path()) ?? '', 'utf8').trim();
  expect(exported.split('\r\n').map((line) => line.split(',')[1])).toEqual([
    'email',
    'many2@example.com',
    'many1@example.com',
  ]);

  await page.getByLabel('What to do').selectOption('unsubscribe');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('2 contacts').waitFor();
  await page.getByRole('button', { name: 'Unsubscribe them' }).click();
  await page.getByText('Done', { exact: true }).waitFor();
  expect(await Promise.all([1, 2, 3].map((n) => statusOf(`many${n}@example.com`)))).toEqual([
    'unsubscribed',
    'unsubscribed',
    'subscribed',
  ]);

  await page.goto('/audience');
  await page.getByRole('link', { name: 'The many' }).click();
  await page.getByRole('button', { name: 'Remove the saved filter The many' }).click();
  await page.getByText('Saved filter removed.').waitFor();
  expect(await page.getByRole('link', { name: 'The many' }).count()).toBe(0);

  await page.getByLabel('Status').selectOption('suppressed');
  await page.getByText('1 contact', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'many3@example.com' }).waitFor();
  await look(page, 'suppressed');
});

it('edits an address, unsubscribes, resubscribes and deletes a contact on its page', async () => {
  await add('one@example.com');
  await add('two@example.com');
  const page = await chrome.signIn();
  await page.goto('/audience');
  await page.getByRole('link', { name: 'one@example.com', exact: true }).click();
  await page.getByLabel('Email', { exact: true }).fill('two@example.com');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('link', { name: 'see them' }).waitFor();
  await look(page, 'taken-address');
  await page.getByLabel('Email', { exact: true }).fill('three@example.com');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByText('Profile saved.').waitFor();
  await page.getByRole('heading', { name: 'three@example.com' }).waitFor();

  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByText('gets no marketing emails any more').waitFor();
  expect(await statusOf('three@example.com')).toBe('unsubscribed');
  await page.getByRole('button', { name: 'Resubscribe' }).click();
  await page.getByText('Subscribed again.').waitFor();
  expect(await statusOf('three@example.com')).toBe('subscribed');
  await page.getByText('Delete contact…').click();
  await page.getByRole('button', { name: 'Delete contact', exact: true }).click();
  await page.getByText('Contact deleted.').waitFor();
  expect(await statusOf('three@example.com')).toBeUndefined();
});
