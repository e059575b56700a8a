/** The ledger of notices: as a page and as a file, for whom, and what stays of a person in it. */
import { sql } from 'kysely';
import { findContactByEmail } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { openSession } from '../installs/sessions';
import { createBrowserClient } from '../test/browser-client';
import { ENGINES } from '../test/databases';
import { lending, startTillpost, TEST, type Tillpost } from '../test/harness';
import { startMailServer } from '../test/mail-server';
import { clockAt, DAY, item, JENNY, MARCH, subscription, tell, withStory, workflowOf } from '../test/schedule-story';
import { exportPerson } from '../tools/export/person';

async function signedIn({ ctx, url }: Tillpost, kind: 'full' | 'dashboard' = 'full') {
  const client = createBrowserClient(url);
  client.jar.set('tillpost_session', await openSession(ctx, { tenant: TEST, kind, previous: undefined }));
  return client;
}

describe.each(ENGINES)('on %s', (engine) => {
  it('says of each period when its notice was due, given, and accepted by the mail server', async () => {
    const mail = await startMailServer();
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' };
    const clock = clockAt(MARCH);
    await lending()({ engine, env, clock }, async (tillpost) => {
      await tillpost.connect();
      await tillpost.enable({}, { test_recipients: [JENNY] });
      const it = tell(tillpost);
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.activate({ ...workflowOf('schedule.renewal', 7), name: '=SUM(A1)' });
      await it.happens('customer.subscription.created', subscription());
      await it.happens('customer.subscription.created', {
        ...subscription(),
        id: 'sub_2',
        ...item(MARCH, '2026-03-25T12:00:00Z'),
      });
      await it.until('2026-03-26T09:00:00Z');

      const browser = await signedIn(tillpost);
      const page = await (await browser.get('/workflows/notices')).text();
      for (const words of ['sub_1', 'sub_2', 'Missed', 'Sent', JENNY]) expect(page).toContain(words);
      const missed = await (await browser.get('/workflows/notices?state=missed')).text();
      expect(missed).toContain('sub_2');
      expect(missed).not.toContain('sub_1<');
      expect(await (await browser.get('/workflows/notices?about=sub_1')).text()).not.toContain('sub_2');

      const file = await (await browser.get('/workflows/notices.csv')).text();
      const [head, ...lines] = file.trimEnd().split('\r\n');
      expect(head).toContain('due_at,given_at,accepted_at');
      expect(lines).toHaveLength(2);
      const [given] = lines.filter((line) => line.includes('sub_1')).map((line) => line.split(','));
      expect(given).toContain('2026-03-26T09:00:00.000Z');
      expect(given?.filter((cell) => cell.startsWith('2026-03-26T09:00'))).toHaveLength(3);
      expect(file).toContain("'=SUM(A1)");
      expect((await (await signedIn(tillpost, 'dashboard')).get('/workflows/notices.csv')).status).toBe(403);
    });
    await mail.close();
  });

  it('keeps nothing of a person who is deleted, and says all of one who asks', () =>
    withStory({ engine }, async ({ tillpost, ...it }) => {
      const { db, clock } = tillpost;
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T09:00:00Z');
      expect((await exportPerson(db, { contact: JENNY }, clock.now())).notices).toMatchObject([
        { kind: 'schedule.renewal', about: 'sub_1', given_at: expect.any(String) as string },
      ]);
      const jenny = (await findContactByEmail(db, TEST, JENNY))!;
      await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
      for (const table of ['notice', 'subscription_card', 'object_state'] as const)
        expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
      await it.passes(40 * DAY);
      expect(await it.notices()).toEqual([]);
    }));
});

it('two processes give each notice once', async () => {
  const clock = clockAt(MARCH);
  const one = await startTillpost({ engine: 'postgres', clock });
  const { databaseUrl, localStripe } = one;
  const other = await startTillpost({ databaseUrl, localStripe, clock, env: { STRIPE_API_BASE: one.stripeUrl } });
  await one.connect();
  await one.enable();
  const it = tell(one);
  await it.happens('customer.created', { id: 'cus_1', email: JENNY });
  await it.activate(workflowOf('schedule.renewal', 7));
  for (let n = 0; n < 40; n++) await it.happens('customer.subscription.created', { ...subscription(), id: `sub_${n}` });
  clock.advance(Date.parse('2026-03-26T09:00:00Z') - clock.now());
  // Both work on rows that the other has in hand as well.
  for (let round = 0; round < 4; round++) {
    await sql`update object_state set due_at = 1, claims = 0`.execute(one.db);
    await Promise.all([one.worker.drain(), other.worker.drain()]);
  }
  const notices = await it.notices();
  expect(notices).toHaveLength(40);
  const runs = await one.db.selectFrom('run').select('event_id').execute();
  expect(runs.map((run) => run.event_id).sort()).toEqual(notices.map((notice) => notice.event_id).sort());
  expect(
    await one.db.selectFrom('email').select('id').where('account_id', '=', tenantColumns(TEST).account_id).execute(),
  ).toHaveLength(40);
  await other.close();
  await one.close();
});
