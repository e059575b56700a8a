/** Forwarding while Loops is slow, down, full or refuses: answers that a healthy server doesn't give, from the recording one. */
import { confirmImport } from '../audience/contact-jobs';
import { uploadContacts } from '../audience/import-contacts';
import { findContactByEmail } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { claim } from '../db/claim';
import { transact } from '../db/transact';
import { judge } from '../forwarding/judge-forwards';
import { saveForwarding } from '../forwarding/forwarding-settings';
import { createForwardingSettingsQueue } from '../forwarding/forwarding-settings-queue';
import { LOOPS } from '../forwarding/loops';
import { openSession } from '../installs/sessions';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { disconnect } from '../lifecycle/disconnect';
import { clientOf } from './api-rig';
import { ENGINES } from './databases';
import { happen, later, LOOPS_KEY, PATH, withRecordingLoops } from './forwarding-rig';
import { LIVE, TEST, type Tillpost } from './harness';
import { TOO_MANY } from './recording-loops';

const JENNY = 'jenny@example.com';
const CUSTOMER = { id: 'cus_1', email: JENNY, name: 'Jenny Rosen' };
const [MINUTE, HOUR] = [60_000, 3_600_000];

const remove = async ({ db, clock }: Tillpost, email: string) => {
  const contact = (await findContactByEmail(db, TEST, email))!;
  await transact(db, (trx) => deleteContact(trx, contact, clock.now()));
};

const updates = (asked: readonly { method: string; body: unknown }[]) =>
  asked.filter(({ method }) => method === 'PUT').map(({ body }) => (body as { lastName?: string }).lastName);

async function sendFailedAgain({ db, worker }: Tillpost, client: BrowserClient) {
  const { id } = await db.selectFrom('forward').select('id').where('status', '=', 'failed').executeTakeFirstOrThrow();
  const csrf_token = await client.csrfToken(PATH);
  expect((await client.post(`${PATH}/${id}/again`, { csrf_token })).status).toBe(303);
  await worker.drain();
  return { id, csrf_token };
}

