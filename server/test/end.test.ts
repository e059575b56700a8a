/** How an install ends, what stays of it, and how that is erased; and what is deleted because it has expired. */
import { saveForwarding } from '../forwarding/forwarding-settings';
import { recordForwards } from '../forwarding/record-forwards';
import { recordMessages } from '../outbox/messages';
import { createEndpoint } from '../webhooks-out/endpoints';
import { uploadContacts } from '../audience/import-contacts';
import { saveFilter } from '../audience/saved-filters';
import { changeConsent } from '../audience/consent';
import { createOpenLink } from '../installs/open-link';
import { findInstall } from '../installs/installs';
import type { Schema } from '../db/schema';
import { ofTenant, tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { endInstall } from '../events/end-install';
import { disconnect } from '../lifecycle/disconnect';
import { readEmail } from '../emails/emails';
import { eraseInstall } from '../lifecycle/erase';
import { startImport } from '../installs/import-job';
import { ENGINES } from './databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, lending, LIVE, TEST, type Tillpost } from './harness';
import { createWorkflow, activateWorkflow } from '../workflows/workflows';
import { findSuppression } from '../audience/suppressions';
import { explainNoContent } from '../../shared/words/explanations';

const DAY = 24 * 3_600_000;

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable();
  await tillpost.worker.drain();
});

/** An install with contacts, billing, a workflow with runs and emails, settings and an import. */
async function fill(tillpost: Tillpost, tenant = TEST): Promise<void> {
  const { db, clock, localStripe } = tillpost;
  const { accountId, livemode } = tenant;
  const workflow = await createWorkflow(db, tenant, { template: 'new_customer' }, clock.now());
  await activateWorkflow(db, tenant, workflow.id, clock.now());
  for (const n of [1, 2, 3])
    await localStripe.trigger('customer.created', {
      account: accountId,
      livemode,
      email: `p${n}@example.com`,
      name: `P ${n}`,
    });
  await localStripe.trigger('customer.subscription.created', { account: accountId, livemode });
  await startImport(db, tenant, clock.now());
  await createOpenLink(tillpost.ctx, tenant, 'usr_1');
  await tillpost.worker.drain();
  const bytes = Buffer.from('email\nimported@example.com');
  await uploadContacts(db, tenant, { bytes, consent: 'agreed' }, clock.now());
  await saveFilter(db, tenant, { name: 'Left', query: { status: 'unsubscribed' } }, clock.now());
  await tillpost.worker.drain();
  const ofMail = db.selectFrom('email').select(['id', 'contact_id']).where(ofTenant(tenant));
  const { id: email_id, contact_id } = await ofMail.where('contact_id', 'is not', null).executeTakeFirstOrThrow();
  const click = { ...tenantColumns(tenant), email_id, url_hash: 'h', url: 'https://shop.example/', first_at: null };
  await db
    .insertInto('email_click')
    .values({ ...click, clicks: 0, automatic: 1 })
    .execute();
  await changeConsent(db, tenant, contact_id ?? '', { status: 'transactional_only', cause: 'merchant' }, clock.now());
  const told = { url: 'http://127.0.0.1:1/', description: '', types: ['email.complained'] };
  const endpoint = await transact(db, (trx) => createEndpoint(tillpost.ctx, trx, tenant, told, clock.now()));
  const delivery = { endpoint_id: endpoint.id, type: 'email.complained', object_id: email_id, contact_id } as const;
  const rest = { payload: '{}', status: 'failed', response_status: null, outcome: null, response: null } as const;
  await db
    .insertInto('webhook_delivery')
    .values({
      ...tenantColumns(tenant),
      id: 'whd_1',
      ...delivery,
      ...rest,
      tried_at: null,
      due_at: null,
      created_at: 1,
    })
    .execute();
  const waiting = { wantsOf: () => new Set(['email.sent'] as const), now: clock.now() + DAY };
  await recordMessages(db, [{ tenant, type: 'email.sent', kind: 'email', id: email_id, contactId: null }], waiting);
  const kept = { key: 'k', contacts: true, events: [], isOn: false };
  await transact(db, (trx) => saveForwarding(tillpost.ctx, trx, tenant, kept, clock.now()));
  const forward = { tenant, kind: 'deletion', objectId: 'con_1', contactId: null, address: 'a@example.com' } as const;
  await transact(db, (trx) => recordForwards(trx, [forward], clock.now()));
}

