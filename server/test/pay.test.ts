/** The page behind `{{ pay_url }}`: over HTTP, from the email that arrived to what Stripe is asked. */
import type Stripe from 'stripe';
import { intentOf } from '../dev/local-stripe/resources/invoice-payment';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { payUrl } from '../emails/pay-token';
import { disconnect } from '../lifecycle/disconnect';
import { eraseInstall } from '../lifecycle/erase';
import { createStripe } from '../stripe';
import { createVault } from '../vault';
import { previewEmail, sendTest } from '../workflows/preview';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import type { Settings } from '../../shared/settings';
import { ENGINES, type Engine } from './databases';
import { ACCOUNT, LIVE, startTillpost, TEST, type HarnessOptions, type Tillpost } from './harness';

const DAY = 86_400_000;
const JENNY = 'jenny@example.com';
const ACME = { sender: { from_name: 'Acme', reply_to: 'help@acme.example', postal_address: null } };
const CONTENT = { kind: 'transactional' as const, subject: 'Open', preview_text: '', body: '[Pay now]({{ pay_url }})' };
const EXPIRED = { type: 'card_error', code: 'expired_card', decline_code: 'expired_card' };

interface Scene {
  tillpost: Tillpost;
  link: string;
  emailId: string;
  /** As it is at Stripe: what is changed in it no event tells. */
  invoice: Stripe.Invoice;
}

/** A payment of Jenny's failed, and an email with the link went out. */
async function withMail(
  engine: Engine,
  work: (scene: Scene) => Promise<void>,
  { settings = ACME, ...options }: HarnessOptions & { settings?: Partial<Settings> } = {},
): Promise<void> {
  const tillpost = await startTillpost({ engine, ...options });
  try {
    await tillpost.connect();
    await tillpost.enable({}, settings);
    const definition = {
      name: 'Dunning',
      trigger: { event: 'invoice.payment_failed' },
      steps: [{ id: 'mail', kind: 'email', email: CONTENT }],
    };
    const { id } = await createWorkflow(tillpost.db, TEST, { definition }, tillpost.clock.now());
    await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
    await work(await fail(tillpost));
  } finally {
    await tillpost.close();
  }
}

