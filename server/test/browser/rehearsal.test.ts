/** A rehearsal in Chromium: of the draft in the form, with a script and without one, on every look. */
import type { Page } from 'playwright-core';
import { createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';

let tillpost: Tillpost;
let path: string;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  for (const name of ['Ada Long', 'Bo Short', 'Cleo Gone'])
    await tillpost.localStripe.trigger('customer.created', {
      account: TEST.accountId,
      email: `${name.toLowerCase().replace(' ', '.')}@${'a-long-part-of-it.'.repeat(name.length > 8 ? 2 : 0)}example.com`,
      name,
    });
  await tillpost.worker.drain();
  await tillpost.db.updateTable('contact').set({ status: 'unsubscribed' }).where('first_name', '=', 'Cleo').execute();
  const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
  path = `/workflows/${id}`;
});

async function rehearse(page: Page): Promise<void> {
  await page.goto(path);
  await page
    .getByRole('group', { name: 'Step 1: Send email' })
    .getByLabel('Subject')
    .fill('Good day, {{ contact.first_name }}');
  await page.getByRole('button', { name: 'Rehearse' }).click();
  const gone = page.getByRole('row', { name: /cleo\.gone@.*Good day, Cleo.*Stopped.*has unsubscribed/ });
  await gone.waitFor();
  await page.getByRole('row', { name: /ada\.long@.*Good day, Ada.*Would be sent/ }).waitFor();
  await page.getByRole('button', { name: /Show the email to ada\.long@/ }).click();
  await page.frameLocator('iframe[name="rehearsal-mail"]').getByText('Ada').first().waitFor();
}

it.each([
  ['wide and light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
  ['wide and dark', { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' }],
  ['a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }],
  ['without a script', { javaScriptEnabled: false }],
] as const)('a draft is rehearsed, and an email shown, %s', async (_look, options) => {
  const page = await chrome.signIn(options);
  await rehearse(page);
  expect(await page.getByRole('group', { name: 'Step 1: Send email' }).getByLabel('Subject').inputValue()).toContain(
    'Good day',
  );
});