const TABLES: (keyof Schema)[] = [
  'setting',
  'event',
  'event_payload',
  'contact',
  'consent_change',
  'customer_link',
  'subscription_state',
  'workflow',
  'run',
  'run_step',
  'email',
  'email_body',
  'email_click',
  'import_job',
  'contact_job',
  'contact_job_part',
  'saved_filter',
  'outbox',
  'webhook_endpoint',
  'webhook_delivery',
  'forwarding',
  'forward',
  'install',
  'link_token',
];

async function rowsOf({ db }: Tillpost, { livemode } = TEST): Promise<Record<string, number>> {
  const counts = await Promise.all(
    TABLES.map(async (table) => {
      const rows = await db
        .selectFrom(table as 'contact')
        .select('account_id')
        .where('account_id', '=', ACCOUNT)
        .where('livemode', '=', livemode ? 1 : 0)
        .execute();
      return [table, rows.length] as const;
    }),
  );
  return Object.fromEntries(counts);
}

const NOTHING = Object.fromEntries(TABLES.map((table) => [table, 0]));

describe.each(ENGINES)('disconnecting on %s', (engine) => {
  it('forgets the tokens, stops the work, and keeps the data', () =>
    withTillpost({ engine }, async (tillpost) => {
      await fill(tillpost);
      await tillpost.db
        .updateTable('run')
        .set({ status: 'running', due_at: tillpost.clock.now() + DAY })
        .execute();
      await tillpost.db
        .updateTable('email')
        .set({ status: 'queued', due_at: tillpost.clock.now() + DAY })
        .execute();
      const before = await rowsOf(tillpost);
      await disconnect(tillpost.ctx, TEST);
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({
        status: 'removed',
        access_token: null,
        refresh_token: null,
      });
      expect({ ...(await rowsOf(tillpost)), link_token: 1 }).toEqual(before);
      const runs = await tillpost.db.selectFrom('run').select(['status', 'due_at']).execute();
      expect(runs.length).toBeGreaterThan(0);
      for (const run of runs) expect(run).toEqual({ status: 'stopped', due_at: null });
      const emails = await tillpost.db.selectFrom('email').select(['status', 'reason']).execute();
      for (const email of emails) expect(email).toEqual({ status: 'failed', reason: 'disconnected' });
    }));

  it('lets events that come afterwards end as not_installed, without their payload', () =>
    withTillpost({ engine }, async (tillpost) => {
      await disconnect(tillpost.ctx, TEST);
      const event = await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT });
      await tillpost.worker.drain();
      const row = await tillpost.db.selectFrom('event').selectAll().where('id', '=', event.id).executeTakeFirst();
      expect(row).toMatchObject({ status: 'ignored', reason: 'not_installed' });
      const payload = await tillpost.db.selectFrom('event_payload').select('seq').where('seq', '=', row!.seq).execute();
      expect(payload).toEqual([]);
    }));

  it('comes from uninstalling at Stripe just the same', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.clock.advance(60_000);
      await tillpost.localStripe.uninstall(ACCOUNT, false);
      await tillpost.worker.drain();
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({ status: 'removed', access_token: null });
      expect(await tillpost.call('overview')).toMatchObject({ connected: false, status: 'removed' });
    }));

  it('erases everything 30 days later, and nothing before', () =>
    withTillpost({ engine }, async (tillpost) => {
      await fill(tillpost);
      await disconnect(tillpost.ctx, TEST);
      tillpost.clock.advance(29 * DAY);
      await tillpost.worker.drain();
      expect((await rowsOf(tillpost)).contact).toBeGreaterThan(0);
      tillpost.clock.advance(DAY + 60_000);
      await tillpost.worker.drain();
      expect(await rowsOf(tillpost)).toEqual(NOTHING);
    }));
});

