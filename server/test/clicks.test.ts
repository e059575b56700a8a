/** Clicks, from the link in the mail to what the merchant sees: over HTTP, with a real mail server. */
import { sql } from 'kysely';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { openSession } from '../installs/sessions';
import { eraseInstall } from '../lifecycle/erase';
import { exportPerson } from '../tools/export/person';
import { sendTest } from '../workflows/preview';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import type { Settings } from '../../shared/settings';
import { createBrowserClient } from './browser-client';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, startTillpost, type HarnessOptions, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const SHOP = 'https://shop.example/sale?size=a&colour=b#top';
const HELP = 'https://help.example/';
const PAY = 'https://invoice.stripe.com/i/acct_1/live_1';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';
const BODY = `[Shop](${SHOP})

Or see [help](${HELP}), [the same sale](${SHOP}), [pay](${PAY}), [write](mailto:a@shop.example), [faulty]({{ contact.email }}).`;
const MINUTE = 60_000;
const MARKETING = { clicks: true, transactional: false };

async function withTillpost(
  engine: Engine,
  work: (tillpost: Tillpost, mail: MailServer) => Promise<void>,
  { env, ...options }: HarnessOptions = {},
): Promise<void> {
  const mail = await startMailServer();
  const smtp = { SMTP_URL: mail.url, MAIL_FROM: 'hello@shop.example' };
  const tillpost = await startTillpost({ engine, ...options, env: { ...smtp, ...env } });
  try {
    await tillpost.connect(LIVE);
    await work(tillpost, mail);
  } finally {
    await tillpost.close();
    await mail.close();
  }
}

/** A customer gets the email; its id, and what arrived. */
async function mailOut(
  tillpost: Tillpost,
  mail: MailServer,
  {
    track = MARKETING,
    kind = 'marketing',
    body = BODY,
  }: Partial<Pick<Settings, 'track'>> & { kind?: 'marketing' | 'transactional'; body?: string } = {},
) {
  const { db, clock } = tillpost;
  await tillpost.enable({}, { track }, LIVE);
  const email = { kind, subject: 'Sale', body };
  const definition = {
    name: 'Sale',
    trigger: { event: 'customer.created' },
    steps: [{ id: 'mail', kind: 'email', email }],
  } as const;
  const { id } = await createWorkflow(db, LIVE, { definition }, clock.now());
  await activateWorkflow(db, LIVE, id, clock.now());
  const created = Math.floor(clock.now() / 1000);
  const object = { id: 'cus_1', email: 'jenny@example.com' };
  const event = fixtureEvent('customer.created', { account: ACCOUNT, livemode: true, created, object });
  await tillpost.deliver(event);
  await tillpost.worker.drain();
  const html = String(mail.mails.at(-1)!.parsed.html);
  const hrefs = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&'));
  const [row] = await db.selectFrom('email').selectAll().execute();
  return { id: row!.id, event: event.id, hrefs, text: mail.mails.at(-1)!.parsed.text ?? '' };
}

const open = (
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) => fetch(url, { method, redirect: 'manual', headers: { 'User-Agent': BROWSER, ...headers } });

const clicksOf = async (tillpost: Tillpost, id: string) => {
  const { clicked_at, clicks } = await tillpost.call('emails/read', { id }, { tenant: LIVE });
  return { clicked_at, clicks };
};

const countOf = async ({ ctx }: Tillpost, kind: string) => {
  const { values } = await ctx.metrics.clicks.get();
  return values.find(({ labels }) => labels.kind === kind)?.value ?? 0;
};

