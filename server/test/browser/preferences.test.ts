/** The page behind the unsubscribe link, as contacts see it: on every look, and without JavaScript. */
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

const JENNY = 'jenny.rosen@example.com';
let tillpost: Tillpost;
let link: string;
const chrome = onConsole(async (started) => {
  tillpost = started;
  const { db, clock, localStripe, worker } = tillpost;
  const postal_address = 'Acme Inc.\n1 Main Street\nSpringfield, IL 62701';
  await tillpost.enable({}, { sender: { from_name: 'Acme', reply_to: 'help@acme.example', postal_address } });
  const { id } = await createWorkflow(db, TEST, { template: 'new_customer' }, clock.now());
  await activateWorkflow(db, TEST, id, clock.now());
  await localStripe.trigger('customer.created', { account: TEST.accountId, email: JENNY });
  await worker.drain();
  const { text } = await db.selectFrom('email_body').select('text').executeTakeFirstOrThrow();
  link = /http\S*\/unsubscribe\/[\w.-]+/.exec(text)?.[0] ?? '';
});

const status = async () => (await tillpost.db.selectFrom('contact').select('status').executeTakeFirstOrThrow()).status;

it.each(Object.keys(LOOKS))('leaves and comes back, and each page is sound, on %s', async (look) => {
  const page = await chrome.visit(LOOKS[look]);
  const shown = async (heading: string) => {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect([await widthBeyond(page), await violations(page)]).toEqual([0, []]);
    if (process.env.SHOTS)
      await page.screenshot({
        path: `${process.env.SHOTS}/${look}-${heading.slice(0, 12)}.png`.replace(/ /g, '_'),
        fullPage: true,
      });
  };
  await page.goto(link);
  await shown('Your email preferences');
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await shown('You won’t get marketing email from Acme any more.');
  expect(await status()).toBe('unsubscribed');
  await page.getByRole('button', { name: 'Subscribe again' }).click();
  await shown('You are subscribed again.');
  expect(await status()).toBe('subscribed');
});

it('need no JavaScript', async () => {
  const page = await chrome.visit({ javaScriptEnabled: false });
  await page.goto(link);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByRole('button', { name: 'Subscribe again' }).click();
  await page.getByRole('heading', { level: 1, name: 'You are subscribed again.' }).waitFor();
});
