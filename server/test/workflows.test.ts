import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventType } from '../../shared/catalogue';
import { ENGINES } from './databases';
import {
  ACCOUNT,
  createClock,
  LIVE,
  SECRETS,
  startTillpost,
  TEST,
  type HarnessOptions,
  type Tillpost,
} from './harness';
import { createLocalStripe } from '../dev/local-stripe/local-stripe';
import { startMailServer, type MailServer } from './mail-server';

const DAY = 86_400_000;
const JENNY = { account: ACCOUNT, livemode: true, email: 'jenny@example.com', name: 'Jenny Rosen' };

async function start(engine: HarnessOptions['engine'] = 'sqlite'): Promise<{ tillpost: Tillpost; mail: MailServer }> {
  const mail = await startMailServer();
  const tillpost = await startTillpost({ engine, env: { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' } });
  for (const tenant of [LIVE, TEST]) {
    await tillpost.connect(tenant);
    await tillpost.enable({}, { sender: { from_name: 'Acme', reply_to: null, postal_address: '1 Main St' } }, tenant);
  }
  return { tillpost, mail };
}

/** What a merchant does in the console or the Dashboard. */
async function activate(tillpost: Tillpost, source: { template: string; trigger?: EventType }, tenant = LIVE) {
  const { id } = await tillpost.call('workflows/create', source, { tenant });
  return tillpost.call('workflows/activate', { id }, { tenant });
}

async function happens(tillpost: Tillpost, type: EventType, who: object = JENNY) {
  const event = await tillpost.localStripe.trigger(type, { ...JENNY, ...who });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  return event;
}

describe.each<[string, EventType, RegExp, RegExp]>([
  ['new_customer', 'customer.created', /^Welcome, Jenny!$/, /thank you for joining/i],
  [
    'payment_successful',
    'invoice.paid',
    /^We received your payment of \$[\d.,]+$/,
    /View your receipt: https?:\/\/\S+/,
  ],
  ['payment_successful', 'checkout.session.completed', /^We received your payment of \$[\d.,]+$/, /has arrived/],
  [
    'payment_failed',
    'invoice.payment_failed',
    /^Your payment of \$[\d.,]+ didn’t go through$/,
    /Pay \$[\d.,]+ now: https?:\/\/\S+/,
  ],
  ['subscription_created', 'customer.subscription.created', /^Your .+ subscription$/, /Price: \$[\d.,]+ every month/],
  [
    'trial_ending',
    'customer.subscription.trial_will_end',
    /^Your trial ends on \w+ \d+, \d{4}$/,
    /there is nothing to do/,
  ],
  ['quote_accepted', 'quote.accepted', /^Thank you for accepting quote .+$/, /over \$[\d.,]+/],
  [
    'subscription_canceled',
    'customer.subscription.deleted',
    /^Your .*subscription has ended$/,
    /won’t be charged for it again/,
  ],
])('the template %s', (template, type, subject, text) => {
  it(`turns ${type} of the local Stripe into an email at a real SMTP server`, async () => {
    const { tillpost, mail } = await start();
    await activate(tillpost, { template, trigger: type });
    const event = await happens(tillpost, type);
    expect(mail.mails).toHaveLength(1);
    const { parsed, raw, to } = mail.mails[0]!;
    expect(to).toEqual(['jenny@example.com']);
    expect(parsed.from?.text).toBe('"Acme" <hello@acme.example>');
    expect(parsed.subject).toMatch(subject);
    expect(parsed.text).toMatch(/^Hi Jenny,/);
    expect(parsed.text).toMatch(text);
    expect(parsed.text).toContain('The Acme team');
    expect(`${parsed.subject}${parsed.text}${String(parsed.html)}`).not.toMatch(/\{\{|\{%|undefined|href="#"/);
    expect(raw).toMatch(/multipart\/alternative/);
    expect(raw.includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click')).toBe(template === 'new_customer');
    const emails = await tillpost.call('emails/list', {}, { tenant: LIVE });
    expect(emails.data).toMatchObject([{ status: 'sent', message_id: parsed.messageId, event: event.id }]);
    expect((await tillpost.call('events/read', { id: event.id }, { tenant: LIVE })).outcome).toContain(
      'started a workflow',
    );
    await tillpost.close();
    await mail.close();
  });
});

describe('a wait', () => {
  it('survives the end of the process, and what came due meanwhile is done at the next start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tillpost-'));
    const mail = await startMailServer();
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' };
    const databaseUrl = `sqlite:${join(folder, 'tillpost.db')}`;
    const clock = createClock();
    const localStripe = createLocalStripe({ now: () => clock.now(), appSecret: SECRETS.app, retryDelays: [] });
    const stripeUrl = (await localStripe.listen(0)).url;
    const options = { databaseUrl, clock, localStripe, env: { ...env, STRIPE_API_BASE: stripeUrl } };
    const before = await startTillpost(options);
    await before.connect(LIVE);
    await before.enable({}, {}, LIVE);
    await activate(before, { template: 'payment_failed' });
    const { id, data } = await localStripe.trigger('invoice.payment_failed', JENNY);
    await before.deliver({ id, data, account: ACCOUNT, livemode: true, type: 'invoice.payment_failed' });
    await before.worker.drain();
    await before.close();
    clock.advance(4 * DAY);
    const after = await startTillpost(options);
    await after.worker.drain();
    await after.close();
    await localStripe.close();
    await mail.close();
    await rm(folder, { recursive: true });
    const toJenny = mail.mails.filter(({ to }) => to.includes(JENNY.email)).map(({ parsed }) => parsed.subject);
    expect(toJenny).toEqual([expect.stringMatching(/didn’t go through$/), expect.stringMatching(/^Still open/)]);
  });
});

describe('the workflow routes of the extension API', () => {
  it('save by revision, name the field that is wrong, and tell what is not there', async () => {
    const { tillpost, mail } = await start();
    const { id, definition, revision, status } = await tillpost.call('workflows/create', { template: 'new_customer' });
    expect([status, revision]).toEqual(['draft', 1]);
    const renamed = { ...definition, name: 'Hello' };
    expect(await tillpost.call('workflows/save', { id, definition: renamed, revision })).toMatchObject({
      name: 'Hello',
      revision: 2,
    });
    expect(await tillpost.call('workflows/save', { id, definition: renamed, revision })).toMatchObject({
      status_code: 409,
      error: { code: 'conflict' },
    });
    const faulty = structuredClone(definition);
    const [step] = faulty.steps;
    if (step?.kind === 'email') step.email.body = 'Hi\n{{ event.nope }}';
    expect(await tillpost.call('workflows/save', { id, definition: faulty, revision: 2 })).toMatchObject({
      status_code: 400,
      error: {
        code: 'invalid_request',
        param: 'definition.steps.0.email.body',
        message: expect.stringContaining('line 2, column 4') as string,
      },
    });
    expect(await tillpost.call('workflows/read', { id }, { tenant: LIVE })).toMatchObject({ status_code: 404 });
    expect(await tillpost.call('workflows/delete', { id })).toMatchObject({ id });
    expect(await tillpost.call('workflows/read', { id })).toMatchObject({ status_code: 404 });
    await tillpost.close();
    await mail.close();
  });
});

describe.each(ENGINES)('workflows from end to end on %s', (engine) => {
  let tillpost: Tillpost;
  let mail: MailServer;
  beforeEach(async () => {
    ({ tillpost, mail } = await start(engine));
  });
  afterEach(async () => {
    await tillpost.close();
    await mail.close();
  });

  it('chase a failed payment until the customer pays', async () => {
    await activate(tillpost, { template: 'payment_failed' });
    await happens(tillpost, 'invoice.payment_failed');
    tillpost.clock.advance(3 * DAY);
    await tillpost.worker.drain();
    expect(mail.mails).toHaveLength(2);
    await happens(tillpost, 'invoice.paid');
    tillpost.clock.advance(30 * DAY);
    await tillpost.worker.drain();
    expect(mail.mails).toHaveLength(2);
  });

  it('never mail twice for redelivered and replayed events', async () => {
    await activate(tillpost, { template: 'new_customer' });
    const event = await happens(tillpost, 'customer.created');
    expect((await tillpost.deliver(event)).status).toBe(200);
    await tillpost.call('events/replay', { id: event.id }, { tenant: LIVE });
    await tillpost.worker.drain();
    expect(mail.mails).toHaveLength(1);
  });

  it('leave the merchant’s switch in charge', async () => {
    await activate(tillpost, { template: 'new_customer' });
    await tillpost.enable({ 'customer.created': { trigger_workflows: false } }, {}, LIVE);
    await happens(tillpost, 'customer.created');
    expect(mail.mails).toEqual([]);
  });

  it('let a contact leave by the link in the email, and go on with what they need to know', async () => {
    await activate(tillpost, { template: 'new_customer' });
    await activate(tillpost, { template: 'payment_successful' });
    await happens(tillpost, 'customer.created');
    const link = /https?:\/\/\S+\/unsubscribe\/\S+/.exec(mail.mails[0]?.parsed.text ?? '')?.[0] ?? '';
    const page = await fetch(link);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(await page.text()).toContain('What Acme sends to');
    const done = await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
    expect([done.status, await done.text()]).toEqual([
      200,
      expect.stringContaining('You won’t get marketing email from Acme any more.'),
    ]);
    await happens(tillpost, 'customer.created', { email: 'jenny@example.com' });
    await happens(tillpost, 'invoice.paid');
    expect(mail.subjects().slice(1)).toEqual([expect.stringContaining('We received your payment')]);
    expect((await fetch(`${tillpost.url}/unsubscribe/nonsense`)).status).toBe(404);
  });

  it('mail nobody in test mode but the test list', async () => {
    await tillpost.enable({}, { test_recipients: ['me@acme.example'] }, TEST);
    await activate(tillpost, { template: 'new_customer' }, TEST);
    await happens(tillpost, 'customer.created', { livemode: false });
    await happens(tillpost, 'customer.created', { livemode: false, email: 'me@acme.example' });
    expect(mail.mails.map(({ to }) => to)).toEqual([['me@acme.example']]);
    const { data } = await tillpost.call('emails/list', {});
    expect(data.map(({ status }) => status)).toEqual(['sent', 'captured']);
  });

  it('escape hostile names and metadata wherever they stand', async () => {
    const { id } = await tillpost.call(
      'workflows/create',
      {
        definition: {
          name: 'Hostile',
          trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
          exit_events: [],
          steps: [
            {
              id: 'mail',
              kind: 'email',
              email: {
                kind: 'transactional',
                subject: 'Hi {{ event.customer_name }}',
                preview_text: '',
                body: '{{ event.customer_name }} [link](https://x.example/{{ event.metadata.note }})',
              },
            },
          ],
        },
      },
      { tenant: LIVE },
    );
    await tillpost.call('workflows/activate', { id }, { tenant: LIVE });
    const overrides = { name: '<script>x</script>\r\nBcc: a@b.example', metadata: { note: '"><img src=x>' } };
    await happens(tillpost, 'customer.created', { overrides });
    const { parsed } = mail.mails[0]!;
    expect(parsed.subject).toBe('Hi <script>x</script> Bcc: a@b.example');
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.html).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(parsed.html).not.toMatch(/<script|<img/);
    expect(parsed.html).toContain('https://x.example/%22%3E%3Cimg%20src%3Dx%3E');
  });
});