describe.each(ENGINES)('clicks on %s', (engine) => {
  it('are not counted unless the merchant says so: links stay what they are', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const off = await mailOut(tillpost, mail, { track: { clicks: false, transactional: true } });
      expect(off.hrefs).toContain(SHOP);
      expect(off.hrefs.filter((href) => href.includes('/c/'))).toEqual([]);
    }));

  it('lead to where the link in the email points, with the first by a person and how often, by link', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs, text } = await mailOut(tillpost, mail);
      const wrapped = hrefs.filter((href) => href.startsWith(`${tillpost.url}/c/`));
      expect(wrapped).toHaveLength(3);
      // The same address twice is one link; leaving, paying and writing lead straight there, and so does plain text.
      expect(new Set(wrapped).size).toBe(2);
      expect(hrefs).toEqual([
        wrapped[0],
        wrapped[1],
        wrapped[0],
        PAY,
        'mailto:a@shop.example',
        '#',
        expect.stringContaining('/unsubscribe/'),
      ]);
      expect(text).toContain(SHOP);
      expect(text).not.toContain('/c/');

      tillpost.clock.advance(MINUTE);
      const first = new Date(tillpost.clock.now()).toISOString();
      const response = await open(wrapped[0]!);
      expect([response.status, response.headers.get('location')]).toEqual([302, SHOP]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('set-cookie')).toBeNull();
      tillpost.clock.advance(MINUTE);
      await open(wrapped[0]!);
      expect((await open(wrapped[1]!)).headers.get('location')).toBe(HELP);

      const { clicked_at, clicks } = await clicksOf(tillpost, id);
      expect(clicks).toMatchObject([
        { url: SHOP, first_at: clicked_at, clicks: 2, automatic: 0 },
        { url: HELP, clicks: 1, automatic: 0 },
      ]);
      expect(Date.parse(clicked_at!) - Date.parse(first)).toBeLessThan(MINUTE);
      expect(await countOf(tillpost, 'person')).toBe(3);
      const stored = JSON.stringify(await tillpost.db.selectFrom('email_click').selectAll().execute());
      expect(stored).not.toMatch(/127\.0\.0\.1|Firefox/);

      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
      );
      const page = await (await client.get(`/emails/${id}`)).text();
      expect(page).toContain('Clicked links');
      expect(page).toContain('https://shop.example/sale?size=a&amp;colour=b#top');
      expect(page).not.toContain(`href="${HELP}"`);
    }));

  it('of programs are noted apart, and don’t make the email clicked', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs } = await mailOut(tillpost, mail);
      const link = hrefs[0]!;
      expect((await open(link)).headers.get('location')).toBe(SHOP);
      tillpost.clock.advance(MINUTE);
      expect((await open(link, { method: 'HEAD' })).headers.get('location')).toBe(SHOP);
      for (const [name, value] of [
        ['User-Agent', ''],
        ['User-Agent', 'curl/8'],
        ['Sec-Purpose', 'prefetch'],
        ['X-Moz', 'prefetch'],
      ] as const)
        expect((await open(link, { headers: { [name]: value } })).status).toBe(302);
      expect(await clicksOf(tillpost, id)).toEqual({
        clicked_at: null,
        clicks: [{ url: SHOP, first_at: null, clicks: 0, automatic: 6 }],
      });
      expect(await countOf(tillpost, 'automatic')).toBe(6);
      await open(link);
      const { clicked_at, clicks } = await clicksOf(tillpost, id);
      expect(clicked_at).not.toBeNull();
      expect(clicks).toEqual([{ url: SHOP, first_at: clicked_at, clicks: 1, automatic: 6 }]);
    }));

  it('in transactional mail are counted only when that was chosen', () =>
    withTillpost(engine, async (tillpost, mail) => {
      expect((await mailOut(tillpost, mail, { kind: 'transactional' })).hrefs).toContain(HELP);
    }).then(() =>
      withTillpost(engine, async (tillpost, mail) => {
        const track = { clicks: true, transactional: true };
        const { hrefs } = await mailOut(tillpost, mail, { kind: 'transactional', track });
        expect(hrefs).not.toContain(HELP);
        expect(hrefs).toContain(PAY);
      }),
    ));

  it('are counted no more once the merchant turns them off, and lead on', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs } = await mailOut(tillpost, mail);
      tillpost.clock.advance(MINUTE);
      await tillpost.enable({}, {}, LIVE);
      expect((await open(hrefs[0]!)).headers.get('location')).toBe(SHOP);
      expect(await clicksOf(tillpost, id)).toEqual({ clicked_at: null, clicks: [] });
    }));

  it('are not for test sends: what is looked at there is the text', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { event } = await mailOut(tillpost, mail);
      await tillpost.enable({}, { track: MARKETING, test_recipients: ['me@example.com'] }, LIVE);
      const content = { kind: 'marketing' as const, subject: 'Test', preview_text: '', body: BODY };
      await sendTest(tillpost.ctx, LIVE, { trigger: 'customer.created', content, event, to: 'me@example.com' });
      await tillpost.worker.drain();
      expect(mail.mails.at(-1)!.parsed.subject).toContain('Test');
      expect(String(mail.mails.at(-1)!.parsed.html)).not.toContain('/c/');
    }));

  it('lead on and leave nothing once the contact is deleted or the install erased', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { ctx, db, clock } = tillpost;
      const { id, hrefs } = await mailOut(tillpost, mail);
      clock.advance(MINUTE);
      await open(hrefs[0]!);
      const exported = await exportPerson(db, { contact: 'jenny@example.com' }, clock.now());
      expect(exported.emails).toMatchObject([{ id, clicks: [{ url: SHOP, clicks: 1 }] }]);
      const contact = await db.selectFrom('contact').selectAll().executeTakeFirstOrThrow();
      await transact(db, (trx) => deleteContact(trx, contact, clock.now()));
      expect(await db.selectFrom('email_click').selectAll().execute()).toEqual([]);
      expect((await open(hrefs[0]!)).headers.get('location')).toBe(SHOP);
      expect(await db.selectFrom('email_click').selectAll().execute()).toEqual([]);
      await eraseInstall(ctx, LIVE);
      await tillpost.worker.drain();
      expect((await open(hrefs[1]!)).headers.get('location')).toBe(HELP);
    }));

  it('keep their links as long as what the email said, and the email its first click for ever', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs } = await mailOut(tillpost, mail);
      tillpost.clock.advance(MINUTE);
      await open(hrefs[0]!);
      tillpost.clock.advance(91 * 24 * 60 * MINUTE);
      await tillpost.worker.drain();
      const { clicked_at, clicks } = await clicksOf(tillpost, id);
      expect([clicked_at === null, clicks]).toEqual([false, []]);
      expect((await open(hrefs[0]!)).headers.get('location')).toBe(SHOP);
    }));

  it('at the same moment are all counted', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs } = await mailOut(tillpost, mail);
      tillpost.clock.advance(MINUTE);
      await Promise.all(Array.from({ length: 8 }, () => open(hrefs[0]!)));
      expect((await clicksOf(tillpost, id)).clicks).toMatchObject([{ clicks: 8 }]);
    }));

  it('of one link are noted thirty times a minute, and lead on after that too', () =>
    withTillpost(engine, async (tillpost, mail) => {
      const { id, hrefs } = await mailOut(tillpost, mail);
      tillpost.clock.advance(MINUTE);
      for (let n = 0; n < 35; n++) expect((await open(hrefs[0]!)).status).toBe(302);
      expect((await clicksOf(tillpost, id)).clicks).toMatchObject([{ clicks: 30 }]);
      expect(await countOf(tillpost, 'not_noted')).toBe(5);
    }));
});

