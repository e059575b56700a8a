/** What comes to be in a mail tool that a merchant keeps: a second Tillpost in the place of Loops, read by Loops' own client. */
import { changeConsent } from '../audience/consent';
import { findContactByEmail } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { listEvents } from '../events/events';
import { findForwarding } from '../forwarding/forwarding-settings';
import { clientOf } from './api-rig';
import { ENGINES } from './databases';
import { happen, later, PATH, withTillpostAsLoops } from './forwarding-rig';
import { TEST, type Tillpost } from './harness';

const JENNY = 'jenny@example.com';
const NEW = 'jenny@new.example';
const MINUTE = 60_000;
const CUSTOMER = { id: 'cus_1', email: JENNY, name: 'Jenny Rosen' };

const leave = async (tillpost: Tillpost, email: string) => {
  const { id } = (await findContactByEmail(tillpost.db, TEST, email))!;
  await transact(tillpost.db, (trx) =>
    changeConsent(trx, TEST, id, { status: 'unsubscribed', cause: 'preferences' }, tillpost.clock.now()),
  );
  await tillpost.worker.drain();
};

describe.each(ENGINES)('on %s Loops has', (engine) => {
  it('each contact as it is here, with what Stripe knows in properties of the right type', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, loops, log }) => {
      expect(await findForwarding(tillpost.db, TEST)).toMatchObject({ status: 'on', team_name: 'Test account' });
      await happen(tillpost, 'customer.created', CUSTOMER);
      await happen(tillpost, 'customer.subscription.created', { id: 'sub_1', customer: 'cus_1', status: 'active' });
      const own = await clientOf(tillpost);
      await own.createContactProperty('joinedOn', 'date');
      await own.updateContact({ email: JENNY, userId: 'u_1', properties: { seats: 5, joinedOn: '2026-04-01' } });
      await tillpost.worker.drain();

      const contact = (await findContactByEmail(tillpost.db, TEST, JENNY))!;
      expect(contact.mrr).toBeGreaterThan(0);
      expect(await loops.findContact({ email: JENNY })).toEqual([
        expect.objectContaining({
          ...{ firstName: 'Jenny', lastName: 'Rosen', subscribed: true, userId: 'u_1', seats: 5 },
          ...{ stripeCustomerId: 'cus_1', subscriptionStatus: 'active', plan: contact.plan },
          ...{ mrr: contact.mrr! / 100, currency: 'usd', joinedOn: '2026-04-01T00:00:00.000Z' },
          renewsAt: new Date(contact.renews_at!).toISOString(),
        }),
      ]);
      const types = new Map((await loops.listContactProperties('custom')).map(({ key, type }) => [key, type]));
      expect(Object.fromEntries(types)).toMatchObject({ mrr: 'number', renewsAt: 'date', joinedOn: 'date' });
      expect(new Set(await log())).toEqual(new Set(['contact sent: Saved in Loops']));
    }));

  it('nobody subscribed who has left, there or here', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, target, loops, log }) => {
      const isSubscribed = async (email: string) => (await loops.findContact({ email }))[0]?.subscribed;
      await happen(tillpost, 'customer.created', CUSTOMER);
      expect(await isSubscribed(JENNY)).toBe(true);
      await leave(target, JENNY);
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, name: 'Jenny Renamed' });
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({ lastName: 'Renamed', subscribed: false });

      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_2', email: 'other@example.com' });
      await leave(tillpost, 'other@example.com');
      expect(await isSubscribed('other@example.com')).toBe(false);
      expect((await log())[0]).toBe('contact sent: Saved in Loops as unsubscribed');
    }));

  it('a contact that gets transactional email alone as unsubscribed, also where an event makes it', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, loops, save }) => {
      await tillpost.enable({}, { consent: 'transactional_only' });
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ contacts: '', 'events.customer.created': 'on' });
      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_2', email: 'other@example.com' });
      for (const email of [JENNY, 'other@example.com'])
        expect(await loops.findContact({ email })).toEqual([expect.objectContaining({ subscribed: false })]);
    }));

  it('the same contact under its new address, still out where it had left', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, target, loops }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      const [before] = await loops.findContact({ email: JENNY });
      await leave(target, JENNY);
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, email: NEW });
      expect(await loops.findContact({ email: JENNY })).toEqual([]);
      expect(await loops.findContact({ email: NEW })).toEqual([
        expect.objectContaining({ id: before!.id, subscribed: false }),
      ]);
    }));

  it('a contact of two that became one here', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, loops }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_2', email: NEW });
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, email: NEW });
      expect(await loops.findContact({ email: JENNY })).toEqual([]);
      expect(await loops.findContact({ email: NEW })).toHaveLength(1);
    }));

  it('no contact that was deleted here, and nothing of them stays in the log', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, loops, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      const jenny = (await findContactByEmail(tillpost.db, TEST, JENNY))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, jenny, tillpost.clock.now()));
      await tillpost.worker.drain();
      await later(tillpost, MINUTE);
      expect(await loops.findContact({ email: JENNY })).toEqual([]);
      expect(await log()).toEqual(['deletion sent: Deleted in Loops']);
      expect(await tillpost.db.selectFrom('forward').select('address').execute()).toEqual([{ address: null }]);
    }));

  it('each its own, where one has taken the address that another had before', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, loops }) => {
      const own = await clientOf(tillpost);
      await own.createContact({ email: JENNY, properties: { firstName: 'Jenny' } });
      await own.updateContact({ email: JENNY, userId: 'u_1' });
      await own.updateContact({ userId: 'u_1', email: NEW });
      await own.createContact({ email: JENNY, properties: { firstName: 'Other' } });
      await tillpost.worker.drain();
      await later(tillpost, MINUTE);
      expect(await loops.findContact({ email: JENNY })).toEqual([expect.objectContaining({ firstName: 'Other' })]);
      expect(await loops.findContact({ email: NEW })).toEqual([expect.objectContaining({ firstName: 'Jenny' })]);
    }));

  it('the events that were chosen: of Stripe, of a subscription’s life and of programs', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, target, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      const own = await clientOf(tillpost);
      await happen(tillpost, 'invoice.paid', { id: 'in_1', customer: 'cus_1', amount_paid: 1999, currency: 'usd' });
      await own.sendEvent({ email: JENNY, eventName: 'signup', eventProperties: { seats: 6 } });
      await tillpost.worker.drain();
      await target.worker.drain();
      const { data } = await listEvents(target.db, TEST, { limit: 20 });
      const received = data.filter(({ type }) => type.startsWith('api.'));
      expect(received.map(({ type, email }) => [type, email])).toEqual([
        ['api.signup', JENNY],
        ['api.invoice.paid', JENNY],
      ]);
      const payloads = await target.db.selectFrom('event_payload').select('payload').orderBy('seq').execute();
      const sent = payloads.map(({ payload }) => (JSON.parse(payload) as { data: { api?: object } }).data.api);
      expect(sent.filter(Boolean)).toEqual([
        expect.objectContaining({ amount_paid: 19.99, currency: 'usd' }) as object,
        { seats: 6 },
      ]);
      expect(await log()).toContain('event sent: Sent to Loops as invoice.paid');
    }));

  it('everyone who was there before, on request', () =>
    withTillpostAsLoops({ engine }, async ({ tillpost, client, loops, save }) => {
      await save({ on: '' });
      for (let n = 0; n < 12; n++)
        await happen(tillpost, 'customer.created', { ...CUSTOMER, id: `cus_${n}`, email: `n${n}@example.com` });
      expect(await loops.findContact({ email: 'n0@example.com' })).toEqual([]);
      const csrf_token = await client.csrfToken(PATH);
      expect((await client.post(`${PATH}/everyone`, { csrf_token })).status).toBe(400);
      await save({});
      expect((await client.post(`${PATH}/everyone`, { csrf_token })).status).toBe(303);
      for (let turn = 0; turn < 4; turn++) await later(tillpost, 2_000);
      for (const n of [0, 11]) expect(await loops.findContact({ email: `n${n}@example.com` })).toHaveLength(1);
      expect(await findForwarding(tillpost.db, TEST)).toMatchObject({ backfill_place: null, backfill_done: 12 });
      expect(await (await client.get(PATH)).text()).toContain('12 contacts');
    }));
});
