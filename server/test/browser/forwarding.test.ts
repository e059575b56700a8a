/** Forwarding to Loops set up, watched and mended in Chromium. */
import type { Browser, Locator, Page } from 'playwright-core';
import { fixtureEvent } from '../fixtures/stripe';
import { ACCOUNT, startTillpost, type Tillpost } from '../harness';
import { startRecordingLoops, type RecordingLoops } from '../recording-loops';
import { openChromium } from './chromium';
import { createConsoleBrowser, type ConsoleBrowser } from './console-session';
import { LOOKS, violations, widthBeyond } from './looks';

let loops: RecordingLoops;
let tillpost: Tillpost;
let browser: Browser;
let chrome: ConsoleBrowser;
beforeAll(async () => {
  loops = await startRecordingLoops();
  browser = await openChromium();
});
beforeEach(async () => {
  loops.answerAll(undefined);
  tillpost = await startTillpost({ env: { LOOPS_API_BASE: loops.url }, runsWorker: true });
  chrome = createConsoleBrowser(browser, tillpost);
  await tillpost.connect();
  await tillpost.enable();
});
afterEach(async () => {
  expect(await chrome.finish()).toEqual([]);
  await tillpost.close();
});
afterAll(async () => {
  await browser.close();
  await loops.close();
});

const customer = (n: number, email = `jenny${n}@example.com`) =>
  tillpost.deliver(
    fixtureEvent('customer.created', { account: ACCOUNT, object: { id: `cus_${n}`, email, name: 'Jenny Rosen' } }),
  );

it.each(['wide and light', 'a phone, dark'])('is set up, refused, and goes on by another key, %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const isSound = async () => {
    expect(await widthBeyond(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  };
  await page.goto('/settings/forwarding');
  await isSound();
  await page.getByLabel('API key of Loops').fill('loops_key_1');
  await page.getByText('Invoices', { exact: true }).first().click();
  await page.getByRole('checkbox', { name: /^Invoice paid/ }).check();
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  // The loop tries the key, and the page follows.
  await page.getByText('of Rocket Rides').waitFor();
  await customer(1);
  const outcome = page.getByRole('row', { name: /Contact.*jenny1@example\.com/ });
  await reloadUntil(page, outcome.getByText('Saved in Loops'));
  await isSound();

  loops.answerAll({ status: 401, body: { error: 'Invalid API key' } });
  await customer(2);
  await reloadUntil(page, page.getByRole('alert').getByText('Loops refuses the key'));
  await isSound();
  await page.goto('/');
  await page.getByText('Loops refuses the key: nothing is forwarded.').waitFor();
  await page.getByRole('link', { name: 'Save another' }).click();

  loops.answerAll(undefined);
  await page.getByLabel('API key of Loops').fill('loops_key_2');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('of Rocket Rides').waitFor();
  expect(await page.getByRole('checkbox', { name: /^Invoice paid/, includeHidden: true }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Forward everyone now' }).click();
  await reloadUntil(page, page.getByText('2 contacts,'));
  await page.getByRole('link', { name: 'Waiting' }).click();
  await page.getByText('Nothing is in this state.').waitFor();
});

/** The loop works beside the page. */
async function reloadUntil(page: Page, wanted: Locator): Promise<void> {
  for (let tries = 0; tries < 20 && !(await wanted.first().isVisible()); tries++) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  await wanted.first().waitFor();
}
