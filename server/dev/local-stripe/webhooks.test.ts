/** Events on their way to endpoints. */
import { createStripe } from '../../stripe';
import { APP_KEYS, DEFAULT_ACCOUNT, RESTRICTED_KEYS } from './local-stripe';
import { createInbox, startWithInbox, verify } from './test-inbox';

test('a Connect delivery is signed with the secret of its mode and names the account', async () => {
  const { localStripe, inbox } = await startWithInbox();
  localStripe.setWebhookUrl(inbox.url, inbox.url);
  await localStripe.trigger('customer.created', { email: 'ada@example.com' });
  await localStripe.trigger('customer.created', { livemode: true });
  const [test, live] = inbox.received;
  expect(verify(test!, localStripe.webhookSecrets.test)).toMatchObject({ account: DEFAULT_ACCOUNT, livemode: false });
  expect(verify(live!, localStripe.webhookSecrets.live)).toMatchObject({ livemode: true });
  expect(() => verify(test!, localStripe.webhookSecrets.live)).toThrow('No signatures found matching');
});

test('signatures carry the time of the clock that was given', async () => {
  const { localStripe, inbox } = await startWithInbox({ now: () => Date.now() - 3_600_000 });
  await localStripe.trigger('customer.created');
  expect(() => verify(inbox.received[0]!, localStripe.webhookSecrets.test)).toThrow('outside the tolerance');
  expect(verify(inbox.received[0]!, localStripe.webhookSecrets.test, 3_700)).toMatchObject({
    type: 'customer.created',
  });
});

test('a refused delivery is tried again, signed anew, until it is taken', async () => {
  const { localStripe, inbox, url } = await startWithInbox({ retryDelays: [1, 1, 1] });
  inbox.answerWith(500, 302);
  const event = await localStripe.trigger('customer.created');
  await localStripe.idle();
  expect(inbox.events().map(({ id }) => id)).toEqual([event.id, event.id, event.id]);
  const stored = await createStripe(APP_KEYS.test, url).events.retrieve(event.id);
  expect(stored.pending_webhooks).toBe(0);
});

test('what no endpoint took is found by the Events API until it is taken', async () => {
  const { localStripe, inbox, url } = await startWithInbox();
  const { events } = createStripe(APP_KEYS.test, url);
  inbox.answerWith(503);
  const lost = await localStripe.trigger('invoice.paid');
  await localStripe.trigger('customer.created');
  const undelivered = async () => (await events.list({ delivery_success: false })).data.map(({ id }) => id);
  expect(await undelivered()).toEqual([lost.id]);
  expect((await events.list({ types: ['customer.created', 'quote.accepted'] })).data).toHaveLength(1);
  await localStripe.retryDeliveries();
  expect(await undelivered()).toEqual([]);
});

test('the Events API forgets after 30 days', async () => {
  let now = Date.now();
  const { localStripe, url } = await startWithInbox({ now: () => now });
  await localStripe.trigger('customer.created');
  now += 31 * 86_400_000;
  await localStripe.trigger('customer.deleted');
  const { data } = await createStripe(APP_KEYS.test, url).events.list();
  expect(data.map(({ type }) => type)).toEqual(['customer.deleted']);
});

test('an endpoint made with a restricted key gets its own secret, its types, and no account', async () => {
  const { localStripe, inbox, url } = await startWithInbox();
  const own = await createInbox();
  const stripe = createStripe(RESTRICTED_KEYS.test, url);
  const made = await stripe.webhookEndpoints.create({ url: own.url, enabled_events: ['customer.created'] });
  expect((await stripe.webhookEndpoints.list()).data).toMatchObject([{ id: made.id, status: 'enabled' }]);
  expect((await stripe.webhookEndpoints.retrieve(made.id)).secret).toBeUndefined();

  await localStripe.trigger('customer.created');
  await localStripe.trigger('customer.deleted');
  await localStripe.trigger('customer.created', { account: localStripe.addAccount().id });
  expect(own.received).toHaveLength(1);
  expect(verify(own.received[0]!, made.secret!)).not.toHaveProperty('account');
  expect(inbox.received).toHaveLength(3);

  await stripe.webhookEndpoints.del(made.id);
  await localStripe.trigger('customer.created');
  expect(own.received).toHaveLength(1);
});

test('an endpoint made for Connect by the platform hears of every account', async () => {
  const { localStripe, url } = await startWithInbox({ webhookUrl: null });
  const own = await createInbox();
  const { webhookEndpoints } = createStripe(APP_KEYS.test, url);
  const made = await webhookEndpoints.create({ url: own.url, enabled_events: ['*'], connect: true });
  const other = localStripe.addAccount();
  await localStripe.trigger('customer.created', { account: other.id });
  expect(verify(own.received[0]!, made.secret!).account).toBe(other.id);
});

test('an account with the app in both modes has its test events sent to the live endpoint too', async () => {
  const { localStripe, inbox, url } = await startWithInbox();
  localStripe.setWebhookUrl(inbox.url, inbox.url);
  for (const livemode of [false, true]) await exchange(url, localStripe.authorize(DEFAULT_ACCOUNT, livemode), livemode);
  await localStripe.idle();
  inbox.clear();
  const { id } = await localStripe.trigger('customer.created');
  expect(inbox.events().map((event) => event.id)).toEqual([id, id]);
});

test('emit sends any type, with any id and time, and deliver sends exactly that again', async () => {
  const { localStripe, inbox } = await startWithInbox();
  const given = { id: 'evt_given', created: 1_700_000_000, previous_attributes: { email: null } };
  const event = await localStripe.emit('acct_any', false, 'payout.created', { id: 'po_1', object: 'payout' }, given);
  await localStripe.deliver(event);
  const [first, again] = inbox.received;
  expect(JSON.parse(first!.payload)).toMatchObject({ id: 'evt_given', created: 1_700_000_000, account: 'acct_any' });
  expect(again!.payload).toBe(
    first!.payload.replace('"pending_webhooks":1', `"pending_webhooks":${event.pending_webhooks}`),
  );
});

async function exchange(url: string, code: string, livemode: boolean): Promise<void> {
  const body = new URLSearchParams({ grant_type: 'authorization_code', code });
  const headers = { Authorization: `Bearer ${livemode ? APP_KEYS.live : APP_KEYS.test}` };
  const answer = await fetch(`${url}/v1/oauth/token`, { method: 'POST', body, headers });
  expect(answer.status).toBe(200);
}
