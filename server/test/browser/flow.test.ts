/** A workflow as a picture in Chromium: its numbers, who is where, a dry run and a start by hand, and the list's switches. */
import type { Browser, Page } from 'playwright-core';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { BRANCHING } from '../branching';
import { fillResults } from '../fill-results';
import { ACCOUNT, startTillpost, TEST, type Tillpost } from '../harness';
import { openChromium } from './chromium';
import { createConsoleBrowser, type ConsoleBrowser } from './console-session';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
let browser: Browser;
let chrome: ConsoleBrowser;
let id: string;
beforeAll(async () => {
  tillpost = await startTillpost();
  browser = await openChromium();
  chrome = createConsoleBrowser(browser, tillpost);
  await tillpost.connect();
  await tillpost.enable();
  const { db, clock } = tillpost;
  id = (await createWorkflow(db, TEST, { definition: BRANCHING }, clock.now())).id;
  await happens('early@example.com');
  await activateWorkflow(db, TEST, id, clock.now());
  await fillResults(db, TEST, { workflow: id, runs: 300, now: clock.now() });
  for (const name of ['ann', 'ben']) await happens(`${name}@example.com`);
});
afterAll(async () => {
  await browser.close();
  await tillpost.close();
});
afterEach(async () => {
  expect(await chrome.finish()).toEqual([]);
});

async function happens(email: string): Promise<void> {
  await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email, name: 'Jenny Rosen' });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
}

/** Nothing beyond the page, and nothing that axe calls serious. */
async function isSound(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
  expect([name, await widthBeyond(page)]).toEqual([name, 0]);
  expect([name, await violations(page)]).toEqual([name, []]);
}

it.each(Object.keys(LOOKS))('is drawn, and shows who is where, %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const shot = (name: string) => isSound(page, `${name} ${look}`);
  await page.goto('/workflows');
  await shot('list');
  await page.getByRole('link', { name: 'Branching' }).click();
  const wait = page.getByRole('article', { name: 'Wait: 1 day' });
  await wait.waitFor();
  await shot('flow');
  // The phone stacks what a wide screen has side by side.
  const tops = await page
    .getByRole('list', { name: 'Paths' })
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => Math.round(item.getBoundingClientRect().top)));
  expect(new Set([tops[0], tops.at(-1)]).size).toBe(look.startsWith('a phone') ? 2 : 2);
  await wait.getByRole('definition').getByRole('link').nth(1).click();
  await page.getByRole('navigation', { name: 'Step' }).getByRole('link', { name: /^Wait 1 day/, exact: false }).waitFor();
  await page.goto(`/workflows/${id}/try?search=early@example.com`);
  await shot('choice');
  await page.getByRole('link', { name: 'Dry run for early@example.com' }).click();
  await page.getByRole('heading', { name: 'Dry run for early@example.com' }).waitFor();
  await page.getByText('Show this email').last().click();
  await page.getByText('Start for early@example.com…').click();
  await shot('dry run');
});
