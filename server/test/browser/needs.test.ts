/** What is pressed on the overview, the flow and Settings → People, in Chromium: each number leads to what it counts. */
import { newId } from '../../db/new-id';
import { insertNew } from '../../db/bulk';
import { tenantColumns } from '../../db/tenant';
import { listEmails } from '../../emails/list-emails';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { BRANCHING } from '../branching';
import { ACCOUNT, TEST, type Tillpost } from '../harness';
import { LOOKS, violations, widthBeyond } from './looks';
import { onConsole } from './rig';

let tillpost: Tillpost;
let id: string;
const chrome = onConsole(async (started) => {
  tillpost = started;
  await tillpost.enable();
  const { db, clock, localStripe } = tillpost;
  id = (await createWorkflow(db, TEST, { definition: BRANCHING }, clock.now())).id;
  await activateWorkflow(db, TEST, id, clock.now());
  // The first email is held: nobody has a user group.
  for (const email of ['ann@example.com', 'ben@example.com'])
    await localStripe.trigger('customer.created', { account: ACCOUNT, email, name: 'Ann Bee' });
  await localStripe.idle();
  await tillpost.worker.drain();
  await db.updateTable('contact').set({ mrr: 500, currency: 'usd' }).execute();
  const at = clock.now() - 60_000;
  const failed = {
    invoice_id: 'in_1',
    customer_id: 'cus_1',
    currency: 'usd',
    amount: 700,
    paid_before: 0,
    attempts: 1,
  };
  await insertNew(db, 'failed_invoice', [
    {
      ...tenantColumns(TEST),
      id: newId('fin', at),
      ...failed,
      first_failed_at: at,
      recovered_at: at,
      recovered_amount: 700,
    },
  ]);
});

it.each(Object.keys(LOOKS))('is sound, %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const { data } = await listEmails(tillpost.db, TEST, { status: 'held', limit: 1 });
  const places = {
    held: `/emails/${data[0]!.id}`,
    overview: '/',
    flow: `/workflows/${id}/flow`,
    workflows: '/workflows',
    runs: `/workflows/${id}/runs`,
    people: '/settings/people',
    replay: '/events/replay',
    try: `/workflows/${id}/try?search=ann@example.com`,
  };
  for (const [name, path] of Object.entries(places)) {
    await page.goto(path);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name} ${look}.png`, fullPage: true });
    expect([name, await widthBeyond(page)]).toEqual([name, 0]);
    expect([name, await violations(page)]).toEqual([name, []]);
  }
});

it('leads from each number to a list of as many', async () => {
  const page = await chrome.signIn();
  await page.goto('/');
  const numbers = page.locator('.tile .number, .needs-number');
  const links = await Promise.all(
    (await numbers.all()).map(async (one) => [(await one.getAttribute('href'))!, (await one.textContent())!] as const),
  );
  expect(links.length).toBeGreaterThan(5);
  for (const [to, words] of links) {
    await page.goto(to);
    const counted = await page.locator('.list-head').first().textContent();
    const expected = words.startsWith('$') ? /^[1-9]/ : new RegExp(`^${parseInt(words, 10)} `);
    expect([to, counted?.trim()]).toEqual([to, expect.stringMatching(expected)]);
  }
});

it('hides the checklist, and Settings show it again', async () => {
  const page = await chrome.signIn();
  await page.goto('/');
  await page.getByRole('button', { name: 'Hide the checklist' }).click();
  await page.getByText('The checklist is hidden.').waitFor();
  expect(await page.getByRole('region', { name: 'Getting started' }).count()).toBe(0);
  await page.goto('/settings/stripe');
  await page.getByRole('button', { name: 'Show the setup checklist again' }).click();
  await page.getByRole('region', { name: 'Getting started' }).waitFor();
});

it('keeps the picture in step with the list, and tries held emails again', async () => {
  const page = await chrome.signIn();
  await page.goto(`/workflows/${id}/flow`);
  const here = page.locator('#flow-step-pause dd').nth(1);
  expect(await here.textContent()).toBe('2');
  await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email: 'cat@example.com', name: 'Cat' });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  await here.getByText('3', { exact: true }).waitFor();
  await page.getByText('Try all 3 again…').click();
  await page.getByRole('button', { name: 'Try them again' }).click();
  await page.getByText('3 emails wait to go.').waitFor();
  await tillpost.worker.drain();
  await page.reload();
  await page.getByRole('button', { name: 'Try again: the email to ann@example.com' }).click();
  await page.getByText('The email is queued again.').waitFor();
});

it('says whose sessions end before it signs everybody out', async () => {
  const [page, other] = [await chrome.signIn(), await chrome.signIn()];
  await page.goto('/settings/people');
  await page.getByText('Sign out everywhere…').click();
  await page.getByText('of everybody and in every browser').waitFor();
  await page.getByRole('button', { name: 'Sign everybody out' }).click();
  for (const one of [page, other]) {
    await one.goto('/');
    await one.getByRole('heading', { name: 'Email that follows what happens in Stripe' }).waitFor();
  }
});
