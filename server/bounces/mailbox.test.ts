/** Bounces by way of a mailbox: a real Dovecot, and notifications as mail servers write them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Row } from '../db/schema';
import { createLog } from '../log';
import { liftSuppression } from '../audience/suppressions';
import { createBounceRig, type BounceRig } from '../test/bounce-rig';
import { ENGINES } from '../test/databases';
import { hasDovecot, startImapServer, type ImapServer } from '../test/imap-server';
import { tenant } from '../test/workflow-rig';
import { checkMailbox, readMailbox } from './mailbox';
import { startMailboxLoop } from './mailbox-loop';

interface Notification {
  /** Whom the notification is for: the return path of the email. */
  to: string;
  action?: string;
  status?: string;
  diagnostic?: string;
  /** The headers of the email that come back. */
  original?: string;
  type?: string;
}

/** As Postfix writes it. */
const notification = ({
  to,
  action = 'failed',
  status = '5.1.1',
  diagnostic = 'smtp; 550 5.1.1 <jenny@example.com>: Recipient address rejected: User unknown',
  original = 'Subject: mail',
  type = 'multipart/report; report-type=delivery-status',
}: Notification) => `Return-Path: <>
Delivered-To: ${to}
Date: Sun, 1 Mar 2026 09:00:30 +0000 (UTC)
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: ${type};
	boundary="5D8B9.1582099200/mx.example.com"

--5D8B9.1582099200/mx.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--5D8B9.1582099200/mx.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 5D8B9
Arrival-Date: Sun,  1 Mar 2026 09:00:29 +0000 (UTC)

Final-Recipient: rfc822; jenny@example.com
Original-Recipient: rfc822;jenny@example.com
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: ${diagnostic}

--5D8B9.1582099200/mx.example.com
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

${original}

--5D8B9.1582099200/mx.example.com--
`;

if (!hasDovecot) console.warn('Dovecot is not installed (apt-get install dovecot-imapd): its tests are skipped');

