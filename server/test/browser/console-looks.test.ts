/** Every page of the console, wide and on a phone, light and dark: nothing sticks out, and axe finds nothing serious. */
import { generateKeyPairSync } from 'node:crypto';
import { TEMPLATES } from '../../../shared/templates';
import { EVENT_TYPES } from '../../../shared/catalogue';
import { HELP_AREAS } from '../../../shared/words/help';
import { createDns } from '../../deliverability/dns';
import { createOpenLink } from '../../installs/open-link';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { startDnsServer } from '../dns-server';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

/** Test mode captures emails: nobody calls there but the checks of Settings → Sending. */
const SENDING = {
  SMTP_URL: 'smtp://127.0.0.1:9?name=mail.acme.dev',
  MAIL_FROM: 'Acme <hello@acme.dev>',
  DKIM_DOMAIN: 'acme.dev',
  DKIM_SELECTOR: 'tillpost',
  DKIM_PRIVATE_KEY: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string,
};

let dns: Awaited<ReturnType<typeof startDnsServer>>;
let tillpost: Tillpost;
let pages: string[];
const chrome = onConsole(
  async (started) => {
    tillpost = started;
    pages = await fill();
    await checkSending();
  },
  async () => {
    dns = await startDnsServer({
      'acme.dev': { TXT: ['v=spf1 include:_spf.mail-provider.dev ~all'], MX: ['mx.acme.dev'] },
      '_spf.mail-provider.dev': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
      'tillpost._domainkey.acme.dev': {},
    });
    return { env: SENDING, overrides: { dns: createDns([dns.address]) } };
  },
);
afterAll(() => dns.close());

/** One of everything; returns the path of every page there is. */
async function fill(): Promise<string[]> {
  const { db, clock, localStripe, worker } = tillpost;
  await tillpost.enable({ 'quote.canceled': { enabled: false } });
  for (const template of Object.keys(TEMPLATES)) {
    const { id } = await createWorkflow(db, TEST, { template }, clock.now());
    if (template !== 'quote_accepted') await activateWorkflow(db, TEST, id, clock.now());
  }
  for (const type of EVENT_TYPES) await localStripe.trigger(type, { account: TEST.accountId });
  const longest = `${'very.'.repeat(11)}long.name@${'a-long-part-of-it.'.repeat(3)}example.com`;
  await localStripe.trigger('customer.created', { account: TEST.accountId, email: longest, name: 'N'.repeat(200) });
  await worker.drain();
  const newest = async (table: 'event' | 'contact' | 'workflow' | 'run' | 'email') =>
    (
      await db
        .selectFrom(table)
        .select('id')
        .orderBy(table === 'event' ? 'seq' : 'id', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow()
    ).id;
  const failed = await db
    .selectFrom('workflow')
    .select('id')
    .where('name', '=', 'Payment failed')
    .executeTakeFirstOrThrow();
  const run = await db
    .selectFrom('run')
    .select(['id', 'workflow_id'])
    .where('status', '=', 'running')
    .executeTakeFirstOrThrow();
  return [
    '/',
    '/connect?mode=none',
    '/settings/stripe',
    '/settings/sending',
    '/settings/branding',
    '/settings/people',
    '/settings/connect?mode=live',
    '/events',
    '/events?status=failed',
    `/events/${await newest('event')}`,
    '/audience',
    `/audience/${await newest('contact')}`,
    '/workflows',
    '/workflows/new',
    `/workflows/${failed.id}`,
    `/workflows/${failed.id}/flow`,
    `/workflows/${failed.id}/try`,
    `/workflows/${failed.id}/results`,
    `/workflows/${run.workflow_id}/runs`,
    `/workflows/${run.workflow_id}/runs/${run.id}`,
    '/emails',
    `/emails?workflow=${failed.id}&fate=delivered&since=2026-01-01`,
    '/recovery',
    '/recovery/invoices',
    `/emails/${await newest('email')}`,
    ...HELP_AREAS.map((area) => `/help/${area}`),
    `/open/${await createOpenLink(tillpost.ctx, TEST, 'usr_1')}`,
    '/no/such/page',
  ];
}

/** The checks are done before the looks: pages that refresh themselves would change under axe. */
async function checkSending(): Promise<void> {
  const page = await chrome.signIn();
  await page.goto('/settings/sending');
  await page.getByText('There is no key at tillpost._domainkey.acme.dev').waitFor();
}

it.each(Object.keys(LOOKS))('every page fits on %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const wide: string[] = [];
  for (const path of pages) {
    await page.goto(path);
    if ((await widthBeyond(page)) > 0) wide.push(path);
  }
  expect(wide).toEqual([]);
});

it.each(['wide and light', 'a phone, dark'])('axe finds nothing serious on any page, %s', async (look) => {
  const page = await chrome.signIn(LOOKS[look]);
  const found: string[] = [];
  for (const path of pages) {
    await page.goto(path);
    for (const violation of await violations(page)) found.push(`${path} ${violation}`);
  }
  expect(found).toEqual([]);
});

it('the start page is sound for the visitor, on every look', async () => {
  for (const look of Object.values(LOOKS)) {
    const page = await chrome.visit(look);
    await page.goto('/');
    expect(await widthBeyond(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  }
});
