/** The overview's numbers, against what a plain loop has made and against the lists they lead to. */
import { newId, timeOrderedId } from '../db/new-id';
import { tenantColumns, type Tenant } from '../db/tenant';
import { changeSettings, readSettings } from '../settings/settings';
import { insertNew } from '../db/bulk';
import { openSession } from '../installs/sessions';
import type { EmailStatus } from '../../shared/api';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { ACCOUNT, LIVE, startTillpost, TEST, type Tillpost } from './harness';

const DAY = 86_400_000;
/** Of Asia/Kolkata, which never changes its clocks. */
const AHEAD = 5.5 * 3_600_000;
const COUNT = 45;

interface Made {
  at: number;
  /** Where its list is, and what filters it there. */
  path: string;
  query: Record<string, string>[];
}

/** One of each every three and a half days, in turn of every kind; returns what the lists should know of them. */
async function fill({ db, clock }: Tillpost, tenant: Tenant): Promise<Made[]> {
  const columns = tenantColumns(tenant);
  const now = clock.now();
  const made: Made[] = [];
  const statuses: EmailStatus[] = ['sent', 'captured', 'held', 'failed', 'suppressed', 'sent', 'sent'];
  for (let n = 0; n < COUNT; n++) {
    const at = Math.floor(now - 60_000 - n * 3.1 * DAY);
    const currency = n % 3 === 0 ? 'eur' : 'usd';
    const mrr = n % 4 === 0 ? null : n % 4 === 1 ? 0 : 1000 + n;
    const contact = `con_${timeOrderedId(at)}`;
    const person = {
      email: `p${n}@example.com`,
      first_name: 'P',
      search_text: `p${n}`,
      name_stamp: 0,
      source: 'Stripe',
    };
    await insertNew(db, 'contact', [
      { ...columns, id: contact, ...person, status: 'subscribed', mrr, currency, created_at: at, updated_at: at },
    ]);
    made.push({ at, path: '/audience', query: [{}, ...(mrr ? [{ mrr_in: currency }] : [])] });

    const status = statuses[n % statuses.length]!;
    const isBounced = status === 'sent' && n % 5 === 0;
    const isDelivered = status === 'sent' && n % 5 > 1;
    const isClicked = isDelivered && n % 2 === 0;
    const fates = {
      delivered_at: isDelivered || (isBounced && n % 10 === 0) ? at : null,
      bounced_at: isBounced ? at : null,
      clicked_at: isClicked ? at : null,
    };
    const mail = { kind: 'transactional', subject: 'Hi', is_test: 0, created_at: at } as const;
    const id = `eml_${timeOrderedId(at)}`;
    await insertNew(db, 'email', [
      { ...columns, id, contact_id: contact, to_address: person.email, message_id: id, status, ...mail, ...fates },
    ]);
    const reached = [
      ...(isDelivered ? [{ fate: 'delivered' }] : []),
      ...(isBounced ? [{ fate: 'bounced' }] : []),
      ...(isClicked ? [{ fate: 'clicked' }] : []),
    ];
    made.push({ at, path: '/emails', query: [{ status }, ...reached] });

    const isFailed = n % 2 === 0;
    await insertNew(db, 'event', [
      {
        ...columns,
        id: `evt_${tenant.livemode}_${n}`,
        seq: timeOrderedId(at),
        type: 'customer.created',
        created: Math.floor(at / 1000),
        received_at: at,
        status: isFailed ? 'failed' : 'processed',
        outcome: '',
      },
    ]);
    made.push({ at, path: '/events', query: isFailed ? [{ status: 'failed' }] : [] });

    const outcome = (['recovered', 'open', 'lost'] as const)[n % 3]!;
    await insertNew(db, 'failed_invoice', [
      {
        ...columns,
        id: newId('fin', Date.now()),
        invoice_id: `in_${n}`,
        currency: n % 2 === 0 ? 'eur' : 'usd',
        amount: 900 + n,
        paid_before: 0,
        first_failed_at: at,
        attempts: 1,
        ...(outcome === 'recovered' ? { recovered_at: at + 1000, recovered_amount: 500 + n } : {}),
        ...(outcome === 'lost' ? { lost_at: at + 1000, lost_reason: 'voided' } : {}),
      },
    ]);
    const inCurrency = { currency: n % 2 === 0 ? 'eur' : 'usd' };
    made.push({ at, path: '/recovery/invoices', query: [inCurrency, { ...inCurrency, outcome }] });
  }
  return made;
}