describe.each(ENGINES)('on %s', (engine) => {
  it('what Loops has no room for, or no answer to, goes later', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, log }) => {
      loops.answer({ status: 200, body: [] });
      loops.answerAll(TOO_MANY);
      await happen(tillpost, 'customer.created', CUSTOMER);
      expect(await log()).toEqual(['contact waiting: Loops takes no more for a moment']);
      loops.answerAll({ status: 503, body: '<html>' });
      await later(tillpost, 10_000);
      expect(await log()).toEqual(['contact waiting: Loops answered 503 and is asked again']);
      loops.answerAll(undefined);
      await later(tillpost, HOUR);
      expect(await log()).toEqual(['contact sent: Saved in Loops']);
    }));

  it('what is refused in vain for three days has failed, and goes again on request', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      loops.answerAll({ status: 500 });
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, name: 'Jenny Other' });
      for (let n = 0; n < 14; n++) await later(tillpost, 6 * HOUR);
      expect((await log())[0]).toBe('contact failed: Given up after three days. Loops answered 500 and is asked again');
      const before = loops.take().length;
      expect(before).toBeGreaterThan(8);
      expect(before).toBeLessThan(30);

      loops.answerAll(undefined);
      const { id, csrf_token } = await sendFailedAgain(tillpost, client);
      expect(updates(loops.take())).toEqual(['Other']);
      expect((await client.post(`${PATH}/${id}/again`, { csrf_token })).status).toBe(400);
      expect((await client.post(`${PATH}/fwd_nobody/again`, { csrf_token })).status).toBe(404);
    }));

  it('what Loops refuses for good stands in the log with its words', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      loops.answerAll({ status: 400, body: { success: false, message: '<b>Invalid</b> email' } });
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, name: 'Jenny Other' });
      expect((await log())[0]).toBe('contact failed: Loops refused it with 400: <b>Invalid</b> email');
      const page = await (await client.get(`${PATH}?status=failed`)).text();
      expect(page).toContain('&lt;b&gt;Invalid&lt;/b&gt; email');
      expect(page).not.toContain('Saved in Loops');
    }));

  it('a contact that changes while it waits goes once, as it is then, and its events stay behind it', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ 'events.invoice.paid': 'on' });
      loops.answerAll({ status: 503 });
      for (const name of ['Jenny A', 'Jenny B', 'Jenny C'])
        await happen(tillpost, 'customer.updated', { ...CUSTOMER, name });
      await happen(tillpost, 'invoice.paid', { id: 'in_1', customer: 'cus_1', customer_name: 'Jenny C' });
      loops.answerAll(undefined);
      loops.take();
      await later(tillpost, HOUR);
      const asked = loops.take();
      expect(asked.map(({ path }) => path).filter((path) => !path.includes('properties'))).toEqual([
        '/v1/contacts/update',
        '/v1/events/send',
      ]);
      expect(updates(asked)).toEqual(['C']);
    }));

  it('an event that came to Loops before its answer came to us goes again under the same key, and is done', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ contacts: '', 'events.invoice.paid': 'on' });
      loops.take();
      loops.answer({ status: 200, body: 'cut off' }, { status: 409, body: { success: false, message: 'Used' } });
      await happen(tillpost, 'invoice.paid', { id: 'in_1', customer: 'cus_1' });
      await later(tillpost, HOUR);
      const keys = loops.take().map(({ idempotencyKey }) => idempotencyKey);
      expect(keys).toEqual([expect.stringMatching(/^fwd_/), keys[0]]);
      expect((await log())[0]).toBe('event sent: Loops has this invoice.paid already');
    }));

  it('an event that Loops may have goes no more once Loops has forgotten its key, but by hand', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, save, log }) => {
      const { db } = tillpost;
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ contacts: '', 'events.invoice.paid': 'on' });
      loops.take();
      loops.answerAll({ status: 500 });
      await happen(tillpost, 'invoice.paid', { id: 'in_1', customer: 'cus_1' });
      for (let n = 0; n < 22; n++) await later(tillpost, HOUR);
      const { sent_since } = await db.selectFrom('forward').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow();
      expect(tillpost.clock.now() - sent_since!).toBeLessThan(23 * HOUR);
      expect(new Set(loops.take().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      for (let n = 0; n < 3; n++) await later(tillpost, HOUR);
      const last = loops.take().length;
      expect(last).toBeLessThan(2);
      expect((await log())[0]).toMatch(/^event failed: Given up: Loops may have got it/);
      loops.answerAll(undefined);
      const { id } = await sendFailedAgain(tillpost, client);
      expect((await log())[0]).toBe('event sent: Sent to Loops as invoice.paid');

      // As it stood when it had been sent and the process was killed, which starts again a day later.
      loops.take();
      await db
        .updateTable('forward')
        .set({ status: 'waiting', due_at: tillpost.clock.now() + MINUTE, claims: 1, decided_at: null })
        .where('id', '=', id)
        .execute();
      await later(tillpost, 24 * HOUR);
      expect(loops.take()).toEqual([]);
      expect((await log())[0]).toMatch(/^event failed: Given up: Loops may have got it/);
    }));

  it('an event that Loops has had no room for is tried for all three days', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save, log }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ contacts: '', 'events.invoice.paid': 'on' });
      loops.answerAll(TOO_MANY);
      await happen(tillpost, 'invoice.paid', { id: 'in_1', customer: 'cus_1' });
      for (let n = 0; n < 5; n++) await later(tillpost, 12 * HOUR);
      loops.answerAll(undefined);
      await later(tillpost, 2 * HOUR);
      expect((await log())[0]).toBe('event sent: Sent to Loops as invoice.paid');
    }));

  it('a key that Loops refuses stops all, is told, and what waits goes by the next', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, save, status, log }) => {
      loops.answerAll({ status: 401, body: { error: 'Invalid API key' } });
      await happen(tillpost, 'customer.created', CUSTOMER);
      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_2', email: 'other@example.com' });
      expect(await status()).toBe('refused');
      expect(loops.take().length).toBeLessThanOrEqual(2);
      await later(tillpost, 5 * HOUR);
      expect(loops.take()).toEqual([]);
      expect(await (await client.get(PATH)).text()).toContain('Loops refuses the key');
      expect(await (await client.get('/')).text()).toContain('Loops refuses the key');

      loops.answerAll(undefined);
      await save({ key: 'loops_key_better' });
      expect(await status()).toBe('on');
      expect((await log()).filter((line) => line === 'contact sent: Saved in Loops')).toHaveLength(2);
      expect(new Set(loops.take().map(({ key }) => key))).toEqual(new Set(['loops_key_better']));
    }));

  it('what is parked while a key is refused finds the next one, whenever that is saved', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save, log }) => {
      const { db, clock } = tillpost;
      loops.answerAll({ status: 401 });
      await happen(tillpost, 'customer.created', CUSTOMER);
      clock.advance(2 * HOUR);
      const now = clock.now();
      const jobs = (await claim(db, 'forward', { now, limit: 10 })).map((row) => ({ row }));
      expect(jobs).toHaveLength(1);
      await transact(db, (trx) => judge(trx, jobs, { destination: LOOPS, turnOf: () => now, now }));
      // Another key is saved right after that transaction.
      loops.answerAll(undefined);
      await save({ key: 'loops_key_better' });
      expect(await log()).toEqual(['contact sent: Saved in Loops']);
    }));

  it('a key is tried when it is saved, again and again where Loops can’t be asked', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, save, status }) => {
      loops.answerAll({ status: 403 });
      await save({ key: 'loops_key_bad' });
      expect(await status()).toBe('refused');
      loops.answerAll({ status: 502 });
      await save({ key: 'loops_key_good' });
      expect(await status()).toBe('checking');
      await happen(tillpost, 'customer.created', CUSTOMER);
      const page = await (await client.get(PATH)).text();
      for (const words of [
        ...['Nothing goes until Loops takes the key', 'Loops answered 502 and is asked again', 'Next try'],
        ...['Waits for the key', 'It can start once Loops takes the key', `forwards to ${loops.url}`],
      ])
        expect(page).toContain(words);
      expect(page).toMatch(/<button[^>]*disabled=""[^>]*>Forward everyone now/);
      expect(await (await client.get('/')).text()).toContain('Loops has not taken the key yet: nothing is forwarded');
      loops.answerAll(undefined);
      await later(tillpost, HOUR);
      expect(await status()).toBe('on');
      await later(tillpost, HOUR);
      expect(updates(loops.take())).toEqual(['Rosen']);
    }));

  it('turned off, or its key removed, nothing goes and what waits is called off', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops, save, status, log }) => {
      loops.answerAll({ status: 503 });
      await happen(tillpost, 'customer.created', CUSTOMER);
      await save({ on: '' });
      expect(await status()).toBe('off');
      expect((await log())[0]).toBe('contact canceled: Forwarding was turned off before its turn came');
      await happen(tillpost, 'customer.updated', { ...CUSTOMER, name: 'Jenny Other' });
      expect(await log()).toHaveLength(1);
      expect(await tillpost.db.selectFrom('outbox').selectAll().execute()).toEqual([]);
      const csrf_token = await client.csrfToken(PATH);
      expect((await client.post(`${PATH}/remove`, { csrf_token })).status).toBe(303);
      await tillpost.worker.drain();
      expect(await tillpost.db.selectFrom('forwarding').selectAll().execute()).toEqual([]);
      loops.take();
      await later(tillpost, HOUR);
      expect(loops.take()).toEqual([]);
    }));

  it('the key is kept encrypted and shown to nobody; what is wrong with a form is said by its field', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, save }) => {
      const row = await tillpost.db.selectFrom('forwarding').selectAll().executeTakeFirstOrThrow();
      expect(JSON.stringify(row)).not.toContain(LOOPS_KEY);
      const page = await (await client.get(PATH)).text();
      expect(page).not.toContain(LOOPS_KEY);
      expect(page).toContain('ends in 5e1f');
      for (const [fields, words] of [
        [{ key: 'with\r\nHeader: x' }, 'Must be an API key of Loops'],
        [{ contacts: '' }, 'Choose contacts or at least one event'],
      ] as const) {
        const refused = await save(fields);
        expect(refused.status).toBe(400);
        expect(await refused.text()).toContain(words);
      }
      expect((await client.post(PATH, { csrf_token: '', key: 'x' })).status).toBe(403);

      const limited = createBrowserClient(tillpost.url);
      const session = { tenant: TEST, kind: 'dashboard', previous: undefined } as const;
      limited.jar.set('tillpost_session', await openSession(tillpost.ctx, session));
      const csrf_token = await client.csrfToken(PATH);
      for (const path of [PATH, `${PATH}/everyone`, `${PATH}/remove`, `${PATH}/fwd_1/again`])
        expect((await limited.post(path, { csrf_token, key: 'x', on: 'on', contacts: 'on' })).status).toBe(403);
    }));

  it('an import goes behind what happens meanwhile, and whoever that is about goes at once', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save }) => {
      const { db, clock, worker } = tillpost;
      await save({ 'events.invoice.paid': 'on' });
      const lines = Array.from({ length: 250 }, (_, n) => `n${n}@example.com`);
      const bytes = Buffer.from(['email', ...lines].join('\n'));
      const id = await uploadContacts(db, TEST, { bytes, consent: 'agreed' }, clock.now());
      await worker.drain();
      await confirmImport(db, TEST, id, clock.now());
      loops.answerAll(TOO_MANY);
      await worker.drain();
      loops.answerAll(undefined);
      loops.take();
      await happen(tillpost, 'customer.created', CUSTOMER);
      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_2', email: 'n249@example.com' });
      await happen(tillpost, 'invoice.paid', { id: 'in_2', customer: 'cus_2' });
      for (let n = 0; n < 6; n++) await later(tillpost, 1_000);
      const emailsOf = (asked: readonly { body: unknown }[]) =>
        asked.flatMap(({ body }) => (body as { email?: string } | undefined)?.email ?? []);
      const first = emailsOf(loops.take());
      expect(first).toEqual(expect.arrayContaining([JENNY, 'n249@example.com']));
      expect(new Set(first).size).toBeLessThan(200);
      for (let n = 0; n < 30; n++) await later(tillpost, 2_000);
      expect(new Set([...first, ...emailsOf(loops.take())]).size).toBe(251);
    }));

  it('a contact that is deleted while it is on its way is not made in Loops after that', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, log }) => {
      const { db, clock } = tillpost;
      const deletion: { run?: () => Promise<void> } = {};
      loops.before(async ({ path }) => {
        if (path.includes('properties')) await deletion.run?.();
      });
      deletion.run = async () => {
        delete deletion.run;
        const jenny = (await findContactByEmail(db, TEST, JENNY))!;
        await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
      };
      await happen(tillpost, 'customer.created', CUSTOMER);
      await later(tillpost, MINUTE);
      const paths = loops.take().map(({ path }) => path);
      expect(paths.filter((path) => !path.includes('properties'))).toEqual(['/v1/contacts/delete']);
      expect(await log()).toEqual(['deletion sent: Deleted in Loops']);
    }));

  it('of very many rows of one contact only the next is asked for, and all go in their order', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save }) => {
      const { db, clock, worker } = tillpost;
      await save({ 'events.api.*': 'on' });
      const own = await clientOf(tillpost);
      await own.createContact({ email: JENNY });
      for (let n = 0; n < 6; n++) await own.sendEvent({ email: JENNY, eventName: `n${n}` });
      loops.answerAll({ status: 503 });
      await worker.drain();
      const due = () =>
        db
          .selectFrom('forward')
          .select('id')
          .where('due_at', '<=', clock.now() + MINUTE)
          .execute();
      expect(await due()).toHaveLength(1);
      loops.answerAll(undefined);
      loops.take();
      await later(tillpost, MINUTE);
      const names = loops.take().flatMap(({ body }) => (body as { eventName?: string } | undefined)?.eventName ?? []);
      expect(names).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
    }));

  it('what is no longer chosen goes no more, and what comes behind it goes', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save, log }) => {
      loops.answerAll({ status: 503 });
      await save({ 'events.api.*': 'on' });
      const own = await clientOf(tillpost);
      await own.createContact({ email: JENNY });
      await own.sendEvent({ email: JENNY, eventName: 'signup' });
      await tillpost.worker.drain();
      loops.answerAll(undefined);
      await save({ contacts: '', 'events.api.*': 'on' });
      await later(tillpost, MINUTE);
      expect(await log()).toEqual([
        'event sent: Sent to Loops as signup',
        'contact canceled: It was no longer chosen when its turn came',
      ]);
    }));

  it('what Loops says of a key is not recorded of the one that was saved meanwhile', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, status }) => {
      const { ctx, db, clock, worker } = tillpost;
      const queue = createForwardingSettingsQueue(LOOPS);
      const saveKey = (key: string) =>
        transact(db, (trx) =>
          saveForwarding(ctx, trx, TEST, { key, contacts: true, events: [], isOn: true }, clock.now()),
        );
      let isSaved = false;
      loops.before(async () => {
        if (isSaved) return;
        isSaved = true;
        await saveKey('loops_key_good');
        // The loop takes the row again before the answer comes.
        await queue.turn(ctx);
      });
      await saveKey('loops_key_bad');
      loops.answer({ status: 401 });
      await queue.turn(ctx);
      await queue.finish?.(ctx);
      expect(await status()).toBe('checking');
      await worker.drain();
      expect(await status()).toBe('on');
      expect(loops.take().at(-1)?.key).toBe('loops_key_good');
    }));

  it('forwarding everyone ends with a disconnect', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops }) => {
      await happen(tillpost, 'customer.created', CUSTOMER);
      const csrf_token = await client.csrfToken(PATH);
      expect((await client.post(`${PATH}/everyone`, { csrf_token })).status).toBe(303);
      await disconnect(tillpost.ctx, TEST);
      loops.take();
      const before = await tillpost.db.selectFrom('forward').select('id').execute();
      await later(tillpost, MINUTE);
      expect(loops.take()).toEqual([]);
      expect(await tillpost.db.selectFrom('forward').select('id').execute()).toEqual(before);
      expect(await tillpost.db.selectFrom('forwarding').select(['backfill_place', 'due_at']).execute()).toEqual([
        { backfill_place: null, due_at: null },
      ]);
    }));

  it('what waited for the right key has three days from then on', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, save, log }) => {
      loops.answerAll({ status: 401 });
      await happen(tillpost, 'customer.created', CUSTOMER);
      await later(tillpost, 100 * HOUR);
      loops.answerAll(undefined);
      loops.before(({ method, path }) => {
        if (method === 'PUT' || path.includes('properties')) loops.answer(TOO_MANY);
        return Promise.resolve();
      });
      loops.answer({ status: 200, body: { success: true, teamName: 'T' } }, { status: 200, body: [] });
      await save({ key: 'loops_key_better' });
      expect(await log()).toEqual(['contact waiting: Loops takes no more for a moment']);
    }));

  it('who is deleted before Loops knows the new address goes there under the earlier one as well', () =>
    withRecordingLoops({ engine }, async ({ tillpost, loops, log }) => {
      const own = await clientOf(tillpost);
      await own.createContact({ email: JENNY, properties: { userId: 'u_1' } });
      await tillpost.worker.drain();
      loops.answerAll({ status: 503 });
      await own.updateContact({ userId: 'u_1', email: 'second@example.com' });
      await tillpost.worker.drain();
      // Of this one the outbox has not told yet.
      await own.updateContact({ userId: 'u_1', email: 'third@example.com' });
      await remove(tillpost, 'third@example.com');
      await tillpost.worker.drain();
      loops.answerAll(undefined);
      loops.take();
      await later(tillpost, MINUTE);
      const deleted = loops.take().map(({ path, body }) => [path, (body as { email: string }).email]);
      expect(deleted.toSorted()).toEqual(
        ['jenny', 'second', 'third'].map((name) => ['/v1/contacts/delete', `${name}@example.com`]),
      );
      expect(await log()).toHaveLength(3);
    }));

  it('another install’s rows are nobody’s here', () =>
    withRecordingLoops({ engine }, async ({ tillpost, client, loops }) => {
      loops.answerAll({ status: 400 });
      await happen(tillpost, 'customer.created', CUSTOMER);
      const { id } = await tillpost.db.selectFrom('forward').select('id').executeTakeFirstOrThrow();
      await tillpost.connect(LIVE);
      const other = createBrowserClient(tillpost.url);
      const session = { tenant: LIVE, kind: 'full', previous: undefined } as const;
      other.jar.set('tillpost_session', await openSession(tillpost.ctx, session));
      const csrf_token = await other.csrfToken(PATH);
      expect((await other.post(`${PATH}/${id}/again`, { csrf_token })).status).toBe(404);
      expect(await (await other.get(PATH)).text()).not.toContain(JENNY);
      expect(await (await client.get(PATH)).text()).toContain(JENNY);
    }));
});
