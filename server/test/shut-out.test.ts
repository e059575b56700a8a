/** An account that was connected before ALLOWED_ACCOUNTS left it out: shut out at a start, let in by another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../log';
import { createOpenLink } from '../installs/open-link';
import { openSession } from '../installs/sessions';
import { startImport } from '../installs/import-job';
import { endInstall } from '../events/end-install';
import { transact } from '../db/transact';
import { examine } from '../tools/doctor/examine';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { createBrowserClient } from './browser-client';
import { ENGINES, migratedDatabase } from './databases';
import { ACCOUNT, startTillpost, TEST, type HarnessOptions, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OTHER = { accountId: 'acct_1SomebodyElse', livemode: false };
const NOT_ALLOWED = new RegExp(`${ACCOUNT} is not one of them.*ALLOWED_ACCOUNTS`);

const customer = (n: number) => ({ id: `cus_${n}`, object: 'customer', email: `p${n}@example.com`, name: `P ${n}` });
const DEFINITION = {
  name: 'Hello',
  trigger: { event: 'customer.created' },
  steps: [
    { id: 'now', kind: 'email', email: { kind: 'transactional', subject: 'Now', body: 'Hi' } },
    { id: 'wait', kind: 'wait', amount: 2, unit: 'hours' },
    { id: 'later', kind: 'email', email: { kind: 'transactional', subject: 'Later', body: 'Hi again' } },
  ],
};

describe.each(ENGINES)('an account that is shut out on %s', (engine) => {
  let folder: string;
  let mail: MailServer;
  let first: Tillpost;
  let tillpost: Tillpost;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tillpost-shut-'));
    mail = await startMailServer();
    const databaseUrl =
      engine === 'sqlite' ? `sqlite:${join(folder, 'tillpost.db')}` : await migratedDatabase('postgres');
    first = tillpost = await startTillpost({ databaseUrl, env: mailOf() });
    for (const tenant of [TEST, OTHER]) {
      await tillpost.connect(tenant);
      await tillpost.enable({}, { test_recipients: ['p1@example.com', 'p2@example.com', 'p3@example.com'] }, tenant);
      const { id } = await createWorkflow(tillpost.db, tenant, { definition: DEFINITION }, tillpost.clock.now());
      await activateWorkflow(tillpost.db, tenant, id, tillpost.clock.now());
    }
    await tillpost.worker.drain();
    tillpost.clock.advance(1_000);
  });

  afterEach(async () => {
    await tillpost.close();
    await first.close();
    await mail.close();
    rmSync(folder, { recursive: true });
  });

  const mailOf = () => ({ SMTP_URL: mail.url, MAIL_FROM: 'hello@example.com' });

  /** Another process on the same database, with another configuration. */
  async function restart(allowed: string, overrides: HarnessOptions['overrides'] = {}): Promise<void> {
    await tillpost.stop();
    const { databaseUrl, localStripe, clock } = first;
    const env = { ...mailOf(), STRIPE_API_BASE: first.stripeUrl, ALLOWED_ACCOUNTS: allowed };
    tillpost = await startTillpost({ databaseUrl, localStripe, clock, env, overrides });
    localStripe.setWebhookUrl(`${tillpost.url}/webhooks/stripe`);
  }

  const emit = (n: number, account = ACCOUNT) =>
    first.localStripe.emit(account, false, 'customer.created', customer(n));
  const events = () =>
    tillpost.db.selectFrom('event').select(['id', 'status', 'reason']).where('account_id', '=', ACCOUNT).execute();
  const emails = () =>
    tillpost.db
      .selectFrom('email')
      .select(['subject', 'status'])
      .where('account_id', '=', ACCOUNT)
      .orderBy('id')
      .execute();
  const readInstall = () =>
    tillpost.db.selectFrom('install').selectAll().where('account_id', '=', ACCOUNT).executeTakeFirstOrThrow();

  it('gets nothing received, run or sent; what waits is kept, and all goes on when it is let in', async () => {
    mail.trouble({ at: 'data', code: 451, message: '4.3.0 again later' });
    await emit(1);
    await tillpost.worker.drain();
    await emit(2);
    await tillpost.worker.drain();
    expect(await emails()).toEqual([
      { subject: 'Now', status: 'queued' },
      { subject: 'Now', status: 'sent' },
    ]);
    const sentBefore = mail.mails.length;

    await restart(OTHER.accountId);
    const { token_expires_at } = await readInstall();
    tillpost.clock.advance(3 * HOUR);
    const missed = await emit(3);
    await emit(3, OTHER.accountId);
    await tillpost.worker.drain();
    const ofOther = { to: ['p3@example.com'] };
    expect(mail.mails.slice(sentBefore)).toMatchObject([ofOther]);
    expect((await events()).find(({ id }) => id === missed.id)).toMatchObject({
      status: 'ignored',
      reason: 'not_installed',
    });
    expect(await emails()).toEqual([
      { subject: 'Now', status: 'queued' },
      { subject: 'Now', status: 'sent' },
    ]);
    const runs = await tillpost.db.selectFrom('run').select('status').where('account_id', '=', ACCOUNT).execute();
    expect(runs).toEqual([{ status: 'running' }, { status: 'running' }]);
    // Its token, long expired, was not renewed: Stripe was asked for nothing.
    expect(await readInstall()).toMatchObject({ token_expires_at, due_at: null });

    await restart(`${OTHER.accountId},${ACCOUNT}`);
    await tillpost.worker.drain();
    const toAll = mail.mails.slice(sentBefore + 1).map(({ to, parsed }) => `${to.join()} ${parsed.subject}`);
    expect(toAll.sort()).toEqual([
      'p1@example.com Later',
      'p1@example.com Now',
      'p2@example.com Later',
      'p3@example.com Now',
    ]);
    expect((await events()).find(({ id }) => id === missed.id)).toMatchObject({ status: 'processed', reason: null });
    expect(await readInstall()).toMatchObject({ shut_out_at: null, missed_since: null });
  });

  it('can’t sign in, and its people see nothing, until it is let in', async () => {
    const browser = createBrowserClient(first.url);
    browser.jar.set(
      'tillpost_session',
      await openSession(first.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
    );
    const link = `/open/${await createOpenLink(first.ctx, TEST, 'usr_1')}`;
    expect((await browser.get('/events')).status).toBe(200);

    await restart(OTHER.accountId);
    const here = createBrowserClient(tillpost.url);
    for (const [name, value] of browser.jar) here.jar.set(name, value);
    expect((await here.get('/events')).headers.get('location')).toBe('/');
    const opened = await here.get(link);
    expect([opened.status, await opened.text()]).toEqual([403, expect.stringMatching(NOT_ALLOWED)]);
    const csrf_token = await here.csrfToken(`/open/${await createOpenLink(tillpost.ctx, OTHER, 'usr_1')}`);
    expect((await here.post(link, { csrf_token })).status).toBe(403);
    for (const name of ['overview', 'settings/read', 'disconnect', 'import/start'] as const)
      expect(await tillpost.call(name)).toMatchObject({
        status_code: 403,
        error: { code: 'forbidden', message: expect.stringMatching(NOT_ALLOWED) as string },
      });
    expect((await tillpost.call('overview', {}, { tenant: OTHER })).status_code).toBe(200);
    expect(await readInstall()).toMatchObject({ status: 'active' });

    await restart('');
    const again = createBrowserClient(tillpost.url);
    for (const [name, value] of browser.jar) again.jar.set(name, value);
    expect((await again.get('/events')).status).toBe(200);
    expect((await tillpost.call('overview')).status_code).toBe(200);
  });

  it('leaves a session that holds another account to that one', async () => {
    const previous = { kind: 'full', installs: [await readInstall()], createdAt: 1, usedAt: 1, idHash: '-' } as never;
    const id = await openSession(first.ctx, { tenant: OTHER, kind: 'full', previous });
    await first.db.updateTable('session').set({ account_id: ACCOUNT }).execute();
    await first.db
      .updateTable('session')
      .set({ expires_at: first.clock.now() + DAY })
      .execute();
    await restart(OTHER.accountId);
    const browser = createBrowserClient(tillpost.url);
    browser.jar.set('tillpost_session', id);
    const page = await (await browser.get('/settings/stripe')).text();
    expect(page).toContain(OTHER.accountId);
    expect(page).not.toContain(ACCOUNT);
  });

  it('has its import go on when it is let in', async () => {
    first.localStripe.seedCustomers(ACCOUNT, false, 150);
    await startImport(first.db, TEST, first.clock.now());
    await restart(OTHER.accountId);
    await tillpost.worker.drain();
    const job = () => tillpost.db.selectFrom('import_job').select(['status', 'done']).executeTakeFirst();
    expect(await job()).toEqual({ status: 'running', done: 0 });
    await restart('');
    await tillpost.worker.drain();
    expect(await job()).toEqual({ status: 'done', done: 150 });
  });

  it('is told that it needs reconnecting once it is let in, not before', async () => {
    const now = first.clock.now();
    await first.db
      .updateTable('install')
      .set({ status: 'needs_reconnect', needs_reconnect_at: now, account_email: 'owner@example.com', due_at: now })
      .where('account_id', '=', ACCOUNT)
      .execute();
    await restart(OTHER.accountId);
    await tillpost.worker.drain();
    expect(mail.mails).toEqual([]);
    await restart('');
    await tillpost.worker.drain();
    expect(mail.mails.map(({ to }) => to)).toEqual([['owner@example.com']]);
  });

  it('is erased in its time all the same, once it was disconnected', async () => {
    await emit(1);
    await tillpost.worker.drain();
    await transact(first.db, (trx) => endInstall(trx, TEST, first.clock.now()));
    await restart(OTHER.accountId);
    tillpost.clock.advance(31 * DAY);
    await tillpost.worker.drain();
    expect(await tillpost.db.selectFrom('contact').select('account_id').distinct().execute()).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it('is named in the log of a start, and by the doctor', async () => {
    const lines: string[] = [];
    await restart(OTHER.accountId, { log: createLog('warn', { write: (line: string) => lines.push(line) }) });
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        msg: 'ALLOWED_ACCOUNTS shuts out accounts that are connected here',
        accounts: [`${ACCOUNT} (test)`],
      }),
    );
    const findings = await examine(tillpost.ctx);
    expect(findings.filter(({ check }) => check === ACCOUNT)).toMatchObject([
      { kind: 'skipped', says: expect.stringContaining('ALLOWED_ACCOUNTS') as string },
    ]);
  });
});

it('is let in again by the work of another process once that has the new configuration', async () => {
  const old = await startTillpost({ engine: 'postgres', env: { ALLOWED_ACCOUNTS: `${ACCOUNT},${OTHER.accountId}` } });
  await old.connect();
  await old.enable();
  await old.worker.drain();
  const { databaseUrl, localStripe, clock, stripeUrl } = old;
  const env = { STRIPE_API_BASE: stripeUrl, ALLOWED_ACCOUNTS: OTHER.accountId };
  const strict = await startTillpost({ databaseUrl, localStripe, clock, env });
  // The old one lets it in again at its next start; meanwhile the strict one sets aside what it finds.
  await old.db.updateTable('install').set({ shut_out_at: null }).execute();
  await startImport(old.db, TEST, clock.now());
  await strict.worker.drain();
  const job = () => old.db.selectFrom('import_job').select('status').executeTakeFirst();
  expect(await job()).toEqual({ status: 'running' });
  await strict.stop();
  clock.advance(HOUR + 1_000);
  await old.worker.drain();
  await old.worker.drain();
  expect(await job()).toEqual({ status: 'done' });
  await old.close();
});
