import { setTimeout } from 'node:timers/promises';
import { EVENT_TYPES, type EventType } from '../../shared/catalogue';
import type { Settings } from '../../shared/settings';
import { loadAudiences } from '../audience/load';
import { changeConsent } from '../audience/consent';
import { insertNew } from '../db/bulk';
import { transact } from '../db/transact';
import { deleteContact, saveAudiences } from '../audience/save';
import type { Trx } from '../db/schema';
import { tenantKey } from '../db/tenant';
import { replayEvent } from '../events/replays';
import { disconnect } from '../lifecycle/disconnect';
import { ENGINES } from './databases';
import { fixtureEvent, SHAPES, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, startTillpost, TEST, uniqueId, type Tillpost } from './harness';

describe.each(ENGINES)('the audience on %s', (engine) => {
  let tillpost: Tillpost;
  beforeEach(async () => {
    tillpost = await startTillpost({ engine });
    await tillpost.connect();
    await tillpost.enable();
  });
  afterEach(() => tillpost.close());

  const now = () => Math.floor(tillpost.clock.now() / 1000);

  /** Delivers an event and has it processed; returns its row of the log. */
  async function happen(type: FixtureType, object: FixtureOptions['object'], options: FixtureOptions = {}) {
    const event = fixtureEvent(type, { account: ACCOUNT, created: now(), object, ...options });
    expect((await tillpost.deliver(event)).status).toBe(200);
    await tillpost.worker.drain();
    return tillpost.call('events/read', { id: event.id });
  }
  const customer = (id: string, email: string | null, rest: object = {}) => ({
    id,
    email,
    name: 'Jenny Rosen',
    ...rest,
  });
  const contactOf = (customerId: string) => tillpost.call('contacts/read', { customer: customerId });
  const contactAt = async (email: string) => (await tillpost.call('contacts/list', { email })).data[0];

  it.each(EVENT_TYPES.flatMap((type) => SHAPES.map((shape) => [type, shape] as const)))(
    'finds the contact of %s in the %s API shape and says what it did',
    async (type, shape) => {
      const known = fixtureEvent('customer.created').data.object.id as string;
      await happen('customer.created', { email: 'known@example.com' }, { shape });
      const event = await happen(type, { evidence: { customer_email_address: 'known@example.com' } }, { shape });
      if (type.startsWith('charge.dispute.')) expect(['processed', 'waiting', 'skipped']).toContain(event.status);
      else expect(event).toMatchObject({ status: 'processed', email: expect.any(String) as string });
      expect(event.outcome).not.toBe('');
      expect((await contactOf(known)).customers).toContain(known);
    },
  );

  it('creates a contact with source, name and consent for a new customer', async () => {
    const event = await happen(
      'customer.created',
      customer('cus_1', '  Jenny@Example.COM ', { name: 'Jenny van der Rosen' }),
    );
    expect(event).toMatchObject({
      status: 'processed',
      reason: null,
      outcome: 'Created contact jenny@example.com',
      email: 'jenny@example.com',
    });
    expect(await contactOf('cus_1')).toMatchObject({
      email: 'jenny@example.com',
      first_name: 'Jenny',
      last_name: 'van der Rosen',
      status: 'subscribed',
      source: 'Stripe',
      customers: ['cus_1'],
    });
  });

  it('starts new contacts as transactional only where the merchant chose so, and leaves existing ones alone', async () => {
    await happen('customer.created', customer('cus_1', 'old@example.com'));
    await tillpost.enable({}, { consent: 'transactional_only' });
    await happen('customer.created', customer('cus_2', 'new@example.com'));
    await happen('customer.updated', customer('cus_1', 'old@example.com'));
    expect((await contactOf('cus_2')).status).toBe('transactional_only');
    expect((await contactOf('cus_1')).status).toBe('subscribed');
  });

  it('believes later truth although an event bore a date years ahead', async () => {
    const decade = 10 * 365 * 86_400;
    await happen('customer.created', customer('cus_1', 'old@example.com'), { created: now() + decade });
    const subscription = { id: 'sub_1', customer: 'cus_1', status: 'active' };
    await happen('customer.subscription.created', subscription, { created: now() + decade });
    tillpost.clock.advance(2 * 86_400_000);
    await happen('customer.updated', customer('cus_1', 'new@example.com', { name: 'Zoe Novak' }));
    await happen('customer.subscription.deleted', { ...subscription, status: 'canceled' });
    expect(await contactOf('cus_1')).toMatchObject({
      email: 'new@example.com',
      last_name: 'Novak',
      billing: { subscription_status: 'canceled' },
    });
    const states = await tillpost.db.selectFrom('object_state').select(['id', 'status']).execute();
    expect(states).toEqual([{ id: 'sub_1', status: 'canceled' }]);
  });

  it('links a second customer with the same address to the same contact', async () => {
    await happen('customer.created', customer('cus_1', 'same@example.com'));
    tillpost.clock.advance(1_000);
    const event = await happen('customer.created', customer('cus_2', 'SAME@example.com'));
    expect(event.outcome).toBe('Linked contact same@example.com');
    expect((await contactOf('cus_1')).customers).toEqual(['cus_1', 'cus_2']);
  });

  it('does nothing for events that are off, and keeps them for a replay', async () => {
    await tillpost.enable({ 'customer.created': { enabled: false } });
    const event = await happen('customer.created', customer('cus_1', 'off@example.com'));
    expect(event).toMatchObject({ status: 'ignored', reason: 'event_off', outcome: 'Off in settings' });
    await tillpost.enable();
    expect((await tillpost.call('events/replay', { id: event.id })).status).toBe('pending');
    await tillpost.worker.drain();
    expect(await tillpost.call('events/read', { id: event.id })).toMatchObject({
      status: 'processed',
      email: 'off@example.com',
    });
    await tillpost.call('events/replay', { id: event.id });
    await tillpost.worker.drain();
    expect((await tillpost.call('contacts/list', {})).data).toHaveLength(1);
  });

  it('refuses a replay after disconnecting, which would drop what the log knows', async () => {
    const { id } = await happen('customer.created', customer('cus_1', 'a@example.com'));
    await disconnect(tillpost.ctx, TEST);
    await expect(replayEvent(tillpost.db, TEST, id, tillpost.clock.now())).rejects.toThrow('disconnected');
    const row = await tillpost.db.selectFrom('event').select('status').where('id', '=', id).executeTakeFirstOrThrow();
    expect(row.status).toBe('processed');
  });

  it('lets an older event link but overwrite nothing', async () => {
    await happen('customer.updated', customer('cus_1', 'new@example.com', { name: 'New Name' }), { created: now() });
    const late = await happen('customer.created', customer('cus_1', 'old@example.com', { name: 'Old Name' }), {
      created: now() - 60,
    });
    expect(late).toMatchObject({ status: 'processed', reason: 'stale' });
    expect(await contactOf('cus_1')).toMatchObject({ email: 'new@example.com', first_name: 'New' });
  });

  it('orders created before updated within one second, whichever arrives first', async () => {
    const created = now();
    await happen('customer.updated', customer('cus_1', 'b@example.com', { name: 'Second' }), { created });
    await happen('customer.created', customer('cus_1', 'a@example.com', { name: 'First' }), { created });
    expect(await contactOf('cus_1')).toMatchObject({ email: 'b@example.com', first_name: 'Second' });
  });

  it('lets events older than 72 hours update contacts, and says that they start nothing', async () => {
    const event = await happen('customer.created', customer('cus_1', 'late@example.com'), {
      created: now() - 73 * 3600,
    });
    expect(event).toMatchObject({ status: 'processed', reason: 'late', email: 'late@example.com' });
  });

  it('renames the contact when its only customer changes address', async () => {
    await happen('customer.created', customer('cus_1', 'before@example.com'));
    const { id } = await contactOf('cus_1');
    const event = await happen('customer.updated', customer('cus_1', 'after@example.com'));
    expect(event.outcome).toBe('Updated contact after@example.com (was before@example.com)');
    expect(await contactOf('cus_1')).toMatchObject({ id, email: 'after@example.com' });
    expect(await contactAt('before@example.com')).toBeUndefined();
  });

  it('splits a customer off a shared contact when it changes to an address nobody has', async () => {
    await happen('customer.created', customer('cus_1', 'shared@example.com'));
    await happen('customer.created', customer('cus_2', 'shared@example.com'));
    await happen('customer.updated', customer('cus_2', 'own@example.com'));
    expect(await contactOf('cus_1')).toMatchObject({ email: 'shared@example.com', customers: ['cus_1'] });
    expect(await contactOf('cus_2')).toMatchObject({ email: 'own@example.com', customers: ['cus_2'] });
  });

  it('merges the contact into the owner of the new address; history moves along and unsubscribed wins', async () => {
    const first = await happen('customer.created', customer('cus_1', 'one@example.com'));
    await happen('customer.created', customer('cus_2', 'two@example.com'));
    await tillpost.db
      .updateTable('contact')
      .set({ status: 'unsubscribed' })
      .where('email', '=', 'one@example.com')
      .execute();
    await happen('customer.updated', customer('cus_1', 'two@example.com'));
    const merged = await contactOf('cus_1');
    expect(merged).toMatchObject({ email: 'two@example.com', status: 'unsubscribed', customers: ['cus_1', 'cus_2'] });
    expect((await tillpost.call('contacts/list', {})).data).toHaveLength(1);
    expect((await tillpost.call('events/read', { id: first.id })).contact).toBe(merged.id);
    expect(merged.events).toHaveLength(3);
  });

  it.each([
    ['null', null],
    ['blank', '  '],
    ['malformed', 'not an address'],
  ])('keeps the address when an update brings a %s one, and syncs the rest', async (_what, email) => {
    await happen('customer.created', customer('cus_1', 'keep@example.com'));
    const event = await happen('customer.updated', customer('cus_1', email, { name: 'Jane Doe' }));
    expect(event.status).toBe('processed');
    expect(event.outcome).toContain('the contact keeps its own');
    expect(await contactOf('cus_1')).toMatchObject({ email: 'keep@example.com', first_name: 'Jane' });
  });

  it('never erases a name with an empty one', async () => {
    await happen('customer.created', customer('cus_1', 'a@example.com', { name: 'Jenny Rosen' }));
    await happen('customer.updated', customer('cus_1', 'a@example.com', { name: null, individual_name: null }));
    await happen('customer.updated', customer('cus_1', 'a@example.com', { name: '   ' }));
    expect(await contactOf('cus_1')).toMatchObject({ first_name: 'Jenny', last_name: 'Rosen' });
  });

  it('leaves names and billing alone where their toggles are off, and assigns the user group', async () => {
    await tillpost.enable({ 'customer.created': { sync_name: false, sync_billing: false, user_group: 'Customers' } });
    await happen('customer.created', customer('cus_1', 'a@example.com', { delinquent: true }));
    expect(await contactOf('cus_1')).toMatchObject({
      first_name: null,
      user_group: 'Customers',
      billing: { delinquent: null },
    });
  });

  describe('when a customer is deleted', () => {
    const remove = (id: string, email: string) => happen('customer.deleted', customer(id, email));
    const choose = (on_customer_deleted: Settings['on_customer_deleted']) =>
      tillpost.enable({}, { on_customer_deleted });

    it('unsubscribes the contact by default', async () => {
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      await remove('cus_1', 'a@example.com');
      expect(await contactOf('cus_1')).toMatchObject({ status: 'unsubscribed', customers: ['cus_1'] });
    });

    it('keeps the contact as long as another customer of theirs remains', async () => {
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      await happen('customer.created', customer('cus_2', 'a@example.com'));
      await remove('cus_1', 'a@example.com');
      expect((await contactOf('cus_2')).status).toBe('subscribed');
      await remove('cus_2', 'a@example.com');
      expect((await contactOf('cus_2')).status).toBe('unsubscribed');
    });

    it('keeps the contact where the merchant chose so', async () => {
      await choose('keep');
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      expect((await remove('cus_1', 'a@example.com')).outcome).toContain('Kept');
      expect((await contactOf('cus_1')).status).toBe('subscribed');
    });

    it('deletes the contact and its payloads where the merchant chose so, and skips late events', async () => {
      await choose('delete');
      const created = await happen('customer.created', customer('cus_1', 'a@example.com'));
      await happen('invoice.paid', { id: 'in_1', customer: 'cus_1', customer_email: 'a@example.com' });
      await remove('cus_1', 'a@example.com');
      expect((await contactOf('cus_1')).status_code).toBe(404);
      expect(await tillpost.call('events/read', { id: created.id })).toMatchObject({
        payload: null,
        email: null,
        contact: null,
      });
      const late = await happen('invoice.paid', { customer: 'cus_1', customer_email: 'a@example.com' });
      expect(late).toMatchObject({ status: 'skipped', reason: 'contact_deleted' });
      expect(await tillpost.db.selectFrom('object_state').select('id').execute()).toEqual([]);
    });

    it('keeps an address suppressed, also when another customer takes it on', async () => {
      await tillpost.enable({}, { on_customer_deleted: 'delete' });
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      await tillpost.db.updateTable('contact').set({ status: 'unsubscribed' }).execute();
      await happen('customer.deleted', customer('cus_1', 'a@example.com'));
      await happen('customer.created', customer('cus_2', 'b@example.com'));
      await happen('customer.updated', customer('cus_2', 'a@example.com'), { created: now() + 1 });
      expect(await contactOf('cus_2')).toMatchObject({ email: 'a@example.com', status: 'unsubscribed' });
    });

    it('keeps someone suppressed who had unsubscribed, was deleted and comes back', async () => {
      await choose('delete');
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      await tillpost.db.updateTable('contact').set({ status: 'unsubscribed' }).execute();
      await remove('cus_1', 'a@example.com');
      await happen('customer.created', customer('cus_2', 'a@example.com'));
      expect((await contactOf('cus_2')).status).toBe('unsubscribed');
    });

    it('believes someone who subscribes again after coming back, also when they leave and come back once more', async () => {
      await choose('delete');
      await happen('customer.created', customer('cus_1', 'a@example.com'));
      await tillpost.db.updateTable('contact').set({ status: 'unsubscribed' }).execute();
      await remove('cus_1', 'a@example.com');
      await happen('customer.created', customer('cus_2', 'a@example.com'));
      const { id } = await contactOf('cus_2');
      await changeConsent(tillpost.db, TEST, id, { status: 'subscribed', cause: 'preferences' }, tillpost.clock.now());
      expect(await contactOf('cus_2')).toMatchObject({ status: 'subscribed', suppressed: null });
      await remove('cus_2', 'a@example.com');
      await happen('customer.created', customer('cus_3', 'a@example.com'));
      expect((await contactOf('cus_3')).status).toBe('subscribed');
    });

    it('comes to the same end when the deletion arrives first', async () => {
      await remove('cus_1', 'a@example.com');
      await happen('customer.created', customer('cus_1', 'a@example.com'), { created: now() - 60 });
      expect(await contactOf('cus_1')).toMatchObject({ email: 'a@example.com', status: 'unsubscribed' });
      await choose('delete');
      await remove('cus_2', 'b@example.com');
      const late = await happen('customer.created', customer('cus_2', 'b@example.com'), { created: now() - 60 });
      expect(late).toMatchObject({ status: 'skipped', reason: 'contact_deleted' });
    });

    it('creates nobody for a customer it never knew', async () => {
      expect(await remove('cus_unknown', 'a@example.com')).toMatchObject({ status: 'processed', contact: null });
      expect((await tillpost.call('contacts/list', {})).data).toEqual([]);
    });
  });

  it.each([
    ['malformed', 'jenny@@example.com', 'invalid_email'],
    ['a list', 'a@example.com, b@example.com', 'invalid_email'],
    ['with a header in it', 'a@example.com\r\nBcc: b@example.com', 'invalid_email'],
    ['over-long', `${'a'.repeat(250)}@example.com`, 'invalid_email'],
  ])('skips an event whose address is %s', async (_what, email, reason) => {
    const event = await happen('customer.created', customer('cus_1', email));
    expect(event).toMatchObject({ status: 'skipped', reason, email: null });
    expect((await tillpost.call('contacts/list', {})).data).toEqual([]);
  });

  it.each([
    ['upper-case', 'JENNY@EXAMPLE.COM', 'jenny@example.com'],
    ['unicode', 'jürgen@bücher.example', 'jürgen@bücher.example'],
    ['tagged', 'jenny+stripe@example.com', 'jenny+stripe@example.com'],
  ])('takes an %s address', async (_what, email, expected) => {
    await happen('customer.created', customer('cus_1', email));
    expect((await contactOf('cus_1')).email).toBe(expected);
  });

  it('has guests of a checkout as contacts without a customer', async () => {
    const guest = {
      customer: null,
      customer_email: null,
      customer_details: { email: 'guest@example.com', name: 'Guest Person' },
    };
    await happen('checkout.session.completed', guest);
    expect(await contactAt('guest@example.com')).toMatchObject({ first_name: 'Guest', customers: [] });
    const nameless = { ...guest, customer_details: null };
    expect(await happen('checkout.session.completed', nameless)).toMatchObject({
      status: 'skipped',
      reason: 'no_email',
    });
  });

  describe('billing', () => {
    const price = (unit_amount: number, interval: string, interval_count = 1) => ({
      id: uniqueId('price'),
      object: 'price',
      unit_amount,
      currency: 'usd',
      nickname: 'Pro',
      recurring: { interval, interval_count },
    });
    const items = (...list: object[]) => ({ object: 'list', data: list });
    const subscription = (id: string, status: string, amount = 2000) => ({
      id,
      customer: 'cus_1',
      status,
      currency: 'usd',
      items: items({
        id: 'si_1',
        object: 'subscription_item',
        quantity: 1,
        price: price(amount, 'month'),
        current_period_end: now() + 86_400,
      }),
    });
    beforeEach(() =>
      happen('customer.created', customer('cus_1', 'a@example.com', { delinquent: false, created: now() - 1_000 })),
    );
    const billing = async () => (await contactOf('cus_1')).billing;

    it('follows the subscription', async () => {
      await happen('customer.subscription.created', subscription('sub_1', 'active'));
      expect(await billing()).toMatchObject({
        subscription_status: 'active',
        plan: 'Pro',
        mrr: 2000,
        currency: 'usd',
        delinquent: false,
      });
      await happen('customer.subscription.updated', subscription('sub_1', 'past_due', 3000));
      expect(await billing()).toMatchObject({ subscription_status: 'past_due', mrr: 3000 });
      await happen('customer.subscription.deleted', subscription('sub_1', 'canceled'));
      expect(await billing()).toMatchObject({ subscription_status: 'canceled', mrr: 0, renews_at: null });
    });

    describe('flags a wrong card', () => {
      const customerWith = (card: string | null) =>
        customer('cus_1', 'a@example.com', { invoice_settings: { default_payment_method: card } });
      const subscribed = (card: string | null, status = 'active') => ({
        ...subscription('sub_1', status),
        default_payment_method: card,
      });
      const later = (seconds: number) => ({ created: now() + seconds });

      it('once the customer has chosen another than a subscription charges, until it charges that', async () => {
        await happen('customer.subscription.created', subscribed('pm_1'));
        await happen('customer.updated', customerWith('pm_1'), later(1));
        expect(await billing()).toMatchObject({ wrong_card: false });
        await happen('customer.updated', customerWith('pm_2'), later(2));
        expect(await billing()).toMatchObject({ wrong_card: true });
        await happen('customer.subscription.updated', subscribed('pm_2', 'past_due'), later(3));
        expect(await billing()).toMatchObject({ wrong_card: false });
      });

      it('by what an event says was before, where nothing was known', async () => {
        await tillpost.db.updateTable('customer_link').set({ default_method: null, default_method_at: null }).execute();
        await happen('customer.subscription.created', subscribed('pm_1'));
        const previousAttributes = { invoice_settings: { default_payment_method: 'pm_1' } };
        await happen('customer.updated', customerWith('pm_2'), { ...later(2), previousAttributes });
        expect(await billing()).toMatchObject({ wrong_card: true });
      });

      it.each<[string, () => Promise<unknown>]>([
        [
          'the subscription got its own card later',
          async () => {
            await happen('customer.updated', customerWith('pm_2'), later(1));
            await happen('customer.subscription.created', subscribed('pm_1'), later(2));
          },
        ],
        [
          'the subscription has none of its own',
          async () => {
            await happen('customer.subscription.created', subscribed(null));
            await happen('customer.updated', customerWith('pm_2'), later(2));
          },
        ],
        [
          'the customer has none',
          async () => {
            await happen('customer.subscription.created', subscribed('pm_1'));
            await happen('customer.updated', customerWith(null), later(2));
          },
        ],
        [
          'the subscription has ended',
          async () => {
            await happen('customer.subscription.created', subscribed('pm_1'));
            await happen('customer.updated', customerWith('pm_2'), later(2));
            await happen('customer.subscription.deleted', subscribed('pm_1', 'canceled'), later(3));
          },
        ],
        [
          'nobody knows which was chosen last',
          async () => {
            await tillpost.db
              .updateTable('customer_link')
              .set({ default_method: null, default_method_at: null })
              .execute();
            await happen('customer.subscription.created', subscribed('pm_1'));
            await happen('customer.updated', customerWith('pm_2'), { ...later(2), previousAttributes: { name: 'J' } });
          },
        ],
      ])('not where %s', async (_, given) => {
        await given();
        expect(await billing()).toMatchObject({ wrong_card: false });
      });
    });

    it('adds up several subscriptions and shows the most urgent status', async () => {
      await happen('customer.subscription.created', subscription('sub_1', 'active', 1000));
      await happen('customer.subscription.created', subscription('sub_2', 'past_due', 500));
      expect(await billing()).toMatchObject({ subscription_status: 'past_due', mrr: 1500 });
    });

    it('is not overwritten by an older event', async () => {
      await happen('customer.subscription.deleted', subscription('sub_1', 'canceled'));
      const late = await happen('customer.subscription.created', subscription('sub_1', 'active'), {
        created: now() - 60,
      });
      expect(late.reason).toBe('stale');
      expect((await billing()).subscription_status).toBe('canceled');
    });

    it('is kept by housekeeping only where some event syncs billing', async () => {
      const off = Object.fromEntries(EVENT_TYPES.map((type) => [type, { sync_billing: false }])) as Record<
        EventType,
        { sync_billing: boolean }
      >;
      await tillpost.enable({ ...off, 'customer.subscription.updated': { enabled: false } });
      expect(await happen('customer.subscription.updated', subscription('sub_1', 'active'))).toMatchObject({
        status: 'ignored',
      });
    });

    it('is kept by the updates of a subscription as chosen for them, where they are on', async () => {
      await tillpost.enable({ 'customer.subscription.updated': { sync_billing: false } });
      await happen('customer.subscription.updated', subscription('sub_1', 'active'));
      expect((await billing()).subscription_status).toBeNull();
      await tillpost.enable({ 'customer.subscription.updated': { sync_billing: true } });
      await happen('customer.subscription.updated', subscription('sub_1', 'active'));
      expect((await billing()).subscription_status).toBe('active');
    });

    it('is kept by housekeeping as the enabled events say that fill it, whatever the others', async () => {
      const only = async (choices: Partial<Record<EventType, boolean>>) => {
        const all = EVENT_TYPES.map((type) => [
          type,
          { enabled: choices[type] !== undefined, sync_billing: choices[type] ?? true },
        ]);
        await tillpost.enable(
          Object.fromEntries(all) as Record<EventType, { enabled: boolean; sync_billing: boolean }>,
        );
        return (await happen('customer.subscription.updated', subscription('sub_1', 'active'))).status;
      };
      expect(await only({ 'customer.created': false, 'invoice.paid': true })).toBe('ignored');
      expect(await only({ 'customer.created': true, 'invoice.paid': false })).toBe('processed');
      // Screens don't offer these choices; an install that has nothing else on keeps its billing fields.
      expect(await only({ 'invoice.paid': true })).toBe('processed');
      expect(await only({ 'invoice.paid': false })).toBe('ignored');
    });
  });

  async function audienceOf(trx: Trx, customerId: string) {
    const found = await loadAudiences(trx, [{ tenant: TEST, customerIds: [customerId], emails: [] }], 1);
    return found.get(tenantKey(TEST))!;
  }

  it('does not bring back a contact that is deleted while an event changes it', async () => {
    await happen('customer.created', customer('cus_1', 'a@example.com'));
    const { db } = tillpost;
    const row = await db.selectFrom('contact').selectAll().executeTakeFirstOrThrow();
    let deletion: Promise<void> | undefined;
    await transact(db, async (trx) => {
      const audience = await audienceOf(trx, 'cus_1');
      deletion ??= transact(db, (other) => deleteContact(other, row, 1));
      // It is over by then, or waits for this transaction.
      await Promise.race([deletion, setTimeout(200)]);
      const contact = audience.contactOf('cus_1');
      if (contact) audience.update(contact, { first_name: 'Changed' });
      await saveAudiences(trx, [audience], { cause: 'stripe', now: 1 });
    });
    await deletion;
    expect(await db.selectFrom('contact').selectAll().execute()).toEqual([]);
  });

  it('reads a contact with more customers than one statement takes parameters', async () => {
    await happen('customer.created', customer('cus_1', 'a@example.com'));
    const { db } = tillpost;
    const link = await db.selectFrom('customer_link').selectAll().executeTakeFirstOrThrow();
    const many = 16_500;
    const links = Array.from({ length: many }, (_, n) => ({ ...link, customer_id: `cus_many${n}` }));
    await db.transaction().execute((trx) => insertNew(trx, 'customer_link', links));
    const read = await transact(db, async (trx) => {
      const audience = await audienceOf(trx, 'cus_1');
      const contact = audience.contactOf('cus_1');
      return contact ? audience.linksOf(contact).length : 0;
    });
    expect(read).toBe(many + 1);
    expect(await happen('customer.updated', customer('cus_many7', 'b@example.com'))).toMatchObject({
      status: 'processed',
    });
  });

  it('never shows one account’s data to another', async () => {
    const event = await happen('customer.created', customer('cus_1', 'a@example.com'));
    const other = { accountId: 'acct_other', livemode: false };
    await tillpost.connect(other);
    expect((await tillpost.call('events/read', { id: event.id }, { tenant: other })).status_code).toBe(404);
    expect((await tillpost.call('contacts/read', { customer: 'cus_1' }, { tenant: other })).status_code).toBe(404);
    expect((await tillpost.call('events/replay', { id: event.id }, { tenant: other })).status_code).toBe(404);
    expect((await tillpost.call('events/list', {}, { tenant: { ...TEST, livemode: true } })).status_code).toBe(404);
  });
});
