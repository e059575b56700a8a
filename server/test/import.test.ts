/** The import of customers an account had before, from the first page to the last, through everything that can interrupt it. */
import { findContactByCustomer, findContactByEmail } from '../audience/contacts';
import { countContacts } from '../audience/list-contacts';
import { LEASE_MS } from '../db/claim';
import { findInstall } from '../installs/installs';
import { sealSecret } from '../installs/seals';
import { disconnect } from '../lifecycle/disconnect';
import { readImport, startImport } from '../installs/import-job';
import { ENGINES } from './databases';
import { ACCOUNT, lending, TEST, type Tillpost } from './harness';

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.worker.drain();
});

const start = ({ db, clock }: Tillpost) => startImport(db, TEST, clock.now());
const progress = ({ db }: Tillpost) => readImport(db, TEST);

async function importAll(tillpost: Tillpost) {
  await start(tillpost);
  await tillpost.worker.drain();
  return progress(tillpost);
}

/** Invoices at Stripe, one a minute until now. */
function seedInvoices(
  { localStripe, clock }: Tillpost,
  count: number,
  status: 'open' | 'paid',
  customer = 'cus_1',
): void {
  const { invoices } = localStripe.tenant(ACCOUNT, false);
  for (let n = 0; n < count; n++) {
    const created = Math.floor(clock.now() / 1000) - (count - n) * 60;
    const paid = status === 'paid' ? { amount_paid: 1000 + n, currency: 'usd' } : {};
    const invoice = { id: `in_${status}${n}`, object: 'invoice', customer, amount_remaining: 2000 + n, ...paid };
    invoices.put({ ...invoice, status, created } as never);
  }
}

/** The account is connected by a key with these permissions. */
async function useKey({ ctx, db, localStripe }: Tillpost, permissions: string[]): Promise<string> {
  const key = localStripe.createRestrictedKey(ACCOUNT, false, permissions);
  const access_token = sealSecret(ctx, 'token', TEST, key);
  await db.updateTable('install').set({ kind: 'restricted_key', access_token, token_expires_at: null }).execute();
  return key;
}

const states = ({ db }: Tillpost) => db.selectFrom('object_state').selectAll().orderBy('id').execute();

