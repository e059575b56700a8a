/** Who the mail server and recipients take us for, by real conversations with it. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import tls from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { ENGINES } from '../test/databases';
import { readDkim } from '../test/dkim';
import { startMailServer } from '../test/mail-server';
import { createRig, tenant, type Rig } from '../test/workflow-rig';
import { previewEmail, sendTest } from '../workflows/preview';
import { createTransport } from './transport';

const PUBLIC_URL = 'https://tillpost.example.com';
const MESSAGE = { from: 'hello@example.com', to: 'jenny@example.com', subject: 'Hello', text: 'Hi' };
const PASSWORD = 'hunter2hunter2';
const NO_ENCRYPTION = 'The mail server offers no encryption (STARTTLS), and SMTP_URL wants it: nothing was sent to it';
const NO_SUCH_LETTERS =
  'The address has letters before the @ that the mail server can’t take: it does not offer SMTPUTF8';
const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const DKIM = {
  domain: 'example.com',
  selector: 'tillpost',
  privateKey: KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};
const PUBLIC_KEY = createPublicKey(KEYS.publicKey.export({ type: 'spki', format: 'pem' }));

afterEach(() => jest.restoreAllMocks());

const greetingsIn = (said: string): string[] => [...said.matchAll(/^EHLO (.*)\r$/gm)].map(([, name]) => name ?? '');

describe('the name a mail server is greeted with', () => {
  it.each([
    ['https://tillpost.example.com', '', 'tillpost.example.com'],
    ['https://tillpost.example.com', '?name=out.example.com', 'out.example.com'],
    ['https://tillpost.example.com', '?name=[192.0.2.1]', '[192.0.2.1]'],
    ['https://müller.example:8443', '', 'xn--mller-kva.example'],
    ['http://127.0.0.1:4242', '', '[127.0.0.1]'],
    ['http://[::1]:4242', '', '[IPv6:::1]'],
  ])('of %s with %j is %s', async (publicUrl, query, expected) => {
    const mail = await startMailServer();
    const transport = createTransport(mail.url + query, { publicUrl, dkim: null });
    await transport.sendMail(MESSAGE);
    transport.close();
    expect(greetingsIn(mail.inClear())).toEqual([expected]);
    await mail.close();
  });
});

describe('a password', () => {
  /** On the way to 0.0.0.0, which is this machine, but not by its name. */
  async function send({ host = '0.0.0.0', query = '', smtp = {} as SMTPServerOptions }) {
    const logins: string[] = [];
    const mail = await startMailServer({
      smtp: {
        onAuth({ username = '', password = '' }, _session, done) {
          logins.push(`${username}:${password}`);
          done(null, { user: username });
        },
        ...smtp,
      },
    });
    const url = mail.url.replace('smtp://127.0.0.1', `smtp://jenny:${PASSWORD}@${host}`) + query;
    const transport = createTransport(url, { publicUrl: PUBLIC_URL, dkim: null });
    const error = await transport.sendMail(MESSAGE).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    transport.close();
    const [inClear, sent] = [mail.inClear(), mail.mails.length];
    await mail.close();
    return { inClear, sent, logins, error };
  }

  const ENCRYPTED = { disabledCommands: [], logger: false } satisfies SMTPServerOptions;
  const IN_CLEAR = { allowInsecureAuth: true } satisfies SMTPServerOptions;

  it.each([
    ['to a server elsewhere', { smtp: IN_CLEAR }],
    ['to this machine where SMTP_URL requires it', { smtp: IN_CLEAR, host: '127.0.0.1', query: '?tls=required' }],
  ])('stays here without encryption on the way %s', async (_, given) => {
    const { inClear, sent, logins, error } = await send(given);
    expect(error).toMatchObject({ command: 'STARTTLS' });
    expect([sent, logins]).toEqual([0, []]);
    expect(inClear).toMatch(/^EHLO .*\r\nSTARTTLS\r\n$/);
  });

  it.each([
    ['to this machine', { host: '127.0.0.1', smtp: IN_CLEAR }],
    ['where SMTP_URL says so', { query: '?tls=optional', smtp: IN_CLEAR }],
  ])('goes without encryption %s', async (_, given) => {
    const { sent, logins } = await send(given);
    expect([sent, logins]).toEqual([1, [`jenny:${PASSWORD}`]]);
  });

  it('goes once the connection is encrypted', async () => {
    trustAnyCertificate();
    const { inClear, sent, logins } = await send({ smtp: ENCRYPTED });
    expect([sent, logins]).toEqual([1, [`jenny:${PASSWORD}`]]);
    expect(inClear).not.toMatch(/AUTH|MAIL/);
  });

  it('stays here when the certificate is nobody’s we trust', async () => {
    const { sent, logins, error } = await send({ smtp: ENCRYPTED });
    expect(error).toMatchObject({ message: expect.stringContaining('certificate') as string });
    expect([sent, logins]).toEqual([0, []]);
  });

  /** smtp-server's own is signed by itself. */
  function trustAnyCertificate(): void {
    const connect = tls.connect.bind(tls) as (options: tls.ConnectionOptions, ...more: never[]) => tls.TLSSocket;
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions, ...more: never[]) =>
        connect({ ...options, rejectUnauthorized: false }, ...more)) as typeof tls.connect);
  }
});