(hasDovecot ? describe : describe.skip).each(ENGINES)('the mailbox of bounces, on %s', (engine) => {
  let imap: ImapServer;
  let rig: BounceRig;
  beforeAll(async () => (imap = await startImapServer()));
  afterAll(() => imap.close());
  beforeEach(async () => {
    rig = await createBounceRig({ engine, env: { BOUNCE_ADDRESS: 'bounces@example.com', BOUNCE_IMAP_URL: imap.url } });
  });
  afterEach(() => rig.close());

  const read = () => readMailbox(rig.ctx, imap.url);
  /** As the SMTP server of the test saw it. */
  const returnPathOf = (email: Row<'email'>) => rig.mail.mails.find(({ to }) => to[0] === email.to_address)!.from;
  const bounce = async (fields: Partial<Notification> = {}) => {
    const email = await rig.send();
    rig.advance(60_000);
    await imap.append(notification({ to: returnPathOf(email), ...fields }));
    return email;
  };

  it('names the email by its return path', async () => {
    const email = await bounce();
    expect(returnPathOf(email)).toBe(`bounces+${rig.token(email)}@example.com`);
    expect(returnPathOf(email).split('@')[0]!.length).toBeLessThanOrEqual(64);
    expect(await read()).toBe(1);
    expect(await rig.read(email)).toMatchObject({
      status: 'sent',
      reason: 'bounced',
      bounced_at: Date.UTC(2026, 2, 1, 9, 0, 30),
      outcome: 'The address bounced: 550 5.1.1 <jenny@example.com>: Recipient address rejected: User unknown',
    });
    expect(await rig.suppressionOf()).toMatchObject({ scope: 'all', reason: 'bounced with 550 5.1.1' });
    expect(await imap.unread()).toEqual([]);
  });

  it.each([
    ['in capitals', (to: string) => ({ to: to.toUpperCase() })],
    [
      'by the headers that come back',
      (_to: string, token: string) => ({ to: 'bounces@example.com', original: `X-Tillpost-Email: ${token}` }),
    ],
  ])('names the email %s', async (_what, fields) => {
    const email = await rig.send();
    rig.advance(60_000);
    await imap.append(notification(fields(returnPathOf(email), rig.token(email))));
    await read();
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
  });

  it.each([
    ['is late', { action: 'delayed', status: '4.4.1', diagnostic: 'smtp; 451 4.4.1 Try later' }, '451 4.4.1 Try later'],
    [
      'was refused for what the sender is',
      { status: '5.7.1', diagnostic: 'smtp; 550 5.7.1 Service unavailable; client host blocked' },
      '550 5.7.1 Service unavailable; client host blocked',
    ],
    ['was given up after temporary failures', { status: '4.4.7', diagnostic: '' }, '450 4.4.7'],
  ])('only notes that an email %s', async (_what, fields, said) => {
    const email = await bounce(fields);
    await read();
    expect(await rig.read(email)).toMatchObject({
      reason: null,
      bounced_at: null,
      outcome: `Not delivered so far: ${said}`,
    });
    expect(await rig.suppressionOf()).toBeUndefined();
  });

  it.each([
    ['a server without enhanced codes', { status: '5.0.0', diagnostic: 'smtp; 550 No such user' }],
    [
      'a folded diagnostic',
      { diagnostic: 'smtp; 550-5.1.1 The email account\n    that you tried to reach does not exist' },
    ],
  ])('understands %s', async (_what, fields) => {
    const email = await bounce(fields);
    await read();
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
  });

  it.each([
    ['a forged token', (to: string) => ({ to: to.replace(/.{16}@/, '0123456789abcdef@') })],
    ['the token of no email', (to: string) => ({ to: to.replace(/\+.{48}@/, `+${'0'.repeat(48)}@`) })],
    ['no token', () => ({ to: 'bounces@example.com' })],
    ['a delivery', (to: string) => ({ to, action: 'delivered', status: '2.0.0' })],
    ['a relay', (to: string) => ({ to, action: 'relayed', status: '2.0.0' })],
    [
      'another kind of report',
      (to: string) => ({ to, type: 'multipart/report; report-type=disposition-notification' }),
    ],
    ['a mail that only looks so', (to: string) => ({ to, type: 'multipart/mixed' })],
  ])('takes %s for no bounce, and reads it once', async (_what, fields: (to: string) => Partial<Notification>) => {
    const email = await rig.send();
    const before = await rig.state();
    await imap.append(notification({ to: '', ...fields(returnPathOf(email)) }));
    expect(await read()).toBe(0);
    expect(await rig.state()).toEqual(before);
    expect(await imap.unread()).toEqual([]);
  });

  it.each([
    ['an out-of-office reply', (to: string) => `From: jenny@example.com\nTo: ${to}\nSubject: Away\n\nBack on Monday`],
    ['an empty message', () => '\n'],
    [
      'broken MIME',
      (to: string) => `To: ${to}\nContent-Type: multipart/report; report-type=delivery-status; boundary=\n\n--\n`,
    ],
    ['a large one', (to: string) => `To: ${to}\nSubject: large\n\n${`${'x'.repeat(70)}\n`.repeat(30_000)}`],
  ])('reads %s over', async (_what, message: (to: string) => string) => {
    const email = await rig.send();
    await imap.append(message(returnPathOf(email)));
    expect(await read()).toBe(0);
    expect(await rig.read(email)).toEqual(email);
    expect(await imap.unread()).toEqual([]);
  });

  it('loses and doubles nothing when it dies between applying and marking', async () => {
    const email = await bounce();
    const stop = new AbortController();
    const { db } = rig.ctx;
    // The connection goes at the very moment at which the effects are there.
    const dying = { ...rig.ctx, metrics: { ...rig.ctx.metrics, emails: { inc: () => stop.abort() } } } as never;
    await expect(readMailbox(dying, imap.url, stop.signal)).rejects.toThrow();
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
    expect(await imap.unread()).toHaveLength(1);
    await liftSuppression(db, tenant, 'jenny@example.com');
    expect(await read()).toBe(0);
    expect(await rig.suppressionOf()).toBeUndefined();
    expect(await imap.unread()).toEqual([]);
  });

  it('leaves a bounce unread while its email is just being sent', async () => {
    const email = await bounce();
    await rig.db.updateTable('email').set({ status: 'queued', claims: 1 }).execute();
    expect(await read()).toBe(0);
    expect(await imap.unread()).toHaveLength(1);
    await rig.db.updateTable('email').set({ status: 'sent', claims: 0 }).execute();
    expect(await read()).toBe(1);
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
  });

  it('is read again and again by the loop, which says once that it is away', async () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const loop = startMailboxLoop({ ...rig.ctx, log }, { everyMs: 50, backOff: { first: 50, longest: 50 } });
    const first = await bounce();
    const until = async (isSo: () => Promise<boolean> | boolean) => {
      for (let tries = 0; tries < 200 && !(await isSo()); tries++) await wait(50);
      expect(await isSo()).toBe(true);
    };
    await until(async () => (await rig.read(first)).bounced_at !== null);
    await imap.stop();
    await until(() => lines.length > 0);
    await wait(500);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('can’t be read');
    expect(lines[0]).not.toContain('ss/word');
    await expect(checkMailbox(imap.url)).rejects.toThrow();
    await imap.startAgain();
    await until(() => lines.length > 1);
    expect(lines[1]).toContain('can be read again');
    await checkMailbox(imap.url);
    await expect(checkMailbox(imap.url.replace(/:[^:@]+@/, ':wrong@'))).rejects.toThrow();
    await loop.stop();
  });
});
