/** The console's areas with the keyboard alone, wide and on a phone: each journey ends where it should, and no page complains. */
import type { Page } from 'playwright-core';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { comesTo, onConsole } from './rig';
import { tabTo } from './keyboard';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  for (const template of ['new_customer', 'payment_failed']) {
    const { id } = await createWorkflow(tillpost.db, TEST, { template }, tillpost.clock.now());
    await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
  }
  const happen = (...[type, options]: Parameters<Tillpost['localStripe']['trigger']>) =>
    tillpost.localStripe.trigger(type, { account: TEST.accountId, ...options });
  await happen('customer.created', { email: 'zoe.o@example.com', name: 'Zoë Öztürk' });
  await happen('invoice.payment_failed', { email: 'owes@acme.example', name: 'Ola Wes' });
  await happen('customer.created', { email: 'else@example.com', name: 'Somebody Else' });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

async function isSound(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await widthBeyond(page)).toBe(0);
}

/** Opens what a word of ours means, reads it, and closes it again. */
async function readHint(page: Page, of: string, words: string): Promise<void> {
  await tabTo(page, `What does “${of}`);
  await page.keyboard.press('Enter');
  await page.getByText(words).first().waitFor();
  await isSound(page);
  await page.keyboard.press('Escape');
  await page.getByText(words).first().waitFor({ state: 'hidden' });
}

describe.each(['wide and light', 'a phone, dark'])('%s', (look) => {
  it('the log: from part of an address to the event, the run and the email that came of it', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/events');
    await tabTo(page, 'Contact');
    await page.keyboard.type('acme.ex');
    await page.getByText('zoe.o@example.com').waitFor({ state: 'detached' });
    await page.getByText('owes@acme.example').first().waitFor();
    await tabTo(page, 'Payment failed');
    await page.keyboard.press('Enter');
    await heading(page, 'Payment failed');
    await readHint(page, 'Processed', 'The event did its work');
    await tabTo(page, 'Payment failed');
    await page.keyboard.press('Enter');
    await page.getByText('Waits until').waitFor();
    await isSound(page);
    await page.goBack();
    await tabTo(page, 'Your payment of');
    await page.keyboard.press('Enter');
    await heading(page, /Your payment of/);
  });

  it('the log: an event runs again, and the page tells when and from where', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/events?contact=zoe');
    await tabTo(page, 'Customer created');
    await page.keyboard.press('Enter');
    await heading(page, 'Customer created');
    await tabTo(page, 'Replay event');
    await page.keyboard.press('Enter');
    await page.getByText('The event runs again').waitFor();
    await tillpost.worker.drain();
    await page.reload();
    const row = page.getByRole('table', { name: 'When this event ran again' }).getByRole('row').nth(1);
    await row.getByText('Console').waitFor();
    await row.getByText('Matched contact').waitFor();
    await isSound(page);
  });

  it('the audience: somebody is found without the accents, by touch of the keys alone', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/audience');
    await readHint(page, 'Subscribed', 'Gets marketing and transactional email.');
    await page.goto('/audience');
    await tabTo(page, 'Search');
    await page.keyboard.type('OZTURK zoe');
    await page.getByText('1 contact', { exact: true }).waitFor();
    await tabTo(page, 'zoe.o@example.com');
    await page.keyboard.press('Enter');
    await heading(page, 'zoe.o@example.com');
    await page.getByText('Zoë Öztürk').waitFor();
    await isSound(page);
  });

  it('emails: the whole mail is on the page, in the reader’s scheme', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/emails');
    await tabTo(page, 'Welcome, Zoë!');
    await page.keyboard.press('Enter');
    await page.frameLocator('iframe.mail').getByText('Hi Zoë,').waitFor();
    const left = `(() => { const frame = document.querySelector('iframe.mail');
      return frame.contentDocument.documentElement.scrollHeight - frame.clientHeight; })()`;
    await comesTo(() => page.evaluate<boolean>(`${left} <= 0`), true);
    const ground = `getComputedStyle(document.querySelector('iframe.mail').contentDocument.querySelector('.card').closest('.page > table > tbody > tr > td')).backgroundColor`;
    expect(await page.evaluate(ground)).toBe(look.includes('dark') ? 'rgb(17, 19, 24)' : 'rgb(246, 248, 250)');
    await readHint(page, 'Captured', 'Kept here to be read');
  });

  it('recovered: from a number to the invoice', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/recovery');
    await readHint(page, 'Recovered', 'by chance gets no reminders');
    await tabTo(page, '$');
    await page.keyboard.press('Enter');
    await page.getByText('owes@acme.example').waitFor();
    await isSound(page);
  });

  it('help: every area leads to its page, and from there to the others', async () => {
    const page = await chrome.signIn(LOOKS[look]);
    await page.goto('/emails');
    await tabTo(page, 'Help: emails');
    await page.keyboard.press('Enter');
    await heading(page, 'Help: Emails');
    await isSound(page);
    // The console's own navigation comes first.
    await tabTo(page, 'Settings');
    await tabTo(page, 'Events');
    await tabTo(page, 'Audience');
    await page.keyboard.press('Enter');
    await heading(page, 'Help: Audience');
  });
});

it('a filter that is typed on while its answer is under way complains of nothing', async () => {
  const page = await chrome.signIn();
  await page.goto('/events');
  await page.route('**/events?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue().catch(() => undefined);
  });
  await page.getByLabel('Contact').focus();
  for (const part of ['ac', 'me', '.ex']) {
    await page.keyboard.type(part);
    await page.waitForTimeout(450);
  }
  await page.getByText('zoe.o@example.com').waitFor({ state: 'detached' });
  await page.keyboard.type('a');
  await page.waitForTimeout(400);
  await page.goto('/audience');
  await heading(page, 'Audience');
});

it('a search that is answered is not asked again when its field is left, what is chosen is asked at once', async () => {
  const page = await chrome.signIn();
  await page.goto('/events');
  const asked: (string | null)[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/events') asked.push(searchParams.get('status'));
  });
  await tabTo(page, 'Contact');
  await page.keyboard.type('acme.ex');
  await page.getByText('zoe.o@example.com').waitFor({ state: 'detached' });
  await page.keyboard.press('Tab');
  await page.getByLabel('Outcome', { exact: true }).selectOption('processed');
  await page.waitForURL(/status=processed/);
  expect(asked).toEqual(['', 'processed']);
});

it('hints and help need no script', async () => {
  const page = await chrome.signIn({ javaScriptEnabled: false });
  await page.goto('/audience');
  await page.locator('summary[aria-label^="What does"]').first().click();
  await page.getByText('Gets marketing and transactional email.').waitFor();
});