const email = (kind: 'transactional' | 'marketing') =>
  ({ kind, subject: 'Grüße, {{ contact.first_name }}', body: 'Hi **{{ contact.first_name }}** \n\n…   ok' }) as const;
const workflow = (kind: 'transactional' | 'marketing') => ({
  definition: {
    name: 'Hello',
    trigger: { event: 'customer.created' },
    steps: [{ id: 'mail', kind: 'email', email: email(kind) }],
  },
});

describe.each(ENGINES)('an email on %s', (engine) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig({ engine });
    await rig.saveSettings({
      sender: { from_name: 'Müller & Co', reply_to: 'help@acme.example', postal_address: 'Acme, 1 Main St' },
    });
  });
  afterEach(() => rig.close());

  const sendBy = (url: string, dkim: typeof DKIM | null = null, ctx = rig.ctx) => {
    ctx.transport?.close();
    ctx.transport = createTransport(url, { publicUrl: PUBLIC_URL, dkim });
  };

  let customers = 0;
  const customerCreated = async (address: string) => {
    const contact = await rig.contact({ email: address });
    const customer = { id: `cus_${++customers}`, object: 'customer', email: address, name: 'Jenny Rosen' };
    await rig.happens('customer.created', customer, contact);
  };

  it('is signed, both headers of the one-click unsubscribe included', async () => {
    sendBy(rig.mail.url, DKIM);
    await rig.workflow(workflow('marketing'));
    await customerCreated('jenny@example.com');
    await rig.worker.drain();
    const raw = rig.mail.mails[0]?.raw ?? '';
    const signature = readDkim(raw, PUBLIC_KEY);
    expect(signature).toMatchObject({ domain: 'example.com', selector: 'tillpost', isGood: true });
    expect(signature?.covers).toEqual(
      expect.arrayContaining(['from', 'to', 'reply-to', 'subject', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    // What tells a good one from a bad one.
    for (const [was, is] of [
      ['Subject: ', 'Subject: Re: '],
      ['List-Unsubscribe=One-Click', 'List-Unsubscribe=Never'],
      ['\r\n\r\n', '\r\n\r\nMore.\r\n'],
    ] as const)
      expect(readDkim(raw.replace(was, is), PUBLIC_KEY)).toMatchObject({ isGood: false });
    // A relay may write its own.
    expect(readDkim(raw.replace(/^(Message-ID|Date): .*$/gm, '$1: x'), PUBLIC_KEY)).toMatchObject({ isGood: true });
  });

  it('is signed anew when it goes again after a kill, under the same Message-ID', async () => {
    await rig.workflow(workflow('transactional'));
    await customerCreated('jenny@example.com');
    const killed = rig.startProcess(rig.db);
    for (const ctx of [killed.ctx, rig.ctx]) sendBy(rig.mail.url, DKIM, ctx);
    await killed.worker.drain();
    const due_at = rig.ctx.clock.now() + 30_000;
    await rig.db.updateTable('email').set({ status: 'queued', due_at, claims: 1 }).execute();
    rig.advance(30_000);
    await rig.worker.drain();
    const { mails } = rig.mail;
    expect(mails.map(({ raw }) => readDkim(raw, PUBLIC_KEY)?.isGood)).toEqual([true, true]);
    expect(new Set(mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
  });

  it('is not signed without a key', async () => {
    await rig.workflow(workflow('transactional'));
    await customerCreated('jenny@example.com');
    await rig.worker.drain();
    expect(rig.mail.mails.map(({ raw }) => readDkim(raw, PUBLIC_KEY))).toEqual([undefined]);
  });

  it('of marketing has a sender of its own, in previews and test sends as well', async () => {
    rig.ctx.config.mailFromMarketing = 'News <news@promo.example.com>';
    await rig.saveSettings({
      sender: { from_name: null, reply_to: null, postal_address: '1 Main St' },
      test_recipients: ['me@example.com'],
    });
    const expected = {
      transactional: { name: 'Operator', address: 'hello@mail.example.com' },
      marketing: { name: 'News', address: 'news@promo.example.com' },
    };
    for (const kind of ['transactional', 'marketing'] as const) {
      const { name, address } = expected[kind];
      const request = { trigger: 'customer.created', content: email(kind) } as const;
      const preview = await previewEmail(rig.ctx, tenant, request);
      expect(preview.headers.From).toBe(`"${name}" <${address}>`);
      await sendTest(rig.ctx, tenant, { ...request, to: 'me@example.com' });
      await rig.worker.drain();
      const { id } = await rig.workflow(workflow(kind));
      await customerCreated(`${kind}@example.com`);
      await rig.worker.drain();
      const mails = rig.mail.mails.splice(0);
      expect(mails.map(({ parsed }) => parsed.from?.value)).toEqual([[{ name, address }], [{ name, address }]]);
      expect(mails.map(({ from }) => from)).toEqual([address, address]);
      await rig.db.updateTable('workflow').set({ status: 'paused' }).where('id', '=', id).execute();
    }
  });

  it('that can’t be encrypted waits, says why, and goes when it can be', async () => {
    sendBy(rig.mail.url.replace('smtp://127.0.0.1', `smtp://jenny:${PASSWORD}@0.0.0.0`));
    await rig.workflow(workflow('transactional'));
    await customerCreated('jenny@example.com');
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([
      { status: 'queued', reason: 'retrying', outcome: `Will be tried again: ${NO_ENCRYPTION}` },
    ]);
    expect(rig.mail.inClear()).not.toMatch(/AUTH|MAIL/);
    expect(await rig.db.selectFrom('suppression').selectAll().execute()).toEqual([]);
    sendBy(rig.mail.url);
    rig.advance(60 * 60_000);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
  });

  it('to an international domain goes out in ASCII, from one as well, and shows as it was written', async () => {
    rig.ctx.config.mailFrom = 'Grüße <hallo@müller.example>';
    await rig.workflow(workflow('transactional'));
    await customerCreated('jenny@bücher.example');
    await rig.worker.drain();
    expect(rig.mail.inClear()).toMatch(/^MAIL FROM:<hallo@xn--mller-kva\.example>(?!.*SMTPUTF8)/m);
    expect(rig.mail.inClear()).toMatch(/^RCPT TO:<jenny@xn--bcher-kva\.example>\r$/m);
    expect(rig.mail.mails[0]?.raw).toMatch(/^To: jenny@xn--bcher-kva\.example\r$/m);
    expect(rig.mail.mails[0]?.raw).toMatch(/<hallo@xn--mller-kva\.example>\r$/m);
    expect(await rig.emails()).toMatchObject([{ status: 'sent', to_address: 'jenny@bücher.example' }]);
  });

  it('to other letters before the @ goes where the server takes them', async () => {
    await rig.workflow(workflow('transactional'));
    await customerCreated('jürgen@example.com');
    await rig.worker.drain();
    expect(rig.mail.inClear()).toMatch(/^MAIL FROM:<hello@mail\.example\.com>.* SMTPUTF8/m);
    expect(rig.mail.mails.map(({ to }) => to)).toEqual([['jürgen@example.com']]);
    expect(await rig.emails()).toMatchObject([{ status: 'sent', to_address: 'jürgen@example.com' }]);
  });

  it('to other letters before the @ fails where the server doesn’t, and nobody is suppressed', async () => {
    const older = await startMailServer({ smtp: { hideSMTPUTF8: true } });
    sendBy(older.url);
    await rig.workflow(workflow('transactional'));
    for (const address of ['jürgen@example.com', 'jörg@bücher.example', 'jenny@example.com'])
      await customerCreated(address);
    await rig.worker.drain();
    const failed = { status: 'failed', reason: 'refused', outcome: NO_SUCH_LETTERS, due_at: null };
    const emails = await rig.emails();
    expect(emails).toMatchObject([failed, failed, { status: 'sent' }]);
    expect(older.inClear().match(/^RCPT TO:.*$/gm)).toHaveLength(1);
    expect(await rig.db.selectFrom('suppression').selectAll().execute()).toEqual([]);
    await older.close();
  });

  it('to other letters before the @ waits while the server can not be asked whether it takes them', async () => {
    let visits = 0;
    const busyAtFirst: SMTPServerOptions = {
      onConnect: (_session, done) =>
        done(++visits === 1 ? Object.assign(new Error('Too busy'), { responseCode: 421 }) : undefined),
    };
    const mail = await startMailServer({ smtp: busyAtFirst });
    sendBy(mail.url);
    await rig.workflow(workflow('transactional'));
    await customerCreated('jürgen@example.com');
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'queued', reason: 'retrying' }]);
    rig.advance(60 * 60_000);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
    await mail.close();
  });
});