async function fail(tillpost: Tillpost): Promise<Scene> {
  const { db, localStripe, worker } = tillpost;
  await localStripe.trigger('invoice.payment_failed', { account: ACCOUNT, email: JENNY, name: 'Jenny' });
  await worker.drain();
  const { email_id, text } = await db
    .selectFrom('email_body')
    .select(['email_id', 'text'])
    .orderBy('email_id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  const invoice = atStripe(tillpost).invoices.list()[0]!;
  return { tillpost, link: /http\S*\/pay\/[\w.-]+/.exec(text)?.[0] ?? '', emailId: email_id, invoice };
}

const atStripe = ({ localStripe }: Tillpost) => localStripe.tenant(ACCOUNT, false);

/** Why the payment failed, as its intent says. */
function declined(tillpost: Tillpost, error: object | null): void {
  const stripe = atStripe(tillpost);
  Object.assign(intentOf(stripe, stripe.invoices.list()[0]!)!, { last_payment_error: error });
}

async function visit(link: string, method = 'GET') {
  const response = await fetch(link, { method, redirect: 'manual' });
  const html = await response.text();
  const main = /<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? '';
  return {
    status: response.status,
    headers: response.headers,
    html,
    words: main.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
    title: /<h1[^>]*>(.*?)<\/h1>/.exec(main)?.[1],
    links: [...main.matchAll(/<a class="button[^"]*" href="([^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    ),
    hasForm: main.includes('<form method="post"'),
  };
}

const press = (link: string) => visit(link, 'POST');

const clickedAt = async ({ tillpost, emailId }: Scene) =>
  (await tillpost.call('emails/read', { id: emailId })).pay_clicked_at;

const portalsOf = (tillpost: Tillpost) => atStripe(tillpost).portalSessions.list();
const portalKeys = ({ localStripe }: Tillpost) =>
  localStripe.requests
    .list()
    .filter(({ path }) => path === '/v1/billing_portal/sessions')
    .map(({ idempotency_key }) => idempotency_key);

describe.each(ENGINES)('the link for paying on %s', (engine) => {
  it('shows what is to be paid to whom, and asks and notes nothing by being opened', () =>
    withMail(engine, async (scene) => {
      const { tillpost, link, invoice } = scene;
      tillpost.localStripe.requests.clear();
      for (const method of ['HEAD', 'GET', 'GET']) await fetch(link, { method });
      const { status, html, words, title, links, hasForm } = await visit(link);
      expect([status, title, links, hasForm]).toEqual([200, 'To be paid to Acme', [], true]);
      expect(html).toContain('<title>To be paid to Acme · Acme</title>');
      for (const part of ['$29.00', `Invoice ${invoice.number}`, 'For 1 × Pro plan', 'help@acme.example'])
        expect(words).toContain(part);
      expect(html).not.toMatch(/Tillpost|<script|jenny/i);
      expect(tillpost.localStripe.requests.list()).toEqual([]);
      expect(await clickedAt(scene)).toBeNull();
    }));

  it('leads to the invoice’s page, its address asked for at that moment, and notes the first press', () =>
    withMail(engine, async (scene) => {
      const { tillpost, link, invoice } = scene;
      const before = invoice.hosted_invoice_url!;
      invoice.hosted_invoice_url = 'https://invoice.stripe.com/i/acct_1/test_new?s=ap&x=1';
      tillpost.clock.advance(60_000);
      const first = tillpost.clock.now();
      const { status, headers, html, links, words } = await press(link);
      expect([status, headers.get('location')]).toEqual([200, null]);
      expect(headers.get('content-security-policy')).toContain("form-action 'self'");
      expect(links).toEqual([invoice.hosted_invoice_url]);
      expect(html).not.toContain(before);
      expect(words).toContain('Pay $29.00 now');
      tillpost.clock.advance(60_000);
      await press(link);
      const clicked = Date.parse((await clickedAt(scene)) ?? '');
      const followed = await tillpost.db.selectFrom('failed_invoice').select(['invoice_id', 'clicked_at']).execute();
      expect(followed).toEqual([{ invoice_id: invoice.id, clicked_at: clicked }]);
      expect([clicked >= first, clicked < first + 60_000]).toEqual([true, true]);
      expect(portalKeys(tillpost)).toEqual([]);
    }));

  it('leads to the portal first where the retry would use a card that must be replaced', () =>
    withMail(engine, async ({ tillpost, link, invoice }) => {
      declined(tillpost, EXPIRED);
      const [first] = [await press(link), await press(link)];
      const [session] = portalsOf(tillpost);
      expect(first.links).toEqual([expect.stringContaining('/p/session/'), invoice.hosted_invoice_url]);
      expect(first.words).toMatch(/The card on file can’t be charged.* tried again on \w+ \d+, \d{4}/);
      expect(session).toMatchObject({
        customer: invoice.customer,
        return_url: link,
        flow: { type: 'payment_method_update' },
      });
      tillpost.clock.advance(61_000);
      await press(link);
      const keys = portalKeys(tillpost);
      expect([keys.length, keys[0] === keys[1], new Set(keys).size]).toEqual([3, true, 2]);
      expect(await everyText(tillpost)).not.toContain('/p/session/');
    }));

  it('says that there is no card where there is none', () =>
    withMail(engine, async ({ tillpost, link }) => {
      declined(tillpost, null);
      const { words, links } = await press(link);
      expect(words).toContain('There is no card on file');
      expect(links).toHaveLength(2);
    }));

  it('leads to the invoice first where no further attempt comes', () =>
    withMail(engine, async ({ tillpost, link, invoice }) => {
      declined(tillpost, EXPIRED);
      invoice.next_payment_attempt = null;
      expect((await press(link)).links).toEqual([
        invoice.hosted_invoice_url,
        expect.stringContaining('/p/session/') as string,
      ]);
    }));

  it('leads to the invoice alone where the portal is not set up, or would not reach the card that is charged', () =>
    withMail(engine, async ({ tillpost, link, invoice }) => {
      declined(tillpost, EXPIRED);
      const stripe = atStripe(tillpost);
      stripe.hasPortal = false;
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
      stripe.hasPortal = true;
      tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/invoice_payments', times: 1 });
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
      stripe.subscriptions.list()[0]!.default_payment_method = 'pm_own';
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
      stripe.subscriptions.list()[0]!.default_payment_method = null;
      invoice.collection_method = 'send_invoice';
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
      expect(portalsOf(tillpost)).toEqual([]);
    }));

  it('says that the invoice was paid and when, before any event told of it, and from then on', () =>
    withMail(engine, async (scene) => {
      const { tillpost, link, invoice } = scene;
      tillpost.localStripe.setWebhookUrl(null);
      tillpost.clock.advance(DAY);
      await stripeOf(tillpost).invoices.pay(invoice.id, { payment_method: 'pm_card_visa' }, AS);
      expect((await visit(link)).hasForm).toBe(true);
      for (const method of ['POST', 'GET']) {
        const { status, title, words, links, hasForm } = await visit(link, method);
        expect([status, title, links, hasForm]).toEqual([200, 'This invoice is paid', [], false]);
        expect(words).toMatch(/\$29\.00 to Acme was paid on \w+ \d+, \d{4}/);
      }
      tillpost.localStripe.faults.add({ kind: 'server_error', path: /invoices/ });
      expect((await press(link)).title).toBe('This invoice is paid');
      expect(await clickedAt(scene)).not.toBeNull();
    }));

  it.each([
    ['voided', 'This invoice was canceled', 'invoice.voided'],
    ['given up', 'This invoice isn’t collected any more', 'invoice.marked_uncollectible'],
  ] as const)('says that the invoice was %s', (_how, title, type) =>
    withMail(engine, async ({ tillpost, link }) => {
      await tillpost.localStripe.trigger(type, { account: ACCOUNT, email: JENNY });
      expect(await press(link)).toMatchObject({ status: 200, title, links: [], hasForm: false });
      expect(await visit(link)).toMatchObject({ status: 200, title, links: [], hasForm: false });
    }),
  );

  it('says that Stripe knows no such invoice any more', () =>
    withMail(engine, async ({ tillpost, link, invoice }) => {
      atStripe(tillpost).invoices.remove(invoice.id);
      expect(await press(link)).toMatchObject({ status: 200, title: 'This invoice isn’t there any more', links: [] });
    }));

  it('asks to try again while Stripe can’t be asked, the click noted already', () =>
    withMail(engine, async (scene) => {
      const { tillpost, link, invoice } = scene;
      for (const kind of ['server_error', 'rate_limit', 'hang'] as const) {
        tillpost.localStripe.faults.add({ kind, path: /invoices/ });
        const begun = performance.now();
        const { status, headers, title, words, hasForm } = await press(link);
        expect([kind, status, title, hasForm]).toEqual([kind, 503, 'We can’t open the payment right now', true]);
        expect([words.includes('Acme'), headers.get('retry-after')]).toEqual([false, '30']);
        expect(performance.now() - begun).toBeLessThan(20_000);
        tillpost.localStripe.faults.clear();
      }
      expect(await clickedAt(scene)).not.toBeNull();
      tillpost.localStripe.revoke(ACCOUNT, false);
      expect((await press(link)).status).toBe(503);
      await tillpost.connect();
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
    }));

  it('lets nobody wait for the portal: the invoice is shown without', () =>
    withMail(engine, async ({ tillpost, link, invoice }) => {
      declined(tillpost, EXPIRED);
      tillpost.localStripe.faults.add({ kind: 'hang', path: '/v1/billing_portal/sessions' });
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
    }));

  it('ends after 60 days', () =>
    withMail(engine, async (scene) => {
      const { tillpost, link } = scene;
      tillpost.clock.advance(60 * DAY - 60_000);
      expect((await visit(link)).hasForm).toBe(true);
      tillpost.clock.advance(60_000);
      tillpost.localStripe.requests.clear();
      for (const method of ['GET', 'POST'])
        expect(await visit(link, method)).toMatchObject({ status: 410, title: 'This link has expired', links: [] });
      expect(tillpost.localStripe.requests.list()).toEqual([]);
      expect(await clickedAt(scene)).toBeNull();
    }));

  it('ends with the contact, the connection and the data', () =>
    withMail(engine, async ({ tillpost, link }) => {
      const { db, clock, ctx } = tillpost;
      const isOver = async (name: string) => {
        tillpost.localStripe.requests.clear();
        for (const method of ['GET', 'POST']) {
          const { status, title, links, hasForm, words, html } = await visit(link, method);
          expect([status, title, links, hasForm]).toEqual([410, 'This link doesn’t work any more', [], false]);
          expect(words).toContain(`ask ${name} how`);
          expect(html).not.toMatch(/29\.00|jenny/i);
        }
        expect(tillpost.localStripe.requests.list()).toEqual([]);
      };
      await disconnect(ctx, TEST);
      await tillpost.worker.drain();
      await isOver('Acme');
      await tillpost.connect();
      expect((await visit(link)).hasForm).toBe(true);
      const contact = await db.selectFrom('contact').selectAll().executeTakeFirstOrThrow();
      await transact(db, (trx) => deleteContact(trx, contact, clock.now()));
      await isOver('Acme');
      await eraseInstall(ctx, TEST);
      await tillpost.worker.drain();
      await isOver('the sender');
    }));
});

const AS = { stripeAccount: ACCOUNT };
const stripeOf = ({ stripeUrl }: Tillpost) => createStripe('sk_test_sandbox0000000000', stripeUrl);

/** All that the database holds, as one text. */
async function everyText({ db }: Tillpost): Promise<string> {
  const tables = await db.introspection.getTables();
  const rows: unknown[] = [];
  for (const { name } of tables)
    rows.push(
      await db
        .selectFrom(name as 'email')
        .selectAll()
        .execute(),
    );
  return JSON.stringify(rows);
}

describe('a hostile link', () => {
  const forms = ['x', 'eA.eA', '%00', `${'a'.repeat(3_000)}.b`];
  it.each(forms)('as %.20s is answered with 404', (token) =>
    withMail('sqlite', async ({ tillpost }) => {
      for (const method of ['GET', 'POST'])
        expect((await visit(`${tillpost.url}/pay/${token}`, method)).status).toBe(404);
    }),
  );

  it('made for another purpose, or changed, is answered with 404', () =>
    withMail('sqlite', async ({ tillpost, link, emailId }) => {
      const { ctx, url } = tillpost;
      const other = ctx.vault.sign(`${ACCOUNT} test ${emailId}`, 'unsubscribe');
      const [, mac = ''] = link.split('.').slice(-2);
      const changed = `${Buffer.from(`${ACCOUNT} live ${emailId}`).toString('base64url')}.${mac}`;
      for (const token of [other, changed, `${link.split('/').at(-1)}x`])
        for (const method of ['GET', 'POST']) expect((await visit(`${url}/pay/${token}`, method)).status).toBe(404);
    }));

  it('naming another install’s email shows and asks nothing', () =>
    withMail('sqlite', async (scene) => {
      const { tillpost, emailId } = scene;
      await tillpost.connect(LIVE);
      await tillpost.connect({ accountId: 'acct_1Other', livemode: false });
      tillpost.localStripe.requests.clear();
      for (const tenant of [LIVE, { accountId: 'acct_1Other', livemode: false }])
        for (const method of ['GET', 'POST']) {
          const { status, html } = await visit(payUrl(tillpost.ctx, tenant, emailId), method);
          expect([status, /29\.00|jenny/i.test(html)]).toEqual([410, false]);
        }
      expect(tillpost.localStripe.requests.list()).toEqual([]);
      expect(await clickedAt(scene)).toBeNull();
    }));

  it('of an account that isn’t served any more is answered with 404', () =>
    withMail('sqlite', async ({ tillpost, link }) => {
      tillpost.ctx.config.allowedAccounts = ['acct_1Other'];
      expect([(await visit(link)).status, (await press(link)).status]).toEqual([404, 404]);
    }));

  it.each(['https://evil.example/i/1', 'http://invoice.stripe.com/i/1', 'javascript:alert(1)', null])(
    'leads nowhere when the invoice’s page is said to be %p',
    (url) =>
      withMail('sqlite', async ({ tillpost, link, invoice }) => {
        declined(tillpost, EXPIRED);
        atStripe(tillpost).hasPortal = false;
        invoice.hosted_invoice_url = url;
        const { status, links, words, html } = await press(link);
        expect([status, links]).toEqual([200, []]);
        expect(words).toContain('Ask Acme how to pay it');
        expect(html).not.toMatch(/evil|javascript:/);
      }),
  );

  it('shows names and numbers as text', () =>
    withMail(
      'sqlite',
      async ({ tillpost, link, invoice }) => {
        tillpost.clock.advance(2_000);
        invoice.number = '"><img src=x onerror=alert(1)>';
        for (const method of ['POST', 'GET', 'GET']) {
          const { html } = await visit(link, method);
          expect(html).toContain('Rocket &lt;b&gt;Rides&lt;/b&gt;');
          expect(html).not.toMatch(/<img|<b>/);
        }
        expect((await visit(link)).html).toContain('&lt;img src=x');
      },
      { settings: { sender: { ...ACME.sender, from_name: 'Rocket <b>Rides</b>' } } },
    ));

  it('is followed so often a minute', () =>
    withMail('sqlite', async ({ link }) => {
      const statuses: number[] = [];
      for (let n = 0; n < 31; n++) statuses.push((await visit(link)).status);
      expect([statuses.slice(0, 30).every((status) => status === 200), statuses[30]]).toEqual([true, 429]);
    }));
});

it('works on after ENCRYPTION_KEY was rotated, while the older key is kept', () => {
  const keys = [7, 8].map((n) => Buffer.alloc(32, n));
  return withMail('sqlite', async ({ tillpost, link, invoice }) => {
    tillpost.ctx.vault = createVault([keys[1]!, keys[0]!]);
    expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
    tillpost.ctx.vault = createVault([keys[1]!]);
    expect((await visit(link)).status).toBe(404);
  });
});

it('is never wrapped to count clicks, in HTML and text', () =>
  withMail(
    'sqlite',
    async ({ tillpost, link }) => {
      const { html } = await tillpost.db.selectFrom('email_body').select('html').executeTakeFirstOrThrow();
      expect(html).toContain(`href="${link}"`);
      expect(html).not.toContain('/c/');
    },
    { settings: { ...ACME, track: { clicks: true, transactional: true } } },
  ));

it('is a sample in previews and test sends, which says so and asks nobody', () =>
  withMail('sqlite', async ({ tillpost }) => {
    const request = { trigger: 'invoice.payment_failed' as const, content: CONTENT };
    const preview = await previewEmail(tillpost.ctx, TEST, request);
    await tillpost.enable({}, { ...ACME, test_recipients: ['me@example.com'] });
    const { id } = await sendTest(tillpost.ctx, TEST, { ...request, to: 'me@example.com' });
    const sent = await tillpost.call('emails/read', { id });
    tillpost.localStripe.requests.clear();
    for (const { text } of [preview, sent])
      for (const method of ['GET', 'POST']) {
        const link = /http\S*\/pay\/[\w.-]+/.exec(text ?? '')?.[0] ?? '';
        expect(await visit(link, method)).toMatchObject({ status: 200, title: 'This is a sample', hasForm: false });
      }
    expect(tillpost.localStripe.requests.list()).toEqual([]);
  }));

it('is offered where an invoice may be open, and refused by name elsewhere', () =>
  withMail('sqlite', async ({ tillpost }) => {
    const preview = (trigger: 'invoice.payment_failed' | 'invoice.paid' | 'customer.created') =>
      previewEmail(tillpost.ctx, TEST, { trigger, content: CONTENT });
    expect((await preview('invoice.payment_failed')).problems).toEqual([]);
    for (const trigger of ['invoice.paid', 'customer.created'] as const)
      expect((await preview(trigger)).problems).toMatchObject([
        { param: 'content.body', message: 'There is no pay_url here' },
      ]);
  }));

it('of an email about a subscription leads to its latest invoice', () =>
  withMail('sqlite', async ({ tillpost, link, invoice, emailId }) => {
    const [{ id } = { id: '' }] = atStripe(tillpost).subscriptions.list();
    const about = { subject_kind: 'subscription', subject_id: id } as const;
    await tillpost.db.updateTable('email').set(about).where('id', '=', emailId).execute();
    expect((await visit(link)).hasForm).toBe(true);
    expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
    await stripeOf(tillpost).invoices.pay(invoice.id, { payment_method: 'pm_card_visa' }, AS);
    expect((await press(link)).title).toBe('This invoice is paid');
  }));

it('leads to no portal that isn’t Stripe’s', () =>
  withMail('sqlite', async ({ tillpost, link, invoice }) => {
    declined(tillpost, EXPIRED);
    const { put } = atStripe(tillpost).portalSessions;
    atStripe(tillpost).portalSessions.put = (session) => put({ ...session, url: 'https://evil.example/p' });
    const { links, html } = await press(link);
    expect([links, html.includes('evil')]).toEqual([[invoice.hosted_invoice_url], false]);
  }));

it('leads to the invoice where the key may not open the portal or read payments', () =>
  withMail('sqlite', async ({ tillpost, link, invoice }) => {
    declined(tillpost, EXPIRED);
    const { ctx, localStripe } = tillpost;
    const few = ['invoice_read', 'subscription_read'];
    for (const permissions of [few, [...few, 'payment_intent_read']]) {
      const key = localStripe.createRestrictedKey(ACCOUNT, false, permissions);
      ctx.stripeFor = () => createStripe(key, tillpost.stripeUrl);
      expect((await press(link)).links).toEqual([invoice.hosted_invoice_url]);
    }
    expect(portalsOf(tillpost)).toEqual([]);
  }));