describe.each(ENGINES)('erasing on %s', (engine) => {
  it('leaves no row of the install, and every row of its other mode', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.connect(LIVE);
      await tillpost.enable({}, {}, LIVE);
      await fill(tillpost);
      await fill(tillpost, LIVE);
      const live = await rowsOf(tillpost, LIVE);
      for (const [table, rows] of Object.entries(await rowsOf(tillpost)))
        expect([table, rows > 0]).toEqual([table, true]);
      await eraseInstall(tillpost.ctx, TEST);
      await tillpost.worker.drain();
      expect(await rowsOf(tillpost)).toEqual(NOTHING);
      expect(await rowsOf(tillpost, LIVE)).toEqual(live);
    }));

  it('keeps a hash of who had unsubscribed, so that beginning anew does not mail them', () =>
    withTillpost({ engine }, async (tillpost) => {
      await fill(tillpost);
      await tillpost.db
        .updateTable('contact')
        .set({ status: 'unsubscribed' })
        .where('email', '=', 'p1@example.com')
        .execute();
      await eraseInstall(tillpost.ctx, TEST);
      await tillpost.worker.drain();
      expect(await findSuppression(tillpost.db, TEST, 'p1@example.com')).toMatchObject({ scope: 'marketing' });
      expect(await findSuppression(tillpost.db, TEST, 'p2@example.com')).toBeUndefined();
      await tillpost.connect();
      await tillpost.enable();
      await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email: 'p1@example.com' });
      await tillpost.worker.drain();
      expect(await tillpost.db.selectFrom('contact').select('status').executeTakeFirst()).toEqual({
        status: 'unsubscribed',
      });
    }));

  it('makes connecting wait until it has ended', () =>
    withTillpost({ engine }, async (tillpost) => {
      await fill(tillpost);
      await eraseInstall(tillpost.ctx, TEST);
      await expect(tillpost.connect()).rejects.toThrow();
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('removed');
      await tillpost.worker.drain();
      await tillpost.connect();
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('active');
    }));
});

describe('disconnecting', () => {
  it('twice changes nothing: the time of erasure stays', () =>
    withTillpost({}, async (tillpost) => {
      await disconnect(tillpost.ctx, TEST);
      const before = await findInstall(tillpost.db, TEST);
      tillpost.clock.advance(DAY);
      await transact(tillpost.db, (trx) => endInstall(trx, TEST, tillpost.clock.now()));
      await disconnect(tillpost.ctx, TEST);
      expect(await findInstall(tillpost.db, TEST)).toEqual(before);
    }));

  it('does not follow from an uninstall that is older than the connection', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.clock.advance(60_000);
      tillpost.localStripe.setWebhookUrl('http://127.0.0.1:9/nobody');
      const event = await tillpost.localStripe.uninstall(ACCOUNT, false);
      tillpost.clock.advance(60_000);
      await tillpost.connect();
      await tillpost.deliver(event);
      await tillpost.worker.drain();
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('active');
    }));
});