describe.each(ENGINES)('an import on %s', (engine) => {
  it('brings in every customer with name, billing and consent, and starts no workflow', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 250, { withSubscriptions: true });
      await tillpost.enable({}, { consent: 'transactional_only' });
      expect(await start(tillpost)).toEqual({ status: 'running', done: 0, total: null });
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toEqual({ status: 'done', done: 250, total: 250 });
      expect(await countContacts(tillpost.db, TEST)).toBe(250);

      const [customer] = tillpost.localStripe.tenant(ACCOUNT, false).customers.list();
      const contact = await findContactByCustomer(tillpost.db, TEST, customer!.id);
      expect(contact).toMatchObject({
        email: customer!.email?.toLowerCase(),
        status: 'transactional_only',
        subscription_status: 'active',
        mrr: 1900,
        source: 'Stripe',
      });
      expect(contact?.first_name).toBe(customer!.name?.split(' ')[0]);
      expect(await tillpost.db.selectFrom('run').select('id').execute()).toEqual([]);
      expect(
        await tillpost.db
          .selectFrom('event')
          .select('id')
          .where('type', '!=', 'account.application.authorized')
          .execute(),
      ).toEqual([]);
    }));

  it('brings in the state of every subscription and open invoice, as emails are judged by', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 20, { withSubscriptions: true });
      seedInvoices(tillpost, 250, 'open');
      seedInvoices(tillpost, 3, 'paid');
      const began = Math.floor(tillpost.clock.now() / 1000) * 1000;
      expect(await importAll(tillpost)).toEqual({ status: 'done', done: 20, total: 20 });
      const rows = await states(tillpost);
      const invoices = rows.filter(({ kind }) => kind === 'invoice');
      expect(new Set(invoices.map(({ status }) => status))).toEqual(new Set(['open']));
      expect(invoices).toHaveLength(250);
      expect(invoices.find(({ id }) => id === 'in_open7')).toMatchObject({
        customer_id: 'cus_1',
        properties: expect.stringContaining('"amount_remaining":2007') as string,
      });
      const subscriptions = rows.filter(({ kind }) => kind === 'subscription');
      expect(subscriptions.map(({ status }) => status)).toEqual(Array(20).fill('active'));
      for (const { known_at } of rows) expect(known_at).toBeGreaterThanOrEqual(began);
    }));

  it('brings in what was paid before, once, whatever events and other imports say of it', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { localStripe, clock, db } = tillpost;
      localStripe.seedCustomers(ACCOUNT, false, 2);
      const [customer] = localStripe.tenant(ACCOUNT, false).customers.list();
      seedInvoices(tillpost, 250, 'paid', customer!.id);
      const first = Math.floor(clock.now() / 1000) - 250 * 60;
      await importAll(tillpost);
      const paid = { ltv: 250 * 1000 + (250 * 249) / 2, ltv_currency: 'usd', payments: 250 };
      const contact = () => findContactByCustomer(db, TEST, customer!.id);
      expect(await contact()).toMatchObject({
        ...paid,
        first_payment_at: first * 1000,
        last_payment_at: (first + 249 * 60) * 1000,
      });
      const invoice = localStripe.tenant(ACCOUNT, false).invoices.find('in_paid7');
      await localStripe.emit(ACCOUNT, false, 'invoice.paid', invoice as never);
      await tillpost.worker.drain();
      await importAll(tillpost);
      expect(await contact()).toMatchObject(paid);
      expect((await states(tillpost)).map(({ id }) => id)).toEqual(['in_paid7']);
    }));

  it('made twice updates, and doubles nothing', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 120);
      await importAll(tillpost);
      const customer = tillpost.localStripe.tenant(ACCOUNT, false).customers.list()[0]!;
      customer.name = 'Changed Since';
      tillpost.clock.advance(60_000);
      expect(await importAll(tillpost)).toEqual({ status: 'done', done: 120, total: 120 });
      expect(await countContacts(tillpost.db, TEST)).toBe(120);
      expect(await findContactByCustomer(tillpost.db, TEST, customer.id)).toMatchObject({ first_name: 'Changed' });
    }));

  it('is one at most: starting it again answers the one under way', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 10);
      await Promise.all([start(tillpost), start(tillpost)]);
      tillpost.localStripe.requests.clear();
      await tillpost.worker.drain();
      expect(tillpost.localStripe.requests.count({ path: '/v1/customers' })).toBe(1);
    }));

  it('goes on where it was when the process died in the middle of a page', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 350);
      tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/subscriptions', times: 1 });
      await start(tillpost);
      await tillpost.worker.drain();
      // What a process that died leaves: a claim without a result.
      const claimed = { claims: 1, due_at: tillpost.clock.now() + LEASE_MS };
      await tillpost.db.updateTable('import_job').set(claimed).execute();
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toMatchObject({ status: 'running' });
      tillpost.clock.advance(LEASE_MS);
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toEqual({ status: 'done', done: 350, total: 350 });
      expect(await countContacts(tillpost.db, TEST)).toBe(350);
    }));

  it('pauses when the token is revoked in the middle, and ends after reconnecting', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 250);
      tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/customers', times: 1 });
      await start(tillpost);
      await tillpost.worker.drain();
      tillpost.localStripe.revoke(ACCOUNT, false);
      tillpost.clock.advance(60_000);
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toMatchObject({ status: 'paused' });
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('needs_reconnect');
      await tillpost.connect();
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toEqual({ status: 'done', done: 250, total: 250 });
    }));
});

