/** The overview in Chromium: read by keyboard and by axe, on every look, and from its numbers to their lists. */
import { EVENT_TYPES } from '../../../shared/catalogue';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole((started) => void (tillpost = started));

it('teaches what is to do while nothing has happened, and leads there by keyboard', async () => {
  for (const look of Object.values(LOOKS)) {
    const page = await chrome.signIn(look);
    await page.goto('/');
    expect(await violations(page)).toEqual([]);
    expect(await widthBeyond(page)).toBe(0);
  }
  const page = await chrome.signIn();
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.getByRole('link', { name: 'Connect to Stripe' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/settings/stripe#events');
});

it('shows what came of it, fits every look, and leads from a number to its list', async () => {
  const { db, clock, localStripe, worker } = tillpost;
  await tillpost.enable();
  for (const template of ['new_customer', 'payment_failed']) {
    const { id } = await createWorkflow(db, TEST, { template }, clock.now());
    await activateWorkflow(db, TEST, id, clock.now());
  }
  for (const type of EVENT_TYPES) await localStripe.trigger(type, { account: TEST.accountId });
  await worker.drain();
  for (const look of Object.values(LOOKS)) {
    const page = await chrome.signIn(look);
    await page.goto('/');
    expect(await violations(page)).toEqual([]);
    expect(await widthBeyond(page)).toBe(0);
  }
  const page = await chrome.signIn();
  await page.goto('/');
  await page.getByRole('link', { name: '7 days' }).press('Enter');
  await page.waitForURL('**/?days=7');
  const number = page.getByRole('region', { name: 'Contacts' }).getByRole('link').last();
  const count = await number.innerText();
  await number.press('Enter');
  await page.waitForURL('**/audience?since=*');
  await page.getByRole('status').getByText(`${count} contact`).waitFor();
});