describe('a link', () => {
  it('leads nowhere but to the address that was signed, and says so in a page', () =>
    withTillpost('sqlite', async (tillpost, mail) => {
      const { hrefs } = await mailOut(tillpost, mail);
      const token = hrefs[0]!.split('/c/')[1]!;
      const [text, signature] = token.split('.');
      const elsewhere = Buffer.from(text!, 'base64url').toString().replace(SHOP, 'https://evil.example/');
      const { vault } = tillpost.ctx;
      const foreign = (url: string) => vault.sign(`${ACCOUNT} live eml_1 ${url}`, 'unsubscribe');
      for (const forged of [
        `${Buffer.from(elsewhere).toString('base64url')}.${signature}`,
        `${text}.${'A'.repeat(signature!.length)}`,
        text!,
        'x',
        foreign('https://evil.example/'),
        vault.sign(`${ACCOUNT} live eml_1 javascript:alert(1)`, 'click'),
        vault.sign(`${ACCOUNT} live eml_1`, 'click'),
      ]) {
        const response = await open(`${tillpost.url}/c/${forged}`);
        expect([forged, response.status, response.headers.get('location')]).toEqual([forged, 404, null]);
        expect(await response.text()).toContain('This link doesn’t work');
      }
    }));

  it('works with an older key of ENCRYPTION_KEY, and not without it', () =>
    withTillpost('sqlite', async (tillpost, mail) => {
      const { hrefs } = await mailOut(tillpost, mail);
      const path = new URL(hrefs[0]!).pathname;
      const [old, next] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64'));
      for (const [ENCRYPTION_KEY, status] of [
        [`${next},${old}`, 302],
        [next!, 404],
      ] as const) {
        const other = await startTillpost({ env: { ENCRYPTION_KEY } });
        expect([ENCRYPTION_KEY, (await open(other.url + path)).status]).toEqual([ENCRYPTION_KEY, status]);
        await other.close();
      }
    }));

  it('of an account that is shut out leads nowhere', () =>
    withTillpost('sqlite', async (tillpost, mail) => {
      const { hrefs } = await mailOut(tillpost, mail);
      const other = await startTillpost({ env: { ALLOWED_ACCOUNTS: 'acct_other' } });
      expect((await open(other.url + new URL(hrefs[0]!).pathname)).status).toBe(404);
      await other.close();
    }));

  it('that would grow too long stays as it is, and a thousand of them don’t make an email that mail programs cut off', () =>
    withTillpost('sqlite', async (tillpost, mail) => {
      const long = `https://shop.example/${'a'.repeat(1_500)}`;
      const body = `[long](${long})\n\n${'[x](https://x.example/) '.repeat(300)}`;
      const { hrefs } = await mailOut(tillpost, mail, { body });
      expect(hrefs[0]).toBe(long);
      expect(hrefs.filter((href) => href.includes('/c/'))).toHaveLength(200);
    }));

  it.each(['locked', 'gone'])('leads on although the database is %s', (trouble) =>
    withTillpost('postgres', async (tillpost, mail) => {
      const { db } = tillpost;
      const { id, hrefs } = await mailOut(tillpost, mail);
      tillpost.clock.advance(MINUTE);
      if (trouble === 'gone') {
        await sql`alter table email rename to email_away`.execute(db);
        expect((await open(hrefs[0]!)).headers.get('location')).toBe(SHOP);
        await sql`alter table email_away rename to email`.execute(db);
        expect(await countOf(tillpost, 'not_noted')).toBe(1);
      } else {
        await db.transaction().execute(async (trx) => {
          await sql`lock table email in access exclusive mode`.execute(trx);
          expect((await open(hrefs[0]!)).headers.get('location')).toBe(SHOP);
        });
      }
      await open(hrefs[1]!);
      expect((await clicksOf(tillpost, id)).clicks).toContainEqual(expect.objectContaining({ url: HELP, clicks: 1 }));
    }),
  );
});