describe.each(ENGINES)('the overview on %s', (engine) => {
  let tillpost: Tillpost;
  let client: BrowserClient;
  let made: Made[];
  beforeAll(async () => {
    tillpost = await startTillpost({ engine, env: { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@example.com' } });
    for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
    client = await signedIn(LIVE);
    await inKolkata(LIVE);
    made = await fill(tillpost, LIVE);
    // The other mode's count nowhere.
    await fill(tillpost, TEST);
  });
  afterAll(() => tillpost.close());

  async function signedIn(tenant: Tenant): Promise<BrowserClient> {
    const browser = createBrowserClient(tillpost.url);
    browser.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant, kind: 'full', previous: undefined }));
    return browser;
  }
  async function inKolkata(tenant: Tenant): Promise<void> {
    const { revision } = await readSettings(tillpost.db, tenant);
    await changeSettings(tillpost.db, tenant, { timezone: 'Asia/Kolkata', revision }, tillpost.clock.now());
  }
  const page = async (path: string, browser = client) => {
    const response = await browser.get(path);
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.text()).replaceAll('&amp;', '&');
  };
  const number = (text: string | undefined) => Number(text?.replaceAll(',', ''));
  const numbersOf = (html: string) =>
    [...html.matchAll(/<a class="(?:needs-)?number" href="([^"]+)">([\d,]+)/g)].map(
      ([, to, value]) => [to!, number(value)] as const,
    );
  /** What a list says it holds, or how many rows it shows: there are fewer than a page. */
  function countOf(html: string): number {
    const said = /role="status">([\d,]+) (?:email|contact)s?/.exec(html);
    return said ? number(said[1]) : [...html.matchAll(/<tr role="row"><td/g)].length;
  }
  function expected(to: string, midnight: number): number {
    const { pathname, searchParams } = new URL(to, 'http://x');
    const { since, ...filter } = Object.fromEntries(searchParams);
    const isMeant = (query: Record<string, string>) => JSON.stringify(sorted(query)) === JSON.stringify(sorted(filter));
    return made.filter(
      ({ at, path, query }) =>
        path === pathname &&
        (since === undefined || at >= midnight) &&
        (Object.keys(filter).length === 0 || query.some(isMeant)),
    ).length;
  }
  const sorted = (query: Record<string, string>) => Object.entries(query).sort();

  it.each([7, 30, 90])('shows of %s days what there is, and leads to lists of the same', async (days) => {
    const now = tillpost.clock.now();
    const midnight = Math.floor((now + AHEAD) / DAY) * DAY - AHEAD - (days - 1) * DAY;
    const numbers = numbersOf(await page(`/?days=${days}`));
    for (const [to, value] of numbers) expect([to, value]).toEqual([to, expected(to, midnight)]);
    if (days > 7) expect(numbers.length).toBeGreaterThan(15);
    if (days === 30) for (const [to, value] of numbers) expect([to, countOf(await page(to))]).toEqual([to, value]);
  });

  it('adds up money by currency, and draws each number by day', async () => {
    const html = await page('/?days=90');
    const sum = (currency: string) =>
      Array.from({ length: COUNT }, (_, n) => n)
        .filter((n) => n % 4 > 1 && (n % 3 === 0 ? 'eur' : 'usd') === currency)
        .reduce((all, n) => all + 1000 + n, 0);
    const money = (minor: number, currency: string) =>
      new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(minor / 100);
    for (const currency of ['eur', 'usd']) {
      const [tile = ''] =
        new RegExp(`aria-label="Monthly revenue \\(MRR\\), ${currency.toUpperCase()}".*?</section>`, 's').exec(html) ??
        [];
      expect(tile).toContain(money(sum(currency), currency));
    }
    const [table = ''] = /<caption>New contacts by day.*?<\/table>/s.exec(html) ?? [];
    const drawn = [...table.matchAll(/<td>([\d,]+)<\/td>/g)].reduce((all, [, value]) => all + number(value), 0);
    expect(numbersOf(html)).toContainEqual([expect.stringMatching(/^\/audience\?since=/), drawn]);
  });

  it('notes the revenue once a day, in the install’s days, and says since when', async () => {
    const browser = await signedIn(TEST);
    await inKolkata(TEST);
    const revenue = async () => {
      const [tile = ''] =
        /aria-label="Monthly revenue \(MRR\), EUR".*?<\/section>/s.exec(await page('/', browser)) ?? [];
      return [...tile.matchAll(/<td>([^<]+)<\/td>/g)].map(([, value]) => value);
    };
    const ofEur = tillpost.db.updateTable('contact').where('livemode', '=', 0).where('currency', '=', 'eur');
    await ofEur.set({ mrr: null }).execute();
    const [{ id }] = (await tillpost.db
      .selectFrom('contact')
      .select('id')
      .where('livemode', '=', 0)
      .where('currency', '=', 'eur')
      .limit(1)
      .execute()) as [{ id: string }];
    const pay = (mrr: number) =>
      tillpost.db.updateTable('contact').set({ mrr }).where('livemode', '=', 0).where('id', '=', id).execute();
    await pay(1200);
    await tillpost.worker.drain();
    expect(await page('/', browser)).toContain('Noted once a day since');
    // Two hours later is the last note of its day, or the first of the next: either way it is today's.
    await pay(3000);
    expect((await revenue()).at(-1)).toBe('€30.00');
    await tillpost.worker.drain();
    tillpost.clock.advance(DAY);
    await pay(5000);
    await tillpost.worker.drain();
    const shown = await revenue();
    expect(shown.slice(-2)).toEqual(['€12.00', '€50.00']);
  });

  it('shows a checklist until somebody hides it, and again when it is asked for; optional steps aren’t counted', async () => {
    const other = { ...TEST, accountId: 'acct_1Checklist' };
    await tillpost.connect(other);
    const browser = await signedIn(other);
    const empty = await page('/', browser);
    expect(empty).toContain('2 of 5 done');
    expect(empty).toContain('Nothing has happened yet');
    expect(empty).toContain('Import your customers</a><span class="hint"> (optional)');
    expect(empty).toContain('Test mode');
    const html = await page('/');
    expect(html).toContain('Getting started');
    const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(html) ?? [];
    // Hidden at any time, and found again.
    expect((await client.post('/overview/close-checklist', { csrf_token })).status).toBe(303);
    expect(await page('/')).not.toContain('Getting started');
    expect(await page('/settings/stripe')).toContain('action="/overview/open-checklist"');
    expect((await client.post('/overview/open-checklist', { csrf_token })).status).toBe(303);
    expect(await page('/')).toContain('Getting started');
    expect(await page('/settings/stripe')).not.toContain('action="/overview/open-checklist"');

    const { db, clock } = tillpost;
    await tillpost.enable({}, { timezone: 'Asia/Kolkata' }, LIVE);
    const at = { started_at: clock.now(), finished_at: clock.now() };
    await db
      .insertInto('import_job')
      .values({ ...tenantColumns(LIVE), status: 'done', done: 0, ...at })
      .execute();
    const { id } = await createWorkflow(db, LIVE, { template: 'new_customer' }, clock.now());
    expect(await page('/')).toContain('4 of 5 done');
    await activateWorkflow(db, LIVE, id, clock.now());
    expect(await page('/')).toContain('All set up');
    expect((await client.post('/overview/close-checklist', { csrf_token: 'x' })).status).toBe(403);
    expect(await page('/')).toContain('All set up');
    expect((await client.post('/overview/close-checklist', { csrf_token })).status).toBe(303);
    expect(await page('/')).not.toContain('All set up');
    // The other mode's stays.
    expect(await page('/', await signedIn({ accountId: ACCOUNT, livemode: false }))).toContain('Getting started');
  });

  it('shows visitors the ways in, and nobody else’s numbers', async () => {
    const html = await page('/', createBrowserClient(tillpost.url));
    expect(html).toContain('Email that follows what happens in Stripe');
    expect(html).not.toContain('Monthly revenue');
  });

  it('says that held emails need somebody however old they are, and links what they and the amounts count', async () => {
    const { db, clock } = tillpost;
    const other = { ...TEST, accountId: 'acct_1Held' };
    await tillpost.connect(other);
    const browser = await signedIn(other);
    const at = clock.now() - 100 * DAY;
    const mail = { kind: 'transactional', to_address: 'a@example.com', subject: 'Hi', is_test: 0 } as const;
    const id = newId('eml', at);
    await insertNew(db, 'email', [
      { ...tenantColumns(other), id, ...mail, message_id: id, status: 'held', created_at: at },
    ]);
    const email = { email: 'b@example.com', first_name: 'B', search_text: 'b', name_stamp: 0, source: 'Stripe' };
    const dates = { created_at: at, updated_at: at };
    await insertNew(db, 'contact', [
      {
        ...tenantColumns(other),
        id: newId('con', at),
        ...email,
        ...dates,
        status: 'subscribed',
        mrr: 500,
        currency: 'usd',
      },
    ]);
    const html = await page('/?days=7', browser);
    expect(html).not.toContain('Nothing needs you');
    expect(html).toMatch(/<a class="needs-number" href="\/emails\?status=held">1 email<\/a> *held/);
    expect(html).toMatch(/class="tile-value"><a class="number" href="\/audience\?mrr_in=usd">\$5\.00/);
    expect(html).toContain('Highest: $5.00');
  });

  it('takes a hostile period and dates for none', async () => {
    for (const path of [
      '/?days=1e9',
      '/?days=<script>',
      '/audience?since=x&mrr_in=<b>',
      '/recovery/invoices?since=<b>',
    ])
      expect(await page(path)).not.toMatch(/<script>|<b>/);
  });
});