describe('an import', () => {
  it('backs off when Stripe limits its rate or fails, and ends all the same', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 150);
      tillpost.localStripe.faults.add({ kind: 'rate_limit', path: '/v1/customers', times: 2 });
      tillpost.localStripe.faults.add({ kind: 'cut', path: '/v1/subscriptions', times: 4 });
      await start(tillpost);
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toMatchObject({ status: 'running', done: 0 });
      for (let minutes = 0; minutes < 10; minutes++) {
        tillpost.clock.advance(60_000);
        await tillpost.worker.drain();
      }
      expect(await progress(tillpost)).toEqual({ status: 'done', done: 150, total: 150 });
    }));

  it('leaves what a newer event has written', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.enable();
      const { data } = await tillpost.localStripe.trigger('customer.created', {
        account: ACCOUNT,
        email: 'new@example.com',
        name: 'New Name',
      });
      const customer = data.object as { id: string };
      await tillpost.worker.drain();
      const ahead = Math.floor(tillpost.clock.now() / 1000) + 5;
      const newer = { ...customer, email: 'newest@example.com', name: 'Newest Name' };
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.updated', newer, { created: ahead });
      await tillpost.worker.drain();
      await importAll(tillpost);
      const contact = await findContactByCustomer(tillpost.db, TEST, customer.id);
      expect(contact).toMatchObject({ email: 'newest@example.com', first_name: 'Newest' });
    }));

  it('leaves the state of an invoice that an event knows to be paid', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.enable();
      seedInvoices(tillpost, 1, 'open');
      const paid = { id: 'in_open0', object: 'invoice', customer: 'cus_1', status: 'paid' };
      await tillpost.localStripe.emit(ACCOUNT, false, 'invoice.paid', paid);
      await tillpost.worker.drain();
      tillpost.clock.advance(60_000);
      await importAll(tillpost);
      expect(await states(tillpost)).toMatchObject([{ id: 'in_open0', status: 'paid' }]);
    }));

  it('goes on without invoices when the connection may not read them', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 150, { withSubscriptions: true });
      seedInvoices(tillpost, 3, 'open');
      await useKey(tillpost, ['event_read', 'customer_read', 'subscription_read']);
      expect(await importAll(tillpost)).toEqual({ status: 'done', done: 150, total: 150 });
      expect((await states(tillpost)).map(({ kind }) => kind)).toEqual(Array(150).fill('subscription'));
      expect(tillpost.localStripe.requests.count({ path: '/v1/invoices' })).toBe(2);
    }));

  it('under way when the release with invoices is installed fetches those too', () =>
    withTillpost({}, async (tillpost) => {
      seedInvoices(tillpost, 3, 'open');
      await start(tillpost);
      const cursor = JSON.stringify({ customers: 'end', subscriptions: 'end' });
      await tillpost.db.updateTable('import_job').set({ cursor }).execute();
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toMatchObject({ status: 'done' });
      expect(await states(tillpost)).toHaveLength(3);
    }));

  it('keeps the choice of a contact that is there already', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 1);
      const customer = tillpost.localStripe.tenant(ACCOUNT, false).customers.list()[0]!;
      await importAll(tillpost);
      await tillpost.db.updateTable('contact').set({ status: 'unsubscribed' }).execute();
      tillpost.clock.advance(10_000);
      await importAll(tillpost);
      expect(await findContactByEmail(tillpost.db, TEST, customer.email!.toLowerCase())).toMatchObject({
        status: 'unsubscribed',
      });
    }));

  it('passes over customers without a usable address', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 3);
      const [blank, broken] = tillpost.localStripe.tenant(ACCOUNT, false).customers.list();
      Object.assign(blank!, { email: null });
      Object.assign(broken!, { email: 'not an address' });
      expect(await importAll(tillpost)).toEqual({ status: 'done', done: 3, total: 3 });
      expect(await countContacts(tillpost.db, TEST)).toBe(1);
    }));

  it('puts customers who share an address on one contact', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 3, { withSubscriptions: true });
      for (const customer of tillpost.localStripe.tenant(ACCOUNT, false).customers.list())
        customer.email = 'Same@Example.com';
      await importAll(tillpost);
      expect(await countContacts(tillpost.db, TEST)).toBe(1);
      expect(await findContactByEmail(tillpost.db, TEST, 'same@example.com')).toMatchObject({ mrr: 3 * 1900 });
    }));

  it('finds its way when the customer it stood at has been deleted', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 150);
      await start(tillpost);
      const customers = tillpost.localStripe.tenant(ACCOUNT, false).customers;
      const list = customers.list();
      const standsAt = [...list].sort((a, b) => b.created - a.created)[99]!;
      const cursor = { customers: { after: standsAt.id, created: standsAt.created }, subscriptions: 'end' };
      await tillpost.db
        .updateTable('import_job')
        .set({ cursor: JSON.stringify(cursor), done: 100 })
        .execute();
      customers.remove(standsAt.id);
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toEqual({ status: 'done', done: 150, total: 150 });
    }));

  it('fails with its reason when the connection may not read customers', () =>
    withTillpost({}, async (tillpost) => {
      const key = await useKey(tillpost, ['event_read']);
      expect(await importAll(tillpost)).toMatchObject({ status: 'failed' });
      const job = await tillpost.db.selectFrom('import_job').select('last_error').executeTakeFirst();
      expect(job?.last_error).toBeTruthy();
      expect(job?.last_error).not.toContain(key);
    }));

  it('ends when the account is disconnected', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 10);
      await start(tillpost);
      await disconnect(tillpost.ctx, TEST);
      await tillpost.worker.drain();
      expect(await progress(tillpost)).toMatchObject({ status: 'failed', done: 0 });
      expect(await countContacts(tillpost.db, TEST)).toBe(0);
    }));

  it('of 10,000 customers with subscriptions takes minutes at the most', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.seedCustomers(ACCOUNT, false, 10_000, { withSubscriptions: true });
      const began = performance.now();
      expect(await importAll(tillpost)).toEqual({ status: 'done', done: 10_000, total: 10_000 });
      expect(performance.now() - began).toBeLessThan(200_000);
    }));
});
