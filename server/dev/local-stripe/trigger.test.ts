/** One trigger, one event, for each of the types; by code, by the front page and by the script. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHOICE_TYPES, EVENT_TYPES } from '../../../shared/catalogue';
import { LIFECYCLE_TYPES } from '../../../shared/lifecycle';
import { readChange } from '../../stripe-objects/transitions';
import { DEFAULT_ACCOUNT } from './local-stripe';
import { startWithInbox, verify } from './test-inbox';

const run = promisify(execFile);
const DAY = 86_400_000;
const ROOT = join(__dirname, '../../..');

const begin = () => startWithInbox({ seed: 3 });

test.each(EVENT_TYPES)('%s is sent alone, and its customer can be asked for', async (type) => {
  const { inbox, localStripe, stripe } = await begin();
  const event = await localStripe.trigger(type, { email: 'jenny.rosen@example.com' });
  expect(inbox.events()).toMatchObject([{ id: event.id, type, account: DEFAULT_ACCOUNT }]);
  const { customer } = event.data.object as { customer?: string | null };
  if (customer) expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: 'Jenny Rosen' });
});

test.each(EVENT_TYPES)('%s in the older shape has no field of today’s', async (type) => {
  const { localStripe } = await begin();
  const event = await localStripe.trigger(type, { email: 'jenny@example.com', apiShape: 'older' });
  expect(event.api_version).toBe('2019-12-03');
  const object = event.data.object as Record<string, unknown>;
  if (object.object === 'subscription') {
    expect(object).toMatchObject({ current_period_end: expect.any(Number) as unknown, plan: { amount: 2900 } });
    expect(JSON.stringify(object)).not.toContain('"price"');
  }
  if (object.object === 'invoice') {
    expect(object.subscription).toMatch(/^sub_/);
    expect(object.lines).toMatchObject({ data: [{ type: 'subscription', plan: { amount: 2900, nickname: 'Pro' } }] });
    expect(object).not.toHaveProperty('parent');
  }
});

test.each(LIFECYCLE_TYPES)('%s is told of by one event of Stripe', async (turn) => {
  const { inbox, localStripe } = await begin();
  const who = { email: 'jenny.rosen@example.com' };
  await localStripe.trigger('lifecycle.churned', who);
  inbox.received.length = 0;
  await localStripe.trigger(turn, who);
  const [event, ...rest] = inbox.events();
  expect(rest).toEqual([]);
  const change = readChange(event!.type, { ...event });
  const isBack = turn === 'lifecycle.reactivated';
  expect(change?.transitions.map(({ type }) => type)).toEqual(isBack ? [] : [turn]);
  expect(change?.isBeginningOrEnd).toBe(isBack || /started|churned/.test(turn));
});

test('what follows acts on what the customer has', async () => {
  const { localStripe } = await begin();
  const who = { email: 'jenny@example.com' };
  const created = await localStripe.trigger('customer.created', who);
  const failed = await localStripe.trigger('invoice.payment_failed', who);
  const again = await localStripe.trigger('invoice.payment_failed', who);
  const paid = await localStripe.trigger('invoice.paid', who);
  const { id } = failed.data.object as { id: string };
  expect(failed.data.object).toMatchObject({ attempt_count: 1, customer: (created.data.object as { id: string }).id });
  expect(again.data.object).toMatchObject({
    id,
    attempt_count: 2,
    next_payment_attempt: expect.any(Number) as unknown,
  });
  expect(paid.data.object).toMatchObject({ id, status: 'paid', amount_paid: 2900 });
  const paused = await localStripe.trigger('customer.subscription.paused', who);
  const resumed = await localStripe.trigger('customer.subscription.resumed', who);
  expect((resumed.data.object as { id: string }).id).toBe((paused.data.object as { id: string }).id);
  const disputed = await localStripe.trigger('charge.dispute.created', who);
  const closed = await localStripe.trigger('charge.dispute.closed', who);
  expect((closed.data.object as { id: string }).id).toBe((disputed.data.object as { id: string }).id);
});

test.each([
  ['invoice.voided', 'void'],
  ['invoice.marked_uncollectible', 'uncollectible'],
] as const)('%s is sent alone, of the open invoice', async (type, status) => {
  const { inbox, localStripe } = await begin();
  const who = { email: 'jenny@example.com' };
  const failed = await localStripe.trigger('invoice.payment_failed', who);
  const { id } = failed.data.object as { id: string };
  expect((await localStripe.trigger(type, who)).data.object).toMatchObject({ id, status });
  await localStripe.trigger(type, { email: 'ada@example.com' });
  expect(inbox.events().map((event) => event.type)).toEqual(['invoice.payment_failed', type, type]);
});

test('overrides are in the event, its previous attributes, and stay', async () => {
  const { localStripe, stripe } = await begin();
  await localStripe.trigger('customer.created', { email: 'old@example.com' });
  const event = await localStripe.trigger('customer.updated', {
    email: 'old@example.com',
    overrides: { email: 'new@example.com', metadata: { plan: 'x' } },
  });
  expect(event.data.previous_attributes).toEqual({ email: 'old@example.com', metadata: { plan: null } });
  const { id } = event.data.object as { id: string };
  expect(await stripe.customers.retrieve(id)).toMatchObject({ email: 'new@example.com' });
});

test('nobody with an address: in a customer, a checkout, and the charge of a dispute', async () => {
  const { localStripe, stripe } = await begin();
  const objectOf = async (type: 'customer.created' | 'checkout.session.completed' | 'charge.dispute.created') =>
    (await localStripe.trigger(type, { email: null })).data.object;
  expect(await objectOf('customer.created')).toMatchObject({ email: null });
  expect(await objectOf('checkout.session.completed')).toMatchObject({
    customer: null,
    customer_details: { email: null },
  });
  const { charge } = (await objectOf('charge.dispute.created')) as { charge: string };
  expect(await stripe.charges.retrieve(charge)).toMatchObject({ customer: null, billing_details: { email: null } });
});

test('the same seed gives the same ids and people', async () => {
  const [one, other] = await Promise.all([begin(), begin()]);
  const [first, second] = [
    await one.localStripe.trigger('quote.accepted'),
    await other.localStripe.trigger('quote.accepted'),
  ];
  expect((first.data.object as { id: string }).id).toBe((second.data.object as { id: string }).id);
});

test('the front page has a button for every type, which only a page of this machine may press, and keeps what was typed', async () => {
  const { url, inbox } = await begin();
  const page = await (await fetch(url)).text();
  for (const type of CHOICE_TYPES) expect(page).toContain(`value="${type}"`);
  const press = (headers: Record<string, string>) =>
    fetch(`${url}/_sandbox/trigger`, {
      method: 'POST',
      body: new URLSearchParams({ type: 'customer.created', account: DEFAULT_ACCOUNT, email: 'jenny@example.com' }),
      headers,
      redirect: 'manual',
    });
  expect((await press({ Origin: 'https://evil.example' })).status).toBe(403);
  expect(inbox.received).toHaveLength(0);
  expect((await press({ Origin: url })).headers.get('location')).toBe('/?sent=customer.created');
  expect(inbox.events()).toMatchObject([{ data: { object: { email: 'jenny@example.com' } } }]);
  expect(await (await fetch(`${url}?sent=customer.created`)).text()).toContain('value="jenny@example.com"');
});

const script = (port: string, ...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'server/tools/trigger.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, SANDBOX_PORT: port },
  });

test('the script sends what it is asked for', async () => {
  const { url, inbox } = await begin();
  const { stdout } = await script(new URL(url).port, 'quote.accepted', '--email', 'jenny@example.com', '--name', 'Jen');
  expect(stdout).toMatch(/^Sent quote\.accepted as evt_/);
  expect(inbox.events()).toMatchObject([{ type: 'quote.accepted' }]);
  await expect(script(new URL(url).port, 'quote.accepted', '--account', 'acct_none')).rejects.toMatchObject({
    stderr: expect.stringContaining(DEFAULT_ACCOUNT) as unknown,
  });
});

test('a button and the script move time on, and say what moved; nonsense is refused in words', async () => {
  const { url, localStripe } = await begin();
  const before = localStripe.now();
  const press = (by: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/_sandbox/advance`, {
      method: 'POST',
      body: new URLSearchParams({ by }),
      headers,
      redirect: 'manual',
    });
  expect(await (await fetch(url)).text()).toContain('<button name="by" value="7d">1 week</button>');
  expect((await press('7d', { Origin: 'https://evil.example' })).status).toBe(403);
  expect(localStripe.now() - before).toBeLessThan(DAY);
  const { headers } = await press('7d', { Origin: url });
  expect(await (await fetch(new URL(headers.get('location')!, url))).text()).toContain('its clock did not move');
  expect(Math.round((localStripe.now() - before) / DAY)).toBe(7);

  const { port } = new URL(url);
  const { stdout } = await script(port, '--advance', '12h');
  expect(stdout).toMatch(/^It is \d{4}-\d\d-\d\d \d\d:\d\d UTC at the local Stripe now; 0 events happened/);
  expect(Math.round((2 * (localStripe.now() - before)) / DAY)).toBe(15);
  for (const nonsense of ['soon', '400d'])
    await expect(script(port, '--advance', nonsense)).rejects.toMatchObject({
      stderr: expect.stringContaining(`"${nonsense}" is not a whole number of minutes, hours or days`) as unknown,
    });
  await expect(script(port, 'quote.accepted', '--advance', '1d')).rejects.toMatchObject({
    stderr: expect.stringContaining('not both') as unknown,
  });
  expect(Math.round((2 * (localStripe.now() - before)) / DAY)).toBe(15);
});

test('an event that is sent after time was moved alone still has a signature of the receiver’s time', async () => {
  const { localStripe, inbox } = await begin();
  await localStripe.advance(30 * DAY);
  const { created } = await localStripe.trigger('customer.created');
  expect(created * 1000).toBeGreaterThan(Date.now() + 29 * DAY);
  expect(() => verify(inbox.received.at(-1)!, localStripe.webhookSecrets.test)).not.toThrow();
});

test('the script lists the types, and says how to start the local Stripe', async () => {
  const stderrOf = (...args: string[]) =>
    script('1', ...args).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );
  const unknown = await stderrOf('customer.exploded');
  for (const type of CHOICE_TYPES) expect(unknown).toContain(type);
  expect(await stderrOf('customer.created')).toContain('npm run demo');
});
