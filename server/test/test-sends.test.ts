/** Whom test emails reach, and how many go: over HTTP, with a real mail server. */
import { findContactByEmail } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { suppressAddress } from '../audience/suppressions';
import { transact } from '../db/transact';
import { openSession } from '../installs/sessions';
import { eraseInstall } from '../lifecycle/erase';
import { readSettings, saveSettings } from '../settings/settings';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { defaultSettings } from '../../shared/settings';
import type { Tenant } from '../db/tenant';
import { createBrowserClient, fieldsOf } from './browser-client';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { LIVE, startTillpost, TEST, type HarnessOptions, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const HOUR = 3_600_000;
const EMAIL = {
  name: 'Welcome',
  'trigger.event': 'customer.created',
  'steps.0.id': 'hello',
  'steps.0.kind': 'email',
  'steps.0.email.kind': 'transactional',
  'steps.0.email.subject': 'Hello',
  'steps.0.email.body': 'Line one',
};
const STRANGER = 'stranger@example.com';

describe.each(ENGINES)('test emails on %s', (engine) => {
  let mail: MailServer;
  let tillpost: Tillpost;

  beforeEach(async () => {
    mail = await startMailServer();
  });
  afterEach(async () => {
    await tillpost.close();
    await mail.close();
  });

  const start = async ({ env, ...options }: HarnessOptions = {}) => {
    const smtp = { SMTP_URL: mail.url, MAIL_FROM: 'Operator <hello@example.com>' };
    tillpost = await startTillpost({ engine, ...options, env: { ...smtp, ...env } });
    tillpost.localStripe.addAccount({ id: LIVE.accountId, name: 'Buy at evil.example', email: 'Owner@example.com' });
    for (const tenant of [LIVE, TEST]) await tillpost.connect(tenant);
    await tillpost.worker.drain();
  };

  /** Presses "Send test" in the editor; the answer's status and page. */
  async function send(to: string, tenant: Tenant = LIVE, kind: 'full' | 'dashboard' = 'full', at = tillpost) {
    const client = createBrowserClient(at.url);
    client.jar.set('tillpost_session', await openSession(at.ctx, { tenant, kind, previous: undefined }));
    const { id, revision } = await createWorkflow(at.db, tenant, { template: 'new_customer' }, at.clock.now());
    const csrf_token = await client.csrfToken();
    const form = { csrf_token, revision: String(revision), ...EMAIL, test: 'steps.0', 'test_to.steps.0': to };
    const response = await client.post(`/workflows/${id}/test`, form);
    const html = await response.text();
    const [, words = ''] = /class="test-result-bad"[^>]*>([^<]*)</.exec(html) ?? [];
    return { status: response.status, words, html };
  }
  const sentTo = () => mail.mails.map(({ to, parsed }) => `${to.join()} ${parsed.subject}`);
  const linkIn = (n = -1) =>
    new URL(/http\S*\/confirm-address\/[\w.-]+/.exec(mail.mails.at(n)?.parsed.text ?? '')?.[0] ?? '');
  const rows = () => tillpost.db.selectFrom('email').selectAll().execute();

  it.each(['full', 'dashboard'] as const)(
    'of a %s session go to a stranger only once that has confirmed by a link',
    async (kind) => {
      await start();
      const refused = await send(STRANGER, LIVE, kind);
      expect(refused.status).toBe(400);
      expect(refused.words).toMatch(/^This address has not confirmed yet .* A link was sent there just now/);
      await tillpost.worker.drain();
      expect(sentTo()).toEqual([`${STRANGER} Do you want test emails from Tillpost?`]);
      // Neither the merchant's words nor the name that the account gave itself.
      expect(mail.mails[0]?.raw.toString()).not.toContain('evil');

      const { pathname } = linkIn();
      const visitor = createBrowserClient(tillpost.url);
      for (let scans = 0; scans < 3; scans++) {
        const page = await (await visitor.get(pathname)).text();
        expect(page).toContain('Get test emails?');
        expect(page).toContain('<form method="post">');
      }
      expect((await send(STRANGER, LIVE, kind)).words).toMatch(/A link was sent there within the last day/);
      const confirmed = await visitor.post(pathname, {});
      expect([confirmed.status, await confirmed.text()]).toEqual([200, expect.stringContaining('may now')]);
      expect((await send(STRANGER, LIVE, kind)).html).toContain(`The test to ${STRANGER} is on its way`);
      await tillpost.worker.drain();
      expect(sentTo().slice(1)).toEqual([`${STRANGER} Hello`]);
    },
  );

  it('go without asking to the test list and to the account’s own address, whatever the case', async () => {
    await start();
    await saveSettings(tillpost.db, LIVE, { ...defaultSettings(), test_recipients: ['me@example.com'] }, 1);
    for (const to of ['Me@Example.com', 'owner@example.com']) expect((await send(to)).status).toBe(200);
    await tillpost.worker.drain();
    expect(sentTo().sort()).toEqual(['me@example.com Hello', 'owner@example.com Hello']);
  });

  it('keep the link from whoever asks: it stands in the mail alone', async () => {
    await start();
    await send(STRANGER);
    const [row] = await rows();
    const stored = async () => JSON.stringify(await tillpost.call('emails/read', { id: row!.id }, { tenant: LIVE }));
    expect(await stored()).toContain('(the link is only in the email that was sent)');
    await tillpost.worker.drain();
    const { pathname } = linkIn();
    expect(await stored()).not.toContain('confirm-address');
    expect(JSON.stringify(await tillpost.db.selectFrom('email_body').selectAll().execute())).not.toContain(pathname);
    expect(mail.mails[0]?.parsed.html).toContain(`href="${tillpost.url}${pathname}"`);
  });

  it('ask an address once a day, and a link works for a day', async () => {
    await start();
    await send(STRANGER);
    await tillpost.worker.drain();
    const first = linkIn();
    tillpost.clock.advance(23 * HOUR);
    await send(STRANGER);
    await tillpost.worker.drain();
    expect(mail.mails).toHaveLength(1);
    tillpost.clock.advance(HOUR + 1_000);
    const visitor = createBrowserClient(tillpost.url);
    expect((await visitor.get(first.pathname)).status).toBe(404);
    expect((await visitor.post(first.pathname, {})).status).toBe(404);
    expect((await send(STRANGER)).words).toMatch(/just now/);
    await tillpost.worker.drain();
    expect(mail.mails).toHaveLength(2);
    expect((await visitor.post(linkIn().pathname, {})).status).toBe(200);
  });

  it('are not confirmed by a forged link, by one of another purpose, or for another install', async () => {
    await start();
    await send(STRANGER);
    await tillpost.worker.drain();
    const visitor = createBrowserClient(tillpost.url);
    const text = `${LIVE.accountId} live ${tillpost.clock.now() + HOUR} ${STRANGER}`;
    const forged = [
      `${Buffer.from(text).toString('base64url')}.${'a'.repeat(43)}`,
      tillpost.ctx.vault.sign(text, 'unsubscribe'),
      'x',
      '%00',
    ];
    for (const token of forged) expect((await visitor.post(`/confirm-address/${token}`, {})).status).toBe(404);
    await visitor.post(linkIn().pathname, {});
    await saveSettings(tillpost.db, TEST, defaultSettings(), 1);
    expect(await tillpost.db.selectFrom('test_address').select('livemode').execute()).toEqual([{ livemode: 1 }]);
  });

  it('are limited by the hour, with confirmations, across processes and restarts, and say when it goes on', async () => {
    await start({ env: { TEST_SENDS_PER_HOUR: '3' } });
    // What follows stays within a minute, which is what is told.
    tillpost.clock.advance(60_000 - (tillpost.clock.now() % 60_000));
    await send('owner@example.com');
    const firstAt = tillpost.clock.now();
    tillpost.clock.advance(5 * 60_000);
    await send(STRANGER);
    await send('owner@example.com');
    const limited = await send('owner@example.com');
    expect(limited.status).toBe(429);
    const [, at] =
      /No more than 3 test emails go out in an hour\. The next one can be sent at (\d\d:\d\d) UTC/.exec(
        limited.words,
      ) ?? [];
    expect(at).toBe(new Date(firstAt + HOUR).toISOString().slice(11, 16));
    expect((await send('another@example.com')).status).toBe(429);
    expect((await send('owner@example.com', TEST)).status).toBe(200);

    if (engine === 'postgres') {
      const { databaseUrl, localStripe, clock, stripeUrl } = tillpost;
      const env = {
        SMTP_URL: mail.url,
        MAIL_FROM: 'hello@example.com',
        STRIPE_API_BASE: stripeUrl,
        TEST_SENDS_PER_HOUR: '3',
      };
      const other = await startTillpost({ databaseUrl, localStripe, clock, env });
      expect((await send('owner@example.com', LIVE, 'full', other)).status).toBe(429);
      await other.close();
    }
    tillpost.clock.advance(55 * 60_000 + 1_000);
    expect((await send('owner@example.com')).status).toBe(200);
    expect((await send('owner@example.com')).status).toBe(429);
  });

  it('stay within the limit when many are asked for at once', async () => {
    await start({ env: { TEST_SENDS_PER_HOUR: '4' } });
    const answers = await Promise.all(Array.from({ length: 12 }, () => send('owner@example.com')));
    expect(answers.map(({ status }) => status).sort()).toEqual(
      Array.from({ length: 12 }, (_, n) => (n < 4 ? 200 : 429)),
    );
    expect(await rows()).toHaveLength(4);
  });

  it('need no confirmation where nothing leaves: in test mode, and without a mail server', async () => {
    await start();
    expect((await send(STRANGER, TEST)).status).toBe(200);
    await tillpost.worker.drain();
    expect(mail.mails).toEqual([]);
    expect(await rows()).toMatchObject([{ status: 'captured', reason: 'test_mode' }]);
    await tillpost.close();
    await start({ env: { SMTP_URL: '', MAIL_FROM: '' } });
    expect((await send(STRANGER)).status).toBe(200);
    await tillpost.worker.drain();
    expect(await rows()).toMatchObject([{ status: 'captured', reason: 'no_mail_server' }]);
  });

  it('and what workflows send in test mode stay within the limit to who hasn’t confirmed, and are kept beyond it', async () => {
    const LISTED = 'victim@example.com';
    const CONFIRMED = 'me@example.com';
    await start({ env: { TEST_SENDS_PER_HOUR: '3', PUBLIC_URL: 'http://tillpost.internal' } });
    const { db, clock, worker } = tillpost;
    await tillpost.enable({}, { test_recipients: [LISTED, CONFIRMED, 'owner@example.com'] }, TEST);
    await saveSettings(db, LIVE, defaultSettings(), 1);
    await send(CONFIRMED);
    await worker.drain();
    await createBrowserClient(tillpost.url).post(linkIn().pathname, {});
    mail.mails.length = 0;
    const steps = [
      { id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 'Hi', preview_text: '', body: 'Hi' } },
    ] as const;
    const definition = { name: 'All', trigger: { event: 'customer.created' }, steps } as const;
    const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
    await activateWorkflow(db, TEST, id, clock.now());
    let customers = 0;
    const welcome = async (email: string, times: number) => {
      const created = Math.floor(clock.now() / 1000);
      for (let n = 0; n < times; n++) {
        const object = { id: `cus_${++customers}`, email };
        await tillpost.deliver(fixtureEvent('customer.created', { account: LIVE.accountId, created, object }));
      }
      await worker.drain();
    };
    const countTo = (address: string) => sentTo().filter((to) => to.startsWith(`${address} `)).length;

    expect((await send(LISTED, TEST)).status).toBe(200);
    mail.trouble({ at: 'rcpt', code: 451, message: '4.7.1 later' });
    await welcome(LISTED, 5);
    clock.advance(20 * 60_000);
    await worker.drain();
    expect(countTo(LISTED)).toBe(3);
    const kept = (await rows()).filter(({ status }) => status === 'captured');
    expect(kept.map(({ reason, outcome }) => [reason, outcome])).toEqual(
      Array.from({ length: 3 }, () => [
        'test_mode',
        expect.stringMatching(/no more than 3 emails in an hour/) as string,
      ]),
    );
    for (const address of [CONFIRMED, 'owner@example.com']) {
      await welcome(address, 5);
      expect([address, countTo(address)]).toEqual([address, 5]);
    }
    clock.advance(HOUR);
    await welcome(LISTED, 1);
    expect(countTo(LISTED)).toBe(4);
  });

  it('name the field when the address is none', async () => {
    await start();
    expect(await send('nobody')).toMatchObject({ status: 400, words: 'This address must be an email address.' });
  });

  it('go to nobody whom the Dashboard puts on the live test list before that has confirmed', async () => {
    await start();
    const save = (addresses: string[], tenant = LIVE) =>
      tillpost.call('settings/save', { settings: { test_recipients: addresses } }, { tenant });
    const param = 'settings.test_recipients.1';
    expect(await save(['owner@example.com', STRANGER])).toMatchObject({
      status_code: 400,
      error: {
        code: 'invalid_request',
        param,
        message: expect.stringContaining('A link was sent there just now') as string,
      },
    });
    expect(await readSettings(tillpost.db, LIVE)).toMatchObject({ test_recipients: [] });
    await tillpost.worker.drain();
    expect(sentTo()).toEqual([`${STRANGER} Do you want test emails from Tillpost?`]);
    await createBrowserClient(tillpost.url).post(linkIn().pathname, {});
    expect((await save(['owner@example.com', STRANGER])).status_code).toBe(200);
    expect(await readSettings(tillpost.db, LIVE)).toMatchObject({ test_recipients: ['owner@example.com', STRANGER] });
    expect((await save(['anyone@example.com'], TEST)).status_code).toBe(200);
  });

  it('nor from the lesser session of the console, which says so beside the field; a full one may', async () => {
    await start();
    const save = async (kind: 'full' | 'dashboard') => {
      const client = createBrowserClient(tillpost.url);
      client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant: LIVE, kind, previous: undefined }));
      const form = fieldsOf(await (await client.get('/settings/sending')).text());
      return client.post('/settings/sending', { ...form, test_recipients: STRANGER });
    };
    const refused = await save('dashboard');
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/field-error[^<]*“stranger@example.com” has not confirmed yet/);
    expect(await readSettings(tillpost.db, LIVE)).toMatchObject({ test_recipients: [] });
    expect((await save('full')).status).toBe(303);
    expect(await readSettings(tillpost.db, LIVE)).toMatchObject({ test_recipients: [STRANGER] });
  });

  it('ask nobody who takes no mail from here any more', async () => {
    await start();
    const now = tillpost.clock.now();
    await suppressAddress(tillpost.db, LIVE, STRANGER, { scope: 'marketing', reason: 'complaint', now });
    expect((await send(STRANGER)).words).toMatch(/takes no mail from here any more/);
    await tillpost.worker.drain();
    expect(sentTo()).toEqual([]);
  });

  it('say plainly where an address can’t be asked', async () => {
    await start({ env: { SMTP_URL: '', MAIL_FROM: '' } });
    const answer = await tillpost.call(
      'settings/save',
      { settings: { test_recipients: [STRANGER] } },
      { tenant: LIVE },
    );
    expect(answer).toMatchObject({
      error: { message: expect.stringContaining('this Tillpost has no mail server') as string },
    });
    expect(await rows()).toEqual([]);
  });

  const JENNY = { id: 'cus_stranger', email: STRANGER, name: 'A Stranger' };

  async function becomeContact(tillpost: Tillpost): Promise<void> {
    await tillpost.enable({}, {}, LIVE);
    const created = Math.floor(tillpost.clock.now() / 1000);
    const event = fixtureEvent('customer.created', { account: LIVE.accountId, livemode: true, created, object: JENNY });
    await tillpost.deliver(event);
    await tillpost.worker.drain();
  }

  const connectAgain = async () => {
    await tillpost.connect(LIVE);
    await tillpost.worker.drain();
  };

  it.each([
    [
      'the contact is deleted',
      async () => {
        await becomeContact(tillpost);
        const contact = (await findContactByEmail(tillpost.db, LIVE, STRANGER))!;
        await transact(tillpost.db, (trx) => deleteContact(trx, contact, tillpost.clock.now()));
      },
    ],
    [
      'the account is erased and connected again',
      async () => {
        await eraseInstall(tillpost.ctx, LIVE);
        await tillpost.worker.drain();
        await connectAgain();
      },
    ],
  ])('ask once a day and stay within the hour’s limit though %s meanwhile', async (_what, happen) => {
    await start({ env: { TEST_SENDS_PER_HOUR: '3' } });
    await send(STRANGER);
    await send('owner@example.com');
    await tillpost.worker.drain();
    await happen();
    expect((await send(STRANGER)).words).toMatch(/A link was sent there within the last day/);
    expect((await send('owner@example.com')).status).toBe(200);
    expect((await send('owner@example.com')).status).toBe(429);
    await tillpost.worker.drain();
    expect(sentTo().filter((mail) => mail.startsWith(STRANGER))).toHaveLength(1);
    expect(JSON.stringify(await tillpost.db.selectFrom('test_send').selectAll().execute())).not.toContain(STRANGER);

    tillpost.clock.advance(24 * HOUR);
    await tillpost.worker.drain();
    expect(await tillpost.db.selectFrom('test_send').selectAll().execute()).toEqual([]);
    expect((await send(STRANGER)).words).toMatch(/just now/);
  });

  it('forget who never answered after 30 days, and keep who confirmed', async () => {
    await start();
    await send(STRANGER);
    await tillpost.worker.drain();
    await createBrowserClient(tillpost.url).post(linkIn().pathname, {});
    await send('silent@example.com');
    await tillpost.worker.drain();
    const known = async () =>
      (await tillpost.db.selectFrom('test_address').select('address').orderBy('address').execute()).map(
        ({ address }) => address,
      );
    tillpost.clock.advance(30 * 24 * HOUR - HOUR);
    await tillpost.worker.drain();
    expect(await known()).toEqual(['silent@example.com', STRANGER]);
    tillpost.clock.advance(2 * HOUR);
    await tillpost.worker.drain();
    expect(await known()).toEqual([STRANGER]);
    const stored = [await rows(), await tillpost.db.selectFrom('email_body').selectAll().execute()];
    expect(JSON.stringify(stored)).not.toContain('silent@example.com');
    expect(JSON.stringify(stored)).toContain(STRANGER);
  });

  it('leave no address behind when the account is erased', async () => {
    await start();
    await send(STRANGER);
    const client = createBrowserClient(tillpost.url);
    client.jar.set(
      'tillpost_session',
      await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
    );
    await client.post('/settings/stripe/erase', { csrf_token: await client.csrfToken(), account: LIVE.accountId });
    await tillpost.worker.drain();
    expect(await tillpost.db.selectFrom('test_address').selectAll().execute()).toEqual([]);
  });
});