describe('housekeeping', () => {
  it('deletes what has expired and nothing else', () =>
    withTillpost({}, async (tillpost) => {
      const { ctx, db, clock } = tillpost;
      await createOpenLink(ctx, TEST, 'usr_1');
      await fetch(`${tillpost.url}/connect?mode=test`, { redirect: 'manual' });
      clock.advance(11 * 60_000);
      await createOpenLink(ctx, TEST, 'usr_2');
      clock.advance(55 * 60_000 - 11 * 60_000);
      await createOpenLink(ctx, TEST, 'usr_3');
      clock.advance(6 * 60_000);
      await tillpost.worker.drain();
      expect(await db.selectFrom('link_token').select('user_id').execute()).toEqual([{ user_id: 'usr_3' }]);
      expect(await db.selectFrom('oauth_state').select('livemode').execute()).toEqual([]);
    }));

  it.each(ENGINES)('keeps the payload of a run that waits longer than RETENTION_DAYS until it ends, on %s', (engine) =>
    withTillpost({ engine, env: { RETENTION_DAYS: '7' } }, async (tillpost) => {
      const { db, clock } = tillpost;
      const email = { kind: 'transactional', subject: 'Welcome', body: 'You are {{ event.customer_id }}' } as const;
      const steps = [
        { id: 'wait', kind: 'wait', amount: 20, unit: 'days' },
        { id: 'mail', kind: 'email', email },
      ] as const;
      const definition = { name: 'Late welcome', trigger: { event: 'customer.created' }, steps } as const;
      const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT, email: 'p1@example.com' });
      const payloads = async () => {
        await tillpost.worker.drain();
        const { count } = await db
          .selectFrom('event_payload')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        return Number(count);
      };
      await tillpost.worker.drain();
      clock.advance(19 * DAY);
      expect(await payloads()).toBe(1);
      clock.advance(DAY);
      await tillpost.worker.drain();
      expect(await db.selectFrom('run').select(['status', 'reason']).execute()).toEqual([
        { status: 'finished', reason: null },
      ]);
      clock.advance(DAY);
      expect(await payloads()).toBe(0);
    }),
  );

  it.each(ENGINES)('deletes what was forwarded, or waited for a key, after 30 days on %s', (engine) =>
    withTillpost({ engine }, async (tillpost) => {
      const { db, clock, worker } = tillpost;
      await fill(tillpost);
      clock.advance(29 * DAY);
      await worker.drain();
      expect(await rowsOf(tillpost)).toMatchObject({ forward: 1, forwarding: 1 });
      clock.advance(2 * DAY);
      await worker.drain();
      expect(await rowsOf(tillpost)).toMatchObject({ forward: 0, forwarding: 1 });
      expect(await db.selectFrom('forward').select('id').execute()).toEqual([]);
    }),
  );

  it.each(ENGINES)('keeps what waits to be forwarded for 30 days on %s, also where RETENTION_DAYS is less', (engine) =>
    withTillpost({ engine, env: { RETENTION_DAYS: '1' } }, async (tillpost) => {
      const { clock, worker } = tillpost;
      await fill(tillpost);
      // Nothing takes it, nor calls it off.
      await tillpost.db.updateTable('forwarding').set({ due_at: null }).execute();
      await tillpost.db
        .updateTable('forward')
        .set({ due_at: clock.now() + 60 * DAY })
        .execute();
      clock.advance(29 * DAY);
      await worker.drain();
      expect(await rowsOf(tillpost)).toMatchObject({ forward: 1 });
      clock.advance(2 * DAY);
      await worker.drain();
      expect(await rowsOf(tillpost)).toMatchObject({ forward: 0 });
    }),
  );

  it.each(ENGINES)(
    'deletes what emails said after RETENTION_DAYS on %s, but not of those that are still to go',
    (engine) =>
      withTillpost({ engine, env: { RETENTION_DAYS: '7' } }, async (tillpost) => {
        const { db, clock, worker } = tillpost;
        await fill(tillpost);
        const [captured, queued] = await db.selectFrom('email').select('id').orderBy('id').execute();
        const later = { status: 'queued' as const, due_at: clock.now() + 30 * DAY };
        await db.updateTable('email').set(later).where('id', '=', queued!.id).execute();
        clock.advance(6 * DAY);
        await worker.drain();
        expect((await rowsOf(tillpost)).email_body).toBe(3);
        clock.advance(2 * DAY);
        await worker.drain();
        expect(await db.selectFrom('email_body').select('email_id').execute()).toEqual([{ email_id: queued!.id }]);
        const email = await readEmail(db, TEST, captured!.id);
        expect(email).toMatchObject({ to: 'p1@example.com', html: null, text: null, headers: {} });
        expect(explainNoContent(email!)).toMatch(/its time has passed/);
      }),
  );

  it.each(ENGINES)(
    'forgets who guests and the people of what is over were after RETENTION_DAYS on %s, but not while a run waits',
    (engine) =>
      withTillpost({ engine, env: { RETENTION_DAYS: '7' } }, async (tillpost) => {
        const { db, clock, worker } = tillpost;
        const happen = async (type: FixtureType, object: FixtureOptions['object']) => {
          const created = Math.floor(clock.now() / 1000);
          expect((await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, created, object }))).status).toBe(200);
          await worker.drain();
        };
        const details = { email: 'jenny@example.com', name: 'Jenny Hidden', phone: '+15550199' };
        const guest = { customer: null, customer_details: details, client_reference_id: 'ref_1', status: 'complete' };
        const paid = { customer: 'cus_1', customer_email: 'jenny@example.com', customer_name: 'Jenny Hidden' };
        const metadata = { mobile: '+15550199' };
        await happen('checkout.session.completed', { ...guest, id: 'cs_over', amount_total: 700, metadata });
        await happen('invoice.paid', { ...paid, id: 'in_over', status: 'paid' });
        await happen('invoice.payment_failed', { ...paid, id: 'in_open', status: 'open' });
        const email = { kind: 'transactional', subject: 'Hello {{ subject.customer_name }}', body: 'Hello' } as const;
        const steps = [
          { id: 'wait', kind: 'wait', amount: 20, unit: 'days' },
          { id: 'mail', kind: 'email', email },
        ] as const;
        const definition = { name: 'Late', trigger: { event: 'checkout.session.completed' }, steps } as const;
        const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
        await activateWorkflow(db, TEST, id, clock.now());
        await happen('checkout.session.completed', { ...guest, id: 'cs_waits' });
        const named = async () => {
          await worker.drain();
          const states = await db.selectFrom('object_state').select(['id', 'properties']).orderBy('id').execute();
          const isNamed = ({ properties }: { properties: string }) => /Hidden|jenny|15550199|ref_1/i.test(properties);
          return states.filter(isNamed).map((state) => state.id);
        };
        clock.advance(6 * DAY);
        expect(await named()).toEqual(['cs_over', 'cs_waits', 'in_open', 'in_over']);
        clock.advance(2 * DAY);
        expect(await named()).toEqual(['cs_waits', 'in_open']);
        const over = await db.selectFrom('object_state').selectAll().where('id', '=', 'cs_over').executeTakeFirst();
        expect(JSON.parse(over!.properties)).toMatchObject({ amount: 700, status: 'complete', payment_status: 'paid' });
        clock.advance(12 * DAY);
        await worker.drain();
        expect((await db.selectFrom('email').select('subject').execute()).map(({ subject }) => subject)).toEqual([
          'Hello Jenny Hidden',
        ]);
        clock.advance(2 * DAY);
        expect(await named()).toEqual(['in_open']);
      }),
  );

  it.each(ENGINES)('deletes payloads older than RETENTION_DAYS on %s, but not of events that still wait', (engine) =>
    withTillpost({ engine, env: { RETENTION_DAYS: '7' } }, async (tillpost) => {
      const ids: string[] = [];
      for (const n of [1, 2]) {
        const event = await tillpost.localStripe.trigger('customer.created', {
          account: ACCOUNT,
          email: `p${n}@example.com`,
        });
        ids.push(event.id);
      }
      await tillpost.worker.drain();
      const waits = { status: 'waiting' as const, due_at: null };
      await tillpost.db.updateTable('event').set(waits).where('id', '=', ids[1]!).execute();
      tillpost.clock.advance(8 * DAY);
      const fresh = await tillpost.localStripe.trigger('customer.created', {
        account: ACCOUNT,
        email: 'p3@example.com',
      });
      await tillpost.worker.drain();
      const kept = await tillpost.db
        .selectFrom('event_payload')
        .innerJoin('event', 'event.seq', 'event_payload.seq')
        .select('event.id')
        .where('event.type', '=', 'customer.created')
        .execute();
      expect(kept.map(({ id }) => id).sort()).toEqual([ids[1], fresh.id].sort());
      expect(await tillpost.db.selectFrom('event').select('id').where('id', '=', ids[0]!).execute()).toHaveLength(1);
    }),
  );
});
