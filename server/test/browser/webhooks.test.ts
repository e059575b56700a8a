/** Settings → Webhooks in Chromium: an endpoint is added, is told, and its log read; wide and on a phone, light and dark. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientOf } from '../api-rig';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

let tillpost: Tillpost;
let program: Server;
let url: string;
const chrome = onConsole(async (started) => {
  tillpost = started;
  program = createServer((_req, res) => res.writeHead(503).end('The database is being moved, come back later.'));
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(program.address() as AddressInfo).port}/hooks`;
});
afterAll(() => new Promise((resolve) => program.close(resolve)));

it('an endpoint is added, shows its secret once, is told, and its delivery is sent again', async () => {
  const page = await chrome.signIn();
  await page.goto('/settings/webhooks');
  await page.getByLabel('Address').fill(url);
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await page.getByText('Choose at least one').waitFor();
  expect(await page.getByLabel('Address').inputValue()).toBe(url);
  await page.getByLabel('Description').fill('The CRM');
  const chosen = page.locator('input[name="types"]:checked');
  await page.getByRole('button', { name: 'All of Contacts' }).click();
  expect(await chosen.count()).toBe(4);
  await page.getByRole('button', { name: 'None of Contacts' }).click();
  expect(await chosen.count()).toBe(0);
  await page.getByRole('checkbox', { name: /contact\.created/ }).check();
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await page.getByText('Copy the signing secret now').waitFor();
  expect(await page.locator('#new-secret').textContent()).toMatch(/^whsec_/);

  await (await clientOf(tillpost, TEST)).createContact({ email: 'jenny@example.com' });
  await tillpost.worker.drain();
  await page.goto('/settings/webhooks');
  await page.getByRole('link', { name: url }).click();
  expect(await page.locator('#new-secret').count()).toBe(0);
  await page.getByRole('link', { name: 'contact.created' }).click();
  await page.getByText('Answered 503').waitFor();
  await page.getByText('come back later').waitFor();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('It is sent again in a moment').waitFor();
  await page.getByText('0 of 10').waitFor();
  await tillpost.worker.drain();
  // The page follows by itself.
  await page.getByText('1 of 10').waitFor();

  await page.getByRole('link', { name: 'Endpoint' }).click();
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await page.getByRole('heading', { name: 'webhook.test' }).waitFor();
});

it.each(Object.keys(LOOKS))('its pages fit, and axe finds nothing serious, on %s', async (look) => {
  const { db } = tillpost;
  const { id } = await db.selectFrom('webhook_endpoint').select('id').executeTakeFirstOrThrow();
  const delivery = await db.selectFrom('webhook_delivery').select('id').executeTakeFirstOrThrow();
  const page = await chrome.signIn(LOOKS[look]);
  const faults: string[] = [];
  const one = `/settings/webhooks/${id}`;
  for (const path of ['/settings/webhooks', one, `${one}?status=delivered`, `${one}/deliveries/${delivery.id}`]) {
    await page.goto(path);
    if ((await widthBeyond(page)) > 0) faults.push(`${path} is too wide`);
    for (const violation of await violations(page)) faults.push(`${path} ${violation}`);
  }
  expect(faults).toEqual([]);
});
